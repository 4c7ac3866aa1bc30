//! Whether a root's key has made a certificate's signature.

use der::{Decode, Encode};
use rcgen::PublicKeyData as _;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::ca::Ca;
use super::draft::{Signed, Tbs};
use super::inspect::Facts;
use super::key::KeyPair;

impl Ca {
    /// Which of these CAs issued this certificate, given as PEM or DER and what it says: by name, key identifier and
    /// signature.
    #[must_use]
    pub fn issuer_of<'a>(
        cas: impl IntoIterator<Item = &'a Self>,
        facts: &Facts,
        certificate: &[u8],
    ) -> Option<&'a Self> {
        cas.into_iter().find(|ca| facts.names_as_issuer(ca.facts()) && ca.has_signed(certificate))
    }

    /// Whether who trusts these certificates takes what this CA issues. For nats-server each of them is an anchor, that of an
    /// intermediate too, and an anchor is known by name and key: another certificate of the same CA does as well. What
    /// the CA issues brings along what is above it, but for the root.
    #[must_use]
    pub fn leads_to<'a>(&self, anchors: impl IntoIterator<Item = &'a Facts>) -> bool {
        anchors.into_iter().any(|anchor| self.line().any(|ca| ca.is_same_ca(anchor)))
    }

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
impl Ca {
    /// Another certificate of the same root, DER.
    pub(crate) fn again(&self) -> Result<Vec<u8>, super::Error> {
        let request = super::CaRequest {
            subject: self.facts.subject.clone(),
            key_type: super::KeyType::default(),
            validity: self.validity(),
            constraints: self.facts.constraints.clone(),
        };
        let path = rcgen::BasicConstraints::Unconstrained;
        let params = super::ca::ca_params(&request, path, &self.facts.spki, &self.facts.spki)?;
        Ok(self.encode(&params, &request.subject, &self.facts.spki)?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pki::{CaRequest, Constraints, IntermediateWish, KeyType, Span, Subject, Usage, Validity};
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

    /// As nats-server goes by a `ca_file`: tests/judges/intermediates has it say so.
    #[test]
    fn anchors_are_known_by_name_and_key() {
        let (ca, other) = (root(KeyType::EcdsaP256), root(KeyType::EcdsaP256));
        let now = OffsetDateTime::now_utc();
        let below = ca.named_intermediate("a", &IntermediateWish::default(), None, [&ca], now).unwrap();
        let again = Facts::of(&ca.again().unwrap()).unwrap();
        assert_ne!(again.fingerprint, ca.facts().fingerprint);
        for anchor in [ca.facts(), &again] {
            assert!(
                ca.leads_to([anchor]) && below.leads_to([anchor]) && below.leads_to([other.facts(), anchor])
            );
            assert!(!other.leads_to([anchor]), "the same name, and another key");
        }
        assert!(below.leads_to([below.facts()]) && !ca.leads_to([below.facts()]));
        assert!(!below.leads_to([]));
    }

    #[test]
    fn who_issued_a_certificate_its_signature_says() {
        let (ca, other) = (root(KeyType::Ed25519), root(KeyType::Ed25519));
        let issued = ca.issue(Usage::Both, ["n1.example.com"]).unwrap();
        let found = |cas: [&Ca; 2]| {
            let by =
                Ca::issuer_of(cas.into_iter().map(|ca| ca as &Ca), &issued.facts().unwrap(), issued.der());
            by.map(|ca| ca.facts().fingerprint.clone())
        };
        assert_eq!(found([&other, &ca]).as_ref(), Some(&ca.facts().fingerprint));
        assert_eq!(found([&other, &other]), None);
        let mut forged = issued.der().to_vec();
        *forged.last_mut().unwrap() ^= 1;
        assert!(Ca::issuer_of([&ca], &issued.facts().unwrap(), &forged).is_none());
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
