//! Connectors of hosted platforms, by what their platform is able to do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_http::{CallOptions, PlannedRequest};
use patchbay_model::{Account, Connector, ConnectorId, RemoteId, Secret, Timestamp, Tool};
use patchbay_platforms::mcp::CallOutcome;
use patchbay_platforms::{Platform, RemoteConnector, Tools};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::accounts::{find_account, secrets_of as secrets_of_account};
use crate::hosted::{judged, options, platform_of};
use crate::list_connectors::find_connector;
use crate::{Context, Error, status, sync_connectors};

/// The platform that holds a connector, and the connector's id there.
///
/// # Errors
/// [`Error::NotFound`] when its account is gone; [`Error::Usage`] for a connector of this computer;
/// [`Error::Vault`], [`Error::Reference`], [`Error::Platform`].
pub(crate) async fn platform_for(
    cx: &Context,
    connector: &Connector,
) -> Result<(Arc<dyn Platform>, RemoteId), Error> {
    let remote = connector.remote_id.clone().ok_or_else(|| Error::Usage {
        what: format!("{} lies on this computer", connector.title),
        hint: "Choose a connector of a hosted platform.".to_owned(),
    })?;
    let account = find_account(cx, &connector.account).await?;
    Ok((platform_of(cx, &account).await?, remote))
}

/// The tools of a connector; `None` where its platform has none, after a look at the connector itself.
pub(crate) async fn list_tools(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<Option<Vec<Tool>>, Error> {
    let (platform, remote) = platform_for(cx, connector).await?;
    let options = CallOptions {
        cancel: Some(cancel.child_token()),
        ..options(cx)
    };
    match platform.tools() {
        Some(tools) => {
            let listed = tools.list_tools(&remote, &options).await;
            judged(cx, &connector.account, &*platform, listed)
                .await
                .map(Some)
        }
        None => {
            refresh_status(cx, connector, &*platform, &remote).await?;
            Ok(None)
        }
    }
}

/// The secrets of the account that holds a connector, to be kept out of what is saved: those that it is
/// signed in with, else those that it would be; none when they cannot be read, for then none was sent either.
pub(crate) async fn secrets_of(cx: &Context, connector: &Connector) -> Vec<Secret> {
    if connector.remote_id.is_none() {
        return Vec::new();
    }
    if let Some(used) = cx.hosted().secrets(&connector.account) {
        return used;
    }
    let secrets = async {
        let account = find_account(cx, &connector.account).await?;
        secrets_of_account(cx, &account).await
    };
    let secrets = secrets.await.unwrap_or_default();
    secrets.into_values().collect()
}

/// A call of a tool on a platform.
pub(crate) struct HostedCall {
    /// Name of the tool.
    pub(crate) tool: String,
    /// Its arguments.
    pub(crate) arguments: Map<String, Value>,
    /// Name of the connector's credential, where one is named.
    pub(crate) credential: Option<String>,
}

/// Runs a tool; with how long it took to be ready for it.
pub(crate) async fn call_tool(
    cx: &Context,
    connector: &Connector,
    call: HostedCall,
    timeout: Duration,
    cancel: &CancellationToken,
) -> Result<(CallOutcome, Duration), Error> {
    let began = Instant::now();
    let (platform, remote) = platform_for(cx, connector).await?;
    let tools = tools_of(&*platform, connector)?;
    let options = CallOptions {
        timeout: Some(timeout),
        cancel: Some(cancel.clone()),
        credential: call.credential,
        ..CallOptions::default()
    };
    let prepare = began.elapsed();
    let outcome = tools
        .call_tool(&remote, &call.tool, call.arguments, &options)
        .await;
    let outcome = judged(cx, &connector.account, &*platform, outcome).await?;
    Ok((outcome, prepare))
}

/// What [`call_tool`] would send; the call itself is not sent.
pub(crate) async fn plan_call(
    cx: &Context,
    connector: &Connector,
    call: HostedCall,
) -> Result<PlannedRequest, Error> {
    let (platform, remote) = platform_for(cx, connector).await?;
    let tools = tools_of(&*platform, connector)?;
    let options = CallOptions {
        credential: call.credential,
        ..options(cx)
    };
    let planned = tools.plan_call(&remote, &call.tool, call.arguments, &options);
    let planned = planned.await;
    judged(cx, &connector.account, &*platform, planned).await
}

pub(crate) fn tools_of<'a>(
    platform: &'a dyn Platform,
    connector: &Connector,
) -> Result<&'a dyn Tools, Error> {
    platform.tools().ok_or_else(|| Error::Usage {
        what: format!("{} has no tools", connector.identity.account),
        hint: "Choose a connector that has tools.".to_owned(),
    })
}

/// Has the platform part a connector from its service, and keeps how it is then.
pub(crate) async fn disconnect(cx: &Context, connector: &Connector) -> Result<(), Error> {
    let (platform, remote) = platform_for(cx, connector).await?;
    let disconnects = platform.disconnects().ok_or_else(|| {
        let what = format!("disconnecting connectors of {}", connector.identity.account);
        patchbay_platforms::Error::NotSupported(what)
    })?;
    let gone = disconnects.disconnect(&remote, &options(cx)).await;
    judged(cx, &connector.account, &*platform, gone).await?;
    refresh_status(cx, connector, &*platform, &remote).await
}

/// Asks the platform of a hosted connector how it is now, and keeps the answer. A connector of this
/// computer stays as it is known.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Platform`]; [`Error::Vault`], [`Error::Reference`], [`Error::Store`].
pub async fn refresh_connector(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    if connector.remote_id.is_some() {
        let (platform, remote) = platform_for(cx, &connector).await?;
        refresh_status(cx, &connector, &*platform, &remote).await?;
    }
    find_connector(cx, id).await
}

/// Whether a click-through consent can connect it. None can where the platform knows no such thing.
///
/// # Errors
/// As [`refresh_connector`]; nothing is sent.
pub async fn has_consent(cx: &Context, connector: &Connector) -> Result<bool, Error> {
    if connector.remote_id.is_none() {
        return Ok(true);
    }
    let (platform, _) = platform_for(cx, connector).await?;
    Ok(platform.consents().is_some())
}

/// Whether a run of its tools may name one of the credentials that its platform keeps; nothing is sent.
///
/// # Errors
/// As [`names_credentials`].
pub(crate) async fn takes_credential(cx: &Context, connector: &Connector) -> Result<bool, Error> {
    if connector.remote_id.is_none() {
        return Ok(false);
    }
    let (platform, _) = platform_for(cx, connector).await?;
    Ok(platform.tools().is_some_and(Tools::takes_credential))
}

/// Whether one can choose for each run with which of its platform's credentials a connector acts; nothing
/// is sent.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Vault`], [`Error::Reference`].
pub async fn names_credentials(cx: &Context, id: &ConnectorId) -> Result<bool, Error> {
    takes_credential(cx, &find_connector(cx, id).await?).await
}

/// Deletes a connector at its platform.
pub(crate) async fn delete(cx: &Context, connector: &Connector) -> Result<(), Error> {
    let (platform, remote) = platform_for(cx, connector).await?;
    let connectors = platform.connectors().ok_or_else(|| Error::Usage {
        what: format!("{} deletes no connectors", connector.identity.account),
        hint: "Delete it in the platform's own console.".to_owned(),
    })?;
    let deleted = connectors.delete_connector(&remote, &options(cx)).await;
    judged(cx, &connector.account, &*platform, deleted).await
}

/// Asks the platform how a connector is, and keeps the answer.
pub(crate) async fn refresh_status(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &RemoteId,
) -> Result<(), Error> {
    let Some(connectors) = platform.connectors() else {
        return Ok(());
    };
    let found = connectors.find_connector(remote, &options(cx)).await;
    let found = judged(cx, &connector.account, platform, found).await?;
    let fresh = Fresh::new(cx, connector, found).await?;
    let change = move |connector: &mut Connector| fresh.apply_to(connector);
    status::change(cx, &connector.id, change).await.map(drop)
}

/// What the platform of a connector says that it is now.
pub(crate) struct Fresh {
    account: Account,
    found: RemoteConnector,
    at: Timestamp,
}

impl Fresh {
    pub(crate) async fn new(
        cx: &Context,
        connector: &Connector,
        found: RemoteConnector,
    ) -> Result<Self, Error> {
        Ok(Self {
            account: find_account(cx, &connector.account).await?,
            found,
            at: cx.now(),
        })
    }

    /// Brings what is known of the connector up to it.
    pub(crate) fn apply_to(self, connector: &mut Connector) {
        sync_connectors::copy_remote(connector, &self.account, self.found, self.at);
    }
}

/// Keeps how a connector is by its platform; where that cannot be asked, it stays as it is known.
pub(crate) async fn bring_up_to_date(cx: &Context, connector: &Connector) -> Result<(), Error> {
    let Some(fresh) = fresh(cx, connector).await else {
        return Ok(());
    };
    let change = move |connector: &mut Connector| fresh.apply_to(connector);
    status::change(cx, &connector.id, change).await.map(drop)
}

/// How a connector is by its platform, not kept yet; `None` for one of this computer, and where the platform
/// cannot be asked.
pub(crate) async fn fresh(cx: &Context, connector: &Connector) -> Option<Fresh> {
    connector.remote_id.as_ref()?;
    let asked = async {
        let (platform, remote) = platform_for(cx, connector).await?;
        let Some(connectors) = platform.connectors() else {
            return Ok(None);
        };
        let found = connectors.find_connector(&remote, &options(cx)).await;
        let found = judged(cx, &connector.account, &*platform, found).await?;
        Fresh::new(cx, connector, found).await.map(Some)
    };
    asked.await.unwrap_or_else(|error: Error| {
        tracing::warn!(connector = %connector.id, %error, "its platform could not be asked");
        None
    })
}

#[cfg(all(test, unix))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::SystemClock;
    use crate::testing::{NOBODY, account, add, open};

    #[tokio::test]
    async fn what_an_account_signed_in_with_stays_known_when_its_reference_leads_nowhere() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let file = home.path().join("key");
        std::fs::write(&file, "acc-key-123456").unwrap();
        let reference = format!("cmd://cat {}", file.display());
        let kept = json!({ "api_key": { "kind": "reference", "reference": reference } });
        let account = account(&cx, patchbay_model::Platform::Mistral, &kept).await;
        let connector = Connector {
            account: account.id,
            remote_id: Some(RemoteId::new("r1")),
            ..add(&cx, NOBODY).await
        };

        platform_for(&cx, &connector).await.unwrap();
        std::fs::remove_file(&file).unwrap();
        let known = secrets_of(&cx, &connector).await;
        let known: Vec<&str> = known.iter().map(Secret::expose).collect();
        assert_eq!(known, ["acc-key-123456"]);
    }
}
