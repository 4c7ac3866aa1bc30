#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn ok(input: &str) -> Name {
    input.parse().unwrap_or_else(|why| panic!("{input:?}: {why}"))
}

fn refused(input: &str) -> NameError {
    match input.parse::<Name>() {
        Ok(name) => panic!("{input:?} was taken as {name}"),
        Err(why) => why,
    }
}

#[test]
fn classified_by_form() {
    for (input, expected) in [
        ("localhost", "DNS:localhost"),
        ("nats.example.com", "DNS:nats.example.com"),
        ("my_host-1.local", "DNS:my_host-1.local"),
        ("_nats._tcp.example", "DNS:_nats._tcp.example"),
        ("3com.example", "DNS:3com.example"),
        ("a.1b", "DNS:a.1b"),
        ("NATS.Example.com", "DNS:NATS.Example.com"),
        ("*.example.com", "DNS:*.example.com"),
        ("*.local", "DNS:*.local"),
        ("a--b.example", "DNS:a--b.example"),
        ("127.0.0.1", "IP:127.0.0.1"),
        ("::1", "IP:::1"),
        ("[::1]", "IP:::1"),
        ("[127.0.0.1]", "IP:127.0.0.1"),
        ("2001:DB8:0:0::1", "IP:2001:db8::1"),
        ("::ffff:192.0.2.1", "IP:::ffff:192.0.2.1"),
        ("alice@example.com", "email:alice@example.com"),
        ("a.b+c/d=e@localhost", "email:a.b+c/d=e@localhost"),
        ("alice@bücher.example", "email:alice@xn--bcher-kva.example"),
        ("spiffe://example.com/nats/orders", "URI:spiffe://example.com/nats/orders"),
        ("spiffe://example.com", "URI:spiffe://example.com"),
        (
            "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "URI:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        ),
        ("https://example.com:8443/a%20b?c#d", "URI:https://example.com:8443/a%20b?c#d"),
        ("mailto:alice@example.com", "URI:mailto:alice@example.com"),
    ] {
        assert_eq!(ok(input).to_string(), expected);
    }
}

#[test]
fn international_names_become_ascii() {
    for (input, expected) in [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.Example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("☕.example", "xn--53h.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("bücher。example", "xn--bcher-kva.example"),
        ("ｅｘａｍｐｌｅ.com", "example.com"),
    ] {
        assert_eq!(ok(input).value(), expected);
    }
}

/// What is refused, a piece of the message, a piece of the fix.
#[test]
fn refused_with_a_reason_and_a_fix() {
    let long_label = format!("{}.example", "a".repeat(64));
    let long_name = format!("{}.{}", vec!["a".repeat(49); 5].join("."), "abcd");
    let huge = "a".repeat(10_000);
    let huge_uri = format!("urn:{}", "a".repeat(2048));
    let long_mailbox = format!("{}@example.com", "a".repeat(65));
    for (input, problem, fix) in [
        ("", "is empty", "give a host name"),
        ("a b", "a blank", "an argument of its own"),
        (" a", "a blank", ""),
        ("a\u{3000}b", "a blank", ""),
        ("a\nb", "a control character", ""),
        ("a\0b", "a control character", ""),
        ("a\u{85}b", "a control character", ""),
        ("fe80::1%eth0", "zone \"eth0\"", "use fe80::1"),
        ("[fe80::1%eth0]", "zone \"eth0\"", "use fe80::1"),
        ("[localhost]", "is not an IP address", "[::1]"),
        ("127.0.0.1:4222", "with a port", "use 127.0.0.1 without :4222"),
        ("localhost:4222", "with a port", "use localhost without :4222"),
        ("[::1]:4222", "with a port", "use ::1 without :4222"),
        ("nats:4222", "with a port", "use nats without :4222"),
        ("localhost:", "without a host or path", ""),
        ("256.0.0.1", "ends in a number", "from 0 to 255"),
        ("1.2.3", "ends in a number", ""),
        ("12345", "ends in a number", ""),
        ("１２７.0.0.1", "ends in a number", ""),
        ("example.com.", "ends with a dot", "use example.com"),
        ("a..b", "an empty label", "remove"),
        (".a", "an empty label", ""),
        ("a。。b", "an empty label", ""),
        ("。a", "an empty label", ""),
        ("a.\u{ad}.b", "an empty label", ""),
        (".", "an empty label", "nats.example.com"),
        ("..", "an empty label", ""),
        ("*", "not the whole leftmost label", "*.example.com"),
        ("*.", "not the whole leftmost label", ""),
        ("**.a", "not the whole leftmost label", ""),
        ("*a.example", "not the whole leftmost label", ""),
        ("a.*.example", "not the whole leftmost label", ""),
        ("*.*.example", "not the whole leftmost label", ""),
        ("＊.example.com", "contains the character", ""),
        ("-rf", "begins with a hyphen", "does not begin with a hyphen"),
        ("--help", "begins with a hyphen", "--help"),
        ("a-.b", "ends with a hyphen", ""),
        ("../../x", "an empty label", ""),
        ("foo/bar", "contains the character '/'", "letters, digits"),
        ("10.0.0.0/8", "contains the character '/'", ""),
        ("foo\\bar", "contains the character '\\\\'", ""),
        ("a\u{202e}b.example", "internationalised", ""),
        ("xn--a.example", "internationalised", "xn--"),
        ("xn--0.example", "internationalised", ""),
        ("@example.com", "no valid mailbox", "alice@example.com"),
        ("alice@", "has a domain that", ""),
        ("a..b@example.com", "no valid mailbox", ""),
        ("a\"b@example.com", "no valid mailbox", ""),
        ("ä@example.com", "no valid mailbox", ""),
        ("a@*.example.com", "wildcard", ""),
        ("a@b@example.com", "no valid mailbox", ""),
        ("spiffe://", "without a host", "spiffe://"),
        ("spiffe:///x", "without a host", ""),
        ("spiffe://Example.com/x", "not a SPIFFE ID", ""),
        ("spiffe://example.com:1/x", "not a SPIFFE ID", ""),
        ("spiffe://user@example.com/x", "not a SPIFFE ID", ""),
        ("spiffe://example.com/x?y", "not a SPIFFE ID", ""),
        ("spiffe://example.com/x/", "not a SPIFFE ID", ""),
        ("spiffe://example.com/x//y", "not a SPIFFE ID", ""),
        ("spiffe://example.com/../y", "not a SPIFFE ID", ""),
        ("spiffe:example.com", "not a SPIFFE ID", ""),
        ("https://é.example", "not a valid URI", ""),
        ("urn:a%2", "not a valid URI", ""),
        ("urn:a%zz", "not a valid URI", ""),
        (&long_label, "longer than 63 octets", "shorten"),
        (&long_name, "longer than the 253 octets", ""),
        (&huge, "longer than the 253 octets", ""),
        (&huge_uri, "too long for a URI", ""),
        (&long_mailbox, "no valid mailbox", ""),
    ] {
        let why = refused(input);
        assert!(why.problem.contains(problem), "{input:?}: {}", why.problem);
        assert!(why.fix.contains(fix) && !why.fix.is_empty(), "{input:?}: {}", why.fix);
        assert!(why.to_string().len() < 400 && !why.to_string().contains(char::is_control), "{why}");
    }
}

#[test]
fn server_urls_name_the_host_to_use() {
    for scheme in ["nats", "tls", "ws", "wss", "nats-route", "nats-gateway", "nats-leaf", "mqtt", "NATS"] {
        for (rest, host) in [
            ("//nats.example.com:4222", "nats.example.com"),
            ("//user:pa@ss@10.0.0.1:4222/x", "10.0.0.1"),
            ("//[::1]:4222", "::1"),
            ("//localhost", "localhost"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(
                refused(&format!("{scheme}:{rest}")).fix,
                format!("certificates name hosts, not URLs: use {host}")
            );
        }
        for rest in ["", "//", "///x"] {
            let why = refused(&format!("{scheme}:{rest}"));
            assert!(why.fix.ends_with("give the host alone"), "{why:?}");
        }
    }
}

#[test]
fn messages_escape_and_shorten() {
    let why = refused(&format!("nats://{}\u{202e}x", "h".repeat(5000)));
    assert!(why.fix.len() < 200 && !why.fix.contains('\u{202e}'), "{}", why.fix);
    assert_eq!(shown("a\"\n\u{202e}"), "\"a\\\"\\n\\u{202e}\"");
    assert_eq!(shown(&"é".repeat(61)), format!("\"{}…\"", "é".repeat(60)));
}

#[test]
fn longest_label_and_name() {
    let label = "a".repeat(63);
    assert_eq!(ok(&label).value(), label);
    let name = [label.as_str(), &label, &label, &"b".repeat(61)].join(".");
    assert_eq!(name.len(), 253);
    assert_eq!(ok(&name).value(), name);
    assert!(refused(&format!("{name}b")).problem.contains("253"));
    let wildcard = format!("*.{}", &name[2..]);
    assert_eq!(ok(&wildcard).value(), wildcard);
    assert!(refused(&format!("*.{}", &name[1..])).problem.contains("253"));
}

#[test]
fn duplicates_go_and_the_order_stays() {
    let names: Vec<Name> =
        ["b", "A.example", "::1", "a.EXAMPLE", "0:0::1", "X@a.b", "x@a.b", "X@A.B", "b"].map(ok).into();
    let kept: Vec<_> = dedup(names).iter().map(Name::value).collect();
    assert_eq!(kept, ["b", "A.example", "::1", "X@a.b", "x@a.b"]);
}

#[test]
fn wildcards_are_explained() {
    let notes = |names: &[&str]| wildcard_notes(&names.iter().map(|n| ok(n)).collect::<Vec<_>>());
    assert!(notes(&["a.example", "::1"]).is_empty());
    let plain = notes(&["*.example.com"]);
    assert_eq!(
        plain,
        ["*.example.com stands for one label: it does not match example.com itself or a.b.example.com"]
    );
    let with_parent = notes(&["*.example.com", "EXAMPLE.com"]);
    assert_eq!(with_parent, ["*.example.com stands for one label: it does not match a.b.example.com"]);
    assert!(notes(&["*.local"])[0].contains("second-level wildcard"));
}

/// Strings that look like names, so that many of them parse.
fn name_like() -> impl Strategy<Value = String> {
    prop_oneof![
        "(\\*\\.)?[a-zA-Z0-9_-]{1,8}(\\.[a-zA-Z0-9_-]{1,8}){0,3}",
        "[a-zà-ýßα-ω☕。．]{1,6}(\\.[a-z0-9é\u{ad}]{1,6}){0,2}",
        "xn--[a-z0-9-]{1,10}(\\.[a-z]{1,4})?",
        "[0-9a-f:.\\[\\]%]{1,20}",
        "[a-z!#$%&'*+/=?^_`{|}~.-]{1,8}@[a-z0-9.ü-]{1,10}",
        "(spiffe|urn|https|Nats|tls):(//)?[a-zA-Z0-9./:@?#%\\[\\]_~-]{0,20}",
        "\\PC{0,12}",
    ]
}

proptest! {
    #[test]
    fn any_string_parses_or_is_refused_in_words(input in any::<String>()) {
        if let Err(why) = input.parse::<Name>() {
            prop_assert!(!why.fix.is_empty());
            prop_assert!(!why.to_string().contains(char::is_control));
            prop_assert!(!why.fix.contains(char::is_control));
        }
    }

    #[test]
    fn a_name_is_its_value_parsed(input in name_like()) {
        if let Ok(name) = input.parse::<Name>() {
            prop_assert!(name.value().is_ascii());
            prop_assert_eq!(name.value().parse::<Name>(), Ok(name));
        }
    }
}
