//! The test search, which sends a query to a connector's own URL as Cohere would. Cohere has no such operation.
//!
//! Source: Cohere's guides "Creating and Deploying a Connector" and "How to Authenticate a Connector":
//! `POST` with `{"query": text}` and the connector's token, answered with `{"results": [object]}`.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use patchbay_http::{
    AddressError, Api, CallOptions, FixedHeaders, NoToken, Path, Reach, Redirects, Request,
    RetryClass, RetryPolicy, TokenSource, Unreachable, parse_base_url,
};
use patchbay_model::{AuthenticationMethod, RemoteId, Secret, SentRequest};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Get, ServiceAuth};
use crate::client::without_extras;
use crate::cohere::mapping;
use crate::cohere::wire::{Connector, SearchResults};
use crate::{Client, Contract, Error, Operation, Output, Raw, Result};

/// Timeout for the connector's own service; Cohere itself waits for less.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Send a test search.
///
/// The account's key is not sent.
///
/// Source: Cohere's guide "Creating and Deploying a Connector"; an operation of Patchbay's.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestSearch {
    /// Id of the connector.
    pub id: RemoteId,
    /// What to search for.
    pub query: String,
    /// Token for the search service, if it needs one. Cohere doesn't return the stored one.
    pub service_auth: Option<ServiceAuth>,
}

/// A prepared search.
struct Search {
    /// Client of the connector's own service.
    service: Api,
    request: Request,
    /// Names of the fields that Cohere hides from the model.
    excludes: Vec<String>,
    /// Whether Cohere itself would send a token, which it does not return.
    lacks_token: bool,
}

impl Operation for TestSearch {
    const CONTRACT: Contract = Contract::read("test_search").retry(RetryClass::Never);
    type Output = Raw<SearchResults>;

    async fn run(&self, client: &Client, options: &CallOptions) -> Result<Self::Output> {
        self.search(client, options).await.map(|(found, _)| found)
    }

    async fn plan(&self, client: &Client, options: &CallOptions) -> Result<SentRequest> {
        let Search {
            service, request, ..
        } = self.prepare(client, options).await?;
        service.plan(&request, options)
    }
}

impl TestSearch {
    /// Returns the results, and the names of the fields that Cohere hides from the model.
    pub(in crate::cohere) async fn search(
        &self,
        client: &Client,
        options: &CallOptions,
    ) -> Result<(Raw<SearchResults>, Vec<String>)> {
        let Search {
            service,
            request,
            excludes,
            lacks_token,
        } = self.prepare(client, options).await?;
        check_reach(&client.api, &service.base).await?;
        let answer = service.send(request, options).await.map_err(of_service);
        let outcome = answer.and_then(|answer| Raw::read(&answer, Self::CONTRACT.name));
        let test = match &outcome {
            Ok(_) => Some(Ok(())),
            // Not sent, cancelled, or another time it may work.
            Err(
                Error::Usage(_)
                | Error::Cancelled
                | Error::RateLimited { .. }
                | Error::TimedOut { .. },
            ) => None,
            Err(error) if lacks_token && matches!(error.status(), Some(401 | 403)) => None,
            Err(error) => Some(Err(error.words())),
        };
        if let Some(test) = test {
            let id = self.id.as_str();
            client
                .observations
                .note(id, |found| found.test = Some(test));
        }
        outcome.map(|found| (found, excludes))
    }

    /// Prepares the search with what is fetched from Cohere.
    async fn prepare(&self, client: &Client, options: &CallOptions) -> Result<Search> {
        let get = Get {
            id: self.id.clone(),
        };
        let found = get.run(client, &without_extras(options)).await?;
        let connector = found.value.connector;
        let has_sign_in = mapping::method(&connector) != AuthenticationMethod::None;
        let Connector { url, excludes, .. } = connector;
        let url = url.ok_or_else(|| Error::Usage("the connector has no URL".to_owned()))?;
        let tokens: Arc<dyn TokenSource> = match &self.service_auth {
            Some(auth) => Arc::new(FixedHeaders::new("authorization", authorization(auth))),
            None => Arc::new(NoToken),
        };
        let account = &client.api;
        let mut base = parse_base_url(&url)?;
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        // Unlike that of an account, nobody typed this address: it may be that of another.
        let service = Api {
            base,
            tokens,
            headers: Vec::new(),
            redirects: Redirects::Refuse,
            retries: RetryPolicy::NEVER,
            timeout: TIMEOUT,
            ..account.clone()
        };
        // The URL is used unchanged, including a trailing slash.
        let slash = match service.base.path().ends_with('/') {
            true => "/",
            false => "",
        };
        let mut request = Request::post(Path::new(slash)).json(&json!({ "query": self.query }))?;
        if let Some(auth) = &self.service_auth {
            request = auth
                .token
                .texts()
                .into_iter()
                .fold(request, Request::secret);
        }
        for (name, value) in service.base.query_pairs() {
            request = request.query(&name, value);
        }
        Ok(Search {
            service,
            request,
            excludes,
            lacks_token: has_sign_in && self.service_auth.is_none(),
        })
    }
}

/// Refuses an address that leads further into the local network than the account's own. Credentials over plain http are
/// refused when they are sent.
async fn check_reach(account: &Api, service: &Url) -> Result<()> {
    let mut address = service.clone();
    address.set_fragment(None);
    // Cohere calls services over plain http, too.
    let (Ok(()) | Err(())) = address.set_scheme("https");
    let reach = Reach::of(&account.base);
    let addresses = &account.clients.addresses;
    let checked = addresses.check("search URL", &reach, &address).await;
    checked.map_err(|error| match error {
        AddressError::Private { host } => Error::PrivateAddress { host },
        AddressError::Unknown { host } => Error::Unreachable {
            host,
            how: Unreachable::Dns,
            source: None,
        },
        error => Error::Usage(error.to_string()),
    })
}

/// Keeps a refusal of the service apart from one of Cohere, which would be about the account or the connector.
fn of_service(error: Error) -> Error {
    match error {
        Error::Unauthorized { refusal, .. }
        | Error::Forbidden { refusal, .. }
        | Error::NotFound(refusal)
        | Error::Conflict(refusal)
        | Error::Invalid(refusal) => Error::Status(refusal),
        error => error,
    }
}

/// The results as they appear in the prompt of a chat: numbered, with a line for each field. Excluded fields are shown in
/// citations only.
///
/// Source: Cohere's guide "Creating and Deploying a Connector" and its questions on connectors, `excludes`.
pub(in crate::cohere) fn prompt(results: &[Value], excludes: &[String]) -> String {
    let line = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name}: {text}\n"),
        other => format!("{name}: {other}\n"),
    };
    let text = |(number, result): (usize, &Value)| {
        let fields = match result {
            Value::Object(fields) => {
                let shown = fields.iter().filter(|(name, _)| !excludes.contains(name));
                shown.map(line).collect()
            }
            other => format!("{other}\n"),
        };
        format!("Document: {number}\n{fields}")
    };
    let mut all: Vec<String> = results.iter().enumerate().map(text).collect();
    if all.is_empty() {
        all.push("No documents".to_owned());
    }
    if !excludes.is_empty() {
        all.push(format!("Excluded fields: {}", excludes.join(", ")));
    }
    all.join("\n")
}

fn authorization(auth: &ServiceAuth) -> Secret {
    let token = auth.token.expose();
    Secret::new(match auth.kind.as_str() {
        "noscheme" => token.to_owned(),
        "basic" if token.contains(':') => format!("Basic {}", BASE64_STANDARD.encode(token)),
        "basic" => format!("Basic {token}"),
        _ => format!("Bearer {token}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_has_every_field_but_the_excluded_ones() {
        let results = [
            json!({"title": "Tea", "text": "Green", "url": "https://a.example", "rank": 1}),
            json!("odd"),
        ];
        assert_eq!(
            prompt(&results, &["url".to_owned()]),
            "Document: 0\ntitle: Tea\ntext: Green\nrank: 1\n\nDocument: 1\n\"odd\"\n\nExcluded fields: url"
        );
        assert_eq!(prompt(&[], &[]), "No documents");
    }
}
