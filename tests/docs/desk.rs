//! Where commands of the documents run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A folder of its own for a command, with files that examples name.
pub(super) struct Desk(tempfile::TempDir);

impl Desk {
    pub(super) fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for (role, name) in [
            ("leaf", "hub.example.com"),
            ("cluster", "n1.example.com"),
            ("cluster", "n2.example.com"),
            ("server", "localhost"),
        ] {
            desk.ok(&format!("natscert issue {role} {name}"));
        }
        desk.ok("natscert ca intermediate add east-2026");
        desk.ok("natscert ca intermediate add east-2027 --standby");
        for (from, to) in [
            ("cert.pem", "FILE"),
            ("cert.pem", "cert.pem"),
            ("cert.pem", "tls.crt"),
            ("key.pem", "tls.key"),
            ("ca.pem", "ca.crt"),
        ] {
            fs::copy(
                desk.0.path().join("natscert/cluster/n1.example.com").join(from),
                desk.0.path().join(to),
            )
            .unwrap();
        }
        let config = "port: 4222\ninclude natscert/server/localhost/tls.conf\n";
        fs::write(desk.0.path().join("nats.conf"), config).unwrap();
        let log = "[1] 2026/11/22 07:47:46 [ERR] 10.0.0.7:51300 - cid:5 - TLS handshake error: certificate not pinned\n";
        fs::write(desk.0.path().join("nats.log"), log).unwrap();
        let request = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pki/p256.csr.pem");
        fs::copy(request, desk.0.path().join("REQUEST.pem")).unwrap();
        fs::copy(desk.0.path().join("ca/root.pem"), desk.0.path().join("rootCA.pem")).unwrap();
        fs::copy(desk.0.path().join("ca/root-key.pem"), desk.0.path().join("rootCA-key.pem")).unwrap();
        desk
    }

    /// Runs a shell line in which `natscert` is this build.
    pub(super) fn run(&self, line: &str) -> Output {
        let bin = Path::new(env!("CARGO_BIN_EXE_natscert")).parent().unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        Command::new("sh")
            .args(["-c", line])
            .current_dir(self.0.path())
            .env("PATH", path)
            .env("NATSCERT_CA_DIR", self.0.path().join("ca"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    pub(super) fn ok(&self, line: &str) -> Output {
        let output = self.run(line);
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
        output
    }
}
