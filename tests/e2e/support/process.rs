//! The processes of these journeys, which share the files of one home.

use std::path::{Path, PathBuf};
use std::time::Duration;

use patchbay_model::ConnectorId;
use patchbay_ops::Context;
use tokio::process::Command;

use super::Browser;
use super::child::{Child, arguments, open_shared};

const HOME: &str = "PATCHBAY_E2E_HOME";
const CONNECTOR: &str = "PATCHBAY_E2E_CONNECTOR";
const LATE: &str = "PATCHBAY_E2E_LATE_SECONDS";

impl Child {
    /// Starts a role over the files in `home`, with a clock that is `late`.
    pub(crate) fn start(role: &str, home: &Path, connector: &ConnectorId, late: Duration) -> Self {
        let program = std::env::current_exe().unwrap();
        Self::spawn(
            Command::new(program)
                .args(arguments(role))
                .env(HOME, home)
                .env(CONNECTOR, connector.as_str())
                .env(LATE, late.as_secs().to_string()),
        )
    }
}

/// What a started process works with.
pub(crate) struct Role {
    pub(crate) cx: Context,
    pub(crate) browser: Browser,
    pub(crate) connector: ConnectorId,
}

impl Role {
    /// Opens the files that the parent names; `None` without a parent, as when somebody runs all ignored tests.
    pub(crate) async fn take() -> Option<Self> {
        let home = PathBuf::from(std::env::var_os(HOME)?);
        let connector = ConnectorId::new(std::env::var(CONNECTOR).ok()?);
        let browser = Browser::new();
        let late = std::env::var(LATE).ok()?.parse().ok()?;
        let cx = open_shared(&home, &browser, Duration::from_secs(late)).await;
        Some(Self {
            cx,
            browser,
            connector,
        })
    }
}
