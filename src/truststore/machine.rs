//! What of the process's surroundings decides where stores are.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

/// The user whose stores are meant, and what the environment says of them.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// The user's home.
    pub home: PathBuf,
    /// `XDG_DATA_HOME`, if it is set and absolute.
    pub xdg_data_home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, if it is set and absolute.
    pub xdg_config_home: Option<PathBuf>,
    /// `JAVA_HOME`, if it is set and not empty.
    pub java_home: Option<PathBuf>,
    /// The folders of `PATH`.
    pub path: Vec<PathBuf>,
    /// Places that the state file knows, beside those that are found: a Java that `JAVA_HOME` named then, a profile
    /// elsewhere.
    pub known: Vec<(super::Kind, PathBuf)>,
    /// Asks for the password of a store; where nobody can be asked, such a store is skipped.
    pub ask: Option<Ask>,
}

/// Asks a person for a password.
#[derive(Clone)]
pub struct Ask(Arc<Question>);

type Question = dyn Fn(&str) -> Option<Zeroizing<String>> + Send + Sync;

impl Ask {
    /// `question` is given what the password is of: `Primary Password of Firefox profile 1x2y.default`. `None`: the person
    /// gives up.
    pub fn new(question: impl Fn(&str) -> Option<Zeroizing<String>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(question))
    }

    /// The answer to it.
    #[must_use]
    pub fn password(&self, of: &str) -> Option<Zeroizing<String>> {
        (self.0)(of)
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ask")
    }
}

impl Machine {
    /// The first program of this name in `PATH`.
    #[must_use]
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.path.iter().map(|dir| dir.join(name)).find(|path| path.is_file())
    }

    /// `XDG_DATA_HOME`, or its default.
    #[must_use]
    pub fn data_home(&self) -> PathBuf {
        self.xdg_data_home.clone().unwrap_or_else(|| self.home.join(".local/share"))
    }

    /// `XDG_CONFIG_HOME`, or its default.
    #[must_use]
    pub fn config_home(&self) -> PathBuf {
        self.xdg_config_home.clone().unwrap_or_else(|| self.home.join(".config"))
    }
}
