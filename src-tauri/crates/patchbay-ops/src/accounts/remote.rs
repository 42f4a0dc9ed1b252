//! Hosted connectors as their platforms report them.

use patchbay_model::{
    Account, Connector, ConnectorStatus, IdentityLine, Json, Status, Timestamp, clean_text,
    redact_user_info, redact_user_infos,
};
use patchbay_platforms::RemoteConnector;

/// Maximum length of a platform's title, in characters.
const TITLE_LIMIT: usize = 200;

/// Copies what the platform reports into the connector. The user's settings stay, and so does the name, which scripts
/// may use; only the title follows the platform.
pub(crate) fn copy_remote(
    connector: &mut Connector,
    account: &Account,
    remote: RemoteConnector,
    now: Timestamp,
) {
    let is_ready = remote.status == Status::Ready;
    // The platform may have checked the connector long ago.
    let tried_at = remote.checked_at.map_or(now, |at| at.min(now));
    connector.status = ConnectorStatus {
        status: remote.status,
        word: remote.word,
        reason: remote.reason,
        code: None,
        checked_at: Some(now),
        last_ok_at: is_ready
            .then_some(tried_at)
            .max(connector.status.last_ok_at),
    };
    connector.remote_id = Some(remote.remote_id);
    // Untrusted text, which is shown everywhere.
    connector.title = clean_text(&remote.title.unwrap_or(remote.name), TITLE_LIMIT);
    connector.description = remote.description;
    connector.connector_type = remote.connector_type;
    connector.icon = remote.icon;
    connector.endpoint = remote.endpoint.as_deref().map(redact_user_info);
    connector.visibility = remote.visibility;
    connector.identity = IdentityLine {
        platform: account.platform,
        account: account.label.clone(),
        credential: remote.credential,
        user: None,
        level: remote.level,
        expires_at: remote.expires_at,
    };
    connector.authentication_methods = remote.methods;
    connector.created_at = remote.created_at.unwrap_or(connector.created_at);
    connector.updated_at = remote.updated_at.unwrap_or(connector.updated_at);
    connector.native = Json(redact_user_infos(remote.native.0));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use patchbay_model::Platform;
    use serde_json::json;

    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, new_account, open_temporary};

    #[tokio::test]
    async fn a_connector_without_a_time_of_change_was_not_changed_by_a_list() {
        let (_home, cx) = open_temporary().await;
        let account = new_account(&cx, "acc_1", Platform::Airbyte, json!({}));
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        let before = connector.updated_at;
        let later = cx.now() + Duration::from_secs(60);
        copy_remote(&mut connector, &account, RemoteConnector::default(), later);
        assert_eq!(connector.updated_at, before);
        assert_eq!(connector.status.checked_at, Some(later));
    }
}
