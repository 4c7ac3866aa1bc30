#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn folder(name: &str) -> String {
    BundleName::from_name(&name.parse().unwrap()).as_str().to_owned()
}

#[test]
fn a_name_names_its_folder_where_it_can() {
    for (name, expected) in [
        ("localhost", "localhost"),
        ("Nats.Example.COM", "Nats.Example.COM"),
        ("_nats.example.com", "_nats.example.com"),
        ("*.example.com", "_wildcard.example.com"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "__1"),
        ("2001:db8::1", "2001_db8__1"),
        ("alice@example.com", "alice@example.com"),
        ("a+b=c@example.com", "a+b=c@example.com"),
        ("-rf@example.com", "rf@example.com"),
        ("=x@example.com", "x@example.com"),
        ("a/b|c@example.com", "a_b_c@example.com"),
        ("spiffe://example.com/nats/orders", "example.com_nats_orders"),
        ("urn:uuid:0-1", "uuid_0-1"),
        ("https://a.example/../../etc", "a.example_.._.._etc"),
        ("x:...", "_"),
    ] {
        assert_eq!(folder(name), expected, "{name}");
    }
}

#[test]
fn long_names_leave_room_for_hidden_ones() {
    let long = format!("urn:{}", "x".repeat(2000));
    assert_eq!(folder(&long).len(), MAX_NAME);
    assert!("x".repeat(MAX_NAME).parse::<BundleName>().is_ok());
    let problem = |text: &str| text.parse::<BundleName>().unwrap_err().to_string();
    assert!(problem(&"x".repeat(MAX_NAME + 1)).ends_with("is longer than 200 characters"));
}

#[test]
fn what_a_bundle_is_not_called() {
    for (text, problem) in [
        ("", "is empty"),
        (".", "begins with a character that is read as something else"),
        ("..", "begins with a character that is read as something else"),
        (".hidden", "begins with a character that is read as something else"),
        ("-rf", "begins with a character that is read as something else"),
        ("@file", "begins with a character that is read as something else"),
        ("../../x", "has a character that a folder name should not have"),
        ("/etc", "has a character that a folder name should not have"),
        ("a\\b", "has a character that a folder name should not have"),
        ("C:x", "has a character that a folder name should not have"),
        ("a b", "has a character that a folder name should not have"),
        ("a\nb", "has a character that a folder name should not have"),
        ("a\0b", "has a character that a folder name should not have"),
        ("$HOME", "has a character that a folder name should not have"),
        ("\u{fc}", "has a character that a folder name should not have"),
    ] {
        let error = text.parse::<BundleName>().unwrap_err();
        assert!(error.to_string().ends_with(problem), "{text:?}: {error}");
        assert!(!error.to_string().contains(char::is_control), "{text:?}: {error}");
    }
}

#[test]
fn paths_use_the_separator_of_their_folder() {
    assert_eq!(Paths::below("/etc/nats").cert, "/etc/nats/cert.pem");
    assert_eq!(Paths::below("/etc/nats/").key, "/etc/nats/key.pem");
    assert_eq!(Paths::below("/").ca, "/ca.pem");
    assert_eq!(Paths::below("certs").tls_conf, "certs/tls.conf");
    assert_eq!(Paths::below("C:\\nats\\tls").cert, "C:\\nats\\tls\\cert.pem");
    assert_eq!(Paths::below("C:\\").cert, "C:\\cert.pem");
    assert_eq!(Paths::below("C:/nats").cert, "C:/nats/cert.pem");
    assert_eq!(Paths::below("/odd\\name").cert, "/odd\\name/cert.pem");
    assert_eq!(role_dir(Path::new("out"), "leaf"), Path::new("out/leaf"));
}

proptest! {
    /// Whatever the first name is, the folder is one that would be taken as --bundle-name.
    #[test]
    fn every_name_makes_a_bundle_name(text in "[ -~]{1,80}|spiffe://[a-z.]{1,9}/[!-~]{0,300}|[a-z.*-]{1,60}") {
        if let Ok(name) = text.parse::<Name>() {
            let bundle = BundleName::from_name(&name);
            prop_assert_eq!(bundle.as_str().parse::<BundleName>(), Ok(bundle.clone()));
        }
    }

    /// One path component, whatever is typed.
    #[test]
    fn a_bundle_name_is_one_plain_component(text in any::<String>()) {
        if let Ok(name) = text.parse::<BundleName>() {
            let path = Path::new("out").join(name.as_str());
            prop_assert_eq!(path.parent(), Some(Path::new("out")));
            prop_assert_eq!(path.components().count(), 2);
        }
    }
}
