//! Support for terminal escape sequences.

/// Whether the terminal interprets escape sequences.
///
/// Enables them on a Windows console, which is possible since Windows 10. If only one of the streams is a console,
/// output stays plain.
#[cfg(windows)]
pub(crate) fn are_supported() -> bool {
    anstyle_query::windows::enable_ansi_colors() == Some(true)
}

#[cfg(not(windows))]
pub(crate) fn are_supported() -> bool {
    std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}
