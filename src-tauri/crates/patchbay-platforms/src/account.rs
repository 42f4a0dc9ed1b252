//! Fields of an account, and their values.

use std::collections::BTreeMap;
use std::sync::Arc;

use patchbay_http::{AddressPolicy, Api, Clients, Clock, SystemClock, TokenSource};
use patchbay_model::{Form, Secret};
use serde_json::{Map, Value};

use crate::{Error, Result};

#[derive(Clone, Copy, Debug)]
pub struct AccountField {
    pub name: &'static str,
    pub title: &'static str,
    /// One sentence on what it is, or where to get it.
    pub help: &'static str,
    pub is_secret: bool,
    /// Whether it is always required, not only together with another field.
    pub is_required: bool,
    /// Another field that makes this one unnecessary.
    pub unless: Option<&'static str>,
    /// The sign-in method to which it belongs, of which the user chooses one.
    pub sign_in_method: Option<&'static str>,
    /// Whether few users need it.
    pub is_advanced: bool,
    /// Environment variables in which the platform's own clients look for it, in order of precedence.
    pub variables: &'static [&'static str],
    /// Allowed values, if it is one of a few.
    pub choices: &'static [&'static str],
    /// The form of a JSON value.
    pub form: Option<fn() -> Form>,
}

/// Every platform has this field, with which the user insists on plain http for the account's own address.
pub(crate) const ALLOW_PLAIN_HTTP: AccountField = AccountField::new(
    "allow_plain_http",
    "Allow plain http",
    "Only for an http base URL on another computer. The key is sent unencrypted, and others on the network can read it.",
)
.choices(&["allowed"])
.advanced();

/// Whether these settings let the account's key be sent over plain http to its own address.
pub fn allows_plain_http(settings: &Map<String, Value>) -> bool {
    text_setting(settings, ALLOW_PLAIN_HTTP.name) == Some("allowed")
}

impl AccountField {
    /// An optional text.
    pub(crate) const fn new(name: &'static str, title: &'static str, help: &'static str) -> Self {
        Self {
            name,
            title,
            help,
            is_secret: false,
            is_required: false,
            unless: None,
            sign_in_method: None,
            is_advanced: false,
            variables: &[],
            choices: &[],
            form: None,
        }
    }

    pub(crate) const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(crate) const fn unless(mut self, other: &'static str) -> Self {
        self.unless = Some(other);
        self
    }

    pub(crate) const fn sign_in_method(mut self, method: &'static str) -> Self {
        self.sign_in_method = Some(method);
        self
    }

    pub(crate) const fn advanced(mut self) -> Self {
        self.is_advanced = true;
        self
    }

    pub(crate) const fn choices(mut self, choices: &'static [&'static str]) -> Self {
        self.choices = choices;
        self
    }

    pub(crate) const fn form(mut self, form: fn() -> Form) -> Self {
        self.form = Some(form);
        self
    }

    pub(crate) const fn variables(mut self, variables: &'static [&'static str]) -> Self {
        self.variables = variables;
        self
    }
}

/// Values of an account's fields, and what its client needs.
#[derive(Clone)]
pub struct AccountConfig {
    /// Fields other than secrets, by the names of [`HostedPlatform::fields`](crate::HostedPlatform::fields); missing ones
    /// have their default. `base_url` is an absolute URL.
    pub settings: Map<String, Value>,
    /// By the same names.
    pub secrets: BTreeMap<String, Secret>,
    pub clients: Clients,
    pub clock: Arc<dyn Clock>,
}

/// The text of a setting; `None` if it is empty or not text.
pub(crate) fn text_setting<'a>(settings: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = settings.get(name)?.as_str()?;
    Some(text).filter(|text| !text.is_empty())
}

impl AccountConfig {
    /// Creates a configuration of text settings, with its own clients and the system clock.
    pub fn new<'a>(
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
        secrets: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        let settings = settings.into_iter();
        let secrets = secrets.into_iter();
        Ok(Self {
            settings: settings
                .map(|(name, text)| (name.to_owned(), text.into()))
                .collect(),
            secrets: secrets
                .map(|(name, text)| (name.to_owned(), Secret::new(text)))
                .collect(),
            clients: Clients::build(AddressPolicy::default())?,
            clock: Arc::new(SystemClock),
        })
    }

    /// A text setting; empty text counts as absent, and any other type is an error.
    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        match self.settings.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Error::Usage(format!("{name} must be text"))),
        }
    }

    pub(crate) fn api(&self, base: &str, tokens: Arc<dyn TokenSource>) -> Result<Api> {
        let (clients, clock) = (self.clients.clone(), Arc::clone(&self.clock));
        Api::new(clients, clock, base, tokens)
    }

    /// A secret; an empty one counts as absent.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name).filter(|secret| !secret.is_empty())
    }

    /// The secret of accounts that sign in with an API key only.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is missing.
    pub(crate) fn api_key(&self) -> Result<&Secret> {
        let missing = || Error::Usage("enter an API key".to_owned());
        self.secret("api_key").ok_or_else(missing)
    }
}
