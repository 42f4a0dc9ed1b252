//! Escape sequences: colours, and a line that is written over.

/// Whether a terminal here reads them.
///
/// The console of Windows shows them as letters until it is asked to read them, which those before Windows 10
/// cannot. Where only one of both streams is a console it is not asked, and words come plain.
#[cfg(windows)]
pub(crate) fn are_read() -> bool {
    anstyle_query::windows::enable_ansi_colors() == Some(true)
}

/// Whether a terminal here reads them.
#[cfg(not(windows))]
pub(crate) fn are_read() -> bool {
    true
}
