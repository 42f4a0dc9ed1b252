//! Importing MCP servers from the settings of other apps on this computer.
//!
//! The settings are read at each app's usual location and never written. Their content becomes proposals, as if it had
//! been pasted.

use std::path::{Path, PathBuf};

use directories::BaseDirs;
use serde_json::{Map, Value};

use super::pasted::{PastedServers, parse_settings, read_pasted};
use crate::error::Error;

/// Maximum size of a settings file: Claude Code keeps much else in the same file.
const MAX_MIB: u64 = 8;

/// An app that keeps MCP servers in its settings.
struct App {
    name: &'static str,
    title: &'static str,
    /// Paths in the home folder (`~/`) or in `~/.config`, `~/Library/Application Support` or `%APPDATA%`. The first with
    /// servers is used.
    files: &'static [&'static str],
    /// Member of the file that contains the servers.
    member: &'static str,
}

/// Source: the documentation of each app.
static APPS: [App; 13] = [
    App {
        name: "claude-desktop",
        title: "Claude Desktop",
        files: &[
            "Claude/claude_desktop_config.json",
            "claude/claude_desktop_config.json",
        ],
        member: "mcpServers",
    },
    App {
        name: "claude-code",
        title: "Claude Code",
        files: &["~/.claude.json"],
        member: "mcpServers",
    },
    App {
        name: "cursor",
        title: "Cursor",
        files: &["~/.cursor/mcp.json"],
        member: "mcpServers",
    },
    App {
        name: "vs-code",
        title: "VS Code",
        files: &["Code/User/mcp.json", "Code - Insiders/User/mcp.json"],
        member: "servers",
    },
    App {
        name: "windsurf",
        title: "Windsurf",
        files: &["~/.codeium/windsurf/mcp_config.json"],
        member: "mcpServers",
    },
    App {
        name: "codex",
        title: "Codex",
        files: &["~/.codex/config.toml"],
        member: "mcp_servers",
    },
    App {
        name: "gemini-cli",
        title: "Gemini CLI",
        files: &["~/.gemini/settings.json"],
        member: "mcpServers",
    },
    App {
        name: "copilot-cli",
        title: "Copilot CLI",
        files: &["~/.copilot/mcp-config.json"],
        member: "mcpServers",
    },
    App {
        name: "cline",
        title: "Cline",
        files: &["Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"],
        member: "mcpServers",
    },
    App {
        name: "zed",
        title: "Zed",
        files: &[
            "~/.config/zed/settings.json",
            "~/AppData/Roaming/Zed/settings.json",
        ],
        member: "context_servers",
    },
    App {
        name: "opencode",
        title: "OpenCode",
        files: &["~/.config/opencode/opencode.json"],
        member: "mcp",
    },
    App {
        name: "lm-studio",
        title: "LM Studio",
        files: &["~/.lmstudio/mcp.json"],
        member: "mcpServers",
    },
    App {
        name: "kiro",
        title: "Kiro",
        files: &["~/.kiro/settings/mcp.json"],
        member: "mcpServers",
    },
];

/// Reads the servers in the settings of an app.
///
/// # Errors
/// [`Error::Usage`] if there are none; it names the apps that have some.
pub async fn read_other_app(name: &str) -> Result<PastedServers, Error> {
    let task = tokio::task::spawn_blocking(|| Folders::of_user().map(|folders| folders.find()));
    let mut found = task.await.ok().flatten().unwrap_or_default();
    match found.iter().position(|(app, _)| app.name == name) {
        Some(at) => Ok(found.swap_remove(at).1),
        None => Err(no_servers(name, &found)),
    }
}

type Found = (&'static App, PastedServers);

fn no_servers(name: &str, found: &[Found]) -> Error {
    let known = APPS.iter().find(|app| app.name == name);
    let names: Vec<_> = found.iter().map(|(app, _)| app.name).collect();
    Error::Usage {
        what: match known {
            Some(app) => format!("no MCP servers were found in the settings of {}", app.title),
            None => format!("Patchbay can't import from {name:?}"),
        },
        hint: if names.is_empty() {
            "No app with MCP servers was found. Use --from FILE for a file elsewhere.".to_owned()
        } else {
            format!("Use one of these apps: {}.", names.join(", "))
        },
    }
}

/// Base folders of settings.
struct Folders {
    home: PathBuf,
    config: PathBuf,
}

impl Folders {
    fn of_user() -> Option<Self> {
        let folders = BaseDirs::new()?;
        Some(Self {
            home: folders.home_dir().to_owned(),
            config: folders.config_dir().to_owned(),
        })
    }

    fn find(&self) -> Vec<Found> {
        let read = |app| Some((app, self.read(app)?));
        APPS.iter().filter_map(read).collect()
    }

    fn read(&self, app: &App) -> Option<PastedServers> {
        let path = |file: &str| match file.strip_prefix("~/") {
            Some(file) => self.home.join(file),
            None => self.config.join(file),
        };
        let mut files = app.files.iter();
        files.find_map(|file| read_servers(&path(file), app.member))
    }
}

fn read_servers(file: &Path, member: &str) -> Option<PastedServers> {
    // Settings are often symbolic links, such as to a folder of dotfiles.
    let target = file.canonicalize().ok()?;
    let bytes = patchbay_files::read(&target, MAX_MIB).ok()??;
    let text = String::from_utf8(bytes).ok()?;
    let mut settings: Map<String, Value> = match file.extension()?.to_str()? {
        "toml" => toml::from_str(&text).ok()?,
        _ => parse_settings(&text)?,
    };
    // Drop everything else that the app keeps in the file.
    settings.retain(|name, _| name == member || name == "inputs");
    read_pasted(&Value::Object(settings).to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::super::pasted::PastedPlace;
    use super::*;

    fn folders(home: &Path) -> Folders {
        Folders {
            home: home.to_owned(),
            config: home.join(".config"),
        }
    }

    fn write(home: &Path, file: &str, text: &str) {
        let file = home.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn names(folders: &Folders) -> Vec<(&str, usize)> {
        let found = folders.find().into_iter();
        let counts = found.map(|(app, found)| (app.name, found.servers.len()));
        counts.collect()
    }

    #[test]
    fn each_app_is_read_in_its_own_format() {
        let home = tempfile::tempdir().unwrap();
        let claude =
            r#"{"numStartups": 4, "mcpServers": {"a": {"command": "npx", "args": ["-y", "a"]}}}"#;
        write(home.path(), ".claude.json", claude);
        let code = "{ // mine\n\"servers\": {\"b\": {\"url\": \"https://b.example/mcp\", \"headers\": \
            {\"Authorization\": \"Bearer ${input:key}\"}}}, \"inputs\": [{\"id\": \"key\", \"type\": \"promptString\", \
            \"description\": \"Key of b\", \"password\": true}],}";
        write(home.path(), ".config/Code/User/mcp.json", code);
        let codex = "model = \"x\"\n[mcp_servers.c]\ncommand = \"uvx\"\nargs = [\"c\"]\n[mcp_servers.d]\n\
            url = \"https://d.example/mcp\"\nbearer_token_env_var = \"D_TOKEN\"\n";
        write(home.path(), ".codex/config.toml", codex);
        let zed = r#"{"theme": "One", "context_servers": {"e": {"command": "e"}}}"#;
        write(home.path(), ".config/zed/settings.json", zed);
        let folders = folders(home.path());
        let expected = [("claude-code", 1), ("vs-code", 1), ("codex", 2), ("zed", 1)];
        assert_eq!(names(&folders), expected);

        let found = folders.find();
        let (_, claude) = &found[0];
        assert!(claude.notes.is_empty(), "{:?}", claude.notes);
        let (_, code) = &found[1];
        let blank = &code.servers[0].blanks[0];
        assert_eq!(blank.description.as_deref(), Some("Key of b"));
        assert!(blank.is_secret);
        let (_, codex) = &found[2];
        assert!(
            matches!(&codex.servers[1].place, PastedPlace::Address { headers, .. } if headers.len() == 1)
        );
    }

    #[test]
    fn files_without_servers_and_damaged_files_are_skipped() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), ".claude.json", r#"{"mcpServers": {}}"#);
        write(home.path(), ".cursor/mcp.json", "{ half");
        write(home.path(), ".codex/config.toml", "[mcp_servers");
        write(home.path(), ".gemini/settings.json", "[]");
        write(
            home.path(),
            ".kiro/settings/mcp.json",
            &" ".repeat(9 * 1024 * 1024),
        );
        std::fs::create_dir_all(home.path().join(".lmstudio/mcp.json")).unwrap();
        assert_eq!(names(&folders(home.path())), []);
    }

    #[test]
    #[cfg(unix)]
    fn symbolic_links_to_settings_are_followed() {
        let home = tempfile::tempdir().unwrap();
        write(
            home.path(),
            "dotfiles/cursor.json",
            r#"{"mcpServers": {"a": {"url": "https://a.example/mcp"}}}"#,
        );
        std::fs::create_dir_all(home.path().join(".cursor")).unwrap();
        let link = home.path().join(".cursor/mcp.json");
        std::os::unix::fs::symlink(home.path().join("dotfiles/cursor.json"), link).unwrap();
        assert_eq!(names(&folders(home.path())), [("cursor", 1)]);
    }

    #[test]
    fn the_error_names_the_app() {
        let home = tempfile::tempdir().unwrap();
        write(
            home.path(),
            ".cursor/mcp.json",
            r#"{"mcpServers": {"a": {"command": "a"}}}"#,
        );
        let found = folders(home.path()).find();
        let message = |name| no_servers(name, &found).to_string();
        assert_eq!(
            message("zed"),
            "no MCP servers were found in the settings of Zed"
        );
        assert_eq!(message("emacs"), "Patchbay can't import from \"emacs\"");
    }
}
