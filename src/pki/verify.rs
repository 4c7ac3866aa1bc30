//! Whether a root's key has made a certificate's signature.

use der::{Decode, Encode};
use rcgen::PublicKeyData as _;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::ca::Ca;
use super::draft::{Signed, Tbs};
use super::key::KeyPair;

impl Ca {
    /// Whether this root has signed the first certificate in PEM or DER `bytes`, with the algorithm that it signs
    /// with.
    #[must_use]
    pub fn has_signed(&self, bytes: &[u8]) -> bool {
        let Ok(certificates) = super::read::certificates(bytes) else { return false };
        certificates.first().is_some_and(|der| verifies(self.key(), der).unwrap_or(false))
    }
}

fn verifies(key: &KeyPair, certificate: &[u8]) -> der::Result<bool> {
    let signed = Signed::from_der(certificate)?;
    let Some(algorithm) = algorithm(key) else { return Ok(false) };
    let tbs = signed.tbs.to_der()?;
    // RFC 5280, section 4.1.1.2: the algorithm stands in it twice, and only one of them is signed.
    if Tbs::from_der(&tbs)?.signature != signed.algorithm {
        return Ok(false);
    }
    let public = UnparsedPublicKey::new(algorithm, key.der_bytes());
    Ok(signed.signature.as_bytes().is_some_and(|signature| public.verify(&tbs, signature).is_ok()))
}

/// What rcgen signs with a key of this kind.
fn algorithm(key: &KeyPair) -> Option<&'static dyn VerificationAlgorithm> {
    let is = |other: &rcgen::SignatureAlgorithm| key.algorithm() == other;
    if is(&rcgen::PKCS_ECDSA_P256_SHA256) {
        Some(&ECDSA_P256_SHA256_ASN1)
    } else if is(&rcgen::PKCS_ECDSA_P384_SHA384) {
        Some(&ECDSA_P384_SHA384_ASN1)
    } else if is(&rcgen::PKCS_ED25519) {
        Some(&ED25519)
    } else if is(&rcgen::PKCS_RSA_SHA256) {
        Some(&RSA_PKCS1_2048_8192_SHA256)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pki::{CaRequest, Constraints, KeyType, Span, Subject, Usage, Validity};
    use time::OffsetDateTime;

    fn root(key_type: KeyType) -> Ca {
        let validity = Validity::asked(OffsetDateTime::now_utc(), None, None, Some(Span::days(9))).unwrap();
        let subject = Subject::common_name("root");
        Ca::create(&CaRequest { subject, key_type, validity, constraints: Constraints::default() }).unwrap()
    }

    #[test]
    fn every_kind_of_root_knows_its_own_signatures() {
        for key_type in KeyType::ALL.into_iter().filter(|t| *t != KeyType::Rsa4096) {
            let ca = root(key_type);
            let issued = ca.issue(Usage::Both, ["n1.example.com"]).unwrap();
            assert!(ca.has_signed(issued.der()) && ca.has_signed(issued.cert_pem().as_bytes()), "{key_type}");
            assert!(!root(key_type).has_signed(issued.der()), "{key_type}");
        }
    }

    #[test]
    fn no_octet_can_be_changed() {
        let ca = root(KeyType::EcdsaP256);
        let der = ca.issue(Usage::Client, ["alice@example.com"]).unwrap().der().to_vec();
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 1;
            assert!(!ca.has_signed(&changed), "octet {at}");
        }
    }
}
