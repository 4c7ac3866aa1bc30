//! What of the process's surroundings decides where stores are.

use std::path::PathBuf;

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
    /// Whether somebody sits at a terminal who can be asked.
    pub interactive: bool,
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
