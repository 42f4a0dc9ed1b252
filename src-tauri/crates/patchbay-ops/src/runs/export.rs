//! The history as a file for other programs.
//!
//! Runs are kept without secrets. On their way out they are searched once more for what is secret now:
//! a token that was entered after a tool had answered with it, an argument that its tool has marked
//! since.

mod csv;

use std::collections::HashMap;
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
use crate::redact::{KnownSecrets, redact_marked};
use crate::runs::find_run;

/// Runs that are read at once.
const PAGE: u32 = 100;

/// How runs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// One JSON document a line, each a run with everything that is known of it.
    Jsonl,
    /// A table for spreadsheets: what lists show, the arguments, and the text of the answer.
    Csv,
}

impl ExportFormat {
    /// The usual ending of such a file, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

/// Runs that were written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// The file.
    pub path: String,
    /// Number of runs in it.
    pub runs: u32,
}

/// Writes the runs that the query asks for to a file, newest first; one that is there is replaced once
/// all is written. `limit` of the query is the most that are written, 0 for all. Only the user can read
/// the file.
///
/// # Errors
/// [`Error::File`], [`Error::Store`]; [`Error::Vault`] while the vault is locked, for then nobody knows
/// what is secret.
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
    })
}

/// Writes one run to a file, as JSON that [`read_runs_file`](crate::read_runs_file) reads; one that is there is replaced.
/// Only the user can read the file.
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
    })
}

/// One run as [`export_run`] writes it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`]; [`Error::Vault`] while the vault is locked.
pub async fn run_document(cx: &Context, id: &RunId) -> Result<String, Error> {
    let run = find_run(cx, id).await?;
    let run = Lookups::default().redact_run(cx, run).await?;
    Ok(inert_json(&run) + "\n")
}

/// The runs that a query asks for, as the bytes of a file, piece by piece.
pub struct RunExport<'a> {
    cx: &'a Context,
    query: RunQuery,
    format: ExportFormat,
    /// How many may still be written; `None` for all.
    left: Option<u32>,
    stage: Stage,
    runs: u32,
    lookups: Lookups,
}

enum Stage {
    Head,
    Rows,
    Over,
}

/// What is secret of each connector, and the schema of each tool, as far as was asked for.
#[derive(Default)]
struct Lookups {
    secrets: HashMap<ConnectorId, KnownSecrets>,
    schemas: HashMap<(ConnectorId, String), Option<Value>>,
}

impl<'a> RunExport<'a> {
    /// Begins with the newest run that the query asks for.
    pub fn new(cx: &'a Context, query: &RunQuery, format: ExportFormat) -> Self {
        Self {
            cx,
            query: query.clone().at(cx.now()),
            format,
            left: (query.limit > 0).then_some(query.limit),
            stage: Stage::Head,
            runs: 0,
            lookups: Lookups::default(),
        }
    }

    /// Number of runs in the pieces so far.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// The next piece; `None` after the last.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Vault`] while the vault is locked.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        match self.stage {
            Stage::Head => {
                self.stage = Stage::Rows;
                match self.format {
                    ExportFormat::Csv => Ok(Some(csv::header().into_bytes())),
                    ExportFormat::Jsonl => self.page().await,
                }
            }
            Stage::Rows => self.page().await,
            Stage::Over => Ok(None),
        }
    }

    async fn page(&mut self) -> Result<Option<Vec<u8>>, Error> {
        self.query.limit = self.left.map_or(PAGE, |left| left.min(PAGE));
        if self.query.limit == 0 {
            self.stage = Stage::Over;
            return Ok(None);
        }
        let page = self.cx.store().list_runs(&self.query).await?;
        let mut text = String::new();
        for run in &page.runs {
            self.write(&run.id, &mut text).await?;
        }
        if let Some(left) = &mut self.left {
            *left -= self.query.limit;
        }
        if page.next.is_none() {
            self.stage = Stage::Over;
        }
        self.query.before = page.next;
        if text.is_empty() && matches!(self.stage, Stage::Over) {
            return Ok(None);
        }
        Ok(Some(text.into_bytes()))
    }

    async fn write(&mut self, id: &RunId, text: &mut String) -> Result<(), Error> {
        // It may have been removed since the page was read.
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
    /// The run as JSON, searched once more for secrets.
    async fn redact_run(&mut self, cx: &Context, mut run: ToolRun) -> Result<Value, Error> {
        if let Some(schema) = self.schema(cx, &run).await? {
            run.arguments.0 = redact_marked(&run.arguments, schema);
        }
        let secrets = self.secrets(cx, &run.summary.connector).await?;
        let value = serde_json::to_value(&run).unwrap_or_default();
        Ok(secrets.redact(value))
    }

    async fn schema(&mut self, cx: &Context, run: &ToolRun) -> Result<Option<&Value>, Error> {
        let key = (run.summary.connector.clone(), run.summary.tool.clone());
        if !self.schemas.contains_key(&key) {
            let schema = match tools::find_tool(cx, &key.0, &key.1).await {
                Ok(tool) => Some(tool.input_schema.0),
                Err(Error::NotFound { .. }) => None,
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

/// What must not leave of a connector. A vault that only waits for its passphrase is waited for; one that
/// cannot be opened at all does not keep the history from its owner.
async fn secrets_of(cx: &Context, connector: &Connector) -> Result<KnownSecrets, Error> {
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
