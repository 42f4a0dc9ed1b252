//! The client features that are declared to a server.

use std::path::{Path, PathBuf};

use patchbay_model::LogLevel;
use serde_json::{Value, json};
use url::Url;

/// The client features that are declared to a server. Requests for others are not answered. Also what it shall log.
#[derive(Clone, Debug, Default)]
pub struct ClientFeatures {
    /// Elicitation: whether the server may ask the person who runs a tool.
    pub asks: bool,
    /// Sampling: whether that person is also asked for what a language model would write.
    pub sampling: bool,
    /// Roots: absolute paths of the folders that the person chose for the server. Without any, roots aren't declared.
    pub roots: Vec<PathBuf>,
    /// Least severe log messages that the server is asked for.
    pub log_level: LogLevel,
}

impl ClientFeatures {
    /// The response to `roots/list`; `None` without roots.
    ///
    /// Source: MCP 2025-11-25, "Roots".
    pub(super) fn roots_result(&self) -> Option<Value> {
        let roots: Vec<Value> = self.roots.iter().filter_map(|it| root(it)).collect();
        (!roots.is_empty()).then(|| json!({ "roots": roots }))
    }
}

fn root(folder: &Path) -> Option<Value> {
    let uri = Url::from_file_path(folder).ok()?;
    let mut root = json!({ "uri": uri });
    if let Some(name) = folder.file_name().and_then(|name| name.to_str()) {
        root["name"] = name.into();
    }
    Some(root)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn folders_become_file_uris_and_none_no_answer() {
        let client_features = |roots: &[&str]| ClientFeatures {
            roots: roots.iter().map(PathBuf::from).collect(),
            ..ClientFeatures::default()
        };
        assert_eq!(
            client_features(&["/srv/a b/Änderung#1", "/"]).roots_result(),
            Some(json!({ "roots": [
                { "uri": "file:///srv/a%20b/%C3%84nderung%231", "name": "Änderung#1" },
                { "uri": "file:///" },
            ] }))
        );
        assert_eq!(client_features(&[]).roots_result(), None);
        assert_eq!(client_features(&["relative"]).roots_result(), None);
    }
}
