//! All hosted platforms.

use patchbay_model::{Abilities, PlatformLook, TileColours};
use serde::{Serialize, Serializer};

use crate::HostedPlatform;
use crate::hosted::LOCAL_ABILITIES;

/// In the order in which windows and commands list them.
pub static HOSTED: &[HostedPlatform] = &[
    crate::mistral::MISTRAL,
    crate::cohere::COHERE,
    crate::agentstack::AGENTSTACK,
    crate::airbyte::AIRBYTE,
    crate::tenex::TENEX,
    #[cfg(feature = "example-platform")]
    crate::example::EXAMPLE,
];

const LOCAL: PlatformLook = PlatformLook {
    title: "This computer",
    initials: "",
    creates: "Any MCP server by address",
    sign_in: None,
    light: TileColours::new("#e5e8ec", "#414853"),
    dark: TileColours::new("#2b3038", "#c0c7d2"),
};

#[derive(Serialize)]
struct PlatformInfo {
    #[serde(flatten)]
    look: PlatformLook,
    abilities: Abilities,
}

/// All platforms including this computer, by name and in the order in which they are listed.
pub fn platform_infos() -> impl Serialize {
    struct Infos;

    impl Serialize for Infos {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(patchbay_model::Platform::ALL.iter().map(|platform| {
                let look = look(*platform);
                let abilities = abilities(*platform);
                (platform.as_str(), PlatformInfo { look, abilities })
            }))
        }
    }

    Infos
}

/// The look of a platform, or of this computer.
pub fn look(platform: patchbay_model::Platform) -> PlatformLook {
    hosted(platform).map_or(LOCAL, |hosted| hosted.look)
}

/// The abilities of a platform, or of this computer.
pub fn abilities(platform: patchbay_model::Platform) -> Abilities {
    hosted(platform).map_or(LOCAL_ABILITIES, |hosted| hosted.abilities)
}

/// The registry entry of a platform; `None` for this computer.
pub fn hosted(platform: patchbay_model::Platform) -> Option<&'static HostedPlatform> {
    HOSTED.iter().find(|hosted| hosted.platform == platform)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use patchbay_http::SystemClock;
    use serde_json::{Value, json};

    use super::*;
    use crate::{Platform, testing};

    #[test]
    fn every_form_of_a_setting_is_an_object() {
        let fields = HOSTED.iter().flat_map(|hosted| hosted.fields);
        for form in fields.filter_map(|field| field.form) {
            assert_eq!(form().schema["type"], "object");
        }
    }

    #[test]
    fn the_secret_of_an_account_is_known_by_its_settings() {
        let secret = |platform: &str, settings: Value| {
            let platform = patchbay_model::Platform::from_word(platform).unwrap();
            (hosted(platform).unwrap().secret_for)(settings.as_object().unwrap())
        };
        for (platform, settings, expected) in [
            ("mistral", json!({}), Some("api_key")),
            ("mistral", json!({"token_file": "/run/key"}), None),
            ("mistral", json!({"token_file": ""}), Some("api_key")),
            ("cohere", json!({}), Some("api_key")),
            ("agentstack", json!({}), None),
            ("agentstack", json!({"auth": "none", "user": "ada"}), None),
            ("agentstack", json!({"auth": "bearer"}), Some("token")),
            ("agentstack", json!({"auth": "basic"}), Some("password")),
            ("agentstack", json!({"user": "ada"}), Some("password")),
            ("airbyte", json!({}), Some("token")),
            ("airbyte", json!({"client_id": "a"}), Some("client_secret")),
            ("tenex", json!({}), Some("api_key")),
            ("tenex", json!({"email": "ada@a.example"}), Some("password")),
        ] {
            assert_eq!(
                secret(platform, settings.clone()),
                expected,
                "{platform} {settings}"
            );
        }
    }

    /// An account with the minimum of settings.
    fn account(hosted: &HostedPlatform) -> Arc<dyn Platform> {
        let settings = json!({ "base_url": "http://127.0.0.1:9" });
        let secret = (hosted.secret_for)(settings.as_object().unwrap());
        let secret = secret.map(|name| (name, "secret-1"));
        let account = testing::account(&settings, secret.as_slice(), Arc::new(SystemClock));
        (hosted.sign_in)(account).unwrap()
    }

    #[test]
    fn abilities_are_those_that_an_account_has() {
        for hosted in HOSTED {
            let (abilities, account) = (hosted.abilities, account(hosted));
            let takes_credential = account.tools().is_some_and(|it| it.takes_credential());
            assert_eq!(
                [
                    account.connectors().is_some(),
                    account.credentials().is_some(),
                    takes_credential,
                    account.details().is_some(),
                    account.resources().is_some() && account.prompts().is_some(),
                ],
                [
                    abilities.reports_status,
                    abilities.keeps_credentials,
                    abilities.names_credentials,
                    abilities.has_details,
                    abilities.has_resources,
                ],
                "{:?}",
                hosted.platform
            );
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_an_object_schema() {
        for hosted in HOSTED {
            let mut names = std::collections::BTreeSet::new();
            for operation in (hosted.operations)() {
                assert!(names.insert(operation.name), "{} twice", operation.name);
                let schema = operation.parameters().to_value();
                assert_eq!(schema["type"], "object", "{}", operation.name);
                assert!(!operation.summary().ends_with('.'), "{}", operation.name);
            }
        }
    }
}
