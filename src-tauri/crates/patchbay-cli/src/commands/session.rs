//! `patchbay session …`: sessions that are kept open between commands.

use patchbay_model::count;
use patchbay_ops::{HeldSession, end_sessions, list_sessions};
use serde_json::json;

use crate::args::SessionVerb;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::table::Cell;
use crate::output::when;

pub(super) async fn run(cli: &Cli, verb: SessionVerb) -> Result<(), Failure> {
    match verb {
        SessionVerb::List => list(cli).await,
        SessionVerb::End { connector, .. } => end(cli, connector.as_deref()).await,
    }
}

async fn list(cli: &Cli) -> Result<(), Failure> {
    let sessions = list_sessions(&cli.cx).await?;
    let heads = [
        "CONNECTOR",
        "SERVER",
        "PROCESS",
        "MEMORY",
        "COMMANDS",
        "RUNNING",
        "LAST LINE",
    ];
    cli.print_table(&sessions, "No sessions.", heads, row)
}

fn row(session: &HeldSession) -> [Cell; 7] {
    [
        Cell::from(&session.name),
        Cell::from(&session.server),
        Cell::from(or_dash(session.pid.map(|pid| pid.to_string()))),
        Cell::from(or_dash(
            session
                .memory_kib
                .map(|kib| when::size(u64::from(kib) * 1024)),
        )),
        Cell::from(session.clients.to_string()),
        Cell::from(when::duration(session.seconds.max(1).saturating_mul(1000))),
        Cell::from(or_dash(session.last_line.clone())),
    ]
}

fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

async fn end(cli: &Cli, connector: Option<&str>) -> Result<(), Failure> {
    let connector = cli.optional_connector(connector).await?;
    let id = connector.as_ref().map(|connector| &connector.id);
    let ended = end_sessions(&cli.cx, id).await?;
    let message = match ended {
        0 => "No sessions to end.".to_owned(),
        ended => format!("Ended {}.", count(ended as usize, "session")),
    };
    cli.print_done(&message, &json!({ "ended": ended }))
}
