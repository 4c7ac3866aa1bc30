//! Where Linux distributions keep the roots that their administrator adds, and what makes the rest of them.

/// One kind of Linux distribution. All paths are absolute.
#[derive(Debug)]
pub(super) struct Distribution {
    pub(super) name: &'static str,
    /// The program that makes the bundle of the anchors, and its arguments.
    pub(super) tool: &'static str,
    pub(super) args: &'static [&'static str],
    /// The folder where an administrator puts roots, and what their files end in.
    pub(super) anchors: &'static str,
    pub(super) suffix: &'static str,
    /// What is there on this distribution even where `anchors` is not.
    pub(super) sign: &'static str,
    /// Other folders that the tool reads: another program may have put the root there.
    pub(super) elsewhere: &'static [&'static str],
    /// The file that the tool makes, which programs read.
    pub(super) bundle: &'static str,
    /// The folder of links to roots, where the tool does not remove those that lead nowhere.
    pub(super) links: Option<&'static str>,
    /// What adds to Java's roots the paths that it reads with `+`, and removes those with `-`; and that keystore.
    pub(super) java: Option<(&'static str, &'static str)>,
}

/// Those with a folder of a name of their own come first: all the others have what Debian has.
pub(super) const ALL: [Distribution; 5] = [
    Distribution {
        name: "RHEL's and Fedora's store",
        tool: "/usr/bin/update-ca-trust",
        args: &["extract"],
        anchors: "/etc/pki/ca-trust/source/anchors",
        suffix: ".pem",
        sign: "/etc/pki/ca-trust",
        elsewhere: &["/usr/share/pki/ca-trust-source/anchors"],
        bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        links: None,
        java: None,
    },
    Distribution {
        name: "openSUSE's store",
        tool: "/usr/sbin/update-ca-certificates",
        args: &[],
        anchors: "/etc/pki/trust/anchors",
        suffix: ".pem",
        sign: "/etc/pki/trust",
        elsewhere: &["/usr/share/pki/trust/anchors"],
        bundle: "/var/lib/ca-certificates/ca-bundle.pem",
        links: None,
        java: None,
    },
    Distribution {
        name: "Arch's store",
        tool: "/usr/bin/trust",
        args: &["extract-compat"],
        anchors: "/etc/ca-certificates/trust-source/anchors",
        suffix: ".crt",
        sign: "/etc/ca-certificates/trust-source",
        elsewhere: &["/usr/share/ca-certificates/trust-source/anchors"],
        bundle: "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
        links: None,
        java: None,
    },
    Distribution {
        name: "Alpine's store",
        tool: "/usr/sbin/update-ca-certificates",
        args: &[],
        anchors: "/usr/local/share/ca-certificates",
        suffix: ".crt",
        sign: "/etc/apk",
        elsewhere: &[],
        bundle: "/etc/ssl/certs/ca-certificates.crt",
        links: Some("/etc/ssl/certs"),
        java: None,
    },
    Distribution {
        name: "Debian's store",
        tool: "/usr/sbin/update-ca-certificates",
        args: &[],
        anchors: "/usr/local/share/ca-certificates",
        suffix: ".crt",
        sign: "/usr/share/ca-certificates",
        elsewhere: &["/usr/share/ca-certificates"],
        bundle: "/etc/ssl/certs/ca-certificates.crt",
        links: Some("/etc/ssl/certs"),
        java: Some(("/etc/ca-certificates/update.d/jks-keystore", "/etc/ssl/certs/java/cacerts")),
    },
];
