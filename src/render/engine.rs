//! The template engine, set up so that what a template inserts is quoted.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error as _;

use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior, Value};
use serde::Serialize;

use super::{Error, comment, quote, shell};
use crate::nats::Context;

/// A template's name and text.
pub(super) type Template = (&'static str, &'static str);

macro_rules! template {
    ($name:literal) => {
        ($name, include_str!(concat!("../../templates/", $name)))
    };
}

/// The `tls` map alone.
pub(super) const TLS_MAP: Template = template!("tls.conf");
const REMOTES: Template = template!("remotes.conf");
/// The whole configuration of a node.
#[cfg(feature = "cli")]
pub(super) const NODE: Template = template!("node.conf");
/// The command line of a client.
#[cfg(feature = "cli")]
pub(super) const CLIENT_SCRIPT: Template = template!("nats.sh");
const USERS: Template = template!("users.conf");

/// The template of a context.
pub(super) const fn template(context: Context) -> Template {
    match context {
        Context::Server => template!("server.conf"),
        Context::Monitor => template!("monitor.conf"),
        Context::Websocket => template!("websocket.conf"),
        Context::Mqtt => template!("mqtt.conf"),
        Context::Cluster => template!("cluster.conf"),
        Context::Gateway => template!("gateway.conf"),
        Context::RemoteGateway => template!("remote-gateway.conf"),
        Context::Leaf => template!("leaf.conf"),
        Context::Remote => template!("remote.conf"),
        Context::Client => template!("client.conf"),
    }
}

/// Fills a template.
pub(super) fn render((name, text): Template, view: &impl Serialize) -> Result<String, Error> {
    fill(name, text, view).map_err(|error| nul_in(&error).unwrap_or(Error::Template(name, error)))
}

thread_local! {
    /// Compiling a template takes longer than filling it. A template's text is known by where it lies.
    static COMPILED: RefCell<HashMap<usize, Environment<'static>>> = RefCell::new(HashMap::new());
}

fn fill(name: &'static str, text: &'static str, view: &impl Serialize) -> Result<String, minijinja::Error> {
    COMPILED.with_borrow_mut(|compiled| {
        let engine = match compiled.entry(text.as_ptr().addr()) {
            Entry::Occupied(engine) => engine.into_mut(),
            Entry::Vacant(place) => place.insert(compile(name, text)?),
        };
        engine.get_template(name)?.render(Serde(view))
    })
}

fn compile(name: &'static str, text: &'static str) -> Result<Environment<'static>, minijinja::Error> {
    // Without the built-in filters there is none that switches the quoting off by accident.
    let mut engine = Environment::empty();
    let mut syntax = engine.syntax().to_builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    engine.set_syntax(syntax.build()?);
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_formatter(quoted);
    engine.add_filter("comment", |text: &str| Value::from_safe_string(comment(text)));
    engine.add_filter("shell", |text: &str| shell(text).map(Value::from_safe_string).map_err(unfit));
    engine.add_filter("seconds", seconds);
    engine.add_filter("align", |text: &str| Value::from_safe_string(align(text)));
    engine.add_filter("indent", |text: &str, by: usize| {
        Value::from_safe_string(prefixed(text, &" ".repeat(by)))
    });
    engine.add_filter("comment_out", |text: &str| Value::from_safe_string(prefixed(text, "# ")));
    engine.add_filter("list", list);
    engine.add_filter("several", |items: &Value| items.len().is_some_and(|len| len > 1));
    engine.add_template(name, text)?;
    // Only those that are included come along.
    for (partial, partial_text) in [TLS_MAP, REMOTES, USERS] {
        if text.contains(partial) || (text.contains(REMOTES.0) && partial == TLS_MAP.0) {
            engine.add_template(partial, partial_text)?;
        }
    }
    Ok(engine)
}

/// Strings are quoted, numbers and booleans stand as they are, nothing else can be inserted. What a filter of ours
/// has made safe stands as it is, too.
fn quoted(out: &mut Output, _: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    match (value.kind(), value.as_str()) {
        (ValueKind::String, Some(text)) if value.is_safe() => out.write_str(text)?,
        (ValueKind::String, Some(text)) => {
            out.write_str(&quote(text).map_err(unfit)?)?;
        }
        // Displayed, a boolean would be Python's True.
        (ValueKind::Bool, _) => out.write_str(if value.is_true() { "true" } else { "false" })?,
        (ValueKind::Number, _) => write!(out, "{value}")?,
        (kind, _) => {
            let message = format!("cannot write a value of the kind {kind}");
            return Err(minijinja::Error::new(ErrorKind::InvalidOperation, message));
        }
    }
    Ok(())
}

/// Our error as the engine's, to be found again by [`nul_in`].
fn unfit(error: Error) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, "cannot write a string").with_source(error)
}

/// A number that is kept as text because a float could not hold it exactly.
fn seconds(text: &str) -> Result<Value, minijinja::Error> {
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        Ok(Value::from_safe_string(text.to_owned()))
    } else {
        Err(minijinja::Error::new(ErrorKind::InvalidOperation, "not a number of seconds"))
    }
}

/// A list of strings on one line.
#[allow(clippy::needless_pass_by_value)] // A filter takes what it can own.
fn list(items: Vec<String>) -> Result<Value, minijinja::Error> {
    let quoted = items.iter().map(|item| quote(item)).collect::<Result<Vec<_>, _>>().map_err(unfit)?;
    Ok(Value::from_safe_string(format!("[{}]", quoted.join(", "))))
}

/// Finds our own error below the engine's.
fn nul_in(error: &minijinja::Error) -> Option<Error> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(Error::Nul(text)) = cause.downcast_ref::<Error>() {
            return Some(Error::Nul(text.clone()));
        }
        source = cause.source();
    }
    None
}

/// Longest key, with its colon, that the others are aligned to: a longer one would push all values to the right.
const LONGEST_ALIGNED: usize = "handshake_first:".len();

/// Puts the values of `key: value` lines into one column. Quoted values have no line breaks, so a line is a line.
fn align(text: &str) -> String {
    let pair = |line: &'_ str| line.find(": ").map(|at| at + 1);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let width = text
        .lines()
        .filter_map(|line| pair(line).map(|end| end - indent(line)))
        .filter(|width| *width <= LONGEST_ALIGNED)
        .max()
        .unwrap_or(0);
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        match pair(line) {
            Some(end) => {
                let (key, value) = line.split_at(end);
                out.push_str(key);
                out.push_str(&" ".repeat((width + indent(line)).saturating_sub(end)));
                out.push_str(value);
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Every line with a prefix; blanks at the end of a line are left out.
fn prefixed(text: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let line = format!("{prefix}{line}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill_with(text: &'static str, value: Value) -> Result<String, Error> {
        render(("test.conf", text), &std::collections::BTreeMap::from([("value", value)]))
    }

    #[test]
    fn what_a_template_inserts_is_quoted() {
        let filled = |value| fill_with("a: {{ value }}", value).unwrap();
        assert_eq!(filled(Value::from("x\n}")), r#"a: "x\n}""#);
        assert_eq!(filled(Value::from(true)), "a: true");
        assert_eq!(filled(Value::from(7)), "a: 7");
    }

    #[test]
    fn what_is_no_scalar_is_refused() {
        for value in [Value::from(()), Value::UNDEFINED, Value::from(vec![1])] {
            assert!(matches!(fill_with("a: {{ value }}", value), Err(Error::Template("test.conf", _))));
        }
        assert!(fill_with("a: {{ valu }}", Value::from("x")).is_err());
        assert!(fill_with("a: {{ value|safe }}", Value::from("x")).is_err());
        assert!(fill_with("a: {{ value|seconds }}", Value::from("2m")).is_err());
    }

    #[test]
    fn long_keys_do_not_push_the_others() {
        let text = "  a: 1\n  handshake_first: 2\n  connection_rate_limit: 3\n";
        assert_eq!(align(text), "  a:               1\n  handshake_first: 2\n  connection_rate_limit: 3\n");
    }
}
