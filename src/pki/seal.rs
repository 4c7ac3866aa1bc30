//! Signs what a CA says beside certificates: CRLs and OCSP responses have the shape of a certificate.

use der::Encode as _;
use der::asn1::{AnyRef, BitStringRef, Null, ObjectIdentifier};
use rcgen::PublicKeyData as _;
use x509_cert::spki::AlgorithmIdentifierRef;

use super::draft::Signed;
use super::error::Error;
use super::key::KeyPair;
use super::revocation::encode;
use super::signature::{ECDSA_SHA256, ECDSA_SHA384, ED25519, RSA_SHA256};

/// What the key signs with, DER of an `AlgorithmIdentifier`.
pub(super) fn algorithm(key: &KeyPair) -> Result<Vec<u8>, Error> {
    let is = |other: &rcgen::SignatureAlgorithm| key.algorithm() == other;
    let plain = |oid: ObjectIdentifier| AlgorithmIdentifierRef { oid, parameters: None };
    let identifier = if is(&rcgen::PKCS_ECDSA_P256_SHA256) {
        plain(ECDSA_SHA256)
    } else if is(&rcgen::PKCS_ECDSA_P384_SHA384) {
        plain(ECDSA_SHA384)
    } else if is(&rcgen::PKCS_ED25519) {
        plain(ED25519)
    } else if is(&rcgen::PKCS_RSA_SHA256) {
        // RFC 4055, section 5: the parameters are there and NULL.
        AlgorithmIdentifierRef { oid: RSA_SHA256, parameters: Some(Null.into()) }
    } else {
        return Err(Error::UnusableKey);
    };
    identifier.to_der().map_err(encode)
}

/// What is to be signed (DER), the algorithm, the signature.
pub(super) fn sealed(tbs: &[u8], key: &KeyPair) -> Result<Vec<u8>, Error> {
    let (algorithm, signature) = (algorithm(key)?, key.sign(tbs)?);
    let whole = || {
        use der::Decode as _;
        Signed {
            tbs: AnyRef::from_der(tbs)?,
            algorithm: AnyRef::from_der(&algorithm)?,
            signature: BitStringRef::from_bytes(&signature)?,
        }
        .to_der()
    };
    whole().map_err(encode)
}
