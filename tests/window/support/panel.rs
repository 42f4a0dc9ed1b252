//! A desktop's panel: it shows the tray and its menu, and hears the notifications.

use std::collections::HashMap;
use std::sync::mpsc::{self, Receiver, Sender};

use zbus::blocking::{Connection, Proxy, connection};
use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{fdo, interface};

use super::harness::TIMEOUT;

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";

/// The id of each notification: a journey looks at one at a time.
const NOTICE: u32 = 1;

/// A panel on the session bus; it goes when dropped.
pub(crate) struct Panel {
    bus: Connection,
    items: Receiver<Item>,
    notices: Receiver<Notice>,
}

/// The tray of a program.
pub(crate) struct Tray<'a> {
    menu: Proxy<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) words: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    id: i32,
    pub(crate) words: String,
    /// Whether it is ticked.
    pub(crate) on: bool,
}

struct Item {
    program: String,
    path: String,
}

/// A menu as it goes over the bus: its revision; id, properties and children of its root.
type Layout = (u32, (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>));

impl Panel {
    /// Puts a panel on the session bus, where there must be none.
    pub(crate) fn open() -> Self {
        let (items_to, items) = mpsc::channel();
        let (notices_to, notices) = mpsc::channel();
        let bus = connection::Builder::session()
            .and_then(|bus| bus.serve_at("/StatusNotifierWatcher", Watcher(items_to)))
            .and_then(|bus| bus.serve_at(NOTIFICATIONS_PATH, Notifier(notices_to)))
            .and_then(|bus| bus.name("org.kde.StatusNotifierWatcher"))
            .and_then(|bus| bus.name(NOTIFICATIONS))
            .and_then(connection::Builder::build)
            .expect("a panel");
        Self {
            bus,
            items,
            notices,
        }
    }

    /// Ends the panel, as one that crashed.
    pub(crate) fn end(self) {
        self.bus.close().expect("the bus hears of it");
    }

    /// The tray of the program that is started meanwhile.
    pub(crate) fn tray(&self) -> Tray<'_> {
        let Item { program, path } = self.items.recv_timeout(TIMEOUT).expect("a tray");
        let proxy = |path: String, interface: &'static str| {
            Proxy::new(&self.bus, program.clone(), path, interface).expect("an object of the tray")
        };
        let item = proxy(path, "org.kde.StatusNotifierItem");
        let menu: OwnedObjectPath = item.get_property("Menu").expect("a menu");
        Tray {
            menu: proxy(menu.to_string(), "com.canonical.dbusmenu"),
        }
    }

    /// Clicks the notification that was shown last.
    pub(crate) fn click_notice(&self) {
        let click = (NOTICE, "default");
        self.bus
            .emit_signal(
                None::<&str>,
                NOTIFICATIONS_PATH,
                NOTIFICATIONS,
                "ActionInvoked",
                &click,
            )
            .expect("a click");
    }

    /// The next notification, within the time that a journey waits.
    pub(crate) fn notice(&self) -> Notice {
        self.notices.recv_timeout(TIMEOUT).expect("a notification")
    }

    /// Whether nothing was notified that was not taken.
    pub(crate) fn is_quiet(&self) -> bool {
        self.notices.try_recv().is_err()
    }
}

impl Tray<'_> {
    /// The menu as it is now, without its separators.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let all: &[&str] = &[];
        let (_, (_, _, children)): Layout = self
            .menu
            .call("GetLayout", &(0_i32, -1_i32, all))
            .expect("a layout");
        children.into_iter().filter_map(line).collect()
    }

    /// Presses the line with these words.
    pub(crate) fn press(&self, words: &str) {
        let lines = self.lines();
        let line = lines.iter().find(|line| line.words == words);
        let id = line.unwrap_or_else(|| panic!("no {words} in {lines:?}")).id;
        let event = (id, "clicked", Value::from(0_i32), 0_u32);
        let pressed: zbus::Result<()> = self.menu.call("Event", &event);
        pressed.expect("a press");
    }
}

fn line(child: OwnedValue) -> Option<Line> {
    type Child = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
    let (id, properties, _): Child = child.try_into().expect("a line of a menu");
    let text = |name: &str| properties.get(name)?.downcast_ref::<String>().ok();
    let state = properties
        .get("toggle-state")
        .and_then(|state| state.downcast_ref::<i32>().ok());
    Some(Line {
        id,
        words: text("label")?,
        on: state == Some(1),
    })
}

struct Watcher(Sender<Item>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// A path of the caller's, or the name of a service.
    fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: Header<'_>,
    ) -> fdo::Result<()> {
        let path = match service.starts_with('/') {
            true => service,
            false => "/StatusNotifierItem".to_owned(),
        };
        let program = header.sender().map(ToString::to_string);
        let program = program.ok_or_else(|| fdo::Error::Failed("nobody asks".to_owned()))?;
        self.0.send(Item { program, path }).ok();
        Ok(())
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

struct Notifier(Sender<Notice>);

#[interface(name = "org.freedesktop.Notifications")]
impl Notifier {
    #[expect(
        clippy::too_many_arguments,
        reason = "the desktop notifications specification has as many"
    )]
    fn notify(
        &self,
        _program: String,
        _replaces: u32,
        _icon: String,
        title: String,
        words: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let is_clickable = actions.iter().any(|action| action == "default");
        assert!(is_clickable, "{title} leads nowhere");
        self.0.send(Notice { title, words }).ok();
        NOTICE
    }
}
