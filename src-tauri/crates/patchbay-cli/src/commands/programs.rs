//! `patchbay credential programs …`: the programs that may be run for secrets.

use patchbay_model::{AllowedProgram, Timestamp};
use patchbay_ops::{allow_program, forget_program, list_allowed_programs};

use crate::args::ProgramsVerb;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::table::{Cell, Table};
use crate::output::when;

/// As many characters of an id as tell programs apart.
const SHORT_ID: usize = 12;

pub(super) async fn run(cli: &Cli, verb: ProgramsVerb) -> Result<(), Failure> {
    match verb {
        ProgramsVerb::List => list(cli).await,
        ProgramsVerb::Allow { reference } => {
            let allowed = allow_program(&cli.cx, &reference).await?;
            print_done(cli, "Allowed", &allowed)
        }
        ProgramsVerb::Forget { program } => forget(cli, &program).await,
    }
}

fn print_done(cli: &Cli, verb: &str, allowed: &AllowedProgram) -> Result<(), Failure> {
    cli.stderr.say(&format!("{verb} {}.", allowed.program.file));
    cli.out.answer(allowed, |_| String::new())
}

async fn list(cli: &Cli) -> Result<(), Failure> {
    let programs = list_allowed_programs(&cli.cx).await?;
    if programs.is_empty() {
        cli.stderr.say("No allowed programs.");
    }
    let now = cli.now();
    cli.out.answer(&programs, |screen| {
        if programs.is_empty() {
            return String::new();
        }
        let heads = ["ID", "FILE", "ARGUMENTS", "ALLOWED"];
        Table::new(heads, programs.iter().map(|one| row(one, now))).render(screen)
    })
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
        // The verb says what there is none of.
        return Ok(forget_program(&cli.cx, given).await?);
    };
    forget_program(&cli.cx, &found.id).await?;
    print_done(cli, "Forgot", found)
}
