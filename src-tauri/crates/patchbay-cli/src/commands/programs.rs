//! `patchbay credential programs …`: the programs that may be run to read secrets.

use patchbay_model::{AllowedProgram, Timestamp};
use patchbay_ops::{allow_program, forget_program, list_allowed_programs};

use crate::args::ProgramsVerb;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::table::Cell;
use crate::output::when;

/// Length of an abbreviated id.
const SHORT_ID: usize = 12;

pub(super) async fn run(cli: &Cli, verb: ProgramsVerb) -> Result<(), Failure> {
    match verb {
        ProgramsVerb::List => list(cli).await,
        ProgramsVerb::Allow { reference } => {
            let allowed = allow_program(&cli.cx, reference.as_str()).await?;
            print_done(cli, "Allowed", &allowed)
        }
        ProgramsVerb::Forget { program } => forget(cli, &program).await,
    }
}

fn print_done(cli: &Cli, verb: &str, allowed: &AllowedProgram) -> Result<(), Failure> {
    cli.print_done(format!("{verb} {}.", allowed.program.file), allowed)
}

async fn list(cli: &Cli) -> Result<(), Failure> {
    let programs = list_allowed_programs(&cli.cx).await?;
    let now = cli.now();
    cli.print_table(
        &programs,
        "No allowed programs.",
        ["ID", "FILE", "ARGUMENTS", "ALLOWED"],
        |one| row(one, now),
    )
}

fn row(allowed: &AllowedProgram, now: Timestamp) -> [Cell; 4] {
    [
        Cell::from(short(&allowed.id)),
        Cell::from(&allowed.program.file),
        Cell::from(allowed.program.arguments.join(" ")),
        Cell::from(when::relative(allowed.allowed_at, now)),
    ]
}

fn short(id: &str) -> &str {
    id.get(..SHORT_ID).unwrap_or(id)
}

async fn forget(cli: &Cli, given: &str) -> Result<(), Failure> {
    let programs = list_allowed_programs(&cli.cx).await?;
    let is_meant = |one: &&AllowedProgram| one.id == given || short(&one.id) == given;
    let Some(found) = programs.iter().find(is_meant) else {
        // Fails with the right error.
        return Ok(forget_program(&cli.cx, given).await?);
    };
    forget_program(&cli.cx, &found.id).await?;
    print_done(cli, "Forgot", found)
}
