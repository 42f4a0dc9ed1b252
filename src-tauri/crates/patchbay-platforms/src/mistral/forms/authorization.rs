//! Choices to make before the sign-in page is requested.
//!
//! Source: Mistral contract, section 2, `get_auth_url`.

use patchbay_model::{Form, Json};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{NAME_PATTERN, check_name};
use crate::form::{self, drop_member, options};
use crate::mistral::quirks::surface::Surface;
use crate::mistral::wire::AuthMethod;
use crate::{Error, Result};

/// What was chosen.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choices {
    #[schemars(title = "Sign-in method")]
    pub(crate) method_type: Option<String>,
    /// Credential name. Default: default
    #[schemars(title = "Credential", extend("pattern" = NAME_PATTERN, "maxLength" = 64))]
    pub(crate) credentials_name: Option<String>,
    /// Display name
    #[schemars(title = "Title", length(max = 255))]
    pub(crate) credentials_title: Option<String>,
    /// For GitHub connectors
    #[schemars(
        title = "Install the GitHub app",
        extend("default" = false, "x-advanced" = true)
    )]
    pub(crate) github_installation_link: Option<bool>,
}

impl Choices {
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(name) = &self.credentials_name {
            check_name(name)?;
        }
        let is_oauth = matches!(self.method_type.as_deref(), Some("oauth2") | None);
        if self.github_installation_link == Some(true) && !is_oauth {
            return Err(Error::Usage(
                "only OAuth can install the GitHub app".to_owned(),
            ));
        }
        Ok(())
    }
}

/// The form for a connector with these sign-in methods.
pub(crate) fn form(surface: Surface, methods: &[AuthMethod]) -> Form {
    let words = interactive(methods);
    let mut form = form::empty(form::schema_of::<Choices>());
    let titled = words.iter().map(|word| (*word, title(word)));
    form.schema.0["properties"]["method_type"]["oneOf"] = options(titled);
    match words.as_slice() {
        [] => drop_member(&mut form, "method_type"),
        [only] => form.values = Json(json!({ "method_type": only })),
        _ => form.schema.0["required"] = json!(["method_type"]),
    }
    if surface == Surface::Seed {
        drop_member(&mut form, "credentials_title");
    }
    if !words.contains(&"oauth2") {
        drop_member(&mut form, "github_installation_link");
    }
    form
}

/// Sign-in methods that use a page, in the platform's words.
fn interactive(methods: &[AuthMethod]) -> Vec<&str> {
    let on_page = methods.iter().filter(|method| {
        let grant = method.grant_type.as_deref();
        let is_typed = matches!(method.method_type.as_str(), "none" | "bearer");
        !is_typed && grant != Some("client_credentials")
    });
    let mut words = Vec::new();
    for word in on_page.map(|method| method.method_type.as_str()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

fn title(word: &str) -> &str {
    match word {
        "oauth2" => "OAuth",
        "github_app" => "GitHub app",
        "slack_app" => "Slack app",
        other => other,
    }
}
