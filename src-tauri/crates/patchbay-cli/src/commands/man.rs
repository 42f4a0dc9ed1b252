//! `patchbay man`: manual pages, generated from the grammar.

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use patchbay_ops::Error;

use crate::args::CliArgs;
use crate::failure::Failure;

/// Writes a page for each command, replacing existing ones.
pub(super) fn write(folder: &Path) -> Result<(), Failure> {
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(CliArgs::command(), folder));
    written.map_err(|source| {
        let path = folder.display().to_string();
        Failure::from(Error::File { path, source })
    })
}
