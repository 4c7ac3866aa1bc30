//! Other distributions: their folders, and stand-ins for their tools in place of Debian's.

use super::house::House;
use super::judge::{self, Verdict::*};
use super::said::assert_same;
use super::server::Server;
use super::stores::{SYSTEM, fingerprint, natscert_root};

struct Distribution {
    tool: &'static str,
    args: &'static str,
    anchors: &'static str,
    suffix: &'static str,
    bundle: &'static str,
    /// More that tells it, and more that its tool does.
    furnish: &'static str,
    extra: &'static str,
}

#[track_caller]
fn judge(distribution: &Distribution) {
    let Distribution { tool, args, anchors, suffix, bundle, furnish, extra } = distribution;
    let house = House::new();
    let root = house.root();
    house.bash(&format!("rm -f /usr/sbin/update-ca-certificates /usr/bin/trust; mkdir -p {anchors} $(dirname {bundle}); {furnish}"));
    let stub = format!(
        "#!/bin/sh\n[ \"$*\" = '{args}' ] || {{ echo \"{tool}: not $*\" >&2; exit 1; }}\n\
         cat /usr/share/ca-certificates/mozilla/*.crt {anchors}/*.* >/tmp/new 2>/dev/null\ncp /tmp/new {bundle}\n{extra}\n"
    );
    house.write(tool, stub, 0o755);
    house.bash(&format!("{tool} {args}"));
    let before = house.contents(&[anchors, bundle, SYSTEM[0]]);
    let server = Server::of_natscert(&root);
    let reader = root.with("CURL_CA_BUNDLE", bundle);

    let trust = root.trust(&["install", "--store", "system"]).ends(0).all("system", "installed");
    trust.came_to(anchors, "installed");
    assert_eq!(judge::curl(&reader, &server), Trusted);
    let name = format!("natscert-{}{suffix}", &fingerprint(&house, &natscert_root(&root))[..16]);
    assert_eq!(house.bash(&format!("cd {anchors}; stat -c '%n %a' *")), format!("{name} 644\n"));
    let installed = house.picture(&[anchors, bundle]);
    root.trust(&["install", "--store", "system"]).ends(0).all("system", "already");
    root.trust(&["status", "--store", "system"]).ends(0).all("system", "trusted");
    assert_same(&installed, &house.picture(&[anchors, bundle]));

    root.trust(&["uninstall", "--store", "system"]).ends(0).all("system", "removed");
    assert_eq!(judge::curl(&reader, &server), Refused);
    assert_same(&before, &house.contents(&[anchors, bundle, SYSTEM[0]]));

    house.write(tool, "#!/bin/sh\necho the disk is tired >&2\nexit 1\n", 0o755);
    let failed = root.trust(&["install", "--store", "system"]).ends(1).all("system", "failed");
    assert!(failed.came_to(anchors, "failed").contains("the disk is tired"));
    assert_same(&before, &house.contents(&[anchors, bundle, SYSTEM[0]]));
}

#[test]
fn rhel_and_fedora() {
    judge(&Distribution {
        tool: "/usr/bin/update-ca-trust",
        args: "extract",
        anchors: "/etc/pki/ca-trust/source/anchors",
        suffix: ".pem",
        bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        furnish: "true",
        extra: "",
    });
}

#[test]
fn arch() {
    judge(&Distribution {
        tool: "/usr/bin/trust",
        args: "extract-compat",
        anchors: "/etc/ca-certificates/trust-source/anchors",
        suffix: ".crt",
        bundle: "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
        furnish: "true",
        extra: "",
    });
}

#[test]
fn opensuse() {
    judge(&Distribution {
        tool: "/usr/sbin/update-ca-certificates",
        args: "",
        anchors: "/etc/pki/trust/anchors",
        suffix: ".pem",
        bundle: "/var/lib/ca-certificates/ca-bundle.pem",
        furnish: "mkdir -p /usr/share/pki/trust/anchors; mount -t tmpfs -o ro tmpfs /usr/share/pki",
        extra: "",
    });
}

/// Its tool makes links as Debian's does, under other names, and takes none away.
#[test]
fn alpine() {
    judge(&Distribution {
        tool: "/usr/sbin/update-ca-certificates",
        args: "",
        anchors: "/usr/local/share/ca-certificates",
        suffix: ".crt",
        bundle: "/etc/ssl/certs/ca-certificates.crt",
        furnish: "mkdir -p /etc/apk",
        extra: "for anchor in /usr/local/share/ca-certificates/*.crt; do [ -e $anchor ] || continue\n\
                link=/etc/ssl/certs/ca-cert-$(basename $anchor .crt).pem; ln -sf $anchor $link\n\
                ln -sf $(basename $link) /etc/ssl/certs/$(openssl x509 -noout -hash -in $anchor).0; done",
    });
}
