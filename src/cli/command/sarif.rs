//! Findings as [SARIF 2.1.0], which code scanning reads.
//!
//! [SARIF 2.1.0]: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::finding::{Code, Finding, Place, Severity};

/// The log of one run, with the rules that were broken.
pub(super) fn log(found: &[Finding]) -> Value {
    let mut codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results: Vec<_> = found.iter().map(|finding| result(finding, &codes)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "natscert",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.as_str(),
        "name": code.name(),
        "shortDescription": { "text": code.title() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

/// SARIF's words happen to be ours.
const fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn result(finding: &Finding, codes: &[Code]) -> Value {
    let related = finding.related.iter().enumerate().map(|(id, (what, place))| {
        let mut location = location(place);
        location["id"] = json!(id);
        location["message"] = json!({ "text": what });
        location
    });
    let mut result = json!({
        "ruleId": finding.code.as_str(),
        "ruleIndex": codes.iter().position(|code| *code == finding.code),
        "level": level(finding.severity),
        "message": { "text": format!("{}. Fix: {}", finding.message, finding.fix) },
        "locations": finding.place.iter().map(location).collect::<Vec<_>>(),
    });
    if !finding.related.is_empty() {
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(place: &Place) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endColumn": place.column + place.width.max(1),
            },
        },
    })
}

/// A path as a URI reference (RFC 3986): relative ones stay relative, as code scanning wants them.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut text = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uri_references() {
        assert_eq!(uri("/etc/nats/a b.conf"), "file:///etc/nats/a%20b.conf");
        assert_eq!(uri("conf/ä.conf"), "conf/%C3%A4.conf");
        assert_eq!(uri("$TLS"), "$TLS");
    }
}
