//! `patchbay credential programs …`: the programs that may be run for secrets.

use patchbay_model::{AllowedProgram, Timestamp};
use patchbay_ops::{allow_program, forget_program, list_allowed_programs};

use crate::args::ProgramsVerb;
use crate::door::Door;
use crate::failure::Failure;
use crate::output::table::{Cell, Table};
use crate::output::when;

/// As many characters of an id as tell programs apart.
const SHORT_ID: usize = 12;

pub(super) async fn run(door: &Door, verb: ProgramsVerb) -> Result<(), Failure> {
    match verb {
        ProgramsVerb::List => list(door).await,
        ProgramsVerb::Allow { reference } => {
            let allowed = allow_program(&door.cx, &reference).await?;
            said(door, "Allowed", &allowed)
        }
        ProgramsVerb::Forget { program } => forget(door, &program).await,
    }
}

fn said(door: &Door, verb: &str, allowed: &AllowedProgram) -> Result<(), Failure> {
    door.talk.say(&format!("{verb} {}.", allowed.program.file));
    door.out.answer(allowed, |_| String::new())
}

async fn list(door: &Door) -> Result<(), Failure> {
    let programs = list_allowed_programs(&door.cx).await?;
    if programs.is_empty() {
        door.talk.say("No programs are allowed.");
    }
    let now = door.now();
    door.out.answer(&programs, |screen| {
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

async fn forget(door: &Door, given: &str) -> Result<(), Failure> {
    let programs = list_allowed_programs(&door.cx).await?;
    let is_meant = |one: &&AllowedProgram| one.id == given || short(&one.id) == given;
    let Some(found) = programs.iter().find(is_meant) else {
        // The verb says what there is none of.
        return Ok(forget_program(&door.cx, given).await?);
    };
    forget_program(&door.cx, &found.id).await?;
    said(door, "Forgot", found)
}
