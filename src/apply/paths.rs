//! Where the files of a system lie below the output folder, and where a server on its own machine sees them.

use std::path::{Path, PathBuf};

use crate::bundle::{FileKind, Paths};
use crate::render::placed;
use crate::topology::{Owner, System};

/// `OUT/nodes/<node>/`, `OUT/clients/<client>/` and what is in them.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout below a folder, which should be absolute: configurations name files in it.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `OUT/ca.pem`
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.root.join(FileKind::CaBundle.file_name())
    }

    /// `OUT/nodes`
    #[must_use]
    pub fn nodes(&self) -> PathBuf {
        self.root.join("nodes")
    }

    /// `OUT/clients`
    #[must_use]
    pub fn clients(&self) -> PathBuf {
        self.root.join("clients")
    }

    /// The folder of a node or client.
    #[must_use]
    pub fn owner(&self, system: &System, owner: Owner) -> PathBuf {
        match owner {
            Owner::Node(node) => self.nodes().join(system.nodes[node].name.as_str()),
            Owner::Client(client) => self.clients().join(system.clients[client].name.as_str()),
        }
    }

    /// The bundle of one of its certificates.
    #[must_use]
    pub fn bundle(&self, system: &System, owner: Owner, folder: &str) -> PathBuf {
        let dir = self.owner(system, owner);
        if folder.is_empty() { dir } else { dir.join(folder) }
    }

    /// The file beside the bundles: the configuration of a node, the command line of a client.
    #[must_use]
    pub fn text(&self, system: &System, owner: Owner) -> PathBuf {
        self.owner(system, owner).join(text_kind(owner).file_name())
    }

    /// The folder of a node or client as its configuration names it.
    #[must_use]
    pub fn seen(&self, system: &System, owner: Owner) -> String {
        match owner {
            Owner::Node(index) => {
                let node = &system.nodes[index];
                node.settings.config_dir.as_deref().map(|dir| placed(dir, system, node))
            }
            Owner::Client(index) => {
                let client = &system.clients[index];
                client.config_dir.as_deref().map(|dir| dir.replace("{client}", client.name.as_str()))
            }
        }
        .unwrap_or_else(|| self.owner(system, owner).to_string_lossy().into_owned())
    }

    /// A file as the configuration of a node or client names it.
    #[must_use]
    pub fn seen_file(&self, system: &System, owner: Owner, file: &str) -> String {
        Paths::join(&self.seen(system, owner), file)
    }
}

/// The kind of the file beside the bundles.
pub(super) fn text_kind(owner: Owner) -> FileKind {
    match owner {
        Owner::Node(_) => FileKind::NatsConf,
        Owner::Client(_) => FileKind::ClientScript,
    }
}

#[cfg(test)]
#[path = "paths_tests.rs"]
mod tests;
