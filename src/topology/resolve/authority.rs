//! What the CA is to be.

use crate::bundle::{BundleName, BundleNameError};
use crate::topology::error::Fault;
use crate::topology::manifest::Manifest;
use crate::topology::model::CaSettings;

pub(super) fn resolve(manifest: &Manifest) -> Result<CaSettings, Fault> {
    let Some(table) = manifest.ca.as_ref().map(|table| &table.0) else { return Ok(CaSettings::default()) };
    let mut intermediates: Vec<BundleName> = Vec::new();
    if let Some(list) = &table.intermediates {
        if list.value.is_empty() {
            let hint = "leave intermediates out: what the CA directory says counts then";
            return Err(Fault::new(list.at, "a list of no intermediates", hint));
        }
        for given in &list.value {
            let name: BundleName = given.value.parse().map_err(|why: BundleNameError| {
                let what = why.to_string().replacen("the bundle name", "the intermediate's name", 1);
                let hint =
                    "use letters, digits and . _ - @ + = with a letter, digit or _ first, such as east-2026";
                Fault::new(given.at, what, hint)
            })?;
            if intermediates.contains(&name) {
                let hint = "list each once: the first signs, the others are on standby";
                return Err(Fault::new(given.at, format!("the intermediate {name} is there twice"), hint));
            }
            intermediates.push(name);
        }
    }
    Ok(CaSettings { intermediates, trust: table.trust.as_ref().map(|given| given.value) })
}
