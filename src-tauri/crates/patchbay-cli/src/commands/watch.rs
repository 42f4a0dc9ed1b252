//! `--watch`: repeats an answer whenever something changes, until Ctrl-C.

use std::time::Duration;

use patchbay_ops::watch_other_processes;
use tokio::sync::broadcast::error::RecvError;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output;

/// Changes within this time are shown together.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Calls `show`; with `--watch`, again whenever something changes in this or another process.
pub(super) async fn repeat(
    cli: &Cli,
    show: impl AsyncFn() -> Result<(), Failure>,
) -> Result<(), Failure> {
    if !cli.out.repeats() {
        return show().await;
    }
    let mut events = cli.cx.events();
    let following = watch_other_processes(&cli.cx).await?;
    let repeating = async {
        loop {
            cli.out.clear()?;
            show().await?;
            if output::is_closed() {
                return Ok(());
            }
            if let Err(RecvError::Closed) = events.recv().await {
                return Ok(());
            }
            tokio::time::sleep(DEBOUNCE).await;
            events = events.resubscribe();
        }
    };
    tokio::select! {
        shown = repeating => shown,
        () = following => Ok(()),
        () = interrupted() => Ok(()),
    }
}
