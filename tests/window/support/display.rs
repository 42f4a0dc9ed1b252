//! The X display of the window, as a window manager sees it.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, EventMask, InputFocus,
    KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MapState, PropMode, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Position and size of a window in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) x: i16,
    pub(crate) y: i16,
    pub(crate) width: u16,
    pub(crate) height: u16,
}

/// The size of the display, in pixels.
pub(crate) fn size() -> (u16, u16) {
    let (display, screen) = x11rb::connect(None).expect("the display answers");
    let screen = &display.setup().roots[screen];
    (screen.width_in_pixels, screen.height_in_pixels)
}

/// Position and size of the app's window; `None` while it is hidden.
pub(crate) fn bounds() -> Option<Bounds> {
    let (display, root) = connect();
    let window = shown(&display, root)?;
    let geometry = display.get_geometry(window).ok()?.reply().ok()?;
    Some(Bounds {
        x: geometry.x,
        y: geometry.y,
        width: geometry.width,
        height: geometry.height,
    })
}

/// Moves and resizes the app's window, as dragging does.
pub(crate) fn move_window(bounds: Bounds) {
    let (display, root) = connect();
    let window = shown(&display, root).expect("a window is shown");
    let there = ConfigureWindowAux::new()
        .x(i32::from(bounds.x))
        .y(i32::from(bounds.y))
        .width(u32::from(bounds.width))
        .height(u32::from(bounds.height));
    display
        .configure_window(window, &there)
        .expect("the display answers")
        .check()
        .expect("the window moves");
}

/// Maximizes the app's window, as a window manager does.
pub(crate) fn maximise() {
    let (display, root) = connect();
    let window = shown(&display, root).expect("a window is shown");
    let [state, wide, high] = maximised_atoms(&display);
    display
        .change_property32(
            PropMode::REPLACE,
            window,
            state,
            AtomEnum::ATOM,
            &[wide, high],
        )
        .expect("the display answers")
        .check()
        .expect("the window is told");
}

/// Whether the app's window is maximized, or asks the window manager to be.
pub(crate) fn is_maximised() -> bool {
    let (display, root) = connect();
    let Some(window) = shown(&display, root) else {
        return false;
    };
    let [state, wide, high] = maximised_atoms(&display);
    [wide, high]
        .into_iter()
        .all(|atom| lists(&display, window, state, atom))
}

fn maximised_atoms(display: &RustConnection) -> [u32; 3] {
    [
        "_NET_WM_STATE",
        "_NET_WM_STATE_MAXIMIZED_HORZ",
        "_NET_WM_STATE_MAXIMIZED_VERT",
    ]
    .map(|name| atom(display, name))
}

/// Asks every window to close, as the close button does.
pub(crate) fn ask_to_close() {
    let (display, root) = connect();
    let [protocols, close] = closing_atoms(&display);
    for window in windows(&display, root) {
        if lists(&display, window, protocols, close) {
            // A window may be gone since it was listed.
            send_close(&display, window);
        }
    }
}

/// Whether the display took the message.
fn send_close(display: &RustConnection, window: Window) -> bool {
    let [protocols, close] = closing_atoms(display);
    let data = [close, x11rb::CURRENT_TIME, 0, 0, 0];
    let message = ClientMessageEvent::new(32, window, protocols, data);
    let sent = display.send_event(false, window, EventMask::NO_EVENT, message);
    // Waits until the display has processed the message: when a client disconnects at once, about half of them are
    // lost.
    sent.is_ok_and(|sent| sent.check().is_ok())
}

fn closing_atoms(display: &RustConnection) -> [u32; 2] {
    ["WM_PROTOCOLS", "WM_DELETE_WINDOW"].map(|name| atom(display, name))
}

/// Closes the system dialog with this title; returns whether there was one.
pub(crate) fn close_dialog(title: &str) -> bool {
    let (display, root) = connect();
    dialog(&display, root, title).is_some_and(|dialog| send_close(&display, dialog))
}

/// Whether no dialog of the system has this title.
pub(crate) fn is_dialog_gone(title: &str) -> bool {
    let (display, root) = connect();
    dialog(&display, root, title).is_none()
}

/// A key of the keyboard, by its code on every PC.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Tab = 23,
    Space = 65,
}

/// Presses keys in the dialog of the system with this title; whether there was one.
pub(crate) fn press_in_dialog(title: &str, keys: &[Key]) -> bool {
    let (display, root) = connect();
    let Some(dialog) = dialog(&display, root, title) else {
        return false;
    };
    // Without a window manager nobody else gives it the keyboard.
    let given = display.set_input_focus(InputFocus::PARENT, dialog, x11rb::CURRENT_TIME);
    if given.is_err() || given.is_ok_and(|given| given.check().is_err()) {
        return false;
    }
    for key in keys {
        for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            display
                .xtest_fake_input(kind, *key as u8, x11rb::CURRENT_TIME, root, 0, 0, 0)
                .expect("the display answers")
                .check()
                .expect("a key is pressed");
        }
    }
    true
}

fn dialog(display: &RustConnection, root: Window, title: &str) -> Option<Window> {
    windows(display, root).into_iter().find(|window| {
        let known = display.get_property(false, *window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 256);
        let named = known.ok().and_then(|known| known.reply().ok());
        named.is_some_and(|named| named.value == title.as_bytes())
    })
}

/// The display, and its root window.
fn connect() -> (RustConnection, Window) {
    let (display, screen) = x11rb::connect(None).expect("the display answers");
    let root = display.setup().roots[screen].root;
    (display, root)
}

fn windows(display: &RustConnection, root: Window) -> Vec<Window> {
    let tree = display.query_tree(root).expect("the display answers");
    tree.reply().expect("the windows").children
}

/// The window that is shown and wants to be asked before it closes.
fn shown(display: &RustConnection, root: Window) -> Option<Window> {
    let [protocols, close] = closing_atoms(display);
    windows(display, root).into_iter().find(|window| {
        let known = display.get_window_attributes(*window);
        let attributes = known.ok().and_then(|known| known.reply().ok());
        attributes.is_some_and(|one| one.map_state == MapState::VIEWABLE)
            && lists(display, *window, protocols, close)
    })
}

/// Whether a list that a window carries holds `atom`.
fn lists(display: &RustConnection, window: Window, property: u32, atom: u32) -> bool {
    // Windows come and go while they are looked at.
    let known = display.get_property(false, window, property, AtomEnum::ATOM, 0, 32);
    let listed = known.ok().and_then(|known| known.reply().ok());
    listed
        .and_then(|listed| Some(listed.value32()?.any(|one| one == atom)))
        .unwrap_or(false)
}

fn atom(display: &RustConnection, name: &str) -> u32 {
    let known = display.intern_atom(false, name.as_bytes());
    known
        .expect("the display answers")
        .reply()
        .expect("an atom")
        .atom
}
