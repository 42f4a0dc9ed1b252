//! `--watch`: an answer that is given again whenever something changed, until Ctrl-C.

use std::time::Duration;

use patchbay_ops::watch_other_processes;
use tokio::sync::broadcast::error::RecvError;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::interrupt::interrupted;

/// What changes within this time is shown together.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Gives the answer of `show`; where it is watched, again whenever something changed, here or by another process.
///
/// # Errors
/// Those of `show`, and of the store.
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
