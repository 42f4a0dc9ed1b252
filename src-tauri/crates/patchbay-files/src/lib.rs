//! Opens, replaces and locks files.
//!
//! The vault, the database and everything written for the user is a plain file or an error: links are never followed,
//! pipes never waited for, devices never read, and a new file never replaces one that somebody put there.
//!
//! The crate knows nothing of the contents. Start reading at [`open`] and [`Draft`].

#[cfg(windows)]
mod access_list;
#[cfg(any(test, windows))]
mod descriptor;
mod draft;
mod error;
mod folder;
mod long_path;
mod open;
mod rename;
mod set_aside;
mod sync;

pub use draft::{Draft, name_beside, remove_leftovers};
pub use error::{Error, NotPlain};
pub use folder::{Exposure, close_to_others, create_private_folder, exposure, sync_folder};
pub use long_path::extended_path;
pub use open::{open, open_lock, read};
pub use rename::rename;
pub use set_aside::set_aside_unreadable;
pub use sync::sync;
