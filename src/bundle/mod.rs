//! Files: where things lie, with which modes, and how they get there whole or not at all.
//!
//! The only module that writes.

mod atomic;
mod ca_dir;
mod dirs;
mod error;
mod hidden;
mod kind;
mod layout;
mod read;
mod rename;
mod store;
mod text;
mod tree;

pub use ca_dir::{CaDir, Note, Opened};
pub use error::Error;
pub use kind::FileKind;
pub use layout::{BundleName, BundleNameError, Paths};
pub use read::{MAX_INPUT, open_plain, read_input, read_limited, read_plain};
pub use store::{Contents, Slot, refuse_link};
pub use text::{write_new_text, write_text};
pub use tree::{Staged, Tree, check_replaceable};
