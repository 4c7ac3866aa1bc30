//! From a certificate to its issuers.

use std::rc::Rc;

use super::keys::weak_signature;
use super::time::{When, expiry};
use super::{Bundle, who};
use crate::finding::{Code, Finding};
use crate::lint::Certificate;
use crate::pki::{self, Chain, Facts, Member, Obstacle, Signature, Usage};

/// The first certificate of a file, its issuer if it is there, and so on; each once.
pub(crate) fn path_of(bundle: Bundle<'_>) -> impl Iterator<Item = &Rc<Certificate>> {
    let mut seen: Vec<&Rc<Certificate>> = Vec::new();
    let mut next = bundle.certificates.first();
    std::iter::from_fn(move || {
        let one = next?;
        seen.push(one);
        let is_new = |issuer: &&Rc<Certificate>| !seen.iter().any(|known| Rc::ptr_eq(known, issuer));
        next = bundle
            .certificates
            .iter()
            .find(|issuer| one.facts.names_as_issuer(&issuer.facts) && is_new(issuer));
        Some(one)
    })
}

/// What is wrong between the first certificate and the last intermediate of its file, whatever lies above.
pub(crate) fn without_roots(bundle: Bundle<'_>, when: When) -> Option<Finding> {
    let path: Vec<_> = path_of(bundle).filter(|one| !one.facts.is_self_issued()).collect();
    let (top, below) = path.split_last()?;
    let (leaf, between) = below.split_first()?;
    let signed = |child: &Facts, issuer: &Facts| {
        let of = path.iter().find(|one| one.facts.fingerprint == child.fingerprint);
        of.map_or(Signature::Unknown, |one| pki::signature(&one.der, issuer))
    };
    let chain = Chain {
        leaf: &leaf.facts,
        intermediates: &between.iter().map(|one| &one.facts).collect::<Vec<_>>(),
        roots: &[&top.facts],
        signed: &signed,
        now: when.now,
    };
    for usage in [Usage::Server, Usage::Client] {
        let listed = leaf.facts.extended_key_usage.is_some() && leaf.facts.good_for(usage);
        let why = match pki::verify(&chain, usage) {
            Err(Obstacle::Usage(_)) if !listed => continue,
            Err(why) => why,
            Ok(()) => continue,
        };
        let one = match why.member() {
            Member::Leaf => leaf,
            Member::Intermediate(at) => between.get(at)?,
            Member::Root(_) => top,
        };
        if matches!(why, Obstacle::OtherKey(_)) {
            let message = format!(
                "{}: what stands behind the certificate of {} has the name of its issuer, and another key",
                bundle.name,
                who(&one.facts)
            );
            let fix = "put the certificate of the CA there that issued it";
            return Some(Finding::new(Code::IntermediateMissing, message, fix).of(bundle.element(one)));
        }
        return obstacle(bundle, one, &why, usage, when);
    }
    None
}

/// What stops a path at one of its members; nothing where another rule says it, or nobody can be sure.
pub(crate) fn obstacle(
    of: Bundle<'_>,
    one: &Certificate,
    why: &Obstacle,
    usage: Usage,
    when: When,
) -> Option<Finding> {
    let (name, who) = (of.name, who(&one.facts));
    let finding = match why {
        Obstacle::NotNow(Member::Leaf)
        | Obstacle::Usage(Member::Leaf)
        | Obstacle::UnknownIssuer(_)
        | Obstacle::OtherKey(_)
        | Obstacle::Name(..) => return None,
        Obstacle::NotNow(_) => return expiry(of, one, when, "ca"),
        Obstacle::WeakSignature(_) => weak_signature(of, one),
        Obstacle::CannotSign(_) => cannot_sign(of, one),
        Obstacle::Usage(_) => {
            let purpose = if usage == Usage::Client { "clientAuth" } else { "serverAuth" };
            let message = format!(
                "{name}: the extended key usage of the CA {who} lacks {purpose}, which what it issued is used for"
            );
            let fix = "make the CA certificate without extended key usage: natscert ca init";
            Finding::new(Code::CaUsage, message, fix).of(of.element(one))
        }
        Obstacle::PathLength(_) => {
            let allowed = one.facts.path_length.unwrap_or_default();
            let message =
                format!("{name}: the CA {who} allows {allowed} intermediates below it, and there are more");
            let fix =
                "issue from the CA that may, or make the CA certificate with a greater pathLenConstraint";
            Finding::new(Code::PathLength, message, fix).of(of.element(one))
        }
    };
    Some(finding)
}

pub(crate) fn cannot_sign(of: Bundle<'_>, one: &Certificate) -> Finding {
    let lacks = if one.facts.is_ca {
        "its key usage lacks keyCertSign"
    } else {
        "its basicConstraints do not say CA:TRUE"
    };
    let message = format!("{}: {} may not sign certificates: {lacks}", of.name, who(&one.facts));
    let fix = "make the CA certificate again, with basicConstraints CA:TRUE and keyCertSign, and issue from it: natscert ca init, natscert issue …";
    Finding::new(Code::CaCannotSign, message, fix).of(of.element(one))
}
