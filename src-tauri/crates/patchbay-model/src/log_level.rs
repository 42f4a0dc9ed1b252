//! Severity of log messages.

word_enum! {
    /// Severity of a log message, least severe first.
    ///
    /// Source: MCP 2025-11-25 and 2026-07-28, "Logging"; RFC 5424.
    LogLevel {
        /// For developers of the server.
        Debug = "debug",
        /// Normal operation.
        Info = "info",
        /// Normal but significant.
        Notice = "notice",
        /// May become an error.
        Warning = "warning",
        /// A failed operation.
        Error = "error",
        /// A component does not work.
        Critical = "critical",
        /// Needs action immediately.
        Alert = "alert",
        /// The whole system is unusable.
        Emergency = "emergency",
    }
}

impl Default for LogLevel {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl LogLevel {
    /// The level that servers are asked for. Without one they log everything or nothing.
    pub const DEFAULT: Self = Self::Info;

    /// Whether it is the default.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Parses the level at the start of a log line, as in `[warning] db: …`.
    pub fn of_line(line: &str) -> Option<Self> {
        let (word, _) = line.strip_prefix('[')?.split_once("] ")?;
        Self::from_word(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_with_its_level_or_has_none() {
        assert!(LogLevel::ALL.is_sorted());
        for level in LogLevel::ALL {
            let line = format!("[{}] db: slow", level.as_str());
            assert_eq!(LogLevel::of_line(&line), Some(level));
        }
        for line in ["db: slow", "[loud] db", "[info]", "info] x", ""] {
            assert_eq!(LogLevel::of_line(line), None, "{line}");
        }
    }
}
