//! `patchbay man`: the manual pages, from what the commands say of themselves.

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use patchbay_ops::Error;

use crate::args::CliArgs;
use crate::failure::Failure;

/// Writes a page for each command; one that is there already is replaced.
///
/// # Errors
/// When the folder can't be made, or a page can't be written.
pub(super) fn write(folder: &Path) -> Result<(), Failure> {
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(CliArgs::command(), folder));
    written.map_err(|source| {
        let path = folder.display().to_string();
        Failure::from(Error::File { path, source })
    })
}
