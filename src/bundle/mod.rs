//! Files: where things lie, with which modes, and how they get there whole or not at all.
//!
//! The only module that writes.

mod atomic;
mod ca_change;
mod ca_dir;
mod ca_family;
mod ca_load;
mod ca_rights;
mod ca_standing;
mod ca_state;
mod dirs;
mod error;
mod hidden;
mod kind;
mod layout;
mod locks;
mod read;
mod reload_note;
mod rename;
mod revoked;
mod stamp;
mod store;
mod text;
mod tree;
mod tree_again;
mod tree_notes;

pub use ca_change::Held;
pub use ca_dir::{CaDir, Note, Opened};
pub use ca_standing::{Caution, Change, Refused};
pub use ca_state::{RollState, State, Step};
pub use error::Error;
pub use hidden::is_own_hidden;
pub use kind::FileKind;
pub use layout::{BundleName, BundleNameError, Paths};
pub use locks::Locks;
pub use read::{MAX_INPUT, open_described, open_plain, read_input, read_limited, read_plain};
pub use reload_note::{awaiting_reload, awaits_reload, reloaded};
pub use revoked::{Entry, Numbered, Revoked};
pub use stamp::Stamp;
pub use store::{Contents, Slot, refuse_link};
pub use text::{write_bytes, write_new_text, write_text};
pub use tree::{Staged, Tree, check_replaceable};
pub use tree_again::staging_place;
pub use tree_notes::noted_pins;
