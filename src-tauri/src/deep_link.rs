//! `patchbay://` links that the system hands to the app.
//!
//! Any program and any page can send one: a link can finish a consent that waits for it, and then its text is
//! never logged nor shown; or it can propose a server, which a person looks through before it is added.

use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_model::{Explain, Problem, Secret};
use patchbay_ops::{Context, Event};
use tauri::{App, AppHandle, Manager, Runtime};
use tauri_plugin_deep_link::DeepLinkExt;
use url::Url;

use crate::{events, window};

/// What the latest link brought, until a window has shown it: the app may have been started by that very
/// link, before any window could listen.
pub(crate) struct Latest<T>(Mutex<Option<T>>);

/// Why the latest link was not followed.
pub(crate) type RefusedLink = Latest<Problem>;

/// The latest server that a link proposed.
pub(crate) type ProposedLink = Latest<Url>;

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Latest<T> {
    /// What it brought, once.
    pub(crate) fn take(&self) -> Option<T> {
        self.lock().take()
    }

    fn put(&self, brought: T) {
        *self.lock() = Some(brought);
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens for links, and takes the one that started the app.
pub(crate) fn listen(app: &App) {
    let handle = app.handle().clone();
    app.deep_link()
        .on_open_url(move |event| event.urls().iter().for_each(|link| take(&handle, link)));
    if let Ok(Some(links)) = app.deep_link().get_current() {
        links.iter().for_each(|link| take(app.handle(), link));
    }
}

fn take<R: Runtime>(app: &AppHandle<R>, link: &Url) {
    window::raise(app);
    if patchbay_ops::is_install_link(link) {
        app.state::<ProposedLink>().put(link.clone());
        return events::send(app, Event::LinkOffered);
    }
    let cx = app.state::<Context>();
    if let Err(error) = patchbay_ops::handle_callback_link(&cx, &Secret::new(link.as_str())) {
        let problem = error.problem();
        tracing::info!(code = problem.code.as_str(), "a link was not followed");
        app.state::<RefusedLink>().put(problem.clone());
        let problem = Box::new(problem);
        events::send(app, Event::LinkRefused { problem });
    }
}

/// Makes the scheme ours where no package did. It asks programs of the system and waits for them, so it
/// has a thread of its own.
#[cfg(any(target_os = "linux", windows))]
pub(crate) fn register<R: Runtime>(app: &AppHandle<R>) {
    if is_packaged() {
        return;
    }
    let app = app.clone();
    std::thread::spawn(move || {
        let links = app.deep_link();
        if links.is_registered("patchbay").unwrap_or(false) {
            return;
        }
        if let Err(error) = links.register_all() {
            tracing::warn!(%error, "patchbay:// links could not be registered");
        }
    });
}

/// Whether a package of the system installed us: its desktop entry has the scheme then, and an entry of
/// our own would outlive the package.
#[cfg(target_os = "linux")]
fn is_packaged() -> bool {
    std::env::current_exe().is_ok_and(|program| program.starts_with("/usr"))
}

/// The installer's entry and ours are the same.
#[cfg(windows)]
fn is_packaged() -> bool {
    false
}

/// The bundle's own property list says so.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn register<R: Runtime>(_: &AppHandle<R>) {}
