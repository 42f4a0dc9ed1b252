//! What every command works with.

use std::sync::Arc;

use patchbay_model::{Connector, SecretReference, Timestamp};
use patchbay_ops::{
    AppPaths, BrowserUrl, Clock as _, Context, ContextOptions, OpenBrowser, SystemClock,
    resolve_connector, view_connector,
};

use crate::args::Settings;
use crate::failure::Failure;
use crate::output::{Output, Screen};
use crate::program_consent::TerminalConsent;
use crate::prompt;
use crate::secret_source::SecretReader;
use crate::stderr::Stderr;

/// The open Patchbay, and the terminal in front of it.
pub(crate) struct Cli {
    pub(crate) cx: Context,
    pub(crate) out: Output,
    pub(crate) stderr: Stderr,
    settings: Settings,
}

impl Cli {
    /// Opens Patchbay. Pages are opened in a browser only if the command is meant to do so.
    ///
    /// # Errors
    /// When the folders or the database cannot be used.
    pub(crate) async fn open(
        settings: Settings,
        allowed_programs: Vec<SecretReference>,
        allows_server: bool,
        opens_browser: bool,
    ) -> Result<Self, Failure> {
        let stderr = Stderr::new(settings.quiet);
        let mut options = ContextOptions::of_system(AppPaths::from_environment()?);
        if !opens_browser {
            options.browser = Arc::new(NoBrowser);
        }
        options.can_ask = prompt::is_interactive(settings.no_input);
        options.programs = Arc::new(TerminalConsent {
            allowed: allowed_programs,
            allows_server,
            no_input: settings.no_input,
            stderr: stderr.clone(),
        });
        let cx = Context::open(options).await?;
        // Without our own path there is no watcher; servers are still ended while we run.
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

    /// Whether somebody is there to be asked.
    pub(crate) fn is_interactive(&self) -> bool {
        prompt::is_interactive(self.settings.no_input)
    }

    /// Whether the answer is to be one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.settings.json
    }

    /// Whether every question is answered with yes.
    pub(crate) fn assume_yes(&self) -> bool {
        self.settings.yes
    }

    pub(crate) fn secrets(&self) -> SecretReader<'_> {
        SecretReader {
            cx: &self.cx,
            no_input: self.settings.no_input,
        }
    }

    /// The connector that the user means.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub(crate) async fn connector(&self, text: &str) -> Result<Connector, Failure> {
        Ok(resolve_connector(&self.cx, text).await?)
    }

    /// Answers with a connector: as these words, or as JSON with what helps it on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) async fn print_connector(
        &self,
        connector: Connector,
        words: impl FnOnce(&Connector, Screen) -> String,
    ) -> Result<(), Failure> {
        let view = view_connector(&self.cx, connector).await?;
        self.out.answer(&view, |screen| words(&view, screen))
    }

    /// Whether to go ahead: `--yes` says so, or the person at the terminal does.
    ///
    /// # Errors
    /// `otherwise` when nobody can be asked; cancelled when the answer is no.
    pub(crate) fn confirm(&self, question: &str, otherwise: Failure) -> Result<(), Failure> {
        if !self.assume_yes() && !self.is_interactive() {
            return Err(otherwise);
        }
        match self.confirm_optional(question)? {
            true => Ok(()),
            false => Err(Failure::cancelled()),
        }
    }

    /// Whether to accept an offer: by `--yes`, or by the person at the terminal. If nobody can be asked the answer is
    /// no.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    pub(crate) fn confirm_optional(&self, question: &str) -> Result<bool, Failure> {
        if self.assume_yes() || !self.is_interactive() {
            return Ok(self.assume_yes());
        }
        self.stderr.clear();
        prompt::confirm(question)
    }
}

/// Opens nothing: the user copies the link.
struct NoBrowser;

impl OpenBrowser for NoBrowser {
    fn open(&self, _page: &BrowserUrl) -> std::io::Result<()> {
        Ok(())
    }
}
