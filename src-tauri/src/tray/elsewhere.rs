//! Windows and macOS always have a tray.

pub(super) const fn can_be_made() -> bool {
    true
}

pub(super) fn is_shown() -> std::future::Ready<bool> {
    std::future::ready(true)
}
