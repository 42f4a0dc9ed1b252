//! The hosted platforms that there are, a line each.

use std::collections::BTreeMap;
use std::sync::Arc;

use patchbay_http::{Api, ClientSettings, Clients, Clock, SecretNames, SystemClock, TokenSource};
use patchbay_model::{Abilities, Form, PlatformLook, Secret, TileColours, Tool, ToolEffect};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{Error, OperationEntry, Platform};

/// A hosted platform: what it is called, what one needs to sign in, and what it can do.
#[derive(Clone, Copy, Debug)]
pub struct HostedPlatform {
    /// Which one.
    pub platform: patchbay_model::Platform,
    /// What it is called, and how its tile looks.
    pub look: PlatformLook,
    /// What can be done with its connectors.
    pub abilities: Abilities,
    /// Whether its wire is not public and its contract an assumption of ours.
    pub is_assumed: bool,
    /// What one needs to sign in, in the order of the form.
    pub fields: &'static [AccountField],
    /// Name of the secret field that an account with these settings signs in with; `None` where it needs
    /// none.
    pub secret_for: fn(&Map<String, Value>) -> Option<&'static str>,
    /// Every documented operation, whichever account may call it.
    pub operations: fn() -> &'static [OperationEntry],
    /// Name of the account field on which it depends which of them an account may call, and those by its settings;
    /// `None` where all accounts have all of them.
    pub operations_by: Option<(&'static str, OperationsOf)>,
    /// What is known of its connectors and tools without asking it.
    pub rules: Rules,
    /// Signs in; sends nothing yet.
    pub sign_in: fn(SignIn) -> Result<Arc<dyn Platform>, Error>,
}

/// The operations that an account with these settings may call.
pub type OperationsOf = fn(&Map<String, Value>) -> &'static [OperationEntry];

/// What is known of the connectors and tools of a platform without asking it.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The word by which its documents call the kind of a connector, out of the connector's own JSON; `None` where
    /// they have none.
    pub kind_of: fn(&Value) -> Option<String>,
    /// What a tool does with these arguments, where that says more than the tool alone.
    pub effect_of: fn(&Tool, &Map<String, Value>) -> ToolEffect,
    /// A tool that its documents have and that no connector has to list; `None` where there is none of that name.
    pub unlisted_tool: fn(&str) -> Option<Tool>,
}

/// Of most platforms no more is known than what they tell.
const NO_RULES: Rules = Rules {
    kind_of: |_| None,
    effect_of: |tool, _| tool.effect,
    unlisted_tool: |_| None,
};

/// One thing that one needs to sign in.
#[derive(Clone, Copy, Debug)]
pub struct AccountField {
    /// Its name in the contract's table of account fields.
    pub name: &'static str,
    /// What to call it in a form.
    pub title: &'static str,
    /// What it is, or where to get it, one sentence.
    pub help: &'static str,
    /// Whether it is secret.
    pub is_secret: bool,
    /// Whether nothing works without it. What is needed only beside another field is not.
    pub is_required: bool,
    /// Another field that makes it unneeded.
    pub unless: Option<&'static str>,
    /// The way to sign in to which it belongs, where there are several; one is chosen.
    pub way: Option<&'static str>,
    /// Whether few need it.
    pub is_advanced: bool,
    /// Variables of the environment in which the platform's own clients look for it, the first first.
    pub variables: &'static [&'static str],
    /// The values that there are, where it is one of few; none may be chosen where the field is
    /// not required.
    pub choices: &'static [&'static str],
    /// Its form, where the value is JSON: what fits the schema can be kept as this field. Whether the account then
    /// works shows when it is signed in to with the settings to be tried and [checked](Platform::check).
    pub form: Option<fn() -> Form>,
}

/// The field of every platform by which a person insists on plain http for the account's own address.
pub(crate) const ALLOW_PLAIN_HTTP: AccountField = AccountField::new(
    "allow_plain_http",
    "Plain http",
    "Only for an http base URL on another computer. The key is sent unencrypted, and others on the network can read it.",
)
.choices(&["allowed"])
.advanced();

/// Whether these settings let the key of an account go over plain http to its own address.
pub fn allows_plain_http(settings: &Map<String, Value>) -> bool {
    text_of(settings, ALLOW_PLAIN_HTTP.name) == Some("allowed")
}

impl AccountField {
    /// Text that may be left out.
    pub(crate) const fn new(name: &'static str, title: &'static str, help: &'static str) -> Self {
        Self {
            name,
            title,
            help,
            is_secret: false,
            is_required: false,
            unless: None,
            way: None,
            is_advanced: false,
            variables: &[],
            choices: &[],
            form: None,
        }
    }

    /// It is kept in the vault.
    pub(crate) const fn secret(self) -> Self {
        let is_secret = true;
        Self { is_secret, ..self }
    }

    /// Nothing works without it.
    pub(crate) const fn required(self) -> Self {
        let is_required = true;
        Self {
            is_required,
            ..self
        }
    }

    /// Another field makes it unneeded.
    pub(crate) const fn unless(self, other: &'static str) -> Self {
        let unless = Some(other);
        Self { unless, ..self }
    }

    /// It belongs to one of several ways to sign in.
    pub(crate) const fn way(self, way: &'static str) -> Self {
        let way = Some(way);
        Self { way, ..self }
    }

    /// Few need it.
    pub(crate) const fn advanced(self) -> Self {
        let is_advanced = true;
        Self {
            is_advanced,
            ..self
        }
    }

    /// It is one of a few values.
    pub(crate) const fn choices(self, choices: &'static [&'static str]) -> Self {
        Self { choices, ..self }
    }

    /// Its value is JSON, by this form.
    pub(crate) const fn form(self, form: fn() -> Form) -> Self {
        let form = Some(form);
        Self { form, ..self }
    }

    /// Variables of the environment in which the platform's own clients look for it.
    pub(crate) const fn variables(self, variables: &'static [&'static str]) -> Self {
        Self { variables, ..self }
    }
}

/// An account's fields, and what its client works with.
#[derive(Clone)]
pub struct SignIn {
    /// Fields that are no secrets, by the names of [`HostedPlatform::fields`]; what is missing has its
    /// default. `base_url` among them is an absolute URL.
    pub settings: Map<String, Value>,
    /// Secret fields, by the same names.
    pub secrets: BTreeMap<String, Secret>,
    /// The connections.
    pub clients: Clients,
    /// The time, and how to wait.
    pub clock: Arc<dyn Clock>,
}

/// The text of a setting; `None` where it is empty or something else.
pub(crate) fn text_of<'a>(settings: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = settings.get(name)?.as_str()?;
    Some(text).filter(|text| !text.is_empty())
}

impl SignIn {
    /// One whose settings are text, with clients and a clock of its own.
    ///
    /// # Errors
    /// As [`Clients::build`].
    pub fn new<'a>(
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
        secrets: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Error> {
        let settings = settings.into_iter();
        let secrets = secrets.into_iter();
        Ok(Self {
            settings: settings
                .map(|(name, text)| (name.to_owned(), text.into()))
                .collect(),
            secrets: secrets
                .map(|(name, text)| (name.to_owned(), Secret::new(text)))
                .collect(),
            clients: Clients::build(&ClientSettings::default())?,
            clock: Arc::new(SystemClock),
        })
    }

    /// A setting that is text; empty text is no value.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is something else.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Error> {
        match self.settings.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Error::Usage(format!("{name} must be text"))),
        }
    }

    pub(crate) fn api(&self, base: &str, tokens: Arc<dyn TokenSource>) -> Result<Api, Error> {
        let (clients, clock) = (self.clients.clone(), Arc::clone(&self.clock));
        Api::new(clients, clock, base, tokens)
    }

    /// A secret that was given, empty or not.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name)
    }
}

/// Every hosted platform, in the order in which windows and commands list them.
pub static HOSTED: &[HostedPlatform] = &[
    crate::mistral::MISTRAL,
    crate::cohere::COHERE,
    crate::agentstack::AGENTSTACK,
    crate::airbyte::AIRBYTE,
    crate::tenex::TENEX,
    #[cfg(feature = "example-platform")]
    crate::example::EXAMPLE,
];

/// How this computer is shown among the platforms.
const LOCAL: PlatformLook = PlatformLook {
    title: "This computer",
    initials: "",
    creates: "Any MCP server by address",
    sign_in: None,
    light: TileColours::new("#e5e8ec", "#414853"),
    dark: TileColours::new("#2b3038", "#c0c7d2"),
};

/// What can be done with the connectors of this computer.
const LOCAL_ABILITIES: Abilities = Abilities {
    has_accounts: false,
    takes_mcp_servers: true,
    configured_here: true,
    signs_in_here: true,
    reports_status: false,
    deletes_for_good: false,
    has_visibility: false,
    keeps_credentials: false,
    names_credentials: false,
    has_consent_form: false,
    has_details: false,
    has_pages: false,
    has_resources: true,
    has_effects_by_arguments: false,
};

/// What every hosted platform does alike; what only some do is left out.
pub(crate) const HOSTED_ABILITIES: Abilities = Abilities {
    has_accounts: true,
    takes_mcp_servers: false,
    configured_here: false,
    signs_in_here: false,
    reports_status: true,
    deletes_for_good: true,
    has_visibility: true,
    has_details: true,
    has_resources: false,
    ..LOCAL_ABILITIES
};

/// What is known of a platform before anything is asked of it.
#[derive(Serialize)]
struct PlatformInfo {
    #[serde(flatten)]
    look: PlatformLook,
    abilities: Abilities,
}

/// Each platform, this computer among them, by its word and in the order in which they are listed.
pub fn platform_infos() -> impl Serialize {
    struct Infos;

    impl Serialize for Infos {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(patchbay_model::Platform::ALL.iter().map(|platform| {
                let look = hosted(*platform).map_or(LOCAL, |hosted| hosted.look);
                let abilities = abilities(*platform);
                (platform.as_str(), PlatformInfo { look, abilities })
            }))
        }
    }

    Infos
}

/// What can be done with the connectors of a platform, this computer among them.
pub fn abilities(platform: patchbay_model::Platform) -> Abilities {
    hosted(platform).map_or(LOCAL_ABILITIES, |hosted| hosted.abilities)
}

/// Names of members that are secret wherever a platform might repeat them: those that its operations take as secrets,
/// those that its accounts are signed in with, and those of tokens.
pub(crate) fn secret_names(operations: &[OperationEntry], fields: &[AccountField]) -> SecretNames {
    let arguments = operations.iter().map(OperationEntry::parameters);
    let fields = fields.iter().filter(|field| field.is_secret);
    SecretNames::new(arguments, fields.map(|field| field.name))
}

impl HostedPlatform {
    /// One that does what every hosted platform does, and whose accounts sign in with the secret `api_key`.
    pub(crate) const fn new(
        platform: patchbay_model::Platform,
        look: PlatformLook,
        fields: &'static [AccountField],
        operations: fn() -> &'static [OperationEntry],
        sign_in: fn(SignIn) -> Result<Arc<dyn Platform>, Error>,
    ) -> Self {
        Self {
            platform,
            look,
            abilities: HOSTED_ABILITIES,
            is_assumed: false,
            fields,
            secret_for: |_| Some("api_key"),
            operations,
            operations_by: None,
            rules: NO_RULES,
            sign_in,
        }
    }

    /// The operations that an account with these settings may call; known without its secrets, and the same as
    /// [`Platform::operations`] once it is signed in to.
    pub fn operations_of(&self, settings: &Map<String, Value>) -> &'static [OperationEntry] {
        match self.operations_by {
            Some((_, operations_of)) => operations_of(settings),
            None => (self.operations)(),
        }
    }

    /// The account field on which it depends what an account can call; `None` where all can call the same.
    pub fn operations_field(&self) -> Option<&'static AccountField> {
        let (name, _) = self.operations_by?;
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The hosted platform of that kind; `None` for this computer.
pub fn hosted(platform: patchbay_model::Platform) -> Option<&'static HostedPlatform> {
    HOSTED.iter().find(|hosted| hosted.platform == platform)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    /// An account with nothing but what it needs.
    fn account(hosted: &HostedPlatform) -> Arc<dyn Platform> {
        let settings = json!({ "base_url": "http://127.0.0.1:9" });
        let settings = settings.as_object().unwrap().clone();
        let secret = (hosted.secret_for)(&settings);
        let secrets = secret.map(|name| (name.to_owned(), Secret::new("secret-1")));
        let sign_in = SignIn {
            settings,
            secrets: secrets.into_iter().collect(),
            clients: Clients::build(&ClientSettings::default()).unwrap(),
            clock: Arc::new(SystemClock),
        };
        (hosted.sign_in)(sign_in).unwrap()
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
