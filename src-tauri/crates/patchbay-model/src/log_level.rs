//! How much a message of a server's log matters.

/// How much a message matters, the least first.
///
/// Source: MCP 2025-11-25 and 2026-07-28, "Logging"; RFC 5424.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For whoever develops the server.
    Debug,
    /// What happens.
    Info,
    /// What happens seldom, and is well.
    Notice,
    /// What may become an error.
    Warning,
    /// What failed.
    Error,
    /// What keeps a part from working.
    Critical,
    /// What a person has to see to at once.
    Alert,
    /// What keeps all of it from working.
    Emergency,
}

impl LogLevel {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// Its word in the protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }

    /// The level of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }

    /// The level that a line of a log begins with, as in `[warning] db: …`.
    pub fn of_line(line: &str) -> Option<Self> {
        let (word, _) = line.strip_prefix('[')?.split_once("] ")?;
        Self::parse(word)
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
