//! Every finding there is: its code, its name, how bad it is, and what it says in one line.
//!
//! Codes are stable: one that is given up is never used for something else. docs/findings.md has a page for each.

use std::fmt;
use std::str::FromStr;

use super::Severity;

macro_rules! codes {
    ($($variant:ident $code:literal $name:literal $severity:ident $title:literal;)+) => {
        /// What can be found.
        #[allow(clippy::doc_markdown, reason = "the titles are for people, who read them as they are")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)+
        }

        impl Code {
            /// Every one, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// `NC` and three digits.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// A word or two, joined by hyphens: the same for people.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// One line.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
        }
    };
}

codes! {
    // Files
    FileMissing "NC001" "file-missing" Error "a file that the configuration names is not there";
    FileUnreadable "NC002" "file-unreadable" Error "a file cannot be read";
    WrongKind "NC003" "wrong-kind" Error "a file holds another kind of thing than its option wants";
    KeyMismatch "NC004" "key-mismatch" Error "the private key does not belong to the certificate";
    KeyEncrypted "NC005" "key-encrypted" Error "the private key is encrypted";
    IntermediateFirst "NC006" "intermediate-first" Error "the first certificate of cert_file is the CA's";
    IntermediateMissing "NC007" "intermediate-missing" Error "cert_file lacks an intermediate certificate";
    ChainClutter "NC008" "chain-clutter" Warning "cert_file holds certificates twice, in disorder, or that do not belong to it";
    CaFileEmpty "NC009" "ca-file-empty" Error "ca_file holds no certificate";
    NotPem "NC010" "not-pem" Error "a file is not PEM but DER, PKCS #12, PKCS #7 or a Java keystore";
    TextEncoding "NC011" "text-encoding" Error "a byte order mark, or UTF-16, hides what is in a file";
    KeyExposed "NC012" "key-exposed" Warning "others can read the private key";
    RelativePath "NC013" "relative-path" Note "a path depends on the folder that nats-server is started in";
    HalfPair "NC014" "half-pair" Error "there is a certificate without its key, or a key without its certificate";
    NoCertificate "NC015" "no-certificate" Error "a listener has a tls map without a certificate";
    KeyKind "NC016" "key-kind" Error "nats-server cannot use keys of this kind";
    LineEnds "NC017" "line-ends" Note "a file has the line ends of Windows";
    // Time
    Expired "NC020" "expired" Error "a certificate has expired";
    NotYetValid "NC021" "not-yet-valid" Error "a certificate is not valid yet";
    ExpiresSoon "NC022" "expires-soon" Warning "a certificate expires soon";
    IssuerExpiresFirst "NC023" "issuer-expires-first" Warning "a CA certificate expires before what it issued";
    JustIssued "NC024" "just-issued" Note "a certificate began to be valid moments ago: a clock that is behind refuses it";
    // Usage
    ServerAuthMissing "NC030" "server-auth-missing" Error "a listener's certificate lacks serverAuth";
    ClientAuthMissing "NC031" "client-auth-missing" Error "the certificate of a server that dials lacks clientAuth";
    KeyEnciphermentMissing "NC032" "key-encipherment-missing" Warning "an RSA certificate without keyEncipherment, and suites that need it";
    CaAsEndEntity "NC033" "ca-as-end-entity" Warning "a CA certificate is used by a server or client";
    CaCannotSign "NC034" "ca-cannot-sign" Error "a CA certificate may not sign certificates";
    WeakKey "NC035" "weak-key" Warning "a key is too short";
    WeakSignature "NC036" "weak-signature" Error "a certificate is signed with SHA-1 or MD5";
    CaUsage "NC037" "ca-usage" Error "a CA certificate's extended key usage rules out what it issued";
    PathLength "NC038" "path-length" Error "there are more intermediates than a CA certificate allows";
    // Names
    NoSan "NC040" "no-san" Error "a listener's certificate has no DNS name and no IP address";
    CnOnly "NC041" "cn-only" Error "a host name stands in the common name only";
    HostNotCovered "NC042" "host-not-covered" Warning "a listener's own host or advertised address is not in its certificate";
    UrlNotCovered "NC043" "url-not-covered" Error "the certificate of who is dialled does not cover the host of the URL";
    IpNotCovered "NC044" "ip-not-covered" Error "a URL has an IP address that the certificate of who is dialled lacks";
    GossipedIp "NC045" "gossiped-ip" Warning "peers are told an IP address that the certificate lacks";
    WildcardMismatch "NC046" "wildcard-mismatch" Error "a wildcard stands for one label, not for two";
    KnownUrlsWithoutDns "NC047" "known-urls-without-dns" Error "known URLs are checked, and there are no host names to compare";
    KnownUrlsNoOverlap "NC048" "known-urls-no-overlap" Error "known URLs are checked, and a peer's DNS names are not among them";
    NameConstraint "NC049" "name-constraint" Error "a CA may not certify a name of the certificate";
    IpAsDns "NC050" "ip-as-dns" Error "an IP address stands among the DNS names";
    // Trust
    SystemRoots "NC060" "system-roots" Warning "there is no ca_file: peers are checked against the system's roots";
    UntrustedPeer "NC061" "untrusted-peer" Error "a peer's certificate does not lead to the ca_file it is checked against";
    SameSubject "NC062" "same-subject" Warning "several CA certificates have the same subject and different keys";
    LeafAsCa "NC063" "leaf-as-ca" Warning "ca_file holds a certificate that is no CA's";
    SelfSigned "NC064" "self-signed" Warning "a self-signed certificate is its own CA";
    // Verify and map
    NoUserMatches "NC070" "no-user-matches" Error "a client's certificate maps to no user";
    BareCommonName "NC071" "bare-common-name" Error "a user is a bare common name";
    DnSpelling "NC072" "dn-spelling" Error "a user is a distinguished name that no certificate spells so";
    BrowserVerify "NC073" "browser-verify" Note "a websocket listener demands certificates, which browsers do not send by themselves";
    VerifyForced "NC074" "verify-forced" Warning "verify: false where certificates are demanded all the same";
    VerifyContradiction "NC075" "verify-contradiction" Error "verify: false beside verify_and_map: true";
    MapOpen "NC076" "map-open" Error "verify_and_map without users: every certificate of the CA is let in";
    MapClosed "NC077" "map-closed" Error "verify_and_map on routes or gateways without a user: every peer is refused";
    MapTakeover "NC078" "map-takeover" Warning "a mapped user without a password can be taken over on another listener";
    EmptySubject "NC079" "empty-subject" Error "a certificate with an empty subject is refused by this server";
    // Pins
    PinMalformed "NC080" "pin-malformed" Error "a pin is not 64 hex digits";
    PinUnquoted "NC081" "pin-unquoted" Error "a pin without quotes is read as something else";
    PinOfCertificate "NC082" "pin-of-certificate" Error "a pin is the hash of the certificate, not of its key";
    PinStyle "NC083" "pin-style" Note "a pin is written in upper case";
    PinsWithoutVerify "NC084" "pins-without-verify" Error "pins without verify: every connection is refused";
    PeerNotPinned "NC085" "peer-not-pinned" Error "a peer's key is not among the pins";
    PinsIgnored "NC086" "pins-ignored" Warning "pins where nats-server does not look at them";
    // Options
    OptionRefused "NC090" "option-refused" Error "an option that nats-server does not take there";
    OptionIgnored "NC091" "option-ignored" Warning "an option that does nothing there";
    OptionTooNew "NC092" "option-too-new" Error "an option that this nats-server does not know yet";
    UnknownOption "NC093" "unknown-option" Error "an option that no nats-server knows";
    WrongType "NC094" "wrong-type" Error "an option has a value of the wrong kind";
    UnknownSuite "NC095" "unknown-suite" Error "a cipher suite or curve that this nats-server does not take";
    UnusableSuites "NC096" "unusable-suites" Warning "no TLS 1.2 cipher suite fits the key of the certificate";
    SuitesWithTls13 "NC097" "suites-with-tls13" Warning "cipher suites for TLS 1.2, which is switched off";
    TimeoutTooSmall "NC098" "timeout-too-small" Warning "a timeout that handshakes do not meet";
    TimeoutUnit "NC099" "timeout-unit" Error "a timeout that is not the time it looks like";
    HandshakeFirst "NC100" "handshake-first" Note "TLS comes first: what does not know that fails to connect";
    Insecure "NC101" "insecure" Warning "the server that is dialled is not checked at all";
    HttpAndHttps "NC102" "http-and-https" Error "monitoring by http and https at once";
    WebsocketWithoutTls "NC103" "websocket-without-tls" Error "a websocket listener without tls and without no_tls";
    DuplicateKey "NC104" "duplicate-key" Warning "a key stands twice, and the first does not count";
    CaseDuplicate "NC105" "case-duplicate" Error "a key stands in two spellings, and chance decides which counts";
    PlaintextAllowed "NC106" "plaintext-allowed" Warning "allow_non_tls lets clients in without TLS and without certificate";
    HttpsWithoutTls "NC107" "https-without-tls" Error "https monitoring without a tls map";
    PlaintextRemote "NC108" "plaintext-remote" Error "tls:// in a URL does not make TLS";
    MonitorNotMutual "NC109" "monitor-not-mutual" Note "https monitoring asks for no client certificate";
    MqttOcsp "NC110" "mqtt-ocsp" Warning "ocsp_peer of mqtt is ignored, and that of the top level is applied there";
    UsedAsVariable "NC111" "used-as-variable" Error "this nats-server drops an option that is also used as a variable";
    KeyWithoutValue "NC112" "key-without-value" Error "a key without a value changes the map around it";
    // Across configurations
    OneSidedTls "NC120" "one-sided-tls" Error "one side of a connection speaks TLS and the other does not";
    HandshakeFirstMismatch "NC121" "handshake-first-mismatch" Error "hub and remote differ about who speaks first";
    NoCommonProtocol "NC122" "no-common-protocol" Error "two servers have no curve for the key exchange in common";
}

impl Code {
    /// The heading of its page in docs/findings.md.
    #[must_use]
    pub fn heading(self) -> String {
        format!("{} {}", self.as_str(), self.name())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no code of a finding")]
pub struct UnknownCode(pub String);

impl FromStr for Code {
    type Err = UnknownCode;

    /// A code in either case, or a name.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let is = |code: &&Self| text.eq_ignore_ascii_case(code.as_str()) || text == code.name();
        Self::ALL.iter().find(is).copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_names_differ() {
        assert!(Code::ALL.windows(2).all(|two| two[0].as_str() < two[1].as_str()));
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn a_code_is_read_by_code_and_by_name() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(code.as_str().to_lowercase().parse(), Ok(*code));
            assert_eq!(code.name().parse(), Ok(*code));
        }
        assert!("NC999".parse::<Code>().is_err());
    }
}
