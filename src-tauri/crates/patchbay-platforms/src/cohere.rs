//! Cohere connectors: search services of an organization that Cohere asks during a chat.
//!
//! Source: Cohere contract.

mod arguments;
mod client;
mod creation;
mod credentials;
mod forms;
mod mapping;
mod operations;
mod particulars;
mod search;
mod settings;
mod tools;
mod wire;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{BoxFuture, FutureExt};
use patchbay_http::{Answer, Api, CallOptions, FixedHeaders, SecretNames};
use patchbay_model::RemoteId;
use serde_json::{Map, Value};
use url::Url;

use self::arguments::{Authorize, List, One, TestSearch};
use self::operations::OPERATIONS;
use crate::capabilities::no_choices;
use crate::findings::Findings;
use crate::operations::arguments;
use crate::registry::ALLOW_PLAIN_HTTP;
use crate::{
    AccountField, Connectors, ConsentState, Consents, Creation, Credentials, Error, HostedPlatform,
    Operation, Peculiar, Platform, RemoteConnector, Settings, SignIn, StartedConsent, Tools,
};

const BASE_URL: &str = "https://api.cohere.com";

/// The most that the platform gives at once.
const PAGE: i64 = 100;

/// A list that goes on after so many pages is broken.
const MOST_PAGES: usize = 1000;

/// How long a consent is waited for; the platform does not tell.
const CONSENT_LIVES: Duration = Duration::from_secs(300);

const POLL_EVERY: Duration = Duration::from_secs(2);

/// Names of members that no answer shows.
static SECRET_NAMES: LazyLock<SecretNames> =
    LazyLock::new(|| crate::registry::secret_names(OPERATIONS, FIELDS));

/// Cohere in the registry.
pub(crate) const COHERE: HostedPlatform = HostedPlatform {
    platform: patchbay_model::Platform::Cohere,
    title: "Cohere",
    is_assumed: false,
    fields: FIELDS,
    secret_for: |_| Some("api_key"),
    operations: || OPERATIONS,
    operations_of: |_| OPERATIONS,
    sign_in,
};

/// Source: Cohere contract, section 11.
const FIELDS: &[AccountField] = &[
    AccountField {
        name: "api_key",
        title: "API key",
        help: "A key of your Cohere dashboard.",
        is_secret: true,
        is_required: true,
        unless: None,
        variables: &["CO_API_KEY", "COHERE_API_KEY"],
        choices: &[],
    },
    AccountField {
        name: "base_url",
        title: "Base URL",
        help: "Only for an instance other than api.cohere.com.",
        is_secret: false,
        is_required: false,
        unless: None,
        variables: &["CO_API_URL"],
        choices: &[],
    },
    AccountField {
        name: "client_name",
        title: "Client name",
        help: "The name of your project, told to Cohere with each request.",
        is_secret: false,
        is_required: false,
        unless: None,
        variables: &[],
        choices: &[],
    },
    ALLOW_PLAIN_HTTP,
];

fn sign_in(account: SignIn) -> Result<Arc<dyn Platform>, Error> {
    let key = account.secret("api_key").filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| Error::Usage("the API key is missing".to_owned()))?;
    let base = base_url(account.text("base_url")?.unwrap_or(BASE_URL));
    let client_name = account.text("client_name")?;
    let headers = client_name.map(|name| ("x-client-name".to_owned(), name.to_owned()));
    let tokens = Arc::new(FixedHeaders::bearer(key));
    Ok(Arc::new(Cohere {
        api: Api {
            headers: headers.into_iter().collect(),
            retries: client::retries(),
            // A connector's own service is asked without it, and may know it all the same.
            secrets: vec![key.clone()],
            ..Api::new(
                account.clients.clone(),
                Arc::clone(&account.clock),
                &base,
                tokens,
            )?
        },
        findings: Findings::default(),
    }))
}

/// Addresses of Cohere's own are often written down with the version, which each path brings along.
fn base_url(given: &str) -> String {
    if given.contains("cohere.com") || given.contains("cohere.ai") {
        given.replace("/v1", "")
    } else {
        given.to_owned()
    }
}

/// One account.
struct Cohere {
    api: Api,
    findings: Findings,
}

impl Cohere {
    async fn all(&self, options: &CallOptions) -> Result<Vec<wire::Connector>, Error> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut offset = 0;
        for _ in 0..MOST_PAGES {
            let page = List {
                limit: Some(PAGE),
                offset: Some(offset),
            };
            let page = client::list(&self.api, &page, options).await?;
            let received = i64::try_from(page.connectors.len()).unwrap_or(PAGE);
            offset += received;
            let is_all = page.total().is_some_and(|total| offset as f64 >= total);
            // One that was added meanwhile moves the others on to the next page.
            let fresh = page.connectors.into_iter();
            found.extend(fresh.filter(|connector| seen.insert(connector.id().to_owned())));
            if received < PAGE || is_all {
                return Ok(found);
            }
        }
        Err(Error::Protocol(format!(
            "the list of connectors has more than {MOST_PAGES} pages"
        )))
    }

    fn mapped(&self, connector: wire::Connector) -> RemoteConnector {
        let found = self.findings.of(connector.id());
        mapping::connector(connector, &found, self.api.clock.now())
    }

    async fn test_search(
        &self,
        search: &TestSearch,
        options: &CallOptions,
    ) -> Result<(Value, Answer), Error> {
        let one = One {
            id: search.id.clone(),
        };
        let connector = client::get(&self.api, &one, options).await?.connector;
        let outcome = search::test_search(&self.api, &connector, search, options).await;
        let test = match &outcome {
            Ok(_) => Some(Ok(())),
            // What was not sent, or was stopped, says nothing of the connector.
            Err(Error::Usage(_) | Error::Cancelled) => None,
            Err(error) => Some(Err(error.words())),
        };
        if let Some(test) = test {
            self.findings
                .note(&search.id, |found| found.test = Some(test));
        }
        outcome
    }

    async fn authorize(
        &self,
        which: &Authorize,
        options: &CallOptions,
    ) -> Result<(Map<String, Value>, Answer), Error> {
        let answer = client::o_auth_authorize(&self.api, which, options).await?;
        let until = self.api.clock.now() + CONSENT_LIVES;
        self.findings
            .note(&which.id, |found| found.consent_until = Some(until));
        Ok(answer)
    }
}

#[async_trait]
impl Platform for Cohere {
    fn operations(&self) -> &'static [Operation] {
        OPERATIONS
    }

    fn call<'a>(
        &'a self,
        operation: &'a str,
        given: Value,
        options: &'a CallOptions,
    ) -> BoxFuture<'a, Result<Value, Error>> {
        async move {
            let api = &self.api;
            match operation {
                "list" => {
                    let page = client::list(api, &arguments(given)?, options).await?;
                    Ok(page.into_json())
                }
                "create" => {
                    let made = client::create(api, &arguments(given)?, options).await?;
                    Ok(made.into_json())
                }
                "get" => {
                    let found = client::get(api, &arguments(given)?, options).await?;
                    Ok(found.into_json())
                }
                "update" => {
                    let changed = client::update(api, &arguments(given)?, options).await?;
                    Ok(changed.into_json())
                }
                "delete" => {
                    let one: One = arguments(given)?;
                    let answer = client::delete(api, &one, options).await?;
                    self.findings.forget(&one.id);
                    Ok(answer)
                }
                "o_auth_authorize" => {
                    let (page, _) = self.authorize(&arguments(given)?, options).await?;
                    Ok(Value::Object(page))
                }
                "test_search" => {
                    let (found, _) = self.test_search(&arguments(given)?, options).await?;
                    Ok(found)
                }
                other => Err(Error::Usage(format!("Cohere has no operation {other:?}"))),
            }
        }
        .boxed()
    }

    async fn check(&self, options: &CallOptions) -> Result<(), Error> {
        let page = List {
            limit: Some(1),
            offset: None,
        };
        client::list(&self.api, &page, options).await.map(drop)
    }

    fn remembered(&self) -> Value {
        self.findings.to_json()
    }

    fn recall(&self, remembered: Value) {
        self.findings.recall(remembered);
    }

    fn connectors(&self) -> Option<&dyn Connectors> {
        Some(self)
    }

    fn tools(&self) -> Option<&dyn Tools> {
        Some(self)
    }

    fn consents(&self) -> Option<&dyn Consents> {
        Some(self)
    }

    fn creation(&self) -> Option<&dyn Creation> {
        Some(self)
    }

    fn settings(&self) -> Option<&dyn Settings> {
        Some(self)
    }

    fn credentials(&self) -> Option<&dyn Credentials> {
        Some(self)
    }

    fn peculiar(&self) -> Option<&dyn Peculiar> {
        Some(self)
    }
}

#[async_trait]
impl Connectors for Cohere {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>, Error> {
        let all = self.all(options).await?;
        Ok(all.into_iter().map(|one| self.mapped(one)).collect())
    }

    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        let one = One {
            id: id.as_str().to_owned(),
        };
        let found = client::get(&self.api, &one, options).await?;
        Ok(self.mapped(found.connector))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<(), Error> {
        let one = One {
            id: id.as_str().to_owned(),
        };
        client::delete(&self.api, &one, options).await?;
        self.findings.forget(&one.id);
        Ok(())
    }
}

#[async_trait]
impl Consents for Cohere {
    async fn start_consent(
        &self,
        id: &RemoteId,
        redirect: Option<&Url>,
        choices: &Map<String, Value>,
        options: &CallOptions,
    ) -> Result<StartedConsent, Error> {
        no_choices(choices)?;
        let which = Authorize {
            id: id.as_str().to_owned(),
            after_token_redirect: redirect.map(Url::to_string),
        };
        let (page, answer) = self.authorize(&which, options).await?;
        Ok(StartedConsent {
            page: client::consent_page(&page, &answer)?,
            lives: None,
            poll_every: POLL_EVERY,
        })
    }

    async fn consent_state(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConsentState, Error> {
        let one = One {
            id: id.as_str().to_owned(),
        };
        let found = client::get(&self.api, &one, options).await?;
        let state = mapping::consent(&found.connector);
        if state == ConsentState::Given {
            self.findings
                .note(id.as_str(), |found| found.consent_until = None);
        }
        Ok(state)
    }
}

#[cfg(test)]
mod tests;
