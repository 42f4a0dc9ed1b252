//! What a platform adds to the replay.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use patchbay_http::Clients;
use patchbay_model::Secret;
use patchbay_platforms::{AccountConfig, AccountField, Error, HostedPlatform, Platform, hosted};
use serde_json::{Map, Value};

use crate::{Line, ReplayClock};

/// Turns a line of one platform's traces into a call of Patchbay's client.
#[async_trait]
pub trait Adapter: Send + Sync {
    /// The file name up to its first dot.
    fn platform(&self) -> &'static str;

    /// The key that stands behind `<token>`: `config`'s, or the file's default.
    fn token(&self, config: &Map<String, Value>) -> String;

    /// Calls the line's operation; the value is what the caller receives.
    ///
    /// # Errors
    /// Those of the client, as they are.
    async fn run(&self, line: &Line, stage: &Stage) -> Result<Value, Error>;
}

/// Where a line is replayed.
#[derive(Clone)]
pub struct Stage {
    /// Address of the server, without a slash at the end; a closed port where the line says that nobody
    /// listens.
    pub base_url: String,
    pub clock: Arc<ReplayClock>,
    pub clients: Clients,
}

impl Stage {
    /// The address that an account of the line has: that of the server, and what the line adds to it.
    pub fn account_url(&self, line: &Line, suffix: &str) -> Value {
        let suffix = line.setting(suffix).unwrap_or_default();
        format!("{}{suffix}", self.base_url).into()
    }

    /// Signs in with what the line gives.
    pub fn sign_in(
        &self,
        platform: &HostedPlatform,
        settings: Map<String, Value>,
        secrets: BTreeMap<String, Secret>,
    ) -> Result<Arc<dyn Platform>, Error> {
        (platform.sign_in)(AccountConfig {
            settings,
            secrets,
            clients: self.clients.clone(),
            clock: Arc::clone(&self.clock) as _,
        })
    }
}

/// A platform that this build has.
pub fn find_platform(platform: patchbay_model::Platform) -> Result<&'static HostedPlatform, Error> {
    hosted(platform).ok_or_else(|| Error::NotSupported(format!("{platform:?}")))
}

/// Account fields as found in an environment: settings and secrets, by the fields' names.
pub fn from_environment(
    fields: &[AccountField],
    environment: &Map<String, Value>,
) -> (Map<String, Value>, BTreeMap<String, Secret>) {
    let (mut settings, mut secrets) = (Map::new(), BTreeMap::new());
    for field in fields {
        let found = field
            .variables
            .iter()
            .find_map(|name| environment.get(*name)?.as_str());
        let Some(value) = found else { continue };
        if field.is_secret {
            secrets.insert(field.name.to_owned(), Secret::new(value));
        } else {
            settings.insert(field.name.to_owned(), Value::from(value));
        }
    }
    (settings, secrets)
}
