//! tests/data/nats-conf-cases.json: inputs with what 2.15.1 and 2.9.10 make of them, each checked on the real server.

use natscert::natsconf::{self, Config, Dialect, Error, Reader, Refusal};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One input, with its files and environment.
pub(crate) struct Case {
    id: String,
    input: Vec<u8>,
    files: HashMap<PathBuf, Vec<u8>>,
    environment: HashMap<Vec<u8>, Vec<u8>>,
    expected: [(Dialect, Value); 2],
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/nats-conf-cases.json");
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    cases.iter().map(case).collect()
}

fn case(case: &Value) -> Case {
    let texts = |key: &str| {
        let texts = case[key].as_object().unwrap();
        texts.iter().map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    let id = case["id"].as_str().unwrap().to_owned();
    let folder = Path::new("DIR").join(&id);
    let input = case["input"].as_str().map_or_else(
        || {
            let hex = case["input_hex"].as_str().unwrap();
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
        },
        |input| input.as_bytes().to_vec(),
    );
    Case {
        id,
        input,
        files: texts("files")
            .into_iter()
            .map(|(name, text)| (folder.join(name), text.into_bytes()))
            .collect(),
        environment: texts("env")
            .into_iter()
            .map(|(name, text)| (name.into_bytes(), text.into_bytes()))
            .collect(),
        expected: [
            (Dialect::of(2, 15, 1), case["v2_15_1"].clone()),
            (Dialect::of(2, 9, 10), case["v2_9_10"].clone()),
        ],
    }
}

fn read(case: &Case, dialect: Dialect) -> Result<Config, Error> {
    let environment = |name: &[u8]| case.environment.get(name).cloned();
    Reader::new(dialect, &case.files)
        .environment(&environment)
        .read(format!("DIR/{}/m.conf", case.id), case.input.clone())
}

/// A value as the cases write it: with marks at dates and floats, which have no types of their own in JSON.
fn marked(value: &natsconf::Value) -> Value {
    match value {
        natsconf::Value::Map(map) => marked_map(map),
        natsconf::Value::Array(array) => array.items().iter().map(|item| marked(&item.value)).collect(),
        natsconf::Value::String(text) => text.to_str_lossy().into(),
        natsconf::Value::Integer(number) => (*number).into(),
        natsconf::Value::Float(number) => json!({ "$float": number }),
        natsconf::Value::Bool(on) => (*on).into(),
        natsconf::Value::DateTime(date) => json!({ "$date": date.as_str() }),
    }
}

fn marked_map(map: &natsconf::Map) -> Value {
    map.iter().map(|entry| (entry.key.to_string(), marked(&entry.node.value))).collect()
}

/// What is wrong with our reading of a case, if anything.
fn difference(case: &Case, dialect: Dialect, expected: &Value) -> Option<String> {
    let result = read(case, dialect);
    let fits = match (&result, expected.as_object().unwrap().iter().next().unwrap()) {
        (Ok(config), (key, value)) if key == "ok" => marked_map(config.root()) == *value,
        (Err(error), (key, text)) if key == "err" => {
            error.to_string() == text.as_str().unwrap() && error.refusal() == Refusal::Server
        }
        (Err(error), (key, _)) => key == "crash" && error.refusal() == Refusal::Crash,
        (Ok(_), _) => false,
    };
    let got = result.map_or_else(|error| error.to_string(), |config| config.json());
    (!fits).then(|| {
        let Case { id, input, .. } = case;
        format!("{id} {dialect:?} {:?}\n  got  {got}\n  want {expected}", input.escape_ascii().to_string())
    })
}

#[test]
fn all_cases_are_read_as_the_servers_read_them() {
    let cases = cases();
    assert_eq!(cases.len(), 458);
    let differences: Vec<_> = cases
        .iter()
        .flat_map(|case| {
            case.expected.iter().filter_map(|(dialect, wanted)| difference(case, *dialect, wanted))
        })
        .collect();
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}
