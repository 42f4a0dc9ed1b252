//! Importing MCP servers from the settings of other apps on this computer.
//!
//! The settings are read at each app's usual location and never written. Their content becomes proposals, as if it had
//! been pasted.

use std::env;
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use serde_json::{Map, Value};

use super::pasted::{self, MAX_SERVERS, PastedServers, parse_settings};
use crate::error::Error;
use crate::secrets::programs::has_drive;

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

/// Declares [`APPS`]: name, title, member, files.
macro_rules! apps {
    ($($name:literal $title:literal $member:literal: $($file:literal)+;)+) => {
        &[$(App { name: $name, title: $title, files: &[$($file),+], member: $member }),+]
    };
}

/// Variables that name another folder for the settings of an app, and their file in it.
const FOLDER_VARIABLES: [(&str, &str, &str); 2] = [
    ("claude-code", "CLAUDE_CONFIG_DIR", ".claude.json"),
    ("codex", "CODEX_HOME", "config.toml"),
];

/// Source: the documentation of each app.
static APPS: &[App] = apps! {
    "claude-desktop" "Claude Desktop" "mcpServers":
        "Claude/claude_desktop_config.json" "claude/claude_desktop_config.json";
    "claude-code" "Claude Code" "mcpServers": "~/.claude.json";
    "cursor" "Cursor" "mcpServers": "~/.cursor/mcp.json";
    "vs-code" "VS Code" "servers": "Code/User/mcp.json" "Code - Insiders/User/mcp.json";
    "vscodium" "VSCodium" "servers": "VSCodium/User/mcp.json";
    "windsurf" "Windsurf" "mcpServers": "~/.codeium/windsurf/mcp_config.json" "~/.codeium/mcp_config.json";
    "codex" "Codex" "mcp_servers": "~/.codex/config.toml";
    "gemini-cli" "Gemini CLI" "mcpServers": "~/.gemini/settings.json";
    "antigravity" "Antigravity" "mcpServers": "~/.gemini/antigravity/mcp_config.json";
    "qwen-code" "Qwen Code" "mcpServers": "~/.qwen/settings.json";
    "copilot-cli" "Copilot CLI" "mcpServers": "~/.copilot/mcp-config.json";
    "cline" "Cline" "mcpServers":
        "Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json";
    "zed" "Zed" "context_servers": "~/.config/zed/settings.json" "~/AppData/Roaming/Zed/settings.json";
    "opencode" "OpenCode" "mcp": "~/.config/opencode/opencode.json" "~/.config/opencode/opencode.jsonc";
    "goose" "goose" "extensions":
        "~/.config/goose/config.yaml" "~/AppData/Roaming/Block/goose/config/config.yaml";
    "continue" "Continue" "mcpServers": "~/.continue/config.yaml";
    "amp" "Amp" "amp.mcpServers": "~/.config/amp/settings.json";
    "vibe" "Vibe" "mcp_servers": "~/.vibe/config.toml";
    "kimi" "Kimi" "mcpServers": "~/.kimi/mcp.json";
    "factory" "Factory" "mcpServers": "~/.factory/mcp.json";
    "lm-studio" "LM Studio" "mcpServers": "~/.lmstudio/mcp.json";
    "kiro" "Kiro" "mcpServers": "~/.kiro/settings/mcp.json";
};

/// Reads the servers in the settings of an app.
///
/// # Errors
/// [`Error::Usage`] if there are none, which names the apps that have some; or if the settings can't be read.
pub async fn read_other_app(name: &str) -> Result<PastedServers, Error> {
    let known = APPS.iter().find(|app| app.name == name);
    let task = tokio::task::spawn_blocking(move || {
        let folders = Folders::of_user()?;
        let found = folders.find();
        let is_found = |app: &&App| found.iter().any(|(one, _)| one.name == app.name);
        let missing = known.filter(|app| !is_found(app));
        let unusable = missing.and_then(|app| folders.why_unusable(app));
        Some((found, unusable))
    });
    let (mut found, unusable) = task.await.ok().flatten().unwrap_or_default();
    match (found.iter().position(|(app, _)| app.name == name), unusable) {
        (Some(at), _) => Ok(found.swap_remove(at).1),
        (None, Some(what)) => {
            let hint = "Correct the file, or copy its servers and use --from - to paste them.";
            Err(Error::usage(what, hint))
        }
        (None, None) => Err(no_servers(name, &found)),
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
    /// Files that variables name and those of packages, by app.
    named: Vec<(&'static str, PathBuf)>,
}

impl Folders {
    fn of_user() -> Option<Self> {
        let folders = BaseDirs::new()?;
        let home = folders.home_dir();
        let named = FOLDER_VARIABLES.iter().filter_map(|(app, variable, file)| {
            let folder = PathBuf::from(env::var_os(variable)?);
            folder.is_absolute().then(|| (*app, folder.join(file)))
        });
        Some(Self {
            home: home.to_owned(),
            config: folders.config_dir().to_owned(),
            named: named.chain(packaged_files(home)).collect(),
        })
    }

    fn find(&self) -> Vec<Found> {
        let read = |app| Some((app, self.read(app)?));
        APPS.iter().filter_map(read).collect()
    }

    fn read(&self, app: &App) -> Option<PastedServers> {
        let mut files = self.files(app);
        files.find_map(|file| read_servers(&file, app.member)?.ok())
    }

    /// Why no server of an app can be imported, although there are settings.
    fn why_unusable(&self, app: &App) -> Option<String> {
        if let Some(file) = self.find_damaged(app) {
            return Some(format!("the settings in {} can't be read", file.display()));
        }
        self.files(app).find_map(|file| {
            let error = read_servers(&file, app.member)?.err()?;
            let file = file.display();
            Some(format!("no server in {file} can be imported: {error}"))
        })
    }

    /// Returns the first file of an app that is there, but can't be read.
    fn find_damaged(&self, app: &App) -> Option<PathBuf> {
        let mut files = self.files(app);
        files.find(|file| file.exists() && read_settings(file).is_none())
    }

    fn files(&self, app: &App) -> impl Iterator<Item = PathBuf> {
        let path = move |file: &str| {
            // `XDG_CONFIG_HOME` may name another folder.
            let of_linux = file.strip_prefix("~/.config/");
            let file = of_linux
                .filter(|_| cfg!(target_os = "linux"))
                .unwrap_or(file);
            match file.strip_prefix("~/") {
                Some(file) => self.home.join(file),
                None => self.config.join(file),
            }
        };
        let named = self.named.iter().filter(move |(name, _)| *name == app.name);
        let named = named.map(|(_, file)| file.clone());
        named.chain(app.files.iter().map(move |file| path(file)))
    }
}

/// The settings of Claude Desktop where Windows redirects those of an app in a package, whose folder has the name of the
/// app and an id of its publisher.
fn packaged_files(home: &Path) -> Vec<(&'static str, PathBuf)> {
    const FILE: &str = "LocalCache/Roaming/Claude/claude_desktop_config.json";
    let packages = std::fs::read_dir(home.join("AppData/Local/Packages"));
    let packages = packages.into_iter().flatten().flatten();
    let of_claude = packages.filter(|package| {
        let name = package.file_name();
        name.as_encoded_bytes().starts_with(b"Claude_")
    });
    let files = of_claude.map(|package| package.path().join(FILE));
    files.map(|file| ("claude-desktop", file)).collect()
}

fn read_settings(file: &Path) -> Option<Map<String, Value>> {
    // Settings are often symbolic links, such as to a folder of dotfiles.
    let target = file.canonicalize().ok()?;
    let bytes = patchbay_files::read(&target, MAX_MIB).ok()??;
    let text = String::from_utf8(bytes).ok()?;
    parse_settings(&text, file.extension()?.to_str()?)
}

/// Reads the servers in a file; `None` if there are none.
fn read_servers(file: &Path, member: &str) -> Option<Result<PastedServers, Error>> {
    let mut settings = read_settings(file)?;
    let projects = settings.remove("projects");
    // Drop everything else that the app keeps in the file.
    settings.retain(|name, _| name == member || name == "inputs");
    let is_cut = add_projects(&mut settings, projects, member);
    let found = pasted::read_settings(&Value::Object(settings))?;
    Some(found.map(|mut found| {
        if is_cut {
            let note = format!("Only the first {MAX_SERVERS} servers of all projects were read");
            found.notes.push(note);
        }
        found
    }))
}

/// Adds the servers that Claude Code keeps for single folders. Returns whether there are too many.
fn add_projects(settings: &mut Map<String, Value>, projects: Option<Value>, member: &str) -> bool {
    let Some(Value::Object(projects)) = projects else {
        return false;
    };
    let servers = settings.entry(member).or_insert_with(|| Map::new().into());
    let Some(servers) = servers.as_object_mut() else {
        return false;
    };
    for (folder, project) in &projects {
        let own = project.get(member).and_then(Value::as_object).cloned();
        let shared = shared_servers(folder, project, member);
        for (name, entry) in own.into_iter().flatten().chain(shared) {
            let entry = in_project(entry, folder);
            let last = Path::new(folder).file_name().unwrap_or_default();
            let titles = [
                name.clone(),
                format!("{name} ({})", last.display()),
                format!("{name} ({folder})"),
            ];
            // The same server may be in several projects.
            if titles
                .iter()
                .any(|title| servers.get(title) == Some(&entry))
            {
                continue;
            }
            if servers.len() >= MAX_SERVERS {
                return true;
            }
            let free = titles
                .into_iter()
                .find(|title| !servers.contains_key(title));
            if let Some(title) = free {
                servers.insert(title, entry);
            }
        }
    }
    false
}

/// Returns the servers in the `.mcp.json` of a project that the user has allowed in Claude Code: the file is a part of
/// the project, and may come from somebody else.
fn shared_servers(folder: &str, project: &Value, member: &str) -> Map<String, Value> {
    let allowed = project.get("enabledMcpjsonServers");
    let allowed = allowed.and_then(Value::as_array);
    let Some(allowed) = allowed.filter(|names| !names.is_empty()) else {
        return Map::new();
    };
    let folder = Path::new(folder);
    if !folder.is_absolute() || (cfg!(windows) && !has_drive(folder)) {
        return Map::new();
    }
    let settings = read_settings(&folder.join(".mcp.json"));
    match settings.and_then(|mut settings| settings.remove(member)) {
        Some(Value::Object(mut servers)) => {
            servers.retain(|name, _| allowed.iter().any(|allowed| allowed == name));
            servers
        }
        _ => Map::new(),
    }
}

/// Adds the folder of its project to a server whose command depends on it.
fn in_project(mut entry: Value, folder: &str) -> Value {
    let is_relative = |word: &Value| {
        let parts = word
            .as_str()
            .and_then(|word| word.split(['/', '\\']).next());
        matches!(parts, Some("." | ".."))
    };
    let Some(members) = entry.as_object_mut() else {
        return entry;
    };
    let program = members.get("command").filter(|it| is_relative(it));
    let program = program
        .and_then(Value::as_str)
        .map(|program| Path::new(folder).join(program).display().to_string());
    let mut arguments = members.get("args").and_then(Value::as_array).into_iter();
    if program.is_some() || arguments.any(|words| words.iter().any(is_relative)) {
        members.entry("cwd").or_insert_with(|| folder.into());
    }
    if let Some(program) = program {
        members.insert("command".to_owned(), program.into());
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::super::pasted::PastedPlace;
    use super::*;

    fn folders(home: &Path) -> Folders {
        Folders {
            home: home.to_owned(),
            config: home.join(".config"),
            named: Vec::new(),
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
        let vibe = "[[mcp_servers]]\nname = \"f\"\ntransport = \"stdio\"\ncommand = \"f\"\n";
        write(home.path(), ".vibe/config.toml", vibe);
        let amp = r#"{"amp.mcpServers": {"g": {"command": "g"}}}"#;
        write(home.path(), ".config/amp/settings.json", amp);
        let goose = "extensions:\n  developer:\n    type: builtin\n  h:\n    type: stdio\n    cmd: h\n    args: []\n";
        write(home.path(), ".config/goose/config.yaml", goose);
        let other = "models: []\nmcpServers:\n- name: i\n  command: npx\n  args: [-y, i]\n";
        write(home.path(), ".continue/config.yaml", other);
        let zed = r#"{"theme": "One", "context_servers": {"e": {"command": "e"}}}"#;
        write(home.path(), ".config/zed/settings.json", zed);
        let folders = folders(home.path());
        let expected = [
            ("claude-code", 1),
            ("vs-code", 1),
            ("codex", 2),
            ("zed", 1),
            ("goose", 1),
            ("continue", 1),
            ("amp", 1),
            ("vibe", 1),
        ];
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
    fn servers_of_projects_are_found_once_each() {
        let home = tempfile::tempdir().unwrap();
        let settings = serde_json::json!({
            "mcpServers": {"notes": {"command": "notes"}},
            "projects": {
                "/src/one": {"mcpServers": {
                    "wiki": {"url": "https://a.example/mcp"},
                    "notes": {"command": "./notes", "args": ["--all"]},
                }, "history": []},
                "/src/two": {"mcpServers": {
                    "wiki": {"url": "https://a.example/mcp"},
                    "notes": {"command": "npx", "args": ["notes", "."]},
                }},
                "/other/two": {"mcpServers": {"notes": {"command": "more"}}},
            },
        });
        write(home.path(), ".claude.json", &settings.to_string());
        let found = folders(home.path()).find().remove(0).1;
        let servers = found.servers.iter().map(|server| {
            let PastedPlace::Program {
                program, folder, ..
            } = &server.place
            else {
                return (server.title.as_deref().unwrap(), "", None);
            };
            let title = server.title.as_deref().unwrap();
            (title, program.as_str(), folder.as_deref())
        });
        let program = Path::new("/src/one").join("./notes").display().to_string();
        assert_eq!(
            servers.collect::<Vec<_>>(),
            [
                ("notes", "notes", None),
                ("wiki", "", None),
                ("notes (one)", program.as_str(), Some("/src/one")),
                ("notes (two)", "npx", Some("/src/two")),
                ("notes (/other/two)", "more", None),
            ]
        );
        assert!(found.notes.is_empty(), "{:?}", found.notes);
    }

    #[test]
    fn servers_that_a_project_shares_are_found_if_the_user_allowed_them() {
        let home = tempfile::tempdir().unwrap();
        let shared = r#"{"mcpServers": {"a": {"command": "a"}, "b": {"command": "b"}}}"#;
        write(home.path(), "src/one/.mcp.json", shared);
        write(home.path(), "src/two/.mcp.json", shared);
        let project = |name: &str| home.path().join("src").join(name).display().to_string();
        let settings = serde_json::json!({"projects": {
            project("one"): {"enabledMcpjsonServers": ["b", "gone"]},
            project("two"): {"enabledMcpjsonServers": []},
            project("three"): {"enabledMcpjsonServers": ["a"]},
        }});
        write(home.path(), ".claude.json", &settings.to_string());
        let found = folders(home.path()).find().remove(0).1;
        let titles = found.servers.iter().map(|server| server.title.as_deref());
        assert_eq!(titles.collect::<Vec<_>>(), [Some("b")]);
    }

    #[test]
    fn more_servers_of_projects_than_can_be_reviewed_are_cut() {
        let home = tempfile::tempdir().unwrap();
        let servers: Map<String, Value> = (0..=MAX_SERVERS)
            .map(|number| (format!("s{number}"), serde_json::json!({"command": "a"})))
            .collect();
        let settings = serde_json::json!({"projects": {"/a": {"mcpServers": servers}}});
        write(home.path(), ".claude.json", &settings.to_string());
        let found = folders(home.path()).find().remove(0).1;
        assert_eq!(found.servers.len(), MAX_SERVERS);
        assert!(found.notes[0].contains("first 50"), "{:?}", found.notes);
    }

    #[test]
    fn a_folder_that_a_variable_names_comes_first() {
        let home = tempfile::tempdir().unwrap();
        let settings =
            |name: &str| format!(r#"{{"mcpServers": {{"{name}": {{"command": "a"}}}}}}"#);
        write(home.path(), ".claude.json", &settings("usual"));
        write(home.path(), "elsewhere/.claude.json", &settings("named"));
        let mut folders = folders(home.path());
        let file = home.path().join("elsewhere/.claude.json");
        folders.named.push(("claude-code", file));
        let found = folders.find().remove(0).1;
        assert_eq!(found.servers[0].title.as_deref(), Some("named"));
    }

    #[test]
    fn claude_desktop_in_a_package_is_read_from_there() {
        let home = tempfile::tempdir().unwrap();
        let settings =
            |name: &str| format!(r#"{{"mcpServers": {{"{name}": {{"command": "a"}}}}}}"#);
        let file = "Claude/claude_desktop_config.json";
        write(home.path(), &format!(".config/{file}"), &settings("unused"));
        let package = "AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming";
        write(home.path(), &format!("{package}/{file}"), &settings("used"));
        let folders = Folders {
            named: packaged_files(home.path()),
            ..folders(home.path())
        };
        let found = folders.find().remove(0).1;
        assert_eq!(found.servers[0].title.as_deref(), Some("used"));
    }

    #[test]
    fn files_without_servers_and_damaged_files_are_skipped() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), ".claude.json", r#"{"mcpServers": {}}"#);
        write(home.path(), ".cursor/mcp.json", "{ half");
        write(home.path(), ".codex/config.toml", "[mcp_servers");
        write(home.path(), ".continue/config.yaml", "mcpServers: [");
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
    fn a_damaged_file_is_told_from_one_without_servers() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), ".claude.json", "{}");
        write(home.path(), ".cursor/mcp.json", "{ half");
        let folders = folders(home.path());
        let damaged = |name| {
            let app = APPS.iter().find(|app| app.name == name);
            folders.find_damaged(app.unwrap())
        };
        assert_eq!(damaged("claude-code"), None);
        assert_eq!(damaged("zed"), None);
        assert_eq!(
            damaged("cursor"),
            Some(home.path().join(".cursor/mcp.json"))
        );
    }

    #[test]
    fn servers_that_cannot_be_imported_are_told_from_none() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), ".claude.json", "{}");
        write(
            home.path(),
            ".kiro/settings/mcp.json",
            r#"{"mcpServers": {"a": {"url": "unix:///a.sock"}}}"#,
        );
        let servers: Map<String, Value> = (0..=MAX_SERVERS)
            .map(|number| (format!("s{number}"), serde_json::json!({"command": "a"})))
            .collect();
        let many = serde_json::json!({ "mcpServers": servers }).to_string();
        write(home.path(), ".cursor/mcp.json", &many);
        let folders = folders(home.path());
        let why = |name| {
            let app = APPS.iter().find(|app| app.name == name);
            folders.why_unusable(app.unwrap())
        };
        assert_eq!(why("claude-code"), None);
        let kiro = why("kiro").unwrap();
        assert!(kiro.contains("mcp.json can be imported: can't add a: its address"));
        assert!(
            why("cursor")
                .unwrap()
                .ends_with(": the list of servers is too long")
        );
    }

    #[test]
    fn a_file_may_begin_with_a_byte_order_mark() {
        let home = tempfile::tempdir().unwrap();
        for (file, text) in [
            (
                ".cursor/mcp.json",
                r#"{"mcpServers": {"a": {"command": "a"}}}"#,
            ),
            (".codex/config.toml", "[mcp_servers.c]\ncommand = \"c\"\n"),
            (
                ".continue/config.yaml",
                "mcpServers:\n- name: i\n  command: i\n",
            ),
        ] {
            write(home.path(), file, &format!("\u{feff}{text}"));
        }
        let expected = [("cursor", 1), ("codex", 1), ("continue", 1)];
        assert_eq!(names(&folders(home.path())), expected);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn settings_are_looked_for_in_the_folder_that_the_user_chose_for_them() {
        let home = tempfile::tempdir().unwrap();
        let zed = r#"{"context_servers": {"e": {"command": "e"}}}"#;
        write(home.path(), "settings/zed/settings.json", zed);
        let mut folders = folders(home.path());
        folders.config = home.path().join("settings");
        assert_eq!(names(&folders), [("zed", 1)]);
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
