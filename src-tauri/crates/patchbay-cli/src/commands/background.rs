//! `patchbay connector auto-check`: whether the app checks connectors in the background.

use patchbay_ops::{background_checks, switch_background_checks};
use serde_json::json;

use crate::cli::Cli;
use crate::failure::Failure;

pub(super) async fn run(cli: &Cli, switch: Option<bool>) -> Result<(), Failure> {
    if let Some(on) = switch {
        switch_background_checks(&cli.cx, on).await?;
    }
    let on = background_checks(&cli.cx).await?;
    cli.print_state(switch.is_some(), &json!({ "on": on }), |_| {
        // Other systems don't report these states.
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
