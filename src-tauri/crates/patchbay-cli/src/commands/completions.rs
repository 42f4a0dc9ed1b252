//! `patchbay completions SHELL`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::CliArgs;
use crate::failure::Failure;
use crate::output;

pub(super) fn print(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CliArgs::command(), "patchbay", &mut script);
    output::write(&script)
}
