//! Whether a bundle is whole: judged by rustls-webpki and ring, not by natscert.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustix::fs::{Mode, OFlags, open, openat};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};

pub(crate) struct Bundle {
    pub(crate) cert: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) ca: Vec<u8>,
}

impl Bundle {
    /// The files of one folder, although another one may take its place meanwhile.
    pub(crate) fn read(dir: &Path) -> io::Result<Self> {
        let folder = open(dir, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
        let file = |name: &str| {
            let mut bytes = Vec::new();
            let file = openat(&folder, name, OFlags::RDONLY, Mode::empty())?;
            File::from(file).read_to_end(&mut bytes).map(|_| bytes)
        };
        file("tls.conf")?;
        Ok(Self { cert: file("cert.pem")?, key: file("key.pem")?, ca: file("ca.pem")? })
    }

    /// That certificate, P-256 key and CA belong together.
    #[track_caller]
    pub(crate) fn matches(&self) {
        let cert = CertificateDer::from_pem_slice(&self.cert).expect("a whole cert.pem");
        let ca = CertificateDer::from_pem_slice(&self.ca).expect("a whole ca.pem");
        verify(&cert, &ca);
        self.key_matches();
    }

    /// That P-256 key and certificate belong together.
    #[track_caller]
    pub(crate) fn key_matches(&self) {
        let cert = CertificateDer::from_pem_slice(&self.cert).expect("a whole cert.pem");
        assert!(belongs(&self.key, &cert), "key.pem is another certificate's");
    }
}

/// That `cert`, a server's, was issued by `ca`.
#[track_caller]
pub(crate) fn verify(cert: &CertificateDer<'_>, ca: &CertificateDer<'_>) {
    let anchor = webpki::anchor_from_trusted_cert(ca).unwrap();
    let leaf = webpki::EndEntityCert::try_from(cert).unwrap();
    let usage = webpki::KeyUsage::server_auth();
    let algorithms = webpki::ALL_VERIFICATION_ALGS;
    leaf.verify_for_usage(algorithms, &[anchor], &[], UnixTime::now(), usage, None, None)
        .expect("a good chain");
}

fn belongs(key: &[u8], cert: &CertificateDer<'_>) -> bool {
    let Ok(PrivateKeyDer::Pkcs8(key)) = PrivateKeyDer::from_pem_slice(key) else { panic!("no whole key") };
    let key = key.secret_pkcs8_der();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key, &SystemRandom::new()).unwrap();
    let public = pair.public_key().as_ref();
    cert.windows(public.len()).any(|part| part == public)
}

/// That a CA directory is missing, empty, or holds a root and its key. Whether it holds one.
#[track_caller]
pub(crate) fn ca_is_whole(dir: &Path) -> bool {
    let (Ok(root), Ok(key)) = (fs::read(dir.join("root.pem")), fs::read(dir.join("root-key.pem"))) else {
        let half = dir.join("root.pem").exists();
        assert!(!half, "a root without its key");
        return false;
    };
    let root = CertificateDer::from_pem_slice(&root).expect("a whole root.pem");
    assert!(belongs(&key, &root), "root-key.pem is another root's");
    true
}
