//! What one needs to sign in, and what was given of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use patchbay_http::{Api, ClientSettings, Clients, Clock, SystemClock, TokenSource};
use patchbay_model::{Form, Secret};
use serde_json::{Map, Value};

use crate::{Error, Result};

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
    /// Whether it is always required. A field that is needed only beside another one is not.
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
    /// The form of a JSON value. A value that fits can be stored; whether the account works with it shows in a
    /// [check](Platform::check) with the settings to be tried.
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
    text_setting(settings, ALLOW_PLAIN_HTTP.name) == Some("allowed")
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
pub struct AccountConfig {
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
pub(crate) fn text_setting<'a>(settings: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = settings.get(name)?.as_str()?;
    Some(text).filter(|text| !text.is_empty())
}

impl AccountConfig {
    /// One whose settings are text, with clients and a clock of its own.
    ///
    /// # Errors
    /// As [`Clients::build`].
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
            clients: Clients::build(&ClientSettings::default())?,
            clock: Arc::new(SystemClock),
        })
    }

    /// A setting that is text; empty text is no value.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is something else.
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

    /// A secret that was given, empty or not.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name)
    }
}
