//! The CAs that follow.

use time::OffsetDateTime;

use super::Error;
use crate::pki::{
    self, Authority, BACKDATE, Ca, CaRequest, Constraints, Facts, Family, Intermediate, IntermediateRequest,
    KeyType, Span, Standing, Subject, Usage, Validity,
};

/// What a new CA shall be; what is left open is as it was with the old one.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Its common name; none: a default with a random number.
    pub cn: Option<String>,
    /// The kind of its key.
    pub key_type: Option<KeyType>,
    /// How long it is valid.
    pub validity: Option<Span>,
    /// What it may certify alone.
    pub constraints: Option<Constraints>,
    /// Who makes it: stands in its subject.
    pub user_at_host: String,
}

/// How long an intermediate is valid where no other was before: half as long as a root.
const INTERMEDIATE_DAYS: u32 = pki::CA_DAYS / 2;

impl Wish {
    /// Whether anything is asked for.
    pub(super) fn is_asked(&self) -> bool {
        let Self { cn, key_type, validity, constraints, user_at_host: _ } = self;
        cn.is_some() || key_type.is_some() || validity.is_some() || constraints.is_some()
    }

    /// A new root, with an intermediate for each of the old one's that is in use.
    pub(super) fn root(&self, authority: &Authority, now: OffsetDateTime) -> Result<Family, Error> {
        let old = &authority.family;
        let subject = Subject::of_root(self.cn.as_deref(), &self.user_at_host)?;
        check(authority, &subject)?;
        let root = Ca::create(&self.request(subject, old.root.facts(), now)?)?;
        let in_use = old.intermediates.iter().filter(|one| one.standing != Standing::Retired);
        let heir = |one: &Intermediate| {
            let subject = Subject::of_intermediate(&one.name, None, &self.user_at_host)?;
            // What was wished for is the root; those below are as they were.
            let plain = Self { constraints: None, key_type: None, validity: None, ..self.clone() };
            let mut ca = plain.request(subject, one.ca.facts(), now)?;
            if self.constraints.is_some() {
                ca.constraints = Constraints::default();
            }
            let ca = root.intermediate(&IntermediateRequest {
                ca,
                usage: usage(one.ca.facts()),
                path_length: one.ca.facts().path_length.unwrap_or(0),
            })?;
            Ok::<_, Error>(Intermediate { name: one.name.clone(), standing: one.standing, ca })
        };
        let intermediates = in_use.map(heir).collect::<Result<_, _>>()?;
        Ok(Family { root, intermediates })
    }

    /// A new intermediate of the same root, after `from`; after none, the root signed itself.
    pub(super) fn intermediate(
        &self,
        authority: &Authority,
        name: &str,
        from: Option<&Ca>,
        now: OffsetDateTime,
    ) -> Result<Ca, Error> {
        let root = &authority.family.root;
        let subject = Subject::of_intermediate(name, self.cn.as_deref(), &self.user_at_host)?;
        check(authority, &subject)?;
        let ca = if let Some(from) = from {
            self.request(subject, from.facts(), now)?
        } else {
            let validity = Some(self.validity.unwrap_or(Span::days(INTERMEDIATE_DAYS)));
            Self { validity, ..self.clone() }.request(subject, root.facts(), now)?
        };
        Ok(root.intermediate(&IntermediateRequest {
            ca,
            usage: usage(from.map_or(root.facts(), Ca::facts)),
            path_length: from.and_then(|from| from.facts().path_length).unwrap_or(0),
        })?)
    }

    fn request(&self, subject: Subject, old: &Facts, now: OffsetDateTime) -> Result<CaRequest, pki::Error> {
        let begin = now - BACKDATE;
        let validity = match self.validity {
            Some(span) => Validity::asked(now, None, None, Some(span))?,
            None => Validity::new(begin, begin + (old.not_after - old.not_before))?,
        };
        Ok(CaRequest {
            subject,
            key_type: self.key_type.or_else(|| old.key.key_type()).unwrap_or_default(),
            validity,
            constraints: self.constraints.clone().unwrap_or_else(|| old.constraints.clone()),
        })
    }
}

/// Verifiers tell CAs by their subjects.
fn check(authority: &Authority, subject: &Subject) -> Result<(), Error> {
    if authority.all().any(|ca| ca.facts().subject == *subject) {
        return Err(Error::SameSubject(subject.to_string()));
    }
    Ok(())
}

/// The most that a CA may certify for.
fn usage(facts: &Facts) -> Usage {
    let most = [Usage::Both, Usage::Server, Usage::Client].into_iter().find(|usage| facts.good_for(*usage));
    most.unwrap_or(Usage::Both)
}
