//! Timeouts that are too small, or not the time that they look like.

use crate::finding::{Code, Finding, Severity};
use crate::lint::Desk;
use crate::lint::conf::{Server, Spot, TlsMap, entry, map};
use crate::nats::{Effect, TlsOption, go_duration};
use crate::natsconf::{Entry, Value};

pub(super) fn check(server: &Server, map: &TlsMap, desk: &mut Desk) {
    let Some(entry) = map.entry(TlsOption::Timeout) else { return };
    let works = map.spot.effect(TlsOption::Timeout) == Effect::Works;
    judge(server, &format!("{}: timeout", map.path), entry, works, map.spot == Spot::Proxy, desk);
}

/// What limits handshakes there.
pub(super) fn websocket(server: &Server, desk: &mut Desk) {
    let Some((_, map)) = map(server.config.root(), &["websocket", "ws"]) else { return };
    let Some(entry) = entry(map, &["handshake_timeout"]) else { return };
    let said = match &entry.node.value {
        Value::Integer(_) => None,
        Value::String(text) => {
            let text = text.to_str_lossy();
            let right = seconds(&text).is_some() || is_number(&text);
            (!right).then(|| format!("time: invalid duration {text:?}"))
        }
        other => Some(format!("unsupported type {}", super::go_type(other))),
    };
    if let Some(said) = said {
        let what = format!("websocket: error parsing handshake timeout: {said}");
        let fix = "write whole seconds, or a duration in quotes: handshake_timeout: \"500ms\"";
        desk.add(server, entry.node.span, Finding::new(Code::WrongType, what, fix));
        return;
    }
    judge(server, "websocket: handshake_timeout", entry, true, false, desk);
}

fn judge(server: &Server, what: &str, entry: &Entry, works: bool, is_proxy: bool, desk: &mut Desk) {
    let written = String::from_utf8_lossy(server.config.sources().slice(entry.node.origin)).into_owned();
    let mut add = |code, severity, message: String, fix: String| {
        desk.add(server, entry.node.span, Finding { severity, ..Finding::new(code, message, fix) });
    };
    let key = what.rsplit(' ').next().unwrap_or(what);
    let seconds = match &entry.node.value {
        #[expect(clippy::cast_precision_loss, reason = "it is compared with small numbers")]
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        Value::String(text) => {
            let text = text.to_str_lossy();
            if is_number(&text) && text != "0" {
                let said = format!("{what}: time: missing unit in duration {text:?}");
                add(Code::TimeoutUnit, Severity::Error, said, format!("write {key}: {text}, or \"{text}s\""));
                return;
            }
            let Some(seconds) = seconds(&text) else { return };
            seconds
        }
        _ => return,
    };
    if !works {
        return;
    }
    let unit = written.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    if matches!(entry.node.value, Value::Integer(_)) && unit.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let said = format!(
            "{what}: {written} without quotes is {seconds} seconds: the letter multiplies, as in sizes"
        );
        let fix = format!("write it in quotes: {key}: \"{written}\"");
        add(Code::TimeoutUnit, Severity::Warning, said, fix);
    } else if seconds < 0.0 && is_proxy {
        let said = format!("{what}: proxy TLS timeout must be >= 0");
        add(Code::TimeoutUnit, Severity::Error, said, format!("write {key}: 2, or leave it out"));
    } else if seconds < 0.0 {
        let said = format!("{what}: {written} is over before it begins: every handshake fails at once");
        add(Code::TimeoutUnit, Severity::Error, said, format!("write {key}: 2, or leave it out"));
    } else if seconds > 0.0 && seconds < 0.5 {
        let said = format!("{what}: handshakes with a distant or busy peer take longer than {written}");
        let fix = format!("write {key}: 2, or leave it out");
        add(Code::TimeoutTooSmall, Severity::Warning, said, fix);
    }
}

/// A text of digits: Go wants a unit.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Seconds of a duration, signs and bare points as Go takes them.
#[expect(clippy::cast_precision_loss, reason = "it is compared with small numbers")]
pub(super) fn seconds(text: &str) -> Option<f64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    // `.5s` and `5.s` are durations to Go.
    let mut full = String::new();
    for (at, c) in rest.char_indices() {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let (before, after) =
            (digit(rest[..at].chars().next_back()), digit(rest[at + c.len_utf8()..].chars().next()));
        match c {
            '.' if before && after => full.push('.'),
            '.' if after => full.push_str("0."),
            '.' if before => full.push_str(".0"),
            c => full.push(c),
        }
    }
    go_duration(&full).map(|nanos| sign * nanos as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("500ms", Some(0.5)),
            ("-1s", Some(-1.0)),
            (".5s", Some(0.5)),
            ("5.s", Some(5.0)),
            ("0", Some(0.0)),
            ("1m30s", Some(90.0)),
            (".s", None),
            ("", None),
            ("2", None),
            ("abc", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        assert!(is_number("2") && is_number("-2.5") && !is_number("2s") && !is_number(""));
    }
}
