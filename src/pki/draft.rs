//! rcgen encodes the certificate; this file puts our distinguished names and the holder's key into it and signs it.
//!
//! rcgen's own `DistinguishedName` holds one value per attribute type, which cannot say `DC=example,DC=com`
//! and cannot repeat an imported root's subject byte for byte as RFC 5280, section 4.1.2.4, asks. So rcgen
//! makes a draft with an empty signature, the two names are exchanged in its DER, and ring signs the result.
//! The public key is exchanged as well: rcgen takes only kinds that it could sign with.

use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Sequence};
use rcgen::{CertificateParams, Issuer, KeyIdMethod, PublicKeyData, SignatureAlgorithm, SigningKey};
use rustls_pki_types::CertificateDer;

use super::error::Error;
use super::key::KeyPair;

/// Has the signer's algorithm, and signs nothing.
struct Unsigned<'a>(&'a KeyPair);

impl PublicKeyData for Unsigned<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.0.algorithm()
    }
}

impl SigningKey for Unsigned<'_> {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Vec::new())
    }
}

#[derive(Sequence)]
pub(super) struct Signed<'a> {
    pub(super) tbs: AnyRef<'a>,
    pub(super) algorithm: AnyRef<'a>,
    pub(super) signature: BitStringRef<'a>,
}

#[derive(Sequence)]
pub(super) struct Tbs<'a> {
    version: AnyRef<'a>,
    serial: AnyRef<'a>,
    pub(super) signature: AnyRef<'a>,
    issuer: AnyRef<'a>,
    validity: AnyRef<'a>,
    subject: AnyRef<'a>,
    public_key: AnyRef<'a>,
    extensions: AnyRef<'a>,
}

/// Who signs, and how the certificate names it.
pub(super) struct Signer<'a> {
    pub(super) key: &'a KeyPair,
    /// DER of the issuer's distinguished name.
    pub(super) name: &'a [u8],
    /// The issuer's subject key identifier, which becomes the authority key identifier.
    pub(super) key_id: Vec<u8>,
}

/// Whom a certificate is for.
pub(super) struct Holder<'a> {
    /// DER of the distinguished name.
    pub(super) name: &'a [u8],
    /// DER of the `SubjectPublicKeyInfo`.
    pub(super) spki: &'a [u8],
}

/// A signed certificate for `holder`.
pub(super) fn certificate(
    params: &CertificateParams,
    holder: &Holder<'_>,
    signer: &Signer<'_>,
) -> Result<CertificateDer<'static>, Error> {
    let mut issuer = CertificateParams::default();
    issuer.key_identifier_method = KeyIdMethod::PreSpecified(signer.key_id.clone());
    let issuer = Issuer::new(issuer, Unsigned(signer.key));
    // The signer's key holds the place of the holder's.
    let draft = params.signed_by(signer.key, &issuer).map_err(|why| Error::Encode(why.to_string()))?;
    fill_in(draft.der(), holder, signer).map_err(|why| Error::Encode(why.to_string()))?
}

fn fill_in(
    draft: &[u8],
    holder: &Holder<'_>,
    signer: &Signer<'_>,
) -> der::Result<Result<CertificateDer<'static>, Error>> {
    let unsigned = Signed::from_der(draft)?;
    let tbs_der = unsigned.tbs.to_der()?;
    let mut tbs = Tbs::from_der(&tbs_der)?;
    tbs.issuer = AnyRef::from_der(signer.name)?;
    tbs.subject = AnyRef::from_der(holder.name)?;
    tbs.public_key = AnyRef::from_der(holder.spki)?;
    let tbs_der = tbs.to_der()?;
    let signature = match signer.key.sign(&tbs_der) {
        Ok(signature) => signature,
        Err(why) => return Ok(Err(why)),
    };
    let whole = Signed {
        tbs: AnyRef::from_der(&tbs_der)?,
        algorithm: unsigned.algorithm,
        signature: BitStringRef::from_bytes(&signature)?,
    };
    Ok(Ok(CertificateDer::from(whole.to_der()?)))
}
