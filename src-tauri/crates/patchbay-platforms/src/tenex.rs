//! 10ex connectors. Their wire is not public: what this module speaks is an assumption, and its routes
//! and words are settings of the account ([`table`]).
//!
//! Source: 10ex contract.

mod arguments;
mod changing;
mod client;
mod consents;
mod creation;
mod credentials;
mod fields;
mod login;
mod mapping;
mod mcp_path;
mod operations;
mod particulars;
mod provider;
mod settings;
mod table;
mod table_form;
mod tools;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Answer, Api, CallOptions, FixedHeaders, SecretNames};
use patchbay_model::{RemoteId, Timestamp};
use serde_json::{Value, json};

use self::arguments::{List, ListProviders, One, StartOauth};
use self::client::Client;
use self::consents::Waiting;
use self::fields::FIELDS;
use self::login::Login;
use self::mcp_path::McpPath;
use self::operations::OPERATIONS;
use self::settings::Settings as AccountSettings;
use self::table::Table;
pub(crate) use self::table_form::{filter_params_form, routes_form};
use self::wire::{Connector, Started, Tested};
use crate::findings::Findings;
use crate::operations::arguments;
use crate::registry::text_of;
use crate::{
    Connectors, Consents, Creation, Credentials, Disconnects, Error, HostedPlatform, NoToken,
    OperationEntry, Peculiar, Platform, RemoteConnector, Settings, SignIn, TokenSource, Tools,
};

const BASE_URL: &str = "https://api.10ex.ai";

/// The most that the platform is assumed to give at once.
const PAGE: i64 = 200;

/// Names of members that no answer shows.
static SECRET_NAMES: LazyLock<SecretNames> =
    LazyLock::new(|| crate::registry::secret_names(OPERATIONS, FIELDS));

/// 10ex in the registry.
pub(crate) const TENEX: HostedPlatform = HostedPlatform {
    platform: patchbay_model::Platform::Tenex,
    title: "10ex",
    is_assumed: true,
    fields: FIELDS,
    secret_for: |settings| match text_of(settings, "email") {
        Some(_) => Some("password"),
        None => Some("api_key"),
    },
    operations: || OPERATIONS,
    operations_of: |_| OPERATIONS,
    sign_in,
};

fn sign_in(account: SignIn) -> Result<Arc<dyn Platform>, Error> {
    let settings = AccountSettings(&account.settings);
    let base = account.text("base_url")?.unwrap_or(BASE_URL);
    let anonymous = Api {
        secrets: account.secrets.values().cloned().collect(),
        ..Api::new(
            account.clients.clone(),
            Arc::clone(&account.clock),
            base,
            Arc::new(NoToken),
        )?
    };
    let api = Api {
        tokens: tokens(&account, &settings, &anonymous)?,
        headers: settings.header("workspace_header")?.into_iter().collect(),
        retries: client::retries(),
        ..anonymous
    };
    Ok(Arc::new(Tenex {
        client: Client {
            api,
            table: Table::read(&settings)?,
            mcp: McpPath::default(),
        },
        findings: Findings::default(),
        waiting: Waiting::default(),
    }))
}

/// A key, else e-mail address and password.
fn tokens(
    account: &SignIn,
    settings: &AccountSettings<'_>,
    anonymous: &Api,
) -> Result<Arc<dyn TokenSource>, Error> {
    let credential = settings.credential()?;
    let given = |name| account.secret(name).filter(|secret| !secret.is_empty());
    if let Some(key) = given("api_key") {
        let (name, value) = credential.with(key);
        return Ok(Arc::new(FixedHeaders::new(&name, value)));
    }
    match (account.text("email")?, given("password")) {
        (Some(email), Some(password)) => Ok(Arc::new(Login {
            api: anonymous.clone(),
            email: email.to_owned(),
            password: password.clone(),
            credential,
            turn: tokio::sync::Mutex::default(),
            kept: Mutex::default(),
        })),
        _ => Err(Error::Usage(
            "a key is missing, or an e-mail address with its password".to_owned(),
        )),
    }
}

/// One account.
struct Tenex {
    client: Client,
    findings: Findings,
    waiting: Waiting,
}

impl Tenex {
    fn now(&self) -> Timestamp {
        self.client.api.clock.now()
    }

    /// Whether the table of routes has that operation switched on.
    fn offers(&self, operation: &str) -> bool {
        self.client.table.route(operation).is_ok()
    }

    fn mapped(&self, connector: Connector) -> RemoteConnector {
        let found = self.findings.of(connector.id());
        mapping::connector(connector, &self.client.table.states, &found, self.now())
    }

    /// Starts a consent and remembers how long it is waited for.
    async fn start(
        &self,
        which: &StartOauth,
        options: &CallOptions,
    ) -> Result<(Started, Duration), Error> {
        let started = self.client.start_oauth(which, options).await?;
        let limit = self.client.table.poll_limit;
        let end = started.expires_at.as_str().and_then(Timestamp::parse);
        let left = end.map(|end| Duration::try_from(end.instant() - self.now().instant()));
        let lives = left.map_or(limit, |left| left.unwrap_or_default().min(limit));
        if let Some(id) = started
            .connector_id
            .as_deref()
            .or(which.connector_id.as_deref())
        {
            let until = self.now() + lives;
            self.findings
                .note(id, |found| found.consent_until = Some(until));
        }
        Ok((started, lives))
    }

    async fn test(&self, one: &One, options: &CallOptions) -> Result<(Tested, Answer), Error> {
        let (tested, answer) = self.client.test(one, options).await?;
        let outcome = match (tested.is_ok, tested.message()) {
            (true, _) => Ok(()),
            (false, Some(message)) => Err(message.to_owned()),
            (false, None) => Err("the test failed".to_owned()),
        };
        self.findings
            .note(&one.id, |found| found.test = Some(outcome));
        Ok((tested, answer))
    }

    async fn delete(&self, one: &One, options: &CallOptions) -> Result<(), Error> {
        self.client.delete(one, options).await?;
        self.findings.forget(&one.id);
        self.waiting.forget(&one.id);
        Ok(())
    }

    /// What was found out before no longer holds for a connector that was changed.
    fn changed(&self, connector: Connector) -> Value {
        self.findings.forget(connector.id());
        connector.into_json()
    }
}

#[async_trait]
impl Platform for Tenex {
    fn operations(&self) -> &'static [OperationEntry] {
        OPERATIONS
    }

    async fn call(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let client = &self.client;
        Ok(match operation {
            "list_providers" => {
                let page = client.list_providers(&arguments(given)?, options).await?;
                page.into_json()
            }
            "list" => client.list(&arguments(given)?, options).await?.into_json(),
            "list_all" => {
                let (items, total) = client.list_all(arguments(given)?, options).await?;
                let items: Vec<Value> = items.into_iter().map(Connector::into_json).collect();
                json!({"items": items, "total": total})
            }
            "get" => client.get(&arguments(given)?, options).await?.into_json(),
            "start_oauth" => {
                let (started, _) = self.start(&arguments(given)?, options).await?;
                started.into_json()
            }
            "get_status" => client
                .get_status(&arguments(given)?, options)
                .await?
                .into_json(),
            "wait_for_grant" => {
                let which = arguments(given)?;
                let grant = client.wait_for_grant(&which, options).await?;
                grant.into_json()
            }
            "submit_byok" => {
                let submitted = client.submit_byok(&arguments(given)?, &[], options).await?;
                self.changed(submitted)
            }
            "update" => self.changed(client.update(&arguments(given)?, options).await?),
            "disable" => self.changed(client.switch(&arguments(given)?, false, options).await?),
            "enable" => self.changed(client.switch(&arguments(given)?, true, options).await?),
            "refresh" => self.changed(client.refresh(&arguments(given)?, options).await?),
            "revoke" => self.changed(client.revoke(&arguments(given)?, options).await?),
            "test" => {
                let (tested, _) = self.test(&arguments(given)?, options).await?;
                tested.into_json()
            }
            "delete" => {
                self.delete(&arguments(given)?, options).await?;
                Value::Null
            }
            other => return Err(Error::Usage(format!("10ex has no operation {other:?}"))),
        })
    }

    /// Any list will do: one of the routes may be off because it is not what was assumed.
    async fn check(&self, options: &CallOptions) -> Result<(), Error> {
        if self.offers("list") {
            let page = List {
                limit: Some(1),
                ..List::default()
            };
            self.client.list(&page, options).await?;
        } else if self.offers("list_providers") {
            let page = ListProviders {
                limit: Some(1),
                ..ListProviders::default()
            };
            self.client.list_providers(&page, options).await?;
        }
        // Every other read wants a connector.
        Ok(())
    }

    fn remembered(&self) -> Value {
        self.findings.to_json()
    }

    fn recall(&self, remembered: Value) {
        self.findings.recall(remembered);
    }

    /// Without a list, connectors that are known can still be looked at and deleted.
    fn connectors(&self) -> Option<&dyn Connectors> {
        let operations = ["list", "get", "delete"];
        let is_offered = operations.into_iter().any(|name| self.offers(name));
        is_offered.then_some(self as _)
    }

    fn tools(&self) -> Option<&dyn Tools> {
        self.offers("test").then_some(self as _)
    }

    fn consents(&self) -> Option<&dyn Consents> {
        let is_offered = self.offers("start_oauth") && self.offers("get_status");
        is_offered.then_some(self as _)
    }

    fn disconnects(&self) -> Option<&dyn Disconnects> {
        self.offers("revoke").then_some(self as _)
    }

    fn creation(&self) -> Option<&dyn Creation> {
        let is_offered = self.offers("start_oauth") || self.offers("submit_byok");
        (is_offered && self.offers("list_providers")).then_some(self as _)
    }

    fn settings(&self) -> Option<&dyn Settings> {
        (self.offers("get") && self.offers("update")).then_some(self as _)
    }

    fn credentials(&self) -> Option<&dyn Credentials> {
        (self.offers("get") && self.offers("submit_byok")).then_some(self as _)
    }

    fn peculiar(&self) -> Option<&dyn Peculiar> {
        self.offers("get").then_some(self as _)
    }
}

#[async_trait]
impl Connectors for Tenex {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>, Error> {
        let page = List {
            limit: Some(PAGE),
            ..List::default()
        };
        let (all, _) = self.client.list_all(page, options).await?;
        Ok(all.into_iter().map(|one| self.mapped(one)).collect())
    }

    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        Ok(self.mapped(self.client.get(&one(id), options).await?))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<(), Error> {
        self.delete(&one(id), options).await
    }
}

#[async_trait]
impl Disconnects for Tenex {
    async fn disconnect(&self, id: &RemoteId, options: &CallOptions) -> Result<(), Error> {
        let one = One {
            id: id.as_str().to_owned(),
        };
        let revoked = self.client.revoke(&one, options).await?;
        self.changed(revoked);
        Ok(())
    }
}

fn one(id: &RemoteId) -> One {
    One {
        id: id.as_str().to_owned(),
    }
}
