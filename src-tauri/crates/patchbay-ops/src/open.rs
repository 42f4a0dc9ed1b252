//! Opening a context, and recovery after a crash.

use patchbay_model::{Connector, Status};

use crate::authorizations::forget_unused_registrations;
use crate::context::{Context, ContextOptions};
use crate::error::Error;
use crate::events::Event;
use crate::processes::{containers, guard};
use crate::stored_connectors::{list_connectors, status};

impl Context {
    /// Opens the store and cleans up after a crash. Accesses the keychain only to revoke the tokens of connectors that
    /// were removed earlier.
    ///
    /// # Errors
    /// [`Error::Store`] for the database; [`Error::Platform`] for the system's certificates.
    pub async fn open(options: ContextOptions) -> Result<Self, Error> {
        let cx = Self::connect(options).await?;
        recover(&cx).await?;
        let opened = cx.clone();
        // In the background, since it takes a while.
        cx.tasks().spawn(async move {
            if let Err(error) = forget_unused_registrations(&opened).await {
                tracing::warn!(%error, "registrations for removed connectors could not be forgotten");
            }
            match opened.store().list_allowed_programs().await {
                Ok(allowed) => containers::stop_abandoned(&opened.paths().servers(), allowed).await,
                Err(error) => tracing::warn!(%error, "containers that were left may run still"),
            }
        });
        Ok(cx)
    }
}

/// Ends what a crash left open, and deletes for good what was removed in an earlier session.
async fn recover(cx: &Context) -> Result<(), Error> {
    end_abandoned(cx).await?;
    guard::end_abandoned(cx.paths()).await;
    crate::connectors::edit::purge_removed(cx).await
}

/// Closes the runs and expires the authorizations of processes that are gone.
pub(crate) async fn end_abandoned(cx: &Context) -> Result<(), Error> {
    let store = cx.store();
    if !store.close_orphans(store.liveness()).await?.is_empty() {
        cx.emit(Event::HistoryChanged);
    }
    if store.list_open_authorizations().await?.is_empty() {
        return Ok(());
    }
    let expired = store.expire_open_authorizations(store.liveness()).await?;
    if expired.is_empty() {
        return Ok(());
    }
    end_authorizing(cx).await?;
    for id in expired {
        if let Some(authorization) = store.find_authorization(&id).await? {
            cx.emit(Event::AuthorizationChanged {
                authorization: Box::new(authorization),
            });
        }
    }
    Ok(())
}

/// Marks connectors whose sign-in was interrupted as needing one.
async fn end_authorizing(cx: &Context) -> Result<(), Error> {
    let open = cx.store().list_open_authorizations().await?;
    for connector in list_connectors(cx).await? {
        let elsewhere = open.iter().any(|other| other.connector == connector.id);
        if connector.status.status != Status::Authorizing || elsewhere {
            continue;
        }
        let end = |connector: &mut Connector| {
            if connector.status.status == Status::Authorizing {
                connector.status.status = Status::NeedsAuthorization;
                connector.status.reason = Some("sign-in wasn't finished".to_owned());
            }
        };
        status::change(cx, &connector.id, end).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use patchbay_model::{AuthorizationState, RunState};
    use patchbay_store::Store;

    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, authorization, finished_run, open_temporary};

    #[tokio::test]
    async fn a_sign_in_whose_process_is_gone_ends_while_others_run() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let start = |it: &mut Connector| it.status.status = Status::Authorizing;
        status::change(&cx, &connector.id, start).await.unwrap();
        let mut running = authorization(&cx, &connector, Duration::ZERO);
        running.state = AuthorizationState::AwaitingUser;
        let other = Store::open(&cx.paths().database()).await.unwrap();
        other.save_authorization(&running).await.unwrap();

        end_abandoned(&cx).await.unwrap();
        let status = status_of(&cx, &connector).await;
        assert_eq!(status, Status::Authorizing, "its process still runs");

        drop(other);
        end_abandoned(&cx).await.unwrap();
        assert_eq!(status_of(&cx, &connector).await, Status::NeedsAuthorization);
        let kept = cx.store().find_authorization(&running.id).await;
        assert_eq!(kept.unwrap().unwrap().state, AuthorizationState::Expired);
        cx.close().await;
    }

    #[tokio::test]
    async fn a_run_whose_process_is_gone_ends_while_others_run() {
        let (_home, cx) = open_temporary().await;
        let mut running = finished_run();
        running.summary.state = RunState::Running;
        let other = Store::open(&cx.paths().database()).await.unwrap();
        other.open_run(&running).await.unwrap();
        let state = async || {
            let found = cx.store().find_run(&running.summary.id).await.unwrap();
            found.unwrap().summary.state
        };
        end_abandoned(&cx).await.unwrap();
        assert_eq!(state().await, RunState::Running, "its process still runs");
        drop(other);
        end_abandoned(&cx).await.unwrap();
        assert_eq!(state().await, RunState::Failed);
        cx.close().await;
    }

    async fn status_of(cx: &Context, connector: &Connector) -> Status {
        let found = cx.store().find_connector(&connector.id).await.unwrap();
        found.unwrap().status.status
    }
}
