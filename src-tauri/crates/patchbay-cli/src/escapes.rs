//! Escape sequences: colours, and a line that is written over.

/// Whether the terminal interprets escape sequences.
///
/// A Windows console has to be switched to them, which it can be since Windows 10. That is not tried where only one of
/// both streams is a console; output is plain then.
#[cfg(windows)]
pub(crate) fn are_supported() -> bool {
    anstyle_query::windows::enable_ansi_colors() == Some(true)
}

/// Whether a terminal here reads them.
#[cfg(not(windows))]
pub(crate) fn are_supported() -> bool {
    true
}
