//! One function for each operation of the assumed contract.
//!
//! Source: 10ex contract, sections 2 and 3.

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use http::Method;
use patchbay_http::{
    Answer, Api, Backoff, CallOptions, Jitter, Path, PlannedRequest, Repeat, Request, Retries,
    RetryPolicy, revealed,
};
use patchbay_model::{Secret, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::arguments::{List, ListProviders, One, StartOauth, SubmitByok, Update, WaitForGrant};
use super::mcp_path::McpPath;
use super::table::Table;
use super::wire::{Connector, Grant, Page, Started, Tested};
use crate::Error;

/// A list that goes on after so many pages is cut there.
const MOST_PAGES: usize = 100;

/// The contract's waits: 1, 2, 4 … seconds and up to a quarter more, at most five times.
pub(super) fn retries() -> RetryPolicy {
    RetryPolicy {
        most: 5,
        statuses: vec![429..=429, 500..=599],
        backoff: Backoff {
            jitter: Jitter::Above(0.25),
            ..RetryPolicy::NEVER.backoff
        },
        longest_asked: Duration::from_secs(60),
        ..RetryPolicy::NEVER
    }
}

/// One account's way to 10ex, by its table.
pub(super) struct Client {
    pub(super) api: Api,
    pub(super) table: Table,
    pub(super) mcp: McpPath,
}

/// What a call is made of besides its route.
#[derive(Default)]
struct Parts<'a> {
    id: Option<&'a str>,
    query: Vec<(&'a str, String)>,
    body: Option<Map<String, Value>>,
    /// Secrets in the body, which an answer must not repeat.
    secrets: Vec<Secret>,
    /// Whether it only reads, so that it may be repeated.
    is_read: bool,
}

impl Client {
    async fn send(
        &self,
        operation: &str,
        parts: Parts<'_>,
        options: &CallOptions,
    ) -> Result<Answer, Error> {
        let request = self.request(operation, parts)?;
        self.api.send(request, options).await
    }

    fn request(&self, operation: &str, parts: Parts<'_>) -> Result<Request, Error> {
        let route = self.table.route(operation)?;
        let none = Map::new();
        let fields = parts.body.as_ref().unwrap_or(&none);
        let in_query = |name: &str| {
            let mut query = parts.query.iter();
            query.find_map(|(each, value)| (*each == name).then_some(Cow::Borrowed(&**value)))
        };
        let find = |name: &str| match (name, fields.get(name)) {
            ("id", _) => parts.id.map(Cow::Borrowed),
            (_, Some(Value::String(text))) => Some(Cow::Borrowed(&**text)),
            (_, Some(Value::Bool(_) | Value::Number(_))) => Some(fields[name].to_string().into()),
            (name, _) => in_query(name),
        };
        let path = Path::new(&self.table.base_path).template(&route.path, find)?;
        let mut request = Request::new(route.method.clone(), path).repeat(if parts.is_read {
            Repeat::Freely
        } else {
            Repeat::Never
        });
        for secret in parts.secrets {
            request = request.secret(secret);
        }
        for (name, value) in parts.query {
            request = request.query(name, value);
        }
        Ok(match parts.body {
            // Where the settings say so, the members go where a GET has room for them.
            Some(body) if route.method == Method::GET => {
                body.into_iter()
                    .fold(request, |request, (name, value)| match value {
                        Value::String(text) => request.query(&name, text),
                        value => request.query(&name, value),
                    })
            }
            Some(body) => request.json(&body)?,
            None => request,
        })
    }

    /// One page of the providers that can be connected.
    ///
    /// # Errors
    /// Those of [`Api::send`]; [`Error::NotSupported`] when it is switched off;
    /// [`Error::UnexpectedAnswer`] without a list of items.
    pub(super) async fn list_providers(
        &self,
        page: &ListProviders,
        options: &CallOptions,
    ) -> Result<Page<Value>, Error> {
        let table = &self.table;
        let mut query = Vec::new();
        push(&mut query, &table.limit_param, page.limit.as_ref());
        push(&mut query, &table.cursor_param, page.cursor.as_ref());
        push(
            &mut query,
            table.filter_param("category"),
            page.category.as_ref(),
        );
        let parts = Parts {
            query,
            is_read: true,
            ..Parts::default()
        };
        Page::read_any(&self.send("list_providers", parts, options).await?, table)
    }

    /// One page of the configured connectors.
    ///
    /// # Errors
    /// As [`Client::list_providers`]; over MCP also those of a tool call.
    pub(super) async fn list(
        &self,
        page: &List,
        options: &CallOptions,
    ) -> Result<Page<Connector>, Error> {
        let table = &self.table;
        let mut query = Vec::new();
        push(
            &mut query,
            table.filter_param("provider"),
            page.provider.as_ref(),
        );
        push(&mut query, table.filter_param("role"), page.role.as_ref());
        push(
            &mut query,
            table.filter_param("status"),
            page.status.as_ref(),
        );
        push(&mut query, &table.limit_param, page.limit.as_ref());
        push(&mut query, &table.cursor_param, page.cursor.as_ref());
        let answer = if table.uses_mcp {
            table.route("list")?;
            let mut arguments: Map<String, Value> = query
                .into_iter()
                .map(|(name, value)| (name.to_owned(), Value::String(value)))
                .collect();
            if let Some(limit) = page.limit {
                arguments.insert(table.limit_param.clone(), limit.into());
            }
            self.mcp
                .list_connectors(&self.api, table, arguments, options)
                .await?
        } else {
            let parts = Parts {
                query,
                is_read: true,
                ..Parts::default()
            };
            self.send("list", parts, options).await?
        };
        Page::<Connector>::read(&answer, table)
    }

    /// The connectors of all pages, with the last total given; ends where a cursor repeats.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub(super) async fn list_all(
        &self,
        mut page: List,
        options: &CallOptions,
    ) -> Result<(Vec<Connector>, Value), Error> {
        let (mut items, mut total) = (Vec::new(), Value::Null);
        let mut cursors: HashSet<String> = page.cursor.iter().cloned().collect();
        for _ in 0..MOST_PAGES {
            let found = self.list(&page, options).await?;
            items.extend(found.items);
            if !found.total.is_null() {
                total = found.total;
            }
            match found.next_cursor {
                Some(cursor) if cursors.insert(cursor.clone()) => page.cursor = Some(cursor),
                _ => break,
            }
        }
        Ok((items, total))
    }

    /// One connector.
    ///
    /// # Errors
    /// Those of [`Api::send`]; [`Error::NotSupported`] when it is switched off;
    /// [`Error::UnexpectedAnswer`] when it has no `id`, `provider` or `status`.
    pub(super) async fn get(&self, one: &One, options: &CallOptions) -> Result<Connector, Error> {
        let parts = Parts {
            id: Some(&one.id),
            is_read: true,
            ..Parts::default()
        };
        Connector::read(&self.send("get", parts, options).await?)
    }

    /// Asks for the page on which the user consents.
    ///
    /// # Errors
    /// Those of [`Api::send`], over MCP those of a tool call; [`Error::NotSupported`] when it is switched
    /// off; [`Error::UnexpectedAnswer`] without a page; [`Error::UnsafeUrl`].
    pub(super) async fn start_oauth(
        &self,
        which: &StartOauth,
        options: &CallOptions,
    ) -> Result<Started, Error> {
        let (members, _) = members(which)?;
        let answer = if self.table.uses_mcp {
            self.table.route("start_oauth")?;
            self.mcp
                .start_connector_oauth(&self.api, members, options)
                .await?
        } else {
            let parts = Parts {
                body: Some(members),
                ..Parts::default()
            };
            self.send("start_oauth", parts, options).await?
        };
        Started::read(&answer, &self.table)
    }

    /// How far the consent of a connector is.
    ///
    /// # Errors
    /// As [`Client::start_oauth`]; [`Error::UnexpectedAnswer`] without a status.
    pub(super) async fn get_status(
        &self,
        one: &One,
        options: &CallOptions,
    ) -> Result<Grant, Error> {
        let answer = if self.table.uses_mcp {
            self.table.route("get_status")?;
            let asked = Map::from_iter([("connector_id".to_owned(), json!(one.id))]);
            self.mcp
                .get_connector_status(&self.api, asked, options)
                .await?
        } else {
            let parts = Parts {
                id: Some(&one.id),
                is_read: true,
                ..Parts::default()
            };
            self.send("get_status", parts, options).await?
        };
        Grant::read(&answer, &one.id)
    }

    /// Asks how far a consent is until it is given; a look that would begin at or after the limit is not
    /// made.
    ///
    /// # Errors
    /// [`Error::GrantFailed`] when it ended in any other way; [`Error::TimedOut`] without a decision;
    /// [`Error::NotFound`] when the consent was dropped; [`Error::Cancelled`]; those of
    /// [`Client::get_status`] but for 429 and 5xx.
    pub(super) async fn wait_for_grant(
        &self,
        wait: &WaitForGrant,
        options: &CallOptions,
    ) -> Result<Grant, Error> {
        let interval = duration(wait.interval_s, self.table.poll_interval)?;
        let mut limit = duration(wait.limit_s, self.table.poll_limit)?;
        let clock = &self.api.clock;
        let started = clock.now();
        if let Some(end) = wait.expires_at.as_deref().and_then(Timestamp::parse) {
            let left = Duration::try_from(end.instant() - started.instant());
            limit = limit.min(left.unwrap_or_default());
        }
        let one = One {
            id: wait.id.clone(),
        };
        let once = CallOptions {
            retries: Some(Retries::Times(0)),
            ..options.clone()
        };
        loop {
            let passed = Duration::try_from(clock.now().instant() - started.instant());
            let left = limit.saturating_sub(passed.unwrap_or_default());
            if left.is_zero() {
                return Err(Error::TimedOut { after: limit });
            }
            match self.get_status(&one, &once).await {
                Ok(grant) if self.table.states.pending.contains(&grant.status) => {}
                Ok(grant) if self.table.states.success.contains(&grant.status) => {
                    return Ok(grant);
                }
                Ok(grant) => {
                    return Err(Error::GrantFailed {
                        reason: Some(grant.reason()),
                    });
                }
                Err(Error::RateLimited { .. }) => {}
                Err(Error::Status(refusal)) if refusal.status >= 500 => {}
                Err(error) => return Err(error),
            }
            tokio::select! {
                biased;
                () = options.cancelled() => return Err(Error::Cancelled),
                () = clock.sleep(interval.min(left)) => {}
            }
        }
    }

    /// Connects a provider by its key. `secrets` are those among its settings.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn submit_byok(
        &self,
        key: &SubmitByok,
        secrets: &[&str],
        options: &CallOptions,
    ) -> Result<Connector, Error> {
        let (body, mut given) = members(key)?;
        given.extend(secrets.iter().map(|secret| Secret::new(*secret)));
        let parts = Parts {
            body: Some(body),
            secrets: given,
            ..Parts::default()
        };
        let answer = self.send("submit_byok", parts, options).await?;
        Connector::read(&answer)
    }

    /// Changes what is given of a connector.
    ///
    /// # Errors
    /// [`Error::Usage`] when nothing is given; as [`Client::get`].
    pub(super) async fn update(
        &self,
        changes: &Update,
        options: &CallOptions,
    ) -> Result<Connector, Error> {
        let (body, _) = members(changes)?;
        if body.is_empty() {
            return Err(Error::Usage("there is nothing to change".to_owned()));
        }
        self.change("update", &changes.id, Some(body), options)
            .await
    }

    /// Switches a connector on or off.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn switch(
        &self,
        one: &One,
        is_enabled: bool,
        options: &CallOptions,
    ) -> Result<Connector, Error> {
        let operation = if is_enabled { "enable" } else { "disable" };
        let body = Map::from_iter([("enabled".to_owned(), Value::Bool(is_enabled))]);
        self.change(operation, &one.id, Some(body), options).await
    }

    /// Renews the provider's token.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn refresh(
        &self,
        one: &One,
        options: &CallOptions,
    ) -> Result<Connector, Error> {
        self.change("refresh", &one.id, None, options).await
    }

    /// Gives up the consent at the provider.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn revoke(
        &self,
        one: &One,
        options: &CallOptions,
    ) -> Result<Connector, Error> {
        self.change("revoke", &one.id, None, options).await
    }

    async fn change(
        &self,
        operation: &str,
        id: &str,
        body: Option<Map<String, Value>>,
        options: &CallOptions,
    ) -> Result<Connector, Error> {
        let parts = Parts {
            id: Some(id),
            body,
            ..Parts::default()
        };
        Connector::read(&self.send(operation, parts, options).await?)
    }

    /// Makes a light read at the provider.
    ///
    /// # Errors
    /// Those of [`Api::send`]; [`Error::NotSupported`] when it is switched off;
    /// [`Error::UnexpectedAnswer`] without a verdict.
    pub(super) async fn test(
        &self,
        one: &One,
        options: &CallOptions,
    ) -> Result<(Tested, Answer), Error> {
        let answer = self.api.send(self.test_request(one)?, options).await?;
        Ok((Tested::read(&answer)?, answer))
    }

    /// What [`Client::test`] would send.
    ///
    /// # Errors
    /// Those of [`Api::plan`]; [`Error::NotSupported`] when it is switched off.
    pub(super) fn plan_test(
        &self,
        one: &One,
        options: &CallOptions,
    ) -> Result<PlannedRequest, Error> {
        self.api.plan(&self.test_request(one)?, options)
    }

    fn test_request(&self, one: &One) -> Result<Request, Error> {
        let parts = Parts {
            id: Some(&one.id),
            is_read: true,
            ..Parts::default()
        };
        self.request("test", parts)
    }

    /// Removes a connector.
    ///
    /// # Errors
    /// Those of [`Api::send`]; [`Error::NotSupported`] when it is switched off.
    pub(super) async fn delete(&self, one: &One, options: &CallOptions) -> Result<(), Error> {
        let parts = Parts {
            id: Some(&one.id),
            ..Parts::default()
        };
        self.send("delete", parts, options).await.map(drop)
    }
}

fn push<'a>(query: &mut Vec<(&'a str, String)>, name: &'a str, value: Option<&impl ToString>) {
    query.extend(value.map(|value| (name, value.to_string())));
}

/// The arguments as members of a body, and the secrets among them.
fn members(arguments: &impl Serialize) -> Result<(Map<String, Value>, Vec<Secret>), Error> {
    let refused = |error: serde_json::Error| Error::Usage(error.to_string());
    let (written, secrets) = revealed(|| serde_json::to_value(arguments));
    match written.map_err(refused)? {
        Value::Object(members) => Ok((members, secrets)),
        _ => Ok((Map::new(), secrets)),
    }
}

fn duration(seconds: Option<f64>, default: Duration) -> Result<Duration, Error> {
    let Some(seconds) = seconds else {
        return Ok(default);
    };
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| Error::Usage("a time has to be a number of seconds above zero".to_owned()))
}
