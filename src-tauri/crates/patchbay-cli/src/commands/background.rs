//! `patchbay connector auto-check`: whether the app looks after connectors while nobody asks.

use patchbay_ops::{background_checks, switch_background_checks};
use serde::Serialize;

use crate::args::Switch;
use crate::cli::Cli;
use crate::failure::Failure;

/// The answer as a document.
#[derive(Serialize)]
struct Background {
    on: bool,
}

pub(super) async fn run(cli: &Cli, switch: Option<Switch>) -> Result<(), Failure> {
    if let Some(switch) = switch {
        switch_background_checks(&cli.cx, switch == Switch::On).await?;
    }
    let on = background_checks(&cli.cx).await?;
    cli.out.answer(&Background { on }, |_| {
        // The other systems tell nobody how they are.
        let words = match on {
            true if cfg!(target_os = "linux") => {
                "on (pauses on battery saver and metered networks)\n"
            }
            true => "on\n",
            false => "off\n",
        };
        words.to_owned()
    })
}
