//! Whether a certificate leads to a root, as Go's crypto/x509 sees it, which nats-server trusts: what is in the pool is a
//! root whatever it says of itself, and the first good path counts.

use time::OffsetDateTime;

use super::inspect::Facts;
use super::san::San;
use super::signature::Signature;
use super::usage::Usage;

/// Intermediates that a path may have before it is given up: a real one has two.
const DEEPEST: usize = 8;
/// Signatures that are looked at before the search is given up, as Go does after 100.
const PATIENCE: usize = 100;

/// Who is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// The certificate itself.
    Leaf,
    /// One of the intermediates.
    Intermediate(usize),
    /// One of the roots.
    Root(usize),
}

/// Why a certificate does not lead to a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Nobody at hand has issued this one.
    UnknownIssuer(Member),
    /// Who has the name of its issuer has another key.
    OtherKey(Member),
    /// It is signed with SHA-1 or MD5.
    WeakSignature(Member),
    /// It is no CA, or may not sign certificates.
    CannotSign(Member),
    /// It has expired, or is not valid yet.
    NotNow(Member),
    /// Its extended key usage rules it out.
    Usage(Member),
    /// It allows fewer intermediates.
    PathLength(Member),
    /// It may not certify this name.
    Name(Member, San),
}

impl Obstacle {
    /// Who it is about.
    #[must_use]
    pub const fn member(&self) -> Member {
        match self {
            Self::UnknownIssuer(member)
            | Self::OtherKey(member)
            | Self::WeakSignature(member)
            | Self::CannotSign(member)
            | Self::NotNow(member)
            | Self::Usage(member)
            | Self::PathLength(member)
            | Self::Name(member, _) => *member,
        }
    }
}

/// What is verified.
#[derive(Clone, Copy)]
pub struct Chain<'a> {
    /// The certificate.
    pub leaf: &'a Facts,
    /// What is sent with it.
    pub intermediates: &'a [&'a Facts],
    /// What is trusted.
    pub roots: &'a [&'a Facts],
    /// Whether a member has signed another: the first is the child.
    pub signed: &'a dyn Fn(&Facts, &Facts) -> Signature,
    /// The time.
    pub now: OffsetDateTime,
}

/// Whether it can be used so. [`Usage::Both`] asks for both.
///
/// # Errors
/// Why not: what stopped the path that came farthest.
pub fn verify(chain: &Chain<'_>, usage: Usage) -> Result<(), Obstacle> {
    if chain.leaf.not_after < chain.now || chain.leaf.not_before > chain.now {
        return Err(Obstacle::NotNow(Member::Leaf));
    }
    let mut search = Search { chain, usage, tried: 0, worst: None };
    let mut path = vec![(Member::Leaf, chain.leaf)];
    let is_root = chain.roots.iter().any(|root| root.fingerprint == chain.leaf.fingerprint);
    if (is_root && search.fits(&path)) || search.climb(&mut path) {
        return Ok(());
    }
    Err(search.worst.map_or(Obstacle::UnknownIssuer(Member::Leaf), |(_, why)| why))
}

struct Search<'a> {
    chain: &'a Chain<'a>,
    usage: Usage,
    tried: usize,
    /// How far the path came, and what stopped it.
    worst: Option<(usize, Obstacle)>,
}

impl<'a> Search<'a> {
    /// Looks for issuers of the last one; whether a root was reached.
    fn climb(&mut self, path: &mut Vec<(Member, &'a Facts)>) -> bool {
        let Some(&(child, facts)) = path.last() else { return false };
        let roots = self.chain.roots.iter().enumerate().map(|(at, root)| (Member::Root(at), *root));
        let others =
            self.chain.intermediates.iter().enumerate().map(|(at, one)| (Member::Intermediate(at), *one));
        let mut found = false;
        for (member, issuer) in roots.chain(others) {
            let known = path.iter().any(|(_, facts)| facts.fingerprint == issuer.fingerprint);
            if known || !facts.is_issued_by_name_of(issuer) {
                continue;
            }
            found = true;
            if let Some(why) = self.refuses(child, facts, member, issuer, path) {
                self.stopped(path.len(), why);
                continue;
            }
            path.push((member, issuer));
            let done = if matches!(member, Member::Root(_)) {
                self.fits(path)
            } else {
                path.len() <= DEEPEST && self.climb(path)
            };
            if done {
                return true;
            }
            path.pop();
        }
        if !found {
            self.stopped(path.len(), Obstacle::UnknownIssuer(child));
        }
        false
    }

    fn stopped(&mut self, far: usize, why: Obstacle) {
        // Another key under the same name says less than anything else.
        let says_more = |(known, what): &(usize, Obstacle)| {
            far > *known
                || matches!(what, Obstacle::OtherKey(_) | Obstacle::UnknownIssuer(_)) && far == *known
        };
        if self.worst.as_ref().is_none_or(says_more) {
            self.worst = Some((far, why));
        }
    }

    /// Why this issuer is none.
    fn refuses(
        &mut self,
        child: Member,
        facts: &Facts,
        member: Member,
        issuer: &Facts,
        path: &[(Member, &Facts)],
    ) -> Option<Obstacle> {
        self.tried += 1;
        if self.tried > PATIENCE {
            return Some(Obstacle::UnknownIssuer(child));
        }
        // A root of version 1 has no extension to say that it is a CA's; an intermediate has to say it.
        let is_taken = issuer.is_ca || matches!(member, Member::Root(_));
        if !issuer.may_sign() || !is_taken {
            return Some(Obstacle::CannotSign(member));
        }
        match (self.chain.signed)(facts, issuer) {
            Signature::Bad => return Some(Obstacle::OtherKey(child)),
            Signature::Weak => return Some(Obstacle::WeakSignature(child)),
            Signature::Good | Signature::Unknown => {}
        }
        if issuer.not_after < self.chain.now || issuer.not_before > self.chain.now {
            return Some(Obstacle::NotNow(member));
        }
        // The leaf does not count, nor does this one.
        if issuer.path_length.is_some_and(|length| path.len() - 1 > usize::from(length)) {
            return Some(Obstacle::PathLength(member));
        }
        let forbidden = path.iter().find_map(|(_, below)| issuer.constraints.forbidden(&below.sans));
        forbidden.map(|san| Obstacle::Name(member, san.clone()))
    }

    /// Whether nobody in the path rules the usage out.
    fn fits(&mut self, path: &[(Member, &Facts)]) -> bool {
        let Some((member, _)) = path.iter().rev().find(|(_, facts)| !facts.good_for(self.usage)) else {
            return true;
        };
        self.stopped(path.len() + 1, Obstacle::Usage(*member));
        false
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
