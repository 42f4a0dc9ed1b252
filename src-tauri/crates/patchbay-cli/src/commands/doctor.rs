//! `patchbay doctor`: checks folders, vault and connectors.

use std::io;
use std::path::Path;
use std::sync::Arc;

use patchbay_model::{Code, Connector, Problem, Status, VaultBackend, VaultState, VaultStatus};
use patchbay_ops::{
    Check, CheckState, CheckStep, DataExposure, Error, Exposure, MAX_CONCURRENT_CHECKS,
    check_connector, check_report, list_connectors, probe_vault, vault_status,
};
use serde::Serialize;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::vault;
use crate::cli::Cli;
use crate::command_hint::{fix_hint, with_command_hint};
use crate::failure::{Failure, detail_lines};
use crate::output::table::Tone;
use crate::output::{Screen, text, when};
use crate::start_log::with_start_log;

/// The result of all checks.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    version: &'static str,
    folders: Vec<Folder>,
    vault: VaultStatus,
    connectors: Vec<Check>,
}

#[derive(Serialize)]
struct Folder {
    name: &'static str,
    path: String,
    /// `None` if it is usable, or will be created when needed.
    problem: Option<Problem>,
}

pub(super) async fn run(cli: &Cli, only: Option<&str>, is_report: bool) -> Result<(), Failure> {
    let connectors = match cli.optional_connector(only).await? {
        Some(connector) => vec![connector],
        None => {
            let connectors = list_connectors(&cli.cx).await?.into_iter();
            let is_on = |connector: &Connector| connector.status.status != Status::Disabled;
            connectors.filter(is_on).collect()
        }
    };
    let (folders, vault) = (folders(cli), check_vault(cli).await);
    let (connectors, unchecked) = checks(cli, connectors).await?;
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        folders,
        vault,
        connectors,
    };
    if is_report {
        print_shareable_report(cli, report.connectors).await?;
        return unchecked.map_or(Ok(()), Err);
    }
    cli.out
        .answer(&report, |screen| render_report(&report, screen))?;
    match first_failure(&report).or(unchecked) {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// Prints the result as text to share. Problems in it don't make the command fail.
async fn print_shareable_report(cli: &Cli, checks: Vec<Check>) -> Result<(), Failure> {
    let steps = checks.into_iter();
    let steps = steps.map(|check| (check.connector.id.clone(), check.steps));
    let report = check_report(&cli.cx, &steps.collect::<Vec<_>>()).await?;
    cli.out
        .answer(&json!({ "report": report }), |_| report.clone())
}

fn folders(cli: &Cli) -> Vec<Folder> {
    let paths = cli.cx.paths();
    let folders = [
        ("data", &paths.data),
        ("settings", &paths.settings),
        ("logs", &paths.logs),
        ("cache", &paths.cache),
    ];
    let mut folders = folders.map(|(name, path)| Folder {
        name,
        path: path.display().to_string(),
        problem: folder_problem(path),
    });
    if let (Some(data), Some(exposure)) = (folders.first_mut(), cli.cx.data_exposure())
        && data.problem.is_none()
    {
        data.problem = Some(exposure_problem(&paths.data, exposure));
    }
    folders.into()
}

/// Who else can read the secrets and the history.
fn exposure_problem(path: &Path, found: &DataExposure) -> Problem {
    let folder = path.display();
    let (message, hint) = match (&found.exposure, found.is_closed) {
        (exposure, true) => (
            format!("{folder}: {exposure}; Patchbay closed it to them"),
            "Check it for files that aren't yours.".to_owned(),
        ),
        (exposure @ Exposure::ForeignOwner { .. }, false) => (
            format!("{folder}: {exposure}"),
            "Take ownership of it, or set PATCHBAY_HOME to a folder you own.".to_owned(),
        ),
        (exposure @ Exposure::OpenToAccounts { .. }, false) => (
            format!("{folder}: {exposure}"),
            "Take their permissions away in the folder's security settings, or set PATCHBAY_HOME to a \
             folder in your profile."
                .to_owned(),
        ),
        (exposure, false) => (
            format!("{folder}: {exposure}"),
            format!("Run `chmod 700 {}`.", text::quote(&folder.to_string())),
        ),
    };
    Problem::new(Code::FileFailed, message).with_hint(hint)
}

fn folder_problem(path: &Path) -> Option<Problem> {
    let message = match std::fs::metadata(path) {
        Ok(found) if !found.is_dir() => "not a folder".to_owned(),
        Ok(_) => format!("not writable ({})", probe_folder(path).err()?),
        Err(error) if error.kind() != io::ErrorKind::NotFound => error.to_string(),
        Err(_) => return None,
    };
    let message = format!("{}: {message}", path.display());
    let hint = "Check the path and permissions.";
    Some(Problem::new(Code::FileFailed, message).with_hint(hint))
}

/// Tests a folder by a file, because permissions don't tell: another user may own it, or the disk may be read-only.
fn probe_folder(folder: &Path) -> io::Result<()> {
    let file = folder.join(format!(".patchbay-doctor-{}", std::process::id()));
    std::fs::File::create_new(&file)?;
    std::fs::remove_file(file)
}

/// Tests the vault by writing and reading a secret, unless it is empty.
async fn check_vault(cli: &Cli) -> VaultStatus {
    let status = vault_status(&cli.cx).await;
    let is_locked =
        status.state == VaultState::Locked && status.backend == Some(VaultBackend::Passphrase);
    if is_locked {
        if let Err(failure) = cli.unlock().await {
            return VaultStatus {
                problem: Some(failure.into_problem()),
                ..status
            };
        }
    } else if status.state != VaultState::Ready {
        return status;
    }
    match probe_vault(&cli.cx).await {
        Ok(status) => status,
        Err(error) => VaultStatus {
            state: VaultState::Unavailable,
            problem: Some(Failure::from(error).into_problem()),
            ..status
        },
    }
}

/// Checks all connectors, a few at a time; the results keep their order. Also returns the failure of one that is off.
async fn checks(
    cli: &Cli,
    connectors: Vec<Connector>,
) -> Result<(Vec<Check>, Option<Failure>), Failure> {
    let mut tasks = JoinSet::new();
    let turns = Arc::new(Semaphore::new(MAX_CONCURRENT_CHECKS));
    for (index, connector) in connectors.into_iter().enumerate() {
        let (cx, stderr, turns) = (cli.cx.clone(), cli.stderr.clone(), Arc::clone(&turns));
        tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            stderr.step(&format!("Checking {} …", connector.title));
            let checking = check_connector(&cx, &connector.id);
            let check = with_start_log(&cx, &stderr, &connector, checking).await;
            (index, check)
        });
    }
    let (mut checks, mut unchecked) = (Vec::new(), None);
    while let Some(joined) = tasks.join_next().await {
        let (index, check) =
            joined.map_err(|error| Failure::internal(format!("a check was lost: {error}")))?;
        match check {
            Ok(check) => checks.push((index, check)),
            Err(error @ Error::SwitchedOff { .. }) => unchecked = Some(error.into()),
            Err(error) => return Err(error.into()),
        }
    }
    cli.stderr.clear();
    checks.sort_by_key(|(index, _)| *index);
    let checks = checks.into_iter().map(|(_, check)| check).collect();
    Ok((checks, unchecked))
}

/// The first problem, which determines the exit code.
fn first_failure(report: &Report) -> Option<Failure> {
    let folders = report
        .folders
        .iter()
        .filter_map(|folder| folder.problem.as_ref());
    // A missing keychain is reported but not a failure while the vault is empty.
    let vault = report.vault.problem.as_ref();
    let vault = vault.filter(|_| report.vault.state != VaultState::Empty);
    folders
        .chain(vault)
        .map(|problem| problem.clone().into())
        .chain(report.connectors.iter().filter_map(failed_step))
        .next()
}

/// The failure of the step that failed.
pub(super) fn failed_step(check: &Check) -> Option<Failure> {
    let mut steps = check.steps.iter();
    steps.find_map(|step| failure_of(step, &check.connector))
}

fn failure_of(step: &CheckStep, connector: &Connector) -> Option<Failure> {
    let problem = step.problem.clone()?;
    let hint = fix_hint(&problem, connector);
    let failure = Failure::from(problem);
    Some(match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    })
}

fn render_report(report: &Report, screen: Screen) -> String {
    let mut words = format!("Patchbay {}\n", report.version);
    for folder in &report.folders {
        let (tone, text) = match &folder.problem {
            Some(problem) => (Tone::Bad, &problem.message),
            None => (Tone::Good, &folder.path),
        };
        words.push_str(&render_item(tone, folder.name, text, screen));
        if let Some(hint) = folder.problem.as_ref().and_then(|it| it.hint.as_deref()) {
            words.push_str(&format!("     {}\n", text::line(hint)));
        }
    }
    let (state, tone) = vault::state(&report.vault);
    let protected = match report.vault.backend {
        Some(_) => format!("{state}, protected by {}", vault::protection(&report.vault)),
        None => format!("{state}, not set up yet"),
    };
    words.push_str(&render_item(tone, "vault", &protected, screen));
    words.push_str(&render_hints(report.vault.problem.as_ref()));
    for check in &report.connectors {
        words.push_str(&format!("\n{}\n", text::line(&check.connector.title)));
        words.push_str(&steps(check, screen));
    }
    words
}

/// Renders the steps of a check, with hints for the failed one.
pub(super) fn steps(check: &Check, screen: Screen) -> String {
    check
        .steps
        .iter()
        .map(|step| render_step(step, &check.connector, screen))
        .collect()
}

fn render_step(step: &CheckStep, connector: &Connector, screen: Screen) -> String {
    let tone = match step.state {
        CheckState::Passed => Tone::Good,
        CheckState::Failed => Tone::Bad,
        CheckState::Skipped => Tone::Faint,
    };
    let duration = step.duration_ms.map(when::duration);
    let text: Vec<_> = [step.note.clone(), duration]
        .into_iter()
        .flatten()
        .collect();
    let line = render_item(tone, step.label(), &text.join(", "), screen);
    let problem = failure_of(step, connector).map(Failure::into_problem);
    line + &render_hints(problem.as_ref())
}

fn render_hints(problem: Option<&Problem>) -> String {
    let Some(problem) = problem.cloned().map(with_command_hint) else {
        return String::new();
    };
    let hint = problem.hint.as_deref().map(text::line);
    let hint = hint
        .map(|hint| format!("     {hint}\n"))
        .unwrap_or_default();
    let output: String = match problem.code {
        Code::ProgramEnded | Code::ProgramNotFound => detail_lines(&problem)
            .iter()
            .map(|line| format!("     {line}\n"))
            .collect(),
        _ => String::new(),
    };
    format!("     {}\n{output}{hint}", text::line(&problem.message))
}

/// A line that starts with a word for its state, because colour must not be the only sign.
fn render_item(tone: Tone, name: &str, text: &str, screen: Screen) -> String {
    let sign = match tone {
        Tone::Good => "ok",
        Tone::Bad | Tone::Warning => "!!",
        Tone::Plain | Tone::Faint => "--",
    };
    let line = format!(
        "{}  {name:<12} {}",
        tone.paint(sign, screen),
        text::line(text)
    );
    format!("{}\n", line.trim_end())
}
