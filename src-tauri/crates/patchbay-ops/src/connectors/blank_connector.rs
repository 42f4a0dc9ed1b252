//! A new connector with default values.

use patchbay_model::{
    AccountId, Authentication, CaptureLevel, ChosenDeviations, Connector, ConnectorId, Json,
    NetworkSettings, TimeLimits, Visibility,
};

use crate::connectors::status;
use crate::context::Context;

/// Builds an unchecked connector; the caller sets the other fields.
pub(crate) fn blank_connector(
    cx: &Context,
    account: AccountId,
    name: String,
    title: String,
) -> Connector {
    let now = cx.now();
    Connector {
        id: ConnectorId::new(cx.new_id("con")),
        account,
        remote_id: None,
        name,
        title,
        description: None,
        connector_type: None,
        icon: None,
        endpoint: None,
        command: None,
        visibility: Visibility::Private,
        status: status::unchecked_status(),
        identity: status::identity(None),
        authentication: Authentication::None,
        authentication_methods: Vec::new(),
        server: None,
        tool_count: None,
        tools_lacking_access: Vec::new(),
        created_at: now,
        updated_at: now,
        tags: Vec::new(),
        favourite: false,
        allows_plain_http: false,
        time_limits: TimeLimits::default(),
        roots: Vec::new(),
        sampling: false,
        muted: false,
        capture: CaptureLevel::default(),
        oauth_deviations: ChosenDeviations::new(),
        network: NetworkSettings::default(),
        draft: false,
        native: Json::default(),
    }
}
