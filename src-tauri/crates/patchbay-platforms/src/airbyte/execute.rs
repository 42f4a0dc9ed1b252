//! Entity, action, parameters: what a connector does.
//!
//! Source: Airbyte contract, section 3, `execute`.

use std::collections::HashSet;

use patchbay_http::{Answer, CallOptions, StreamedAnswer};
use serde_json::{Map, Value, json};

use super::arguments::{self, given};
use super::client::Workspace;
use super::remembered::Kind;
use super::wire::{self, Envelope};
use super::{Airbyte, download, lookup};
use crate::Error;

/// Most characters of an intent.
const INTENT: usize = 512;

/// Most pages that are read in a row.
const MOST_PAGES: usize = 10_000;

/// The connector that an action is for.
enum Which {
    Id(String),
    /// The one of a kind in a workspace, the account's unless given.
    Kind {
        kind: String,
        workspace: Option<String>,
    },
}

/// What came of an action.
pub(super) enum Reply {
    Envelope(Envelope),
    File(download::File),
}

impl Airbyte {
    /// `execute`: one action, one answer.
    pub(super) async fn execute(
        &self,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let (which, body) = prepared(given)?;
        let id = self.id_of(which, options).await?;
        let answer = self.run(&id, &body, options).await?;
        match reply(is_download(&body), &answer)? {
            Reply::Envelope(envelope) if envelope.has_failed() => Err(answer.failed()),
            Reply::Envelope(envelope) => Ok(Value::Object(envelope.into_outcome())),
            Reply::File(file) => Ok(file.into_json()),
        }
    }

    /// `execute_all`: pages until there is no next one, no cursor, or a cursor that came before.
    pub(super) async fn execute_all(
        &self,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let (which, mut body) = prepared(given)?;
        let id = self.id_of(which, options).await?;
        let (mut data, mut pages, mut cursors) = (Vec::new(), 0, HashSet::new());
        loop {
            let answer = self.run(&id, &body, options).await?;
            let envelope = envelope(&answer)?;
            pages += 1;
            match envelope.result() {
                Value::Array(items) => data.extend(items.iter().cloned()),
                Value::Null => {}
                other => data.push(other.clone()),
            }
            let next = envelope.next_cursor().map(str::to_owned);
            let Some(next) = next.filter(|_| pages < MOST_PAGES) else {
                return Ok(json!({"success": true, "data": data, "pages": pages}));
            };
            if !cursors.insert(next.clone()) {
                return Ok(json!({"success": true, "data": data, "pages": pages}));
            }
            body.go_on(next);
        }
    }

    /// `execute`, handed on as it comes.
    pub(super) async fn execute_streamed(
        &self,
        given: Value,
        options: &CallOptions,
    ) -> Result<StreamedAnswer, Error> {
        let (which, body) = prepared(given)?;
        let id = self.id_of(which, options).await?;
        let answer = self.client()?.execute_streamed(&id, &body, options).await?;
        download::pass(answer).await
    }

    /// Runs an action on a connector; one that is gone is not looked up as that again.
    pub(super) async fn run(
        &self,
        id: &str,
        body: &wire::Execute,
        options: &CallOptions,
    ) -> Result<Answer, Error> {
        let answer = self.client()?.execute(id, body, options).await;
        if matches!(answer, Err(Error::NotFound(_))) {
            self.remembered.note_gone(id);
        }
        answer
    }

    /// The id of the connector to run it on.
    async fn id_of(&self, which: Which, options: &CallOptions) -> Result<String, Error> {
        match which {
            Which::Id(id) => Ok(id),
            Which::Kind { kind, workspace } => self.id_of_kind(kind, workspace, options).await,
        }
    }

    /// Looked up once, then kept.
    async fn id_of_kind(
        &self,
        kind: String,
        workspace: Option<String>,
        options: &CallOptions,
    ) -> Result<String, Error> {
        let known = Kind {
            workspace: workspace.unwrap_or_else(|| self.workspace.clone()),
            kind: kind.to_lowercase(),
        };
        if let Some(id) = self.remembered.id(&known) {
            return Ok(id);
        }
        // What the caller adds to query and body belongs to the action.
        let options = CallOptions {
            query: Vec::new(),
            body: Map::new(),
            ..options.clone()
        };
        let place = Workspace::Named(&known.workspace);
        let all = self
            .client()?
            .list_connectors(&place, None, &options)
            .await?;
        let id = lookup::only(&all, &kind, &known.workspace)?.id().to_owned();
        self.remembered.note_id(known, &id);
        Ok(id)
    }
}

/// The connector to run it on, and the body.
///
/// # Errors
/// [`Error::Usage`] when the arguments do not fit or name no connector, and as [`checked`].
fn prepared(arguments: Value) -> Result<(Which, wire::Execute), Error> {
    let arguments: arguments::Execute = crate::operations::arguments(arguments)?;
    let kind = given(arguments.connector_definition_id);
    let which = match (given(arguments.connector_id), kind) {
        (Some(id), _) => Which::Id(id),
        (None, Some(kind)) => Which::Kind {
            kind,
            workspace: given(arguments.workspace_name),
        },
        (None, None) => {
            return Err(Error::Usage("connector_id is missing".to_owned()));
        }
    };
    let body = checked(wire::Execute {
        entity: arguments.entity,
        action: arguments.action,
        skip_truncation: arguments.skip_truncation.unwrap_or(true),
        params: arguments.params,
        select_fields: arguments.select_fields,
        exclude_fields: arguments.exclude_fields,
        intent: given(arguments.intent),
    })?;
    Ok((which, body))
}

/// A body that can be sent.
///
/// # Errors
/// [`Error::Usage`] when the intent is too long.
pub(super) fn checked(body: wire::Execute) -> Result<wire::Execute, Error> {
    let intent = body.intent.as_deref().unwrap_or_default();
    if intent.chars().count() > INTENT {
        return Err(Error::Usage(format!(
            "intent must be at most {INTENT} characters"
        )));
    }
    Ok(body)
}

/// Whether a success is a file.
pub(super) fn is_download(body: &wire::Execute) -> bool {
    body.action == download::DOWNLOAD
}

/// What an answer holds: a file where that `is_download`.
///
/// # Errors
/// [`Error::UnexpectedAnswer`] when it has no `result`.
pub(super) fn reply(is_download: bool, answer: &Answer) -> Result<Reply, Error> {
    if is_download {
        return Ok(match download::read(answer) {
            Ok(file) => Reply::File(file),
            Err(envelope) => Reply::Envelope(envelope),
        });
    }
    read_envelope(answer).map(Reply::Envelope)
}

fn read_envelope(answer: &Answer) -> Result<Envelope, Error> {
    Envelope::read(&answer.body).ok_or_else(|| match answer.json() {
        Ok(_) => answer.unexpected("execute gave no result"),
        Err(error) => error,
    })
}

/// An envelope that says that it worked.
fn envelope(answer: &Answer) -> Result<Envelope, Error> {
    let envelope = read_envelope(answer)?;
    match envelope.has_failed() {
        true => Err(answer.failed()),
        false => Ok(envelope),
    }
}
