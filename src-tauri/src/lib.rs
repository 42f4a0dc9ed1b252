//! Patchbay's desktop app: one window over the verbs of `patchbay-ops`, the tray, and deep links.
//!
//! This crate refuses to know connectors, credentials and protocols: commands pass arguments in and
//! answers out. Start reading at [`run`], then [`bindings`].

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
#[cfg(target_os = "macos")]
mod menu;
mod needs;
mod notifications;
mod preferences;
mod program_consent;
mod quit;
mod title_bar;
mod tray;
mod updater;
mod web_view;
mod window;

use std::sync::Arc;

use patchbay_model::{Explain, Problem};
use patchbay_ops::{AppPaths, Context, ContextOptions};
use tauri::{App, AppHandle, Manager, RunEvent, Runtime};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// Runs the app until the user quits it.
pub fn run() {
    patchbay_ops::keep_memory_private();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    allocator::return_large_blocks();
    start_logging();
    let handler = bindings::builder::<tauri::Wry>().invoke_handler();
    let builder = tauri::Builder::default()
        // First of all plugins: a second start ends here and hands its link to the first.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::raise(app);
        }))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(updater::plugin())
        .invoke_handler(handler)
        .on_page_load(window::show_when_loaded)
        .on_window_event(window::close_to_tray)
        .setup(|app| set_up(app));
    #[expect(
        clippy::expect_used,
        reason = "without a web view there is no window in which to say so"
    )]
    builder
        .build(tauri::generate_context!())
        .expect("the web view starts")
        .run(|app, event| match event {
            RunEvent::Exit => close(app),
            // The window is gone because there is no store; the words that say so are still shown.
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
    // The store opens while the web view starts; nothing of the page is heard before this returns.
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
            // Its page would ask for a store that is not there.
            window::discard(app.handle());
            cannot_start(app, error.problem());
            return Ok(());
        }
    };
    app.manage(cx.clone());
    app.manage(deep_link::RefusedLink::default());
    app.manage(deep_link::ProposedLink::default());
    app.manage(commands::bundles::ChosenBundle::default());
    app.manage(events::Subscriber::default());
    events::forward(app.handle(), &cx);
    let trimming = cx.clone();
    tauri::async_runtime::spawn(async move { patchbay_ops::trim_periodically(&trimming).await });
    let following = cx.clone();
    tauri::async_runtime::spawn(async move { follow_other_processes(&following).await });
    let left = cx.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = patchbay_ops::resume_abandoned_runs(&left).await {
            tracing::warn!(%error, "tasks of an earlier session could not be looked for");
        }
    });
    notifications::watch(app.handle(), &cx);
    needs::follow(app.handle(), &cx);
    updater::offer_updates(app.handle(), &cx);
    tauri::async_runtime::spawn(async move {
        let system = patchbay_ops::SystemPowerAndNetwork;
        let intervals = patchbay_ops::CheckIntervals::from_environment();
        patchbay_ops::run_background_checks(&cx, &system, intervals).await;
    });
    deep_link::listen(app);
    if let Some(problem) = missing {
        // No page will be shown, which is what links wait for otherwise: a sign-in can still come back.
        deep_link::register(app.handle());
        cannot_start(app, problem);
    }
    Ok(())
}

/// Hears what the command line changes, for as long as the app runs.
async fn follow_other_processes(cx: &Context) {
    match patchbay_ops::watch_other_processes(cx).await {
        Ok(following) => following.await,
        Err(error) => tracing::warn!(%error, "other processes cannot be followed"),
    }
}

/// Says why Patchbay cannot start, in a window of the system's own, and ends it when that is closed.
fn cannot_start(app: &App, problem: Problem) {
    tracing::error!(code = problem.code.as_str(), "{}", problem.message);
    let hint = problem.hint.unwrap_or_default();
    let words = format!("{}.\n\n{hint}\n\nCode: {}", problem.message, problem.code);
    let handle = app.handle().clone();
    // Waiting for the answer here would keep the window from being drawn: both want this thread.
    app.dialog()
        .message(dialog::message_text(&words))
        .title("Patchbay can't start")
        .kind(MessageDialogKind::Error)
        .show(move |_| handle.exit(1));
}

fn close<R: Runtime>(app: &AppHandle<R>) {
    if let Some(cx) = app.try_state::<Context>() {
        tauri::async_runtime::block_on(cx.close());
    }
}

/// Warnings are logged, or what `PATCHBAY_LOG` asks for.
fn start_logging() {
    let filter = std::env::var("PATCHBAY_LOG").unwrap_or_else(|_| "warn".to_owned());
    if patchbay_ops::log_to_stderr(&filter).is_err() {
        // A filter that cannot be understood is no reason not to start.
        drop(patchbay_ops::log_to_stderr("warn"));
    }
}
