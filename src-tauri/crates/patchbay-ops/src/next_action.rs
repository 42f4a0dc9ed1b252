//! The next action of a connector: what the button of its row does and what resolves its need.

use patchbay_model::{Authentication, AuthenticationMethod, Code, Connector, Status};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::abilities::abilities;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    /// Sign in in the browser.
    SignIn,
    /// Enter a key that the platform stores as a credential.
    EnterKey,
    /// Enter a key in the settings.
    NewSecret,
    /// Continue the running sign-in.
    Show,
    /// Sign in for the first time or after a disconnect.
    Connect,
    TurnOn,
    /// Review and accept changed tools.
    Review,
    /// Run a check to find what fails.
    Doctor,
    /// Check whether it works.
    Check,
}

/// Returns the next action for a connector; `None` when it works, or only its platform can act.
pub(crate) fn next_action(connector: &Connector, changed_tools: u32) -> Option<NextAction> {
    match connector.status.status {
        Status::Ready => (changed_tools > 0).then_some(NextAction::Review),
        Status::NeedsAuthorization => Some(reauth_action(connector)),
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
        Status::Failing if lacks_access(connector) => Some(reauth_action(connector)),
        Status::Failing => Some(NextAction::Doctor),
        Status::Unknown => Some(match connector.authentication {
            Authentication::Oauth { entry: None, .. } => NextAction::Connect,
            _ => NextAction::Check,
        }),
    }
}

/// Whether the local sign-in lacks access. For a hosted connector the account may lack access, which signing in to the
/// connector does not change.
fn lacks_access(connector: &Connector) -> bool {
    connector.status.code == Some(Code::AuthForbidden) && abilities(connector).signs_in_here
}

/// Returns the action that renews the authentication of a connector.
pub fn reauth_action(connector: &Connector) -> NextAction {
    if connector.signs_in_by_browser() {
        NextAction::SignIn
    } else if has_platform_key(connector) {
        NextAction::EnterKey
    } else if takes_key(connector) {
        NextAction::NewSecret
    } else {
        NextAction::Doctor
    }
}

/// Whether the key of an existing connector can be replaced.
fn takes_key(connector: &Connector) -> bool {
    let abilities = abilities(connector);
    abilities.signs_in_here || abilities.keeps_credentials
}

/// Whether the platform stores the key as a credential; otherwise it is a setting.
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

    use patchbay_model::Authentication::None as Unsigned;
    use patchbay_model::AuthenticationMethod::{Bearer, Headers, None as Open, Oauth};
    use patchbay_model::Platform::{Airbyte, Cohere, Local, Mistral, Tenex};
    use patchbay_model::{Platform, WalletEntryId};

    use super::NextAction::*;
    use super::Status::{NeedsAuthorization as Waiting, *};
    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    fn oauth(entry: Option<&str>) -> Authentication {
        Authentication::oauth(None, entry.map(WalletEntryId::new))
    }

    fn bearer() -> Authentication {
        let entry = WalletEntryId::new("cred_1");
        Authentication::Bearer { entry }
    }

    #[tokio::test]
    async fn each_status_has_its_next_action() {
        type Case = (
            Platform,
            Status,
            Authentication,
            &'static [AuthenticationMethod],
            Option<NextAction>,
        );
        let cases: [Case; 33] = [
            (Local, Ready, Unsigned, &[Oauth], None),
            (Local, Authorizing, Unsigned, &[Oauth], Some(Show)),
            (Local, Failing, Unsigned, &[Bearer], Some(Doctor)),
            (Mistral, Ready, Unsigned, &[Oauth], None),
            (Mistral, Authorizing, Unsigned, &[Oauth], Some(Show)),
            (Mistral, Failing, Unsigned, &[Bearer], Some(Doctor)),
            (Airbyte, Ready, Unsigned, &[Oauth], None),
            (Airbyte, Authorizing, Unsigned, &[Oauth], Some(Show)),
            (Airbyte, Failing, Unsigned, &[Bearer], Some(Doctor)),
            (
                Local,
                Waiting,
                oauth(Some("cred_1")),
                &[Oauth],
                Some(SignIn),
            ),
            (Local, Waiting, Unsigned, &[Oauth], Some(SignIn)),
            (Local, Waiting, bearer(), &[Bearer], Some(NewSecret)),
            (Local, Waiting, Unsigned, &[], Some(NewSecret)),
            (Local, Disconnected, oauth(None), &[Oauth], Some(Connect)),
            (Local, Disconnected, bearer(), &[Bearer], Some(Check)),
            (Local, Disabled, Unsigned, &[], Some(TurnOn)),
            (Local, Unknown, oauth(None), &[Oauth], Some(Connect)),
            (Local, Unknown, oauth(Some("cred_1")), &[Oauth], Some(Check)),
            (Local, Unknown, Unsigned, &[Open], Some(Check)),
            (Mistral, Waiting, Unsigned, &[Bearer, Oauth], Some(SignIn)),
            (Mistral, Waiting, Unsigned, &[Bearer], Some(EnterKey)),
            (Mistral, Waiting, Unsigned, &[Headers], Some(EnterKey)),
            (Mistral, Waiting, Unsigned, &[Open], Some(NewSecret)),
            (Mistral, Disconnected, Unsigned, &[Oauth], Some(Connect)),
            (Mistral, Disconnected, Unsigned, &[Headers], Some(EnterKey)),
            (Mistral, Disconnected, Unsigned, &[], Some(Check)),
            (Mistral, Disabled, Unsigned, &[Oauth], None),
            (Mistral, Unknown, Unsigned, &[Oauth], Some(Check)),
            (Airbyte, Waiting, Unsigned, &[Oauth], Some(SignIn)),
            (Airbyte, Waiting, Unsigned, &[Bearer], Some(Doctor)),
            (Airbyte, Disconnected, Unsigned, &[Bearer], Some(Check)),
            (Tenex, Waiting, Unsigned, &[Bearer], Some(EnterKey)),
            (Cohere, Disabled, Unsigned, &[], None),
        ];
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        for (platform, status, authentication, methods, action) in cases {
            connector.identity.platform = platform;
            connector.status.status = status;
            connector.authentication = authentication;
            connector.authentication_methods = methods.to_vec();
            assert_eq!(next_action(&connector, 0), action, "{connector:?}");
            // Changed tools are reviewed once nothing else is wrong.
            let with_changes = if status == Ready {
                Some(Review)
            } else {
                action
            };
            assert_eq!(next_action(&connector, 2), with_changes, "{connector:?}");
        }
    }

    #[tokio::test]
    async fn missing_access_needs_a_new_sign_in_of_local_connectors() {
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        connector.status.status = Failing;
        connector.status.code = Some(Code::AuthForbidden);
        let mut step = |platform, authentication, method| {
            connector.identity.platform = platform;
            connector.authentication = authentication;
            connector.authentication_methods = vec![method];
            next_action(&connector, 0)
        };
        assert_eq!(step(Local, oauth(Some("cred_1")), Oauth), Some(SignIn));
        assert_eq!(step(Local, bearer(), Bearer), Some(NewSecret));
        assert_eq!(step(Mistral, Unsigned, Oauth), Some(Doctor));
    }
}
