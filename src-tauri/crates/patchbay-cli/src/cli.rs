//! The context of a command: the open Patchbay, its output and its settings.

use std::path::Path;
use std::sync::Arc;

use patchbay_model::{Account, Connector, RunId, SecretReference, Timestamp};
use patchbay_ops::{
    AppPaths, BrowserUrl, Clock as _, Context, ContextOptions, Error, OpenBrowser, SystemClock,
    list_connectors, resolve_account, resolve_connector, resolve_run, view_connector,
};
use serde::Serialize;

use crate::args::Settings;
use crate::command_hint::name_as_given;
use crate::failure::Failure;
use crate::output::table::{Cell, Table};
use crate::output::{Output, Screen};
use crate::program_consent::TerminalConsent;
use crate::prompt;
use crate::stderr::Stderr;

pub(crate) struct Cli {
    pub(crate) cx: Context,
    pub(crate) out: Output,
    pub(crate) stderr: Stderr,
    pub(crate) settings: Settings,
}

impl Cli {
    /// Opens the data folders and the database. Pages are opened in a browser only if `opens_browser`.
    pub(crate) async fn open(
        settings: Settings,
        allowed_programs: Vec<SecretReference>,
        allows_server: bool,
        opens_browser: bool,
    ) -> Result<Self, Failure> {
        if settings.no_input {
            prompt::disable();
        }
        let stderr = Stderr::new(settings.quiet, settings.json);
        let mut options = ContextOptions::of_system(AppPaths::from_environment()?);
        if !opens_browser {
            options.browser = Arc::new(NoBrowser);
        }
        options.can_ask = prompt::is_interactive();
        options.programs = Arc::new(TerminalConsent {
            allowed: allowed_programs,
            allows_server,
            stderr: stderr.clone(),
        });
        let cx = Context::open(options).await?;
        // Without its own path the process cannot start a watcher, but still ends its servers when it exits.
        if let Ok(program) = std::env::current_exe() {
            cx.set_server_watcher(program.clone());
            if !settings.own_session {
                cx.set_session_host(program);
            }
        }
        Ok(Self {
            cx,
            out: Output::new(settings.json),
            stderr,
            settings,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// Whether the user can be prompted.
    pub(crate) fn is_interactive(&self) -> bool {
        prompt::is_interactive()
    }

    pub(crate) fn is_json(&self) -> bool {
        self.settings.json
    }

    pub(crate) fn assume_yes(&self) -> bool {
        self.settings.yes
    }

    /// Resolves an account by name or id.
    pub(crate) async fn account(&self, text: &str) -> Result<Account, Failure> {
        Ok(resolve_account(&self.cx, text).await?)
    }

    pub(crate) async fn optional_account(
        &self,
        text: Option<&str>,
    ) -> Result<Option<Account>, Failure> {
        match text {
            Some(text) => self.account(text).await.map(Some),
            None => Ok(None),
        }
    }

    /// Resolves a connector by short name, `ACCOUNT/NAME` or id.
    pub(crate) async fn connector(&self, text: &str) -> Result<Connector, Failure> {
        let connector = resolve_connector(&self.cx, text).await?;
        name_as_given(&connector, text);
        Ok(connector)
    }

    /// Resolves a run by id, or the newest one by `latest`.
    pub(crate) async fn run_id(&self, text: &str) -> Result<RunId, Failure> {
        Ok(resolve_run(&self.cx, text).await?)
    }

    pub(crate) async fn optional_connector(
        &self,
        text: Option<&str>,
    ) -> Result<Option<Connector>, Failure> {
        match text {
            Some(text) => self.connector(text).await.map(Some),
            None => Ok(None),
        }
    }

    /// Resolves a connector, and unlocks the vault if it needs secrets.
    pub(crate) async fn unlocked_connector(&self, text: &str) -> Result<Connector, Failure> {
        let connector = self.connector(text).await?;
        self.unlock_for(&connector).await?;
        Ok(connector)
    }

    /// The title of a connector, with its short name if others have the same title.
    pub(crate) async fn label(&self, connector: &Connector) -> Result<String, Failure> {
        let all = list_connectors(&self.cx).await?;
        let mut others = all.iter().filter(|one| one.id != connector.id);
        let (title, name) = (&connector.title, &connector.name);
        Ok(match others.any(|one| one.title == *title) {
            true => format!("{title} ({name})"),
            false => title.clone(),
        })
    }

    /// Prints a message on standard error, unless `--quiet` is given.
    pub(crate) fn say(&self, line: impl AsRef<str>) {
        self.stderr.say(line.as_ref());
    }

    /// Says that something was done; with `--json`, outputs `value`.
    pub(crate) fn print_done<T: Serialize + ?Sized>(
        &self,
        message: impl AsRef<str>,
        value: &T,
    ) -> Result<(), Failure> {
        self.say(message);
        self.out.json_only(value)
    }

    /// Outputs a state. With `--quiet`, the state after a change is output as JSON only.
    pub(crate) fn print_state<T: Serialize + ?Sized>(
        &self,
        is_changed: bool,
        value: &T,
        words: impl FnOnce(Screen) -> String,
    ) -> Result<(), Failure> {
        match is_changed && self.settings.quiet {
            true => self.out.json_only(value),
            false => self.out.answer(value, words),
        }
    }

    /// Outputs a table or a JSON array; says `if_empty` if there are no items.
    pub(crate) fn print_table<T: Serialize, const N: usize>(
        &self,
        items: &[T],
        if_empty: &str,
        heads: [&'static str; N],
        row: impl Fn(&T) -> [Cell; N],
    ) -> Result<(), Failure> {
        if items.is_empty() {
            self.say(if_empty);
            return self.out.json_only(items);
        }
        self.out.answer(items, |screen| {
            Table::new(heads, items.iter().map(row)).render(screen)
        })
    }

    /// Outputs a connector as `words`, or as JSON together with its next action.
    pub(crate) async fn print_connector(
        &self,
        connector: Connector,
        words: impl FnOnce(&Connector, Screen) -> String,
    ) -> Result<(), Failure> {
        let view = view_connector(&self.cx, connector).await?;
        self.out.answer(&view, |screen| words(&view, screen))
    }

    /// Asks for confirmation, unless `--yes` is given.
    ///
    /// # Errors
    /// `otherwise` if the user can't be prompted; [`Failure::cancelled`] if the answer is no.
    pub(crate) fn confirm(&self, question: &str, otherwise: Failure) -> Result<(), Failure> {
        if !self.assume_yes() && !self.is_interactive() {
            return Err(otherwise);
        }
        match self.confirm_optional(question)? {
            true => Ok(()),
            false => Err(Failure::cancelled()),
        }
    }

    /// Asks for confirmation to replace a file, if there is one.
    pub(crate) fn confirm_replace(&self, path: &Path) -> Result<(), Failure> {
        if !path.is_file() {
            return Ok(());
        }
        let path = path.display();
        let needed = Error::ConfirmationNeeded {
            what: format!("Replacing {path}"),
        };
        self.confirm(&format!("Replace {path}?"), needed.into())
    }

    /// Asks whether to accept an offer. The answer is yes with `--yes`, and no if the user can't be prompted.
    pub(crate) fn confirm_optional(&self, question: &str) -> Result<bool, Failure> {
        if self.assume_yes() || !self.is_interactive() {
            return Ok(self.assume_yes());
        }
        self.stderr.clear();
        prompt::confirm(question)
    }
}

/// Opens nothing: the command prints the link.
struct NoBrowser;

impl OpenBrowser for NoBrowser {
    fn open(&self, _page: &BrowserUrl) -> std::io::Result<()> {
        Ok(())
    }
}
