//! Export of the history to a file.
//!
//! Runs are saved without secrets. An export redacts them again with what is secret by now: a token that was entered
//! after a tool returned it, or an argument that its tool has marked as secret since.

mod csv;

use std::collections::{HashMap, VecDeque};
use std::path::Path;

use patchbay_model::{
    Connector, ConnectorId, RunId, RunQuery, ToolRun, VaultBackend, VaultState, inert_json,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::abilities::sends_secrets;
use crate::atomic_file::AtomicFile;
use crate::backend::for_connector;
use crate::connectors::tools;
use crate::context::Context;
use crate::error::Error;
use crate::redact::exchange::redact_request;
use crate::redact::{KnownSecrets, redact_marked};
use crate::runs::find_run;
use crate::runs::run_tool::finish::arguments_line;
use crate::runs::runs_file::limit_note;

/// Number of runs that are listed at once.
const PAGE: u32 = 100;

/// Size in bytes at which a chunk ends: a single run may have many megabytes.
const CHUNK: usize = 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// One JSON document per line, each a complete run.
    Jsonl,
    /// A table for spreadsheets: summary, arguments and text of the result.
    Csv,
}

impl ExportFormat {
    /// The file extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

/// A finished export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    pub path: String,
    /// Number of runs in the file.
    pub runs: u32,
    /// Why Patchbay can't open the file again; `None` if it can, or if the format isn't meant for that.
    pub note: Option<String>,
}

/// Writes the runs that match the query to a file, newest first, at most `limit` of the query (0 for all). An existing
/// file is replaced once everything is written. Only the user can read the file.
///
/// # Errors
/// [`Error::File`]; [`Error::Vault`] while the vault is locked, since then it is unknown what is secret.
pub async fn export_runs(
    cx: &Context,
    query: &RunQuery,
    format: ExportFormat,
    path: &Path,
) -> Result<Exported, Error> {
    let mut file = AtomicFile::create(path).await?;
    let mut export = RunExport::new(cx, query, format);
    while let Some(chunk) = export.next().await? {
        file.write(&chunk).await?;
    }
    file.finish().await?;
    Ok(Exported {
        path: path.display().to_string(),
        runs: export.runs,
        note: export.note(),
    })
}

/// Writes one run to a file, as JSON that [`read_runs_file`](crate::read_runs_file) reads. An existing file is
/// replaced. Only the user can read the file.
///
/// # Errors
/// [`Error::NotFound`]; as [`export_runs`].
pub async fn export_run(cx: &Context, id: &RunId, path: &Path) -> Result<Exported, Error> {
    let text = run_document(cx, id).await?;
    let mut file = AtomicFile::create(path).await?;
    file.write(text.as_bytes()).await?;
    file.finish().await?;
    Ok(Exported {
        path: path.display().to_string(),
        runs: 1,
        note: limit_note(1, text.len()),
    })
}

/// Returns one run as [`export_run`] writes it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Vault`] while the vault is locked.
pub async fn run_document(cx: &Context, id: &RunId) -> Result<String, Error> {
    let run = find_run(cx, id).await?;
    let run = Lookups::default().redact_run(cx, run).await?;
    Ok(inert_json(&run) + "\n")
}

/// An export, chunk by chunk.
pub struct RunExport<'a> {
    cx: &'a Context,
    query: RunQuery,
    format: ExportFormat,
    /// The first chunk of a table.
    header: Option<String>,
    /// Maximum number of further runs; `None` for all.
    left: Option<u32>,
    /// Whether no more runs are listed.
    is_over: bool,
    /// Runs that were listed and not written yet.
    listed: VecDeque<RunId>,
    runs: u32,
    bytes: usize,
    lookups: Lookups,
}

/// Caches the secrets of connectors and the schemas of tools.
#[derive(Default)]
struct Lookups {
    secrets: HashMap<ConnectorId, KnownSecrets>,
    schemas: HashMap<(ConnectorId, String), Option<Value>>,
}

impl<'a> RunExport<'a> {
    /// Starts with the newest run that matches the query.
    pub fn new(cx: &'a Context, query: &RunQuery, format: ExportFormat) -> Self {
        Self {
            cx,
            query: query.clone().at(cx.now()),
            format,
            header: (format == ExportFormat::Csv).then(csv::header),
            left: (query.limit > 0).then_some(query.limit),
            is_over: false,
            listed: VecDeque::new(),
            runs: 0,
            bytes: 0,
            lookups: Lookups::default(),
        }
    }

    /// Number of runs in the chunks so far.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// Returns why Patchbay can't open the chunks so far as a file; `None` if it can, or if the format isn't meant for
    /// that.
    pub fn note(&self) -> Option<String> {
        match self.format {
            ExportFormat::Jsonl => limit_note(self.runs, self.bytes),
            ExportFormat::Csv => None,
        }
    }

    /// Returns the next chunk; `None` after the last.
    ///
    /// # Errors
    /// [`Error::Vault`] while the vault is locked.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if let Some(header) = self.header.take() {
            return Ok(Some(header.into_bytes()));
        }
        if self.listed.is_empty() {
            self.query.limit = self.left.map_or(PAGE, |left| left.min(PAGE));
            if self.is_over || self.query.limit == 0 {
                return Ok(None);
            }
            self.list().await?;
        }
        let mut text = String::new();
        while text.len() < CHUNK
            && let Some(run) = self.listed.pop_front()
        {
            self.write(&run, &mut text).await?;
        }
        self.bytes += text.len();
        Ok(Some(text.into_bytes()))
    }

    /// Lists the next page of runs.
    async fn list(&mut self) -> Result<(), Error> {
        let page = self.cx.store().list_runs(&self.query).await?;
        if let Some(left) = &mut self.left {
            *left -= self.query.limit;
        }
        self.is_over = page.next.is_none();
        self.query.before = page.next;
        self.listed = page.runs.into_iter().map(|run| run.id).collect();
        Ok(())
    }

    async fn write(&mut self, id: &RunId, text: &mut String) -> Result<(), Error> {
        // The run may have been removed since the page was read.
        let Some(run) = self.cx.store().find_run(id).await? else {
            return Ok(());
        };
        let run = self.lookups.redact_run(self.cx, run).await?;
        match self.format {
            ExportFormat::Jsonl => {
                text.push_str(&inert_json(&run));
                text.push('\n');
            }
            ExportFormat::Csv => text.push_str(&csv::row(&run)),
        }
        self.runs += 1;
        Ok(())
    }
}

impl Lookups {
    /// Returns the run as JSON without present secrets.
    async fn redact_run(&mut self, cx: &Context, mut run: ToolRun) -> Result<Value, Error> {
        let value = match self.schema(cx, &run).await? {
            Some(schema) => redact_marked_run(&mut run, schema),
            None => serde_json::to_value(&run).unwrap_or_default(),
        };
        let secrets = self.secrets(cx, &run.summary.connector).await?;
        Ok(secrets.redact(value))
    }

    async fn schema(&mut self, cx: &Context, run: &ToolRun) -> Result<Option<&Value>, Error> {
        let key = (run.summary.connector.clone(), run.summary.tool.clone());
        if !self.schemas.contains_key(&key) {
            let schema = match tools::find_tool(cx, &key.0, &key.1).await {
                Ok(tool) => Some(tool.input_schema.0),
                // The server offers it no longer, or its connector was removed.
                Err(Error::NotFound { .. } | Error::ToolNotFound { .. }) => None,
                Err(error) => return Err(error),
            };
            self.schemas.insert(key.clone(), schema);
        }
        Ok(self.schemas.get(&key).and_then(Option::as_ref))
    }

    async fn secrets(&mut self, cx: &Context, id: &ConnectorId) -> Result<&KnownSecrets, Error> {
        if !self.secrets.contains_key(id) {
            let secrets = match cx.store().find_connector(id).await? {
                Some(connector) => secrets_of(cx, &connector).await?,
                None => KnownSecrets::default(),
            };
            self.secrets.insert(id.clone(), secrets);
        }
        Ok(self.secrets.entry(id.clone()).or_default())
    }
}

/// Returns the run as JSON without what the schema marks in its arguments, wherever the run repeats it.
fn redact_marked_run(run: &mut ToolRun, schema: &Value) -> Value {
    let marked = KnownSecrets::marked(&run.arguments, schema);
    if !marked.is_empty() {
        run.arguments.0 = redact_marked(&run.arguments, schema);
        run.summary.arguments_line = arguments_line(&run.arguments);
    }
    if let Some(exchange) = &mut run.exchange {
        exchange.request = redact_request(std::mem::take(&mut exchange.request), &marked);
        if let Some(response) = &mut exchange.response {
            let body = response.body.take();
            response.body = body.map(|body| marked.redact_json_text(body));
        }
    }
    marked.redact(serde_json::to_value(run).unwrap_or_default())
}

/// Returns the secrets of a connector, to leave them out of what is written. Fails while the vault is locked; one that
/// cannot be opened at all does not prevent it.
pub(super) async fn secrets_of(cx: &Context, connector: &Connector) -> Result<KnownSecrets, Error> {
    if !sends_secrets(connector) {
        return Ok(KnownSecrets::default());
    }
    let secrets = for_connector(cx, connector).secrets().await;
    let vault = cx.vault().status().await;
    match (vault.state, vault.backend) {
        (VaultState::Locked, Some(VaultBackend::Passphrase)) => {
            Err(patchbay_vault::Error::PassphraseNeeded.into())
        }
        (VaultState::Locked, _) => Err(patchbay_vault::Error::KeychainLocked.into()),
        _ => Ok(KnownSecrets::new(secrets)),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{
        Code, Content, Exchange, Json, Problem, ReceivedResponse, SentRequest, ToolResult,
    };
    use serde_json::json;

    use super::*;
    use crate::testing::{finished_run, open_temporary};

    #[tokio::test]
    async fn large_runs_are_not_in_one_chunk() {
        let (_home, cx) = open_temporary().await;
        for number in 0..3 {
            let mut run = finished_run();
            run.summary.id = RunId::new(format!("run_{number}"));
            run.result = Some(ToolResult {
                content: vec![Content::text("x".repeat(CHUNK))],
                ..ToolResult::default()
            });
            cx.store().open_run(&run).await.unwrap();
        }
        let mut export = RunExport::new(&cx, &RunQuery::default(), ExportFormat::Jsonl);
        for runs in 1..=3 {
            let chunk = export.next().await.unwrap().unwrap();
            assert!((CHUNK..2 * CHUNK).contains(&chunk.len()));
            assert_eq!(export.runs(), runs);
        }
        assert_eq!(export.next().await.unwrap(), None);
        cx.close().await;
    }

    #[test]
    fn what_a_tool_has_marked_since_is_redacted_wherever_the_run_repeats_it() {
        let arguments = json!({ "pin": 1234, "key": "hunter2-long", "days": 3 });
        let mut run = finished_run();
        run.summary.arguments_line = arguments_line(&arguments);
        run.arguments = Json(arguments.clone());
        run.exchange = Some(Exchange {
            request: SentRequest::line(json!({ "params": { "arguments": arguments } }).to_string()),
            response: Some(ReceivedResponse {
                status: Some(200),
                headers: Vec::new(),
                body: Some(r#"{"pin":1234,"said":"hunter2-long"}"#.to_owned()),
                took_ms: 1,
            }),
        });
        run.summary.problem = Some(Problem::new(
            Code::McpServerError,
            "invalid key hunter2-long",
        ));
        let marked = json!({ "format": "password" });
        let schema = json!({ "properties": { "pin": marked, "key": marked } });
        let written = redact_marked_run(&mut run, &schema).to_string();
        assert!(!written.contains("1234"), "{written}");
        assert!(!written.contains("hunter2"), "{written}");
        let line = run.summary.arguments_line.as_deref();
        assert_eq!(line, Some("pin=<redacted>, key=<redacted>, days=3"));
    }
}
