//! The CAs that follow.

use time::OffsetDateTime;

use super::Error;
use crate::pki::{
    self, Authority, BACKDATE, Ca, CaRequest, Constraints, Facts, Family, Intermediate, IntermediateWish,
    KeyType, Span, Standing, Subject, Validity,
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
            // What was wished for is the root; those below are as they were.
            let wish = IntermediateWish {
                user_at_host: self.user_at_host.clone(),
                constraints: self.constraints.as_ref().map(|_| Constraints::default()),
                ..IntermediateWish::default()
            };
            let ca = root.named_intermediate(&one.name, &wish, Some(&one.ca), authority.all(), now)?;
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
        let wish = IntermediateWish {
            cn: self.cn.clone(),
            user_at_host: self.user_at_host.clone(),
            key_type: self.key_type,
            validity: self.validity,
            usage: None,
            constraints: self.constraints.clone(),
        };
        Ok(authority.new_intermediate(name, &wish, from, now)?)
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
