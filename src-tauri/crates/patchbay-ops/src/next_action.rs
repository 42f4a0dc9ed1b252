//! The one step that helps a connector on.
//!
//! The window has the same rule for its rows in `ui/src/components/nextAction.ts`; `next_action_cases.json` is the
//! test of both.

use patchbay_model::{Authentication, AuthenticationMethod, Connector, Status};
use serde::Serialize;

use crate::abilities::abilities;

/// The one step that helps a connector on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NextAction {
    /// Sign in again in the browser.
    SignIn,
    /// Enter a key that its platform keeps among its credentials.
    EnterKey,
    /// Enter a key that is one of its settings.
    NewSecret,
    /// Go on with the sign-in that is under way.
    Show,
    /// Sign in for the first time, or after it was disconnected.
    Connect,
    /// Turn it on.
    TurnOn,
    /// Have the doctor find what fails.
    Doctor,
    /// See whether it works.
    Check,
}

/// What helps a connector on, by its status alone; `None` when it is well, or its platform has to do it.
pub(crate) fn next_action(connector: &Connector) -> Option<NextAction> {
    match connector.status.status {
        Status::Ready => None,
        Status::NeedsAuthorization => Some(if connector.signs_in_by_browser() {
            NextAction::SignIn
        } else if has_platform_key(connector) {
            NextAction::EnterKey
        } else {
            NextAction::NewSecret
        }),
        Status::Authorizing => Some(NextAction::Show),
        Status::Disconnected => Some(if connector.signs_in_by_browser() {
            NextAction::Connect
        } else if has_platform_key(connector) {
            NextAction::EnterKey
        } else {
            NextAction::Check
        }),
        Status::Disabled => abilities(connector)
            .configured_here
            .then_some(NextAction::TurnOn),
        Status::Failing => Some(NextAction::Doctor),
        Status::Unknown => Some(match connector.authentication {
            Authentication::Oauth { entry: None, .. } => NextAction::Connect,
            _ => NextAction::Check,
        }),
    }
}

/// Whether its platform keeps its key among its credentials; elsewhere it is one of the settings.
fn has_platform_key(connector: &Connector) -> bool {
    let is_key = |method: &AuthenticationMethod| {
        matches!(
            method,
            AuthenticationMethod::Bearer | AuthenticationMethod::Headers
        )
    };
    abilities(connector).keeps_credentials && connector.authentication_methods.iter().any(is_key)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use patchbay_model::Platform;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;
    use crate::clock::SystemClock;
    use crate::testing::{NOBODY, add, open};

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Case {
        platform: Platform,
        status: Status,
        authentication: Authentication,
        authentication_methods: Vec<AuthenticationMethod>,
        action: Value,
    }

    #[tokio::test]
    async fn each_case_has_the_step_that_the_window_offers() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("next_action_cases.json")).unwrap();
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let mut connector = add(&cx, NOBODY).await;
        for case in cases {
            connector.identity.platform = case.platform;
            connector.status.status = case.status;
            connector.authentication = case.authentication;
            connector.authentication_methods = case.authentication_methods;
            assert_eq!(json!(next_action(&connector)), case.action, "{connector:?}");
        }
    }
}
