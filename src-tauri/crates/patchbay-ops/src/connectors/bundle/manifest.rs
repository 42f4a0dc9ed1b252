//! What a bundle says of itself.
//!
//! Source: `MANIFEST.md` of `modelcontextprotocol/mcpb`, versions 0.1 to 0.4.

use std::collections::BTreeMap;

use patchbay_model::{clean_text, is_variable_name};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use super::bundle_error;
use crate::error::Error;
use crate::json_object::scalar_text;

/// The most settings, and characters of a text that is shown.
const MAX_SETTINGS: usize = 100;
const MAX_SHOWN: usize = 200;

#[derive(Deserialize)]
pub(super) struct Manifest {
    // What it was called before.
    #[serde(alias = "dxt_version")]
    manifest_version: String,
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
    usual: Launch,
    #[serde(default)]
    platform_overrides: BTreeMap<String, Launch>,
}

/// How it is started; each part with the variables that stand for something else.
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

/// Something that a person sets for a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleSetting {
    /// Its name in the manifest.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it takes.
    pub kind: BundleSettingKind,
    /// Whether it goes to the vault.
    pub is_secret: bool,
    /// Whether the server needs it.
    pub is_required: bool,
    /// Whether it takes several values.
    pub is_multiple: bool,
    /// What it is unless somebody says otherwise, with the folders of this computer filled in.
    pub default: Vec<String>,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum BundleSettingKind {
    /// Any text.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// The full path of a folder.
    Directory,
    /// The full path of a file.
    File,
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
}

/// As manifests call this system.
const SYSTEM: &str = if cfg!(windows) {
    "win32"
} else if cfg!(target_os = "macos") {
    "darwin"
} else {
    "linux"
};

impl Manifest {
    /// # Errors
    /// [`Error::Usage`], which says what is wrong with it.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let manifest: Self = serde_json::from_slice(text).map_err(|error| {
            bundle_error(&format!(
                "its manifest isn't valid ({})",
                clean_text(&error.to_string(), MAX_SHOWN)
            ))
        })?;
        if !manifest.manifest_version.starts_with("0.") {
            let version = clean_text(&manifest.manifest_version, 20);
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

    /// How it is started here. What is said for this system takes the place of a part, it is not added to it.
    ///
    /// # Errors
    /// [`Error::Usage`] when it does not say how.
    pub(super) fn launch(&self) -> Result<Launch, Error> {
        let Some(config) = &self.server.mcp_config else {
            // The newest manifests leave it to whoever starts it.
            return match self.server.kind {
                ServerKind::Uv if !self.server.entry_point.is_empty() => Ok(Launch {
                    command: Some("uv".to_owned()),
                    args: Some(
                        [
                            "run",
                            "--directory",
                            "${__dirname}",
                            &self.server.entry_point,
                        ]
                        .map(str::to_owned)
                        .to_vec(),
                    ),
                    env: None,
                }),
                _ => Err(bundle_error("its manifest doesn't say how it is started")),
            };
        };
        let mut launch = config.usual.clone();
        if let Some(own) = config.platform_overrides.get(SYSTEM) {
            launch.command = own.command.clone().or(launch.command);
            launch.args = own.args.clone().or(launch.args);
            launch.env = own.env.clone().or(launch.env);
        }
        if launch
            .command
            .as_deref()
            .is_none_or(|command| command.trim().is_empty())
        {
            return Err(bundle_error("its manifest doesn't say how it is started"));
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

    /// Its settings in the order of the manifest; `expand` fills the folders of this computer in.
    ///
    /// # Errors
    /// [`Error::Usage`] for one that is not understood.
    pub(super) fn settings(
        &self,
        expand: impl Fn(&str) -> String,
    ) -> Result<Vec<BundleSetting>, Error> {
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
                // One that everybody can read in the bundle is none.
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
                    .map(|text| expand(&text))
                    .collect(),
            })
        });
        all.collect()
    }

    /// The systems that it is made for, unless this is one of them.
    pub(super) fn other_systems(&self) -> Option<String> {
        let platforms = self.compatibility.platforms.as_ref()?;
        if platforms.iter().any(|one| one == SYSTEM) {
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

    /// What it needs on this computer, such as `node >=18`.
    pub(super) fn runtimes(&self) -> Vec<String> {
        let all = self.compatibility.runtimes.iter().take(10);
        all.map(|(name, versions)| clean_text(&format!("{name} {versions}"), 60))
            .collect()
    }
}
