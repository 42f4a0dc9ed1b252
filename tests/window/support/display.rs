//! The X display on which the window lies, as a window manager sees it.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, Window,
};
use x11rb::rust_connection::RustConnection;

/// Asks every window that can be asked to close itself, as pressing the close button does.
pub(crate) fn ask_to_close() {
    let (display, screen) = x11rb::connect(None).expect("the display answers");
    let root = display.setup().roots[screen].root;
    let protocols = atom(&display, "WM_PROTOCOLS");
    let close = atom(&display, "WM_DELETE_WINDOW");
    let tree = display.query_tree(root).expect("the display answers");
    let windows = tree.reply().expect("the windows").children;
    for window in windows {
        if !listens(&display, window, protocols, close) {
            continue;
        }
        let message =
            ClientMessageEvent::new(32, window, protocols, [close, x11rb::CURRENT_TIME, 0, 0, 0]);
        // Waits until the display has passed it on. What a client leaves unread when it hangs up is thrown
        // away: sent and left at once, about every second message never came.
        display
            .send_event(false, window, EventMask::NO_EVENT, message)
            .expect("the display takes a message")
            .check()
            // A window may have gone since it was listed.
            .ok();
    }
}

/// Whether a window is shown and wants to be asked before it closes.
fn listens(display: &RustConnection, window: Window, protocols: u32, close: u32) -> bool {
    // Windows come and go while they are looked at.
    let known = display.get_property(false, window, protocols, AtomEnum::ATOM, 0, 32);
    let listed = known.ok().and_then(|known| known.reply().ok());
    listed
        .and_then(|listed| Some(listed.value32()?.any(|atom| atom == close)))
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
