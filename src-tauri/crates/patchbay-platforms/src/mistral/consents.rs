//! Consents on the page of Mistral, or of the service behind it.
//!
//! Source: Mistral contract, section 2, `get_auth_url`, and section 13.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Form, Json, RemoteId};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::forms::{check_name, name, title};
use super::operations::authorization::{GetAuthUrl, GetAuthenticationMethods};
use super::quirks::observations::Awaited;
use super::quirks::surface::Surface;
use super::wire::{AuthMethod, Connector};
use super::{Mistral, mapping};
use crate::capabilities::web_page;
use crate::form::{Members, choice};
use crate::operations::arguments;
use crate::variants::flag;
use crate::{ConsentState, Consents, Error, Operation, StartedConsent};

const POLL_EVERY: Duration = Duration::from_secs(2);

/// What was chosen before the page is asked for.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choices {
    method_type: Option<String>,
    credentials_name: Option<String>,
    credentials_title: Option<String>,
    github_installation_link: Option<bool>,
}

#[async_trait]
impl Consents for Mistral {
    async fn consent_form(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Option<Form>, Error> {
        let methods = GetAuthenticationMethods {
            connector_id_or_name: id.clone(),
        };
        let methods = methods.run(self, options).await?;
        let methods: Vec<_> = methods.read().collect();
        let words = interactive(&methods);
        Ok(Some(Form {
            values: Json(match words.as_slice() {
                [only] => json!({ "method_type": only }),
                _ => json!({}),
            }),
            schema: Json(schema(self.surface, &words)),
            kept: Vec::new(),
        }))
    }

    async fn start_consent(
        &self,
        id: &RemoteId,
        redirect: Option<&Url>,
        choices: &Map<String, Value>,
        options: &CallOptions,
    ) -> Result<StartedConsent, Error> {
        let choices = self.chosen(choices)?;
        let awaited = match &choices.credentials_name {
            Some(name) => {
                let before = credential(&self.find_known(id, options).await?, name);
                let name = name.clone();
                Some(Awaited { name, before })
            }
            None => None,
        };
        let ask = GetAuthUrl {
            connector_id_or_name: id.clone(),
            app_return_url: redirect.map(Url::to_string),
            method_type: choices.method_type,
            credentials_name: choices.credentials_name,
            credentials_title: choices.credentials_title,
            github_installation_link: choices.github_installation_link.or(Some(false)),
        };
        // Without a title for the credentials both surfaces ask alike.
        let page = ask.run(self, options).await?;
        let consent = StartedConsent {
            page: Some(web_page(page.auth_url(), 200)?),
            lives: Some(page.lives()).filter(|lives| !lives.is_zero()),
            poll_every: POLL_EVERY,
        };
        self.observations
            .note(id.as_str(), |observed| observed.awaited = awaited);
        Ok(consent)
    }

    async fn consent_state(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConsentState, Error> {
        let found = self.find(id, options).await?.0;
        let observed = self.observations.of(id.as_str());
        let is_given = found
            .read()
            .is_some_and(|connector| match &observed.awaited {
                Some(awaited) => {
                    let now = credential(connector, &awaited.name);
                    now.is_some() && now != awaited.before
                }
                None => mapping::is_authenticated(connector),
            });
        if is_given {
            self.observations.note(id.as_str(), |observed| {
                observed.page_until = None;
                observed.awaited = None;
            });
            return Ok(ConsentState::Given);
        }
        let until = observed.page_until;
        if until.is_some_and(|until| self.api.clock.now() >= until) {
            return Ok(ConsentState::Ended {
                reason: "the page is no longer good".to_owned(),
            });
        }
        Ok(ConsentState::Waiting)
    }
}

impl Mistral {
    /// Reads what was chosen, by the rules of the operation.
    ///
    /// # Errors
    /// [`Error::Usage`] when it does not fit.
    fn chosen(&self, choices: &Map<String, Value>) -> Result<Choices, Error> {
        let choices: Choices = arguments(Value::Object(choices.clone()))?;
        if let Some(name) = &choices.credentials_name {
            check_name(name)?;
        }
        if choices.credentials_title.is_some() && self.surface == Surface::Seed {
            return Err(Error::Usage(
                "the older surface has no credentials_title".to_owned(),
            ));
        }
        let is_oauth = matches!(choices.method_type.as_deref(), Some("oauth2") | None);
        if choices.github_installation_link == Some(true) && !is_oauth {
            return Err(Error::Usage(
                "the installation of a GitHub app goes with the method oauth2 only".to_owned(),
            ));
        }
        Ok(choices)
    }
}

/// Ways to sign in on a page, in the platform's words.
fn interactive<'a>(methods: &[AuthMethod<'a>]) -> Vec<&'a str> {
    let on_page = methods.iter().filter(|method| {
        let grant = method.member("grant_type").and_then(Value::as_str);
        let is_typed = matches!(method.method_type(), "none" | "bearer");
        !is_typed && grant != Some("client_credentials")
    });
    let mut words: Vec<&str> = on_page.map(|method| method.method_type()).collect();
    words.dedup();
    words
}

fn schema(surface: Surface, words: &[&str]) -> Value {
    let mut members = Members::default();
    if !words.is_empty() {
        let methods = choice(
            "Method",
            "How to sign in.",
            words.iter().map(|word| (*word, titled(word))),
        );
        members = match words {
            [_] => members.with("method_type", methods),
            _ => members.needs("method_type", methods),
        };
    }
    members = members.with(
        "credentials_name",
        name(
            "Credential",
            "Under which name the sign-in is kept; left empty, it is called default.",
        ),
    );
    if surface == Surface::Current {
        let title = title("Name of the credential for people.");
        members = members.with("credentials_title", title);
    }
    if words.contains(&"oauth2") {
        let help = "Installs the GitHub app on the way, where the connector is one of GitHub's.";
        let install = flag("Install the GitHub app", help, false);
        members = members.folds("github_installation_link", install);
    }
    members.closed()
}

fn titled(word: &str) -> &str {
    match word {
        "oauth2" => "OAuth",
        "github_app" => "GitHub app",
        "slack_app" => "Slack app",
        other => other,
    }
}

/// The user's credential of that name, as the platform shows it.
fn credential(connector: &Connector, name: &str) -> Option<Value> {
    let mut all = connector.credentials();
    let found = all.find(|one| one.name() == name && one.scope() == "user")?;
    Some(found.to_json())
}

#[cfg(test)]
mod tests;
