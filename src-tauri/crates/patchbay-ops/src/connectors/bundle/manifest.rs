//! The manifest of a bundle.
//!
//! Source: `MANIFEST.md` of `modelcontextprotocol/mcpb`, versions 0.1 to 0.4.

use std::collections::BTreeMap;

use patchbay_http::strip_byte_order_mark;
use patchbay_model::{clean_text, is_variable_name};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::variables::expand_folders;
use super::{BundleSetting, BundleSettingKind, FOLDER, bundle_error};
use crate::error::Error;
use crate::install_hint::product_of;
use crate::json_object::scalar_text;

const MAX_SETTINGS: usize = 100;

/// Maximum length of displayed text, in characters.
const MAX_SHOWN: usize = 200;

#[derive(Deserialize)]
pub(super) struct Manifest {
    manifest_version: Option<String>,
    /// The former name, which some manifests have too.
    dxt_version: Option<String>,
    pub(super) name: String,
    display_name: Option<String>,
    version: String,
    description: Option<String>,
    author: Option<Author>,
    pub(super) server: Server,
    #[serde(default)]
    user_config: Map<String, Value>,
    #[serde(default)]
    compatibility: Compatibility,
}

#[derive(Deserialize)]
struct Author {
    name: String,
}

#[derive(Deserialize)]
pub(super) struct Server {
    #[serde(rename = "type")]
    pub(super) kind: ServerKind,
    #[serde(default)]
    entry_point: String,
    mcp_config: Option<McpConfig>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ServerKind {
    Node,
    Python,
    Uv,
    Binary,
}

#[derive(Deserialize)]
struct McpConfig {
    #[serde(flatten)]
    default: Launch,
    #[serde(default)]
    platform_overrides: BTreeMap<String, Launch>,
}

/// How the server is started, with variables that are not expanded yet.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Launch {
    pub(super) command: Option<String>,
    pub(super) args: Option<Vec<String>>,
    pub(super) env: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
struct Compatibility {
    platforms: Option<Vec<String>>,
    #[serde(default)]
    runtimes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RawSetting {
    #[serde(rename = "type")]
    kind: BundleSettingKind,
    title: Option<String>,
    description: Option<String>,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    multiple: bool,
    #[serde(default)]
    default: Value,
    #[serde(default)]
    min: Value,
    #[serde(default)]
    max: Value,
}

/// What a field of a manifest must be.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Kind,
    List,
    Object,
    Variables,
}

/// The fields that are read: path, whether it is required, what it must be. A parent comes before its fields.
const FIELDS: [(&str, bool, Shape); 18] = [
    ("manifest_version", false, Shape::Text),
    ("dxt_version", false, Shape::Text),
    ("name", true, Shape::Text),
    ("display_name", false, Shape::Text),
    ("version", true, Shape::Text),
    ("description", false, Shape::Text),
    ("author", false, Shape::Object),
    ("author.name", true, Shape::Text),
    ("server", true, Shape::Object),
    ("server.type", true, Shape::Kind),
    ("server.entry_point", false, Shape::Text),
    ("server.mcp_config", false, Shape::Object),
    ("server.mcp_config.command", false, Shape::Text),
    ("server.mcp_config.args", false, Shape::List),
    ("server.mcp_config.env", false, Shape::Variables),
    ("user_config", false, Shape::Object),
    ("compatibility.platforms", false, Shape::List),
    ("compatibility.runtimes", false, Shape::Variables),
];

impl Shape {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Kind => ServerKind::deserialize(value).is_ok(),
            Self::List => Vec::<String>::deserialize(value).is_ok(),
            Self::Object => value.is_object(),
            Self::Variables => BTreeMap::<String, String>::deserialize(value).is_ok(),
        }
    }

    fn requirement(self) -> &'static str {
        match self {
            Self::Text => "must be text",
            Self::Kind => "must be node, python, uv or binary",
            Self::List => "must be a list of texts",
            Self::Object => "must be an object",
            Self::Variables => "must be an object with texts",
        }
    }
}

/// Says which field keeps a manifest from being read.
fn describe_flaw(manifest: &Value) -> String {
    let flaw = FIELDS.iter().find_map(|(path, is_required, shape)| {
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", *path));
        let parent = parent.split('.').filter(|step| !step.is_empty());
        let parent = parent.fold(manifest, |value, step| &value[step]);
        match &parent[name] {
            // Of a parent that may be missing too.
            Value::Null if parent.is_object() && *is_required => Some(format!("has no {path}")),
            Value::Null => None,
            value if shape.fits(value) => None,
            _ => Some(format!("isn't valid: {path} {}", shape.requirement())),
        }
    });
    let flaw = flaw.unwrap_or_else(|| "doesn't follow the format of MCP bundles".to_owned());
    format!("its manifest.json {flaw}")
}

/// Name of this system in manifests.
const SYSTEM: &str = if cfg!(windows) {
    "win32"
} else if cfg!(target_os = "macos") {
    "darwin"
} else {
    "linux"
};

impl Manifest {
    pub(super) fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = strip_byte_order_mark(text);
        let read: Value = serde_json::from_slice(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            bundle_error(&format!(
                "its manifest.json isn't valid JSON (line {line}, column {column})"
            ))
        })?;
        let manifest = Self::deserialize(&read).map_err(|_| bundle_error(&describe_flaw(&read)))?;
        let version = manifest.manifest_version.as_ref();
        let version = version.or(manifest.dxt_version.as_ref());
        let version = version.ok_or_else(|| bundle_error("its manifest has no version"))?;
        if !version.starts_with("0.") {
            let version = clean_text(version, 20);
            return Err(bundle_error(&format!(
                "its manifest has version {version}, which is newer than Patchbay knows"
            )));
        }
        if manifest.user_config.len() > MAX_SETTINGS {
            return Err(bundle_error("it has more than 100 settings"));
        }
        Ok(manifest)
    }

    pub(super) fn title(&self) -> String {
        let title = self.display_name.as_deref().unwrap_or(&self.name);
        clean_text(title, 100)
    }

    pub(super) fn version(&self) -> String {
        clean_text(&self.version, 50)
    }

    pub(super) fn author(&self) -> Option<String> {
        let author = self.author.as_ref()?;
        Some(clean_text(&author.name, MAX_SHOWN))
    }

    pub(super) fn description(&self) -> Option<String> {
        let text = clean_text(self.description.as_deref()?, 500);
        (!text.is_empty()).then_some(text)
    }

    /// Returns how the server is started on this system. An override replaces the whole command, arguments or
    /// environment.
    pub(super) fn launch(&self) -> Result<Launch, Error> {
        let unknown = || bundle_error("its manifest doesn't say how it is started");
        let Some(config) = &self.server.mcp_config else {
            // Since version 0.4 the command of a uv server is implied.
            let entry_point = self.server.entry_point.as_str();
            if self.server.kind != ServerKind::Uv || entry_point.is_empty() {
                return Err(unknown());
            }
            let args = ["run", "--directory", FOLDER, entry_point];
            return Ok(Launch {
                command: Some("uv".to_owned()),
                args: Some(args.map(str::to_owned).to_vec()),
                env: None,
            });
        };
        let mut launch = config.default.clone();
        if let Some(own) = config.platform_overrides.get(SYSTEM) {
            launch.command = own.command.clone().or(launch.command);
            launch.args = own.args.clone().or(launch.args);
            launch.env = own.env.clone().or(launch.env);
        }
        let command = launch.command.as_deref().unwrap_or_default();
        if command.trim().is_empty() {
            return Err(unknown());
        }
        let mut names = launch.env.iter().flat_map(BTreeMap::keys);
        if let Some(name) = names.find(|name| !is_variable_name(name)) {
            let name = clean_text(name, 100);
            return Err(bundle_error(&format!(
                "{name} can't be the name of a variable"
            )));
        }
        Ok(launch)
    }

    /// Returns the settings in the order of the manifest.
    pub(super) fn settings(&self) -> Result<Vec<BundleSetting>, Error> {
        let all = self.user_config.iter().map(|(key, value)| {
            let shown = clean_text(key, 100);
            let given = RawSetting::deserialize(value)
                .map_err(|_| bundle_error(&format!("its setting {shown} isn't valid")))?;
            if shown != *key || key.is_empty() || key.contains(['{', '}', '=']) {
                return Err(bundle_error(&format!(
                    "its setting {shown} has a name that can't be used"
                )));
            }
            let title = given.title.map(|title| clean_text(&title, 100));
            let description = given.description.map(|text| clean_text(&text, 500));
            let defaults = match (given.sensitive, given.default) {
                // Anyone can read a default in the bundle: it is no secret.
                (true, _) => Vec::new(),
                (false, Value::Array(values)) => values,
                (false, value) => vec![value],
            };
            Ok(BundleSetting {
                title: title.filter(|title| !title.is_empty()).unwrap_or(shown),
                key: key.clone(),
                description: description.filter(|text| !text.is_empty()),
                kind: given.kind,
                is_secret: given.sensitive,
                is_required: given.required,
                is_multiple: given.multiple,
                default: defaults
                    .iter()
                    .filter_map(scalar_text)
                    .map(|text| expand_folders(&text))
                    .collect(),
                min: given.min.as_number().cloned(),
                max: given.max.as_number().cloned(),
            })
        });
        all.collect()
    }

    /// Returns the systems that the bundle is made for, unless this is one of them or none is named.
    pub(super) fn other_systems(&self) -> Option<String> {
        let platforms = self.compatibility.platforms.as_ref()?;
        if platforms.is_empty() || platforms.iter().any(|one| one == SYSTEM) {
            return None;
        }
        let names = platforms.iter().take(5).map(|one| match one.as_str() {
            "darwin" => "macOS".to_owned(),
            "win32" => "Windows".to_owned(),
            "linux" => "Linux".to_owned(),
            other => clean_text(other, 20),
        });
        Some(names.collect::<Vec<_>>().join(", "))
    }

    /// Returns the required versions of the runtime that a program belongs to, such as `>=18`.
    pub(super) fn required_version(&self, program: &str) -> Option<String> {
        let product = product_of(program);
        let mut all = self.compatibility.runtimes.iter();
        let (_, versions) = all.find(|(name, _)| product_of(name) == product)?;
        Some(clean_text(versions, 40))
    }

    /// Returns the required runtimes, such as `node >=18`.
    pub(super) fn runtimes(&self) -> Vec<String> {
        let all = self.compatibility.runtimes.iter().take(10);
        all.map(|(name, versions)| clean_text(&format!("{name} {versions}"), 60))
            .collect()
    }
}
