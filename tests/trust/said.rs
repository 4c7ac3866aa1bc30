//! What programs said and did.

use std::collections::HashSet;

use serde_json::Value;

/// That two pictures are the same; if not, the lines that differ.
#[track_caller]
pub(crate) fn assert_same(before: &str, after: &str) {
    let not_in = |other: &str, text: &str| {
        let known: HashSet<_> = other.lines().collect();
        text.lines().filter(|line| !known.contains(line)).collect::<Vec<_>>().join("\n")
    };
    assert!(before == after, "before:\n{}\nafter:\n{}", not_in(after, before), not_in(before, after));
}

/// What a program left.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) what: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.ends(0)
    }

    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}{}", self.what, self.stdout, self.stderr);
        self
    }

    /// stdout and stderr.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.said().contains(text), "no {text:?} in what {} said:\n{}", self.what, self.said());
        self
    }
}

/// What `natscert trust … --json` said.
#[derive(Debug)]
pub(crate) struct Trust {
    pub(crate) done: Done,
    pub(crate) value: Value,
}

impl Trust {
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.done.code, Some(code), "{:#}\n{}", self.value, self.done.stderr);
        self
    }

    fn places(&self) -> &[Value] {
        self.value["places"].as_array().unwrap_or_else(|| panic!("no places: {self:?}"))
    }

    /// The places of one kind of store, each with what became of it, or the state that it is in.
    #[track_caller]
    pub(crate) fn outcomes(&self, store: &str) -> Vec<(&str, &str)> {
        let of_kind = self.places().iter().filter(|place| place["store"] == store);
        of_kind.map(|place| (place["path"].as_str().unwrap_or_default(), outcome(place))).collect()
    }

    /// What became of the one place at this path, or whose name it is.
    #[track_caller]
    pub(crate) fn place(&self, path: &str) -> &Value {
        let mut found = self.places().iter().filter(|place| place["path"] == path || place["name"] == path);
        let place = found.next().unwrap_or_else(|| panic!("no {path} in {:#}", self.value));
        assert!(found.next().is_none(), "{path} twice in {:#}", self.value);
        place
    }

    /// That all places of one kind, and there are some, came to this.
    #[track_caller]
    pub(crate) fn all(self, store: &str, outcome: &str) -> Self {
        let outcomes = self.outcomes(store);
        let right = !outcomes.is_empty() && outcomes.iter().all(|(_, found)| *found == outcome);
        assert!(right, "not all {outcome}: {outcomes:#?}\n{}", self.done.stderr);
        self
    }

    /// That one place came to this; its reason and hint.
    #[track_caller]
    pub(crate) fn came_to(&self, path: &str, wanted: &str) -> String {
        let place = self.place(path);
        assert_eq!(outcome(place), wanted, "{place:#}");
        format!(
            "{}\n{}",
            place["reason"].as_str().unwrap_or_default(),
            place["hint"].as_str().unwrap_or_default()
        )
    }

    /// Reasons and hints of what was not done in stores of one kind; there is some.
    #[track_caller]
    pub(crate) fn trouble(&self, store: &str) -> String {
        let is_undone = |place: &&Value| place["store"] == store && place["as_asked"] == false;
        let undone = self.places().iter().filter(is_undone);
        let said: Vec<_> = undone.map(|place| format!("{} {}", place["reason"], place["hint"])).collect();
        assert!(!said.is_empty() && !said.iter().any(|said| said.starts_with("null")), "{:#}", self.value);
        said.join("\n")
    }

    pub(crate) fn fingerprint(&self) -> String {
        self.value["fingerprint"].as_str().unwrap_or_else(|| panic!("no fingerprint: {self:?}")).to_owned()
    }
}

fn outcome(place: &Value) -> &str {
    let word = place["outcome"].as_str().or(place["state"].as_str());
    word.unwrap_or_else(|| panic!("neither outcome nor state: {place:#}"))
}
