//! What a CA below another one may certify: never more than the one above.

use super::{Constraints, NOBODY, Subtree, covers};
use crate::pki::error::Error;

impl Constraints {
    /// These, held to what the CA above may certify: what it excludes is excluded here too. Without any of their own they
    /// are its, so that whoever trusts the CA below alone is held to them as well.
    ///
    /// # Errors
    /// Names the first that the CA above could never certify.
    pub fn below(&self, above: &Self) -> Result<Self, Error> {
        if self.is_empty() {
            return Ok(above.clone());
        }
        let own = self.permitted.iter().filter(|own| !own.is_nobody());
        if let Some(wider) = own.into_iter().find(|own| !above.has_room_for(own)) {
            return Err(Error::NotPermitted { name: wider.to_string(), permitted: above.to_string() });
        }
        let mut both = self.clone();
        both.excluded.extend(above.excluded.iter().filter(|other| !self.excluded.contains(other)).cloned());
        Ok(both)
    }

    fn has_room_for(&self, own: &Subtree) -> bool {
        let mut same_kind = self.permitted.iter().filter(|other| other.is_like(own)).peekable();
        (same_kind.peek().is_none() || same_kind.any(|other| own.is_within(other)))
            && !self.excluded.iter().any(|other| own.is_within(other))
    }
}

impl Subtree {
    fn is_nobody(&self) -> bool {
        matches!(self, Self::Dns(name) | Self::Email(name) if name == NOBODY)
    }

    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// Whether every name in it is in the other one.
    fn is_within(&self, outer: &Self) -> bool {
        if self == outer {
            return true;
        }
        match (self, outer) {
            (Self::Dns(own), Self::Dns(_)) => outer.has_dns(own.trim_start_matches('.')),
            (Self::Ip(own, own_mask), Self::Ip(address, mask)) => {
                own.len() == address.len()
                    && own_mask.iter().zip(mask).all(|(own, outer)| own & outer == *outer)
                    && own.iter().zip(mask).map(|(octet, mask)| octet & mask).eq(address.iter().copied())
            }
            (Self::Email(own), Self::Email(outer)) => {
                covers(outer, own.rsplit_once('@').map_or(own.as_str(), |(_, domain)| domain))
            }
            (Self::Uri(own), Self::Uri(outer)) => covers(outer, own),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn permit(list: &[&str]) -> Constraints {
        Constraints::permit(list).unwrap()
    }

    #[test]
    fn never_wider_than_the_ca_above() {
        for (above, own, fits) in [
            (&["example.com"][..], &["example.com"][..], true),
            (&["example.com"], &["east.example.com"], true),
            (&["east.example.com"], &["example.com"], false),
            (&["example.com"], &["badexample.com"], false),
            (&["example.com"], &["example.com", "example.org"], false),
            (&["example.com", "example.org"], &["a.example.org"], true),
            (&["example.com"], &["10.0.0.0/8"], false),
            (&["10.0.0.0/8"], &["10.1.0.0/16"], true),
            (&["10.1.0.0/16"], &["10.0.0.0/8"], false),
            (&["10.0.0.0/8"], &["11.0.0.0/16"], false),
            (&["10.0.0.0/8"], &["fd00::/8"], false),
            (&["@example.com"], &["alice@example.com"], true),
            (&["@example.com"], &["@example.com"], true),
            (&["alice@example.com"], &["@example.com"], false),
            (&["alice@example.com"], &["bob@example.com"], false),
            (&["example.com"], &["@example.com"], false),
            (&[], &["example.com"], true),
        ] {
            assert_eq!(permit(own).below(&permit(above)).is_ok(), fits, "{own:?} below {above:?}");
        }
    }

    #[test]
    fn what_the_ca_above_says_holds_below_as_well() {
        let above = permit(&["example.com"]);
        assert_eq!(Constraints::default().below(&above).unwrap(), above);
        let both = permit(&["east.example.com"]).below(&above).unwrap();
        both.check(&["n1.east.example.com".parse().unwrap()]).unwrap();
        for outside in ["n1.example.com", "10.0.0.1", "alice@east.example.com"] {
            both.check(&[outside.parse().unwrap()]).unwrap_err();
        }
        // A root of somebody else, that permits all but one domain.
        let excluding =
            Constraints { permitted: Vec::new(), excluded: vec![Subtree::Dns("secret.example.com".into())] };
        let both = permit(&["example.com"]).below(&excluding).unwrap();
        both.check(&["a.secret.example.com".parse().unwrap()]).unwrap_err();
        permit(&["a.secret.example.com"]).below(&excluding).unwrap_err();
    }
}
