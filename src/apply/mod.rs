//! Brings a folder to what a manifest wants. What is on disk is the only state: certificates, keys and
//! configurations are read, compared with what is wanted, and made again where they differ.

mod authority;
mod conf;
mod inspect;
mod issue;
mod issuer;
mod paths;
mod read;
mod reason;
mod run;
mod survey;
mod texts;
mod turn;

pub use authority::{CaStep, CaTrouble, ca_steps, take_ca_steps};
pub use conf::{ConfChange, Part, What};
pub use inspect::Found;
pub use paths::Layout;
pub use reason::Reason;
pub use run::{Order, Outcome, apply, plan};
pub use survey::{Stray, Unit};
pub use turn::CutOff;
pub(crate) use {
    read::{Changed, Content, changed, read},
    texts::is_made_by_natscert,
};

use crate::{bundle, pki, render};

/// Is told how far the work has got.
pub trait Progress: Sync {
    /// A step of so many parts begins; 0: nobody knows how many.
    fn begin(&self, step: &'static str, parts: usize);
    /// So many more parts of it are done.
    fn advance(&self, parts: usize);
}

/// What stopped it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder.
    #[error(transparent)]
    Bundle(#[from] bundle::Error),
    /// A certificate.
    #[error(transparent)]
    Pki(#[from] pki::Error),
    /// A period of validity.
    #[error(transparent)]
    Time(#[from] pki::TimeError),
    /// A configuration.
    #[error(transparent)]
    Render(#[from] render::Error),
    /// A configuration or command line that somebody else wrote stands where one of ours should be.
    #[error("{} is there, and natscert did not make it", .0.display())]
    ForeignText(std::path::PathBuf),
    /// Peers would not trust each other.
    #[error(transparent)]
    CutOff(#[from] CutOff),
    /// The output folder is of a CA that is not there.
    #[error("{} is of a CA that is not in the CA directory, which has none", .0.display())]
    LostCa(std::path::PathBuf),
}
