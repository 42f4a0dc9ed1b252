//! Ctrl-C, and the signal that asks a program to end.

/// Waits until the user, or the system, asks this process to stop.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = pressed() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    pressed().await;
}

async fn pressed() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Signals cannot be heard here, so they end the process in the system's own way.
        std::future::pending::<()>().await;
    }
}
