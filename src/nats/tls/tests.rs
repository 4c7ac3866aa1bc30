use super::*;

fn full() -> TlsOptions {
    TlsOptions {
        verify: true,
        handshake_first: Some(HandshakeFirst::Auto),
        timeout: "5".parse().ok(),
        rate_limit: Some(100),
        min_version: Some(MinVersion::Tls12),
        cipher_suites: vec!["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256".to_owned()],
        curves: vec!["X25519".to_owned(), "X25519".to_owned()],
        pins: vec!["ab".repeat(32).parse().unwrap()],
        ..TlsOptions::default()
    }
}

fn warned(options: &TlsOptions, context: Context, version: Version) -> Vec<String> {
    options.check(context, version).unwrap().warnings().iter().map(ToString::to_string).collect()
}

fn has(warnings: &[String], part: &str) -> bool {
    warnings.iter().any(|warning| warning.contains(part))
}

#[test]
fn nothing_asked_nothing_said() {
    for context in Context::ALL {
        for version in [Version::OLDEST, Version::NEWEST] {
            let checked = TlsOptions::default().check(context, version).unwrap();
            assert_eq!(checked.options(), &TlsOptions::default());
            assert_eq!(checked.warnings(), []);
        }
    }
}

#[test]
fn only_what_works_is_kept() {
    let server = full().check(Context::Server, Version::NEWEST).unwrap();
    assert_eq!(server.options(), &TlsOptions { curves: vec!["X25519".to_owned()], ..full() });
    assert_eq!(server.warnings(), []);

    let monitor = full().check(Context::Monitor, Version::NEWEST).unwrap();
    let kept: Vec<_> = TlsOption::ALL.into_iter().filter(|option| monitor.options().has(*option)).collect();
    assert_eq!(kept, [TlsOption::MinVersion, TlsOption::CipherSuites, TlsOption::CurvePreferences]);
    let warned: Vec<_> = monitor.warnings().iter().map(Warning::option).collect();
    assert_eq!(
        warned,
        [
            TlsOption::Verify,
            TlsOption::HandshakeFirst,
            TlsOption::Timeout,
            TlsOption::ConnectionRateLimit,
            TlsOption::PinnedCerts
        ]
    );
}

#[test]
fn known_urls_only_between_servers() {
    let options = TlsOptions { check_known_urls: true, ..TlsOptions::default() };
    for context in Context::ALL {
        let legal = options.check(context, Version::NEWEST).is_ok();
        let expected = matches!(context, Context::Cluster | Context::Gateway | Context::RemoteGateway);
        assert_eq!(legal, expected, "{context}");
    }
    let entry = options.check(Context::RemoteGateway, Version::NEWEST).unwrap();
    assert!(!entry.options().check_known_urls && !entry.warnings().is_empty());
    let error = options.check(Context::Leaf, Version::NEWEST).unwrap_err();
    assert_eq!(
        error.to_string(),
        "verify_cert_and_check_known_urls is not allowed in leafnodes.tls: nats-server does not start with it \
         outside cluster and gateway"
    );
    assert_eq!(error.hint(), "leave --check-known-urls out; it is for cluster, gateway");
}

#[test]
fn versions_decide() {
    let min = TlsOptions { min_version: Some(MinVersion::Tls13), ..TlsOptions::default() };
    let error = min.check(Context::Server, Version::new(2, 9, 10)).unwrap_err();
    assert_eq!(error.to_string(), "nats-server 2.9.10 does not know min_version: it came with 2.10.21");
    assert!(min.check(Context::Server, Version::new(2, 10, 20)).is_err());
    assert_eq!(warned(&min, Context::Server, Version::new(2, 10, 25)), Vec::<String>::new());
    let line = "2.10".parse().unwrap();
    assert_eq!(
        warned(&min, Context::Server, line),
        ["min_version came with nats-server 2.10.21: an older 2.10 does not start with it"]
    );
    // What is not written cannot be too new.
    let first = TlsOptions { handshake_first: Some(HandshakeFirst::Always), ..TlsOptions::default() };
    assert!(first.check(Context::Server, Version::OLDEST).is_err());
    assert!(first.check(Context::Cluster, Version::OLDEST).is_ok());
}

#[test]
fn wrong_names_are_refused() {
    let options = TlsOptions { curves: vec!["P-256".to_owned()], ..TlsOptions::default() };
    let error = options.check(Context::Server, Version::NEWEST).unwrap_err();
    assert_eq!(error.to_string(), "nats-server knows no curve \"P-256\"");
    assert!(error.hint().starts_with("did you mean CurveP256"));
    let options = TlsOptions { curves: vec!["X25519MLKEM768".to_owned()], ..TlsOptions::default() };
    assert!(options.check(Context::Server, Version::new(2, 11, 17)).is_err());
    assert!(options.check(Context::Server, Version::new(2, 12, 0)).is_ok());
}

#[test]
fn pins_need_verify_on_listeners() {
    let pins = TlsOptions { verify: false, ..full() };
    for context in [Context::Server, Context::Mqtt, Context::Leaf] {
        assert!(has(&warned(&pins, context, Version::NEWEST), "refuses every connection"), "{context}");
        assert!(!has(&warned(&full(), context, Version::NEWEST), "refuses every connection"), "{context}");
    }
    for context in [Context::Cluster, Context::Gateway] {
        assert!(!has(&warned(&pins, context, Version::NEWEST), "refuses every connection"), "{context}");
    }
    for context in [Context::Websocket, Context::RemoteGateway, Context::Remote] {
        let checked = pins.check(context, Version::NEWEST).unwrap();
        assert!(checked.options().pins.is_empty());
        assert!(
            checked.warnings().iter().any(|warning| warning.option() == TlsOption::PinnedCerts),
            "{context}"
        );
    }
}

#[test]
fn forced_verify_is_said_and_not_written() {
    let checked = full().check(Context::Cluster, Version::NEWEST).unwrap();
    assert!(!checked.options().verify);
    assert_eq!(
        checked.warnings()[0].to_string(),
        "verify changes nothing in cluster.tls: routes always demand a certificate from the peer"
    );
}

#[test]
fn mapping_warns_of_open_doors() {
    let map = TlsOptions { verify: true, verify_and_map: true, ..TlsOptions::default() };
    let checked = map.check(Context::Server, Version::NEWEST).unwrap();
    assert!(checked.options().verify_and_map && !checked.options().verify);
    let texts = warned(&map, Context::Server, Version::NEWEST);
    assert!(
        has(&texts, "includes verify") && has(&texts, "without any users") && !has(&texts, "empty password")
    );
    for old in ["2.14", "2.14.3", "2.9"] {
        assert!(has(&warned(&map, Context::Mqtt, old.parse().unwrap()), "empty password"), "{old}");
    }
    assert!(has(&warned(&map, Context::Gateway, Version::NEWEST), "gateway.authorization.user"));
}

#[test]
fn insecure_is_for_dialling() {
    let options = TlsOptions { insecure: true, ..TlsOptions::default() };
    assert!(options.check(Context::Remote, Version::NEWEST).unwrap().options().insecure);
    assert!(has(&warned(&options, Context::Remote, Version::NEWEST), "switches off every check"));
    assert!(!options.check(Context::Server, Version::NEWEST).unwrap().options().insecure);
    assert!(has(&warned(&options, Context::Server, Version::NEWEST), "does nothing"));
}

#[test]
fn cipher_suite_warnings() {
    let with = |names: &[&str], min_version| TlsOptions {
        cipher_suites: names.iter().map(|name| (*name).to_owned()).collect(),
        min_version,
        ..TlsOptions::default()
    };
    let weak = with(&["TLS_RSA_WITH_AES_128_CBC_SHA"], None);
    assert!(weak.check(Context::Server, Version::NEWEST).unwrap().allow_insecure_cipher_suites());
    assert!(!weak.check(Context::Server, Version::new(2, 11, 11)).unwrap().allow_insecure_cipher_suites());
    assert!(has(&warned(&weak, Context::Server, Version::OLDEST), "insecure cipher suites"));
    let tls13 = with(&["TLS_AES_128_GCM_SHA256"], None);
    assert!(has(&warned(&tls13, Context::Server, Version::NEWEST), "peers without TLS 1.3"));
    let useless = with(&["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], Some(MinVersion::Tls13));
    assert!(has(&warned(&useless, Context::Server, Version::NEWEST), "min_version 1.3 excludes"));
}

#[test]
fn handshake_first_takes_two() {
    let first = |value| TlsOptions { handshake_first: Some(value), ..TlsOptions::default() };
    let always = first(HandshakeFirst::Always);
    assert!(has(&warned(&always, Context::Server, Version::NEWEST), "wait for INFO"));
    let auto = first(HandshakeFirst::Auto);
    assert!(warned(&auto, Context::Server, Version::NEWEST).is_empty());
    assert!(warned(&auto, Context::Leaf, Version::NEWEST).is_empty());
    assert!(has(&warned(&auto, Context::Leaf, Version::new(2, 10, 25)), "no fallback"));
    let remote = auto.check(Context::Remote, Version::NEWEST).unwrap();
    assert_eq!(remote.options().handshake_first, Some(HandshakeFirst::Always));
}

#[test]
fn a_remote_gets_what_its_hub_has() {
    let remote = full().check(Context::Leaf, Version::NEWEST).unwrap().for_context(Context::Remote);
    assert!(remote.options().pins.is_empty() && !remote.options().verify);
    assert_eq!(remote.options().timeout, full().timeout);
    assert_eq!(remote.options().handshake_first, Some(HandshakeFirst::Always));
}

#[test]
fn who_dials_a_gateway_gets_what_the_listener_has() {
    let gateway = full().check(Context::Gateway, Version::NEWEST).unwrap();
    let dials = gateway.for_context(Context::RemoteGateway);
    let (has, had) = (dials.options(), gateway.options());
    assert_eq!((has.timeout, has.min_version), (had.timeout, had.min_version));
    assert_eq!((&has.cipher_suites, &has.curves), (&had.cipher_suites, &had.curves));
    assert!(!had.pins.is_empty() && has.pins.is_empty() && has.handshake_first.is_none());
}

#[test]
fn no_rate_limit_is_not_written() {
    let options = TlsOptions { rate_limit: Some(0), ..TlsOptions::default() };
    assert_eq!(options.check(Context::Server, Version::NEWEST).unwrap().options().rate_limit, None);
    assert!(has(&warned(&options, Context::Server, Version::NEWEST), "is no limit"));
}
