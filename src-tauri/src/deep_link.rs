//! `patchbay://` links that the system hands to the app.
//!
//! Any program and any web page can send one. A link may finish a sign-in that waits for it, and is then never logged
//! or shown; or it may propose a server, which the user reviews before it is added.

use patchbay_model::{Explain, Problem, Secret};
use patchbay_ops::{Context, Event};
use tauri::{App, AppHandle, Manager};
use tauri_plugin_deep_link::DeepLinkExt;
use url::Url;

use crate::latest::Latest;
use crate::{events, window};

/// Why the latest link was rejected, until the page has shown it: the link may have started the app, before any page
/// could listen.
pub(crate) type RefusedLink = Latest<Problem>;

/// The latest link that proposes a server, until the page has shown it.
pub(crate) type ProposedLink = Latest<Url>;

/// Handles the link that started the app, and all later ones.
pub(crate) fn listen(app: &App) {
    let handle = app.handle().clone();
    app.deep_link().on_open_url(move |event| {
        event
            .urls()
            .iter()
            .for_each(|link| handle_link(&handle, link))
    });
    if let Ok(Some(links)) = app.deep_link().get_current() {
        links
            .iter()
            .for_each(|link| handle_link(app.handle(), link));
    }
}

fn handle_link(app: &AppHandle, link: &Url) {
    window::raise(app);
    if patchbay_ops::is_install_link(link) {
        app.state::<ProposedLink>().set(link.clone());
        return events::send(app, Event::LinkOffered);
    }
    let cx = app.state::<Context>();
    if let Err(error) = patchbay_ops::handle_callback_link(&cx, &Secret::new(link.as_str())) {
        let problem = error.problem();
        tracing::info!(code = problem.code.as_str(), "a link was not followed");
        app.state::<RefusedLink>().set(problem.clone());
        let problem = Box::new(problem);
        events::send(app, Event::LinkRefused { problem });
    }
}

/// Registers the scheme, unless a package did. It runs system programs and waits for them, hence the thread.
#[cfg(any(target_os = "linux", windows))]
pub(crate) fn register(app: &AppHandle) {
    let app = app.clone();
    std::thread::spawn(move || {
        let links = app.deep_link();
        let registered = if is_packaged() {
            // An entry from before the package was installed would be preferred, and its program may be gone.
            links.unregister(SCHEME)
        } else if links.is_registered(SCHEME).unwrap_or(false) && starts_this_program(&app) {
            Ok(())
        } else {
            links.register_all()
        };
        if let Err(error) = registered {
            tracing::warn!(%error, "patchbay:// links could not be registered");
        }
    });
}

#[cfg(any(target_os = "linux", windows))]
const SCHEME: &str = "patchbay";

/// Whether our desktop entry starts the program from where it is now: the plugin looks at the entry's name only.
#[cfg(target_os = "linux")]
fn starts_this_program(app: &AppHandle) -> bool {
    let program = tauri::utils::platform::current_exe();
    let (Ok(program), Ok(data)) = (program, app.path().data_dir()) else {
        return false;
    };
    let name = program.file_name().unwrap_or_default().display();
    let entry = data.join(format!("applications/{name}-handler.desktop"));
    let image = app.env().appimage.map(Into::into);
    let started = image.unwrap_or(program);
    let line = format!("Exec=\"{}\" %u", started.display());
    std::fs::read_to_string(entry).is_ok_and(|entry| entry.lines().any(|it| it == line))
}

/// The plugin compares the whole path.
#[cfg(windows)]
fn starts_this_program(_: &AppHandle) -> bool {
    true
}

/// Whether a system package installed the app: its desktop entry registers the scheme, and an entry of our own would
/// outlive the package.
#[cfg(target_os = "linux")]
fn is_packaged() -> bool {
    std::env::current_exe().is_ok_and(|program| program.starts_with("/usr"))
}

/// The installer's registry entry and ours are the same.
#[cfg(windows)]
fn is_packaged() -> bool {
    false
}

/// The bundle's property list registers the scheme.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn register(_: &AppHandle) {}
