//! Shows what the program of a connector writes while it starts for the first time, as it may have to be downloaded.

use std::convert::Infallible;
use std::time::Duration;

use patchbay_model::Connector;
use patchbay_ops::{Clock as _, Context, SystemClock, read_server_log};

use crate::output::text;
use crate::stderr::Stderr;

/// How often the log is read.
const INTERVAL: Duration = Duration::from_secs(2);

/// Waits for `work`. Meanwhile shows the last line in the log of the connector if its program never answered before.
pub(crate) async fn with_start_log<T>(
    cx: &Context,
    stderr: &Stderr,
    connector: &Connector,
    work: impl Future<Output = T>,
) -> T {
    if connector.command.is_none() || connector.server.is_some() {
        return work.await;
    }
    let done = tokio::select! {
        done = work => done,
        never = show_log(cx, stderr, connector) => match never {},
    };
    stderr.clear();
    done
}

async fn show_log(cx: &Context, stderr: &Stderr, connector: &Connector) -> Infallible {
    let (since, mut shown) = (SystemClock.now(), None);
    loop {
        tokio::time::sleep(INTERVAL).await;
        // It is read again soon, and the outcome of the start says what is wrong.
        let log = read_server_log(cx, &connector.id).await.unwrap_or_default();
        let last = log.into_iter().next_back();
        let last = last.filter(|line| line.at >= since);
        if let Some(line) = &last
            && last != shown
        {
            stderr.step(&format!("{}: {}", connector.title, text::line(&line.text)));
            shown = last;
        }
    }
}
