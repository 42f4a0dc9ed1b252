//! Patchbay's desktop app: one window over the verbs of `patchbay-ops`, the tray, and deep links.
//!
//! This crate knows nothing of connectors, credentials and protocols: commands pass arguments in and answers out. Start
//! reading at [`run`], then [`bindings`].

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod allocator;
#[cfg(target_os = "macos")]
mod app_kit;
mod autostart;
mod bindings;
#[cfg(any(target_os = "macos", windows, test))]
mod command_line;
mod commands;
mod deep_link;
mod dialog;
mod events;
mod latest;
#[cfg(target_os = "macos")]
mod menu;
mod needs;
mod notifications;
mod preferences;
mod program_consent;
mod quit;
mod settings_file;
mod title_bar;
mod tray;
mod updater;
mod web_view;
mod window;
mod window_events;

use std::sync::Arc;

use patchbay_model::{Explain, Problem};
use patchbay_ops::{AppPaths, Context, ContextOptions};
use tauri::{App, AppHandle, Manager, RunEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// Runs the app until the user quits it.
pub fn run() {
    patchbay_ops::keep_memory_private();
    patchbay_ops::declare_desktop_app();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    allocator::return_large_blocks();
    start_logging();
    let handler = bindings::builder().invoke_handler();
    let builder = tauri::Builder::default()
        // The first plugin: a second instance ends here and passes its link to the first.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::raise(app);
        }))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(updater::plugin())
        .invoke_handler(handler)
        .on_page_load(window_events::show_when_loaded)
        .on_window_event(window_events::close_to_tray)
        .on_window_event(window_events::offer_dropped_bundle)
        .setup(|app| set_up(app));
    #[expect(
        clippy::expect_used,
        reason = "without a web view no window can show the error"
    )]
    builder
        .build(tauri::generate_context!())
        .expect("the web view starts")
        .run(|app, event| match event {
            RunEvent::Exit => close(app),
            // The window is gone because the store failed to open; the dialog that says so is still shown.
            RunEvent::ExitRequested {
                code: None, api, ..
            } if app.try_state::<Context>().is_none() => api.prevent_exit(),
            #[cfg(target_os = "macos")]
            RunEvent::Reopen { .. } => window::raise(app),
            _ => {}
        });
}

fn set_up(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    let paths = match AppPaths::from_environment() {
        Ok(paths) => paths,
        Err(error) => {
            cannot_start(app, error.problem());
            return Ok(());
        }
    };
    // The store opens while the web view starts; commands of the page wait until this function returns.
    let mut options = ContextOptions::of_system(paths.clone());
    options.can_ask = true;
    options.programs = Arc::new(program_consent::DialogConsent(app.handle().clone()));
    let opening = tauri::async_runtime::spawn(Context::open(options));
    #[cfg(target_os = "macos")]
    {
        menu::make(app.handle())?;
        app_kit::confirm_before_quit(app.handle());
        app_kit::follow_full_screen(app.handle());
    }
    app.handle()
        .plugin(window::state_plugin(app.handle(), &paths))?;
    let missing = web_view::missing();
    if missing.is_none() {
        window::create(app.handle(), &paths)?;
    }
    let cx = match tauri::async_runtime::block_on(opening)? {
        Ok(cx) => {
            match std::env::current_exe() {
                Ok(program) => {
                    cx.set_server_watcher(program);
                    cx.host_sessions_here();
                }
                Err(error) => tracing::warn!(%error, "servers are not watched"),
            }
            cx
        }
        Err(error) => {
            // Its page would call commands that need the store.
            window::discard(app.handle());
            cannot_start(app, error.problem());
            return Ok(());
        }
    };
    app.manage(cx.clone());
    #[cfg(unix)]
    tauri::async_runtime::spawn(quit::quit_at_signals(app.handle().clone()));
    app.manage(deep_link::RefusedLink::default());
    app.manage(deep_link::ProposedLink::default());
    app.manage(commands::bundles::ChosenBundle::default());
    app.manage(events::Subscriber::default());
    app.manage(commands::bundles::DroppedBundle::default());
    events::forward(app.handle(), &cx);
    notifications::watch(app.handle(), &cx);
    needs::follow(app.handle(), &cx);
    updater::offer_updates(app.handle(), &cx);
    tauri::async_runtime::spawn(run_background_tasks(cx));
    deep_link::listen(app);
    if let Some(problem) = missing {
        // Links are otherwise registered once the page is shown; without a page a sign-in can still finish.
        deep_link::register(app.handle());
        cannot_start(app, problem);
    }
    Ok(())
}

/// Does what goes on beside the window for as long as the app runs.
async fn run_background_tasks(cx: Context) {
    let follow_other_processes = async {
        match patchbay_ops::watch_other_processes(&cx).await {
            Ok(following) => following.await,
            Err(error) => tracing::warn!(%error, "other processes cannot be followed"),
        }
    };
    let resume_runs = async {
        if let Err(error) = patchbay_ops::resume_abandoned_runs(&cx).await {
            tracing::warn!(%error, "tasks of an earlier session could not be looked for");
        }
    };
    let intervals = patchbay_ops::CheckIntervals::from_environment();
    tokio::join!(
        patchbay_ops::trim_periodically(&cx),
        follow_other_processes,
        resume_runs,
        patchbay_ops::run_background_checks(&cx, &patchbay_ops::SystemPowerAndNetwork, intervals),
    );
}

/// Shows in a native dialog why the app cannot start, and quits when that is closed.
fn cannot_start(app: &App, problem: Problem) {
    tracing::error!(code = problem.code.as_str(), "{}", problem.message);
    let words = format!(
        "{}\n\nCode: {}",
        dialog::problem_text(&problem),
        problem.code
    );
    let handle = app.handle().clone();
    // Not blocking: the dialog is drawn on this thread.
    app.dialog()
        .message(dialog::message_text(&words))
        .title("Patchbay can't start")
        .kind(MessageDialogKind::Error)
        .show(move |_| handle.exit(1));
}

fn close(app: &AppHandle) {
    if let Some(cx) = app.try_state::<Context>() {
        tauri::async_runtime::block_on(cx.close());
    }
}

/// Logs warnings, or what `PATCHBAY_LOG` selects.
fn start_logging() {
    let filter = std::env::var("PATCHBAY_LOG").unwrap_or_else(|_| "warn".to_owned());
    if patchbay_ops::log_to_stderr(&filter).is_err() {
        // An invalid filter is no reason not to start.
        drop(patchbay_ops::log_to_stderr("warn"));
    }
}
