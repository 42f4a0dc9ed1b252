//! Source: freedesktop.org, "Desktop Notifications Specification".

use std::collections::HashMap;

use parking_lot::Mutex;
use tauri::{AppHandle, Manager};
use zbus::MatchRule;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::{Message, Type};
use zbus::zvariant::Value;

use super::Notice;

const NAME: &str = "org.freedesktop.Notifications";

/// The shown notifications, and the connection that showed them, which receives their clicks.
struct ShownNotifications {
    bus: Connection,
    /// The page of each notification, by the id that the desktop assigned.
    pages: Mutex<HashMap<u32, Option<String>>>,
}

pub(super) fn show(app: &AppHandle, notice: &Notice) -> zbus::Result<()> {
    if app.try_state::<ShownNotifications>().is_none() {
        let bus = Connection::session()?;
        let is_first = app.manage(ShownNotifications {
            bus: bus.clone(),
            pages: Mutex::default(),
        });
        if is_first {
            listen_for_clicks(app, &bus)?;
        }
    }
    let shown = app.state::<ShownNotifications>();
    // The `default` action is a click on the notification itself.
    let actions: &[&str] = &["default", "Open"];
    let hints = HashMap::from([("desktop-entry", Value::from("Patchbay"))]);
    let (replaces, default_timeout) = (0_u32, -1_i32);
    // Locked until the id is stored, because a click may arrive at once on another thread.
    let mut pages = shown.pages.lock();
    let reply = shown.bus.call_method(
        Some(NAME),
        "/org/freedesktop/Notifications",
        Some(NAME),
        "Notify",
        &(
            "Patchbay",
            replaces,
            "patchbay-desktop",
            notice.title.as_str(),
            without_markup(&notice.words),
            actions,
            hints,
            default_timeout,
        ),
    )?;
    let id: u32 = reply.body().deserialize()?;
    pages.insert(id, notice.page.clone());
    Ok(())
}

/// Handles clicks for as long as the app runs.
fn listen_for_clicks(app: &AppHandle, bus: &Connection) -> zbus::Result<()> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(NAME)?
        .build();
    let signals = MessageIterator::for_match_rule(rule, bus, None)?;
    let app = app.clone();
    std::thread::spawn(move || {
        for signal in signals.flatten() {
            // A malformed signal is not a click.
            drop(handle_signal(&app, &signal));
        }
    });
    Ok(())
}

fn handle_signal(app: &AppHandle, signal: &Message) -> zbus::Result<()> {
    let shown = app.state::<ShownNotifications>();
    let header = signal.header();
    let body = signal.body();
    match header.member().map(|member| member.as_str()) {
        Some("ActionInvoked") => {
            let (id, _): (u32, &str) = body.deserialize()?;
            let page = shown.pages.lock().get(&id).cloned();
            if let Some(page) = page {
                super::open_page(app, page.as_deref());
            }
        }
        Some("NotificationClosed") => {
            let (id, _): (u32, u32) = body.deserialize()?;
            shown.pages.lock().remove(&id);
        }
        _ => {}
    }
    Ok(())
}

/// Escapes markup: the body of a notification may contain links and images.
fn without_markup(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_no_markup() {
        let shown = without_markup(r#"<a href="x">R&D</a>"#);
        assert_eq!(shown, r#"&lt;a href="x"&gt;R&amp;D&lt;/a&gt;"#);
    }
}
