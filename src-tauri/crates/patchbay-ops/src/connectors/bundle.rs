//! MCP bundles: a local server in one file (`.mcpb`, formerly `.dxt`), with a manifest that says how to start it.
//!
//! The user reviews a bundle before it is added; its SHA-256 ensures that the reviewed file is the one that is added.
//! It is unpacked into the server's own folder, which is deleted with the connector. Adding a bundle starts nothing.

mod archive;
mod manifest;
mod runtime;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use patchbay_model::{Connector, ConnectorId, ServerCommand, clean_text, inert_word};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use specta::Type;

use self::archive::Archive;
use self::manifest::{Launch, Manifest, ServerKind};
use self::runtime::older_version;
use self::variables::{ResolvedVariable, Variables};
use crate::connectors::add_program::{AddProgram, add_program_as};
use crate::context::Context;
use crate::credentials::secret::SecretValue;
use crate::error::Error;
use crate::install_hint::product_of;
use crate::lock::FileLock;
use crate::processes::environment::path_variable;
use crate::secrets::programs::{find_in, search_path};

/// Placeholder for the folder of a bundle that is not unpacked yet.
const FOLDER: &str = "${__dirname}";

/// Maximum number of values of a setting.
const MAX_VALUES: usize = 100;

/// A bundle to review. Everything but the hash is the bundle's own claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    pub title: String,
    pub version: String,
    pub author: Option<String>,
    pub description: Option<String>,
    /// Words of the command; `${__dirname}` is the folder it will be unpacked to.
    pub command: Vec<String>,
    /// Environment variables, as `NAME=value`.
    pub variables: Vec<String>,
    /// Path of the installed program that would be started; `None` if it is in the bundle or was not found.
    pub program: Option<String>,
    /// Required runtimes, such as `node >=18`.
    pub runtimes: Vec<String>,
    pub settings: Vec<BundleSetting>,
    /// Warnings.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleSetting {
    /// Name in the manifest.
    pub key: String,
    pub title: String,
    pub description: Option<String>,
    pub kind: BundleSettingKind,
    /// Whether the value is saved in the vault.
    pub is_secret: bool,
    pub is_required: bool,
    /// Whether several values are allowed.
    pub is_multiple: bool,
    /// Default values, with the folders of the user expanded.
    pub default: Vec<String>,
    /// Smallest allowed number.
    #[serde(skip)]
    min: Option<Number>,
    /// Largest allowed number.
    #[serde(skip)]
    max: Option<Number>,
}

impl BundleSetting {
    /// Why a number is outside the limits, as a hint; `None` if it is within them.
    fn limit_hint(&self, value: f64) -> Option<String> {
        let as_float = |limit: &Option<Number>| limit.as_ref().and_then(Number::as_f64);
        match (&self.min, &self.max) {
            (Some(min), _) if as_float(&self.min).is_some_and(|least| value < least) => {
                Some(format!("Enter at least {min}."))
            }
            (_, Some(max)) if as_float(&self.max).is_some_and(|most| value > most) => {
                Some(format!("Enter at most {max}."))
            }
            _ => None,
        }
    }
}

/// Type of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum BundleSettingKind {
    String,
    Number,
    /// `true` or `false`.
    Boolean,
    /// Absolute path of a folder.
    Directory,
    /// Absolute path of a file.
    File,
}

/// Request to add a bundle.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddBundle {
    /// SHA-256 of the bundle that was reviewed.
    pub sha256: String,
    /// Values of settings that are not secret; missing ones get their defaults.
    pub values: BTreeMap<String, Vec<String>>,
    /// Values of secret settings.
    pub secrets: BTreeMap<String, SecretValue>,
    /// Unique short name; `None` derives one from the title.
    pub name: Option<String>,
    /// Display name; `None` uses the title of the bundle.
    pub title: Option<String>,
}

/// Reads a bundle for review and saves nothing.
///
/// # Errors
/// [`Error::Usage`] for an invalid or unsafe bundle, and one that is made for another system; [`Error::File`].
pub async fn read_bundle(cx: &Context, file: &Path) -> Result<Bundle, Error> {
    let _lock = lock_unpacking(cx).await?;
    let (archive, manifest) = open_bundle(cx, file).await?;
    let launch = manifest.launch()?;
    let settings = manifest.settings()?;
    let mut notes = Vec::new();
    if archive.is_signed {
        notes.push(
            "It carries a signature, which Patchbay can't check. Compare the SHA-256".to_owned(),
        );
    }
    let path = search_path::server_search_path(path_of(&launch)).await;
    let defaults = settings
        .iter()
        .map(|it| (it.key.clone(), it.default.clone()));
    let variables = Variables {
        folder: FOLDER,
        settings: &settings,
        plain: &defaults.collect(),
        secret: &BTreeMap::new(),
    };
    let program = find_launched_program(&launch, &manifest, &archive, &path, &variables)?;
    let found = match &program {
        Program::Inside(_) | Program::Chosen(_) => None,
        Program::Outside(name) => match find_in(name, &path) {
            Ok(found) => {
                notes.extend(older_program_note(name, &found, &manifest));
                Some(found.display().to_string())
            }
            Err(why) => {
                notes.push(missing_program_note(name, &why, &manifest));
                None
            }
        },
    };
    let first = program.word(FOLDER);
    let words = std::iter::once(&first).chain(launch.args.iter().flatten());
    let variables = launch.env.iter().flatten();
    Ok(Bundle {
        title: manifest.title(),
        version: manifest.version(),
        author: manifest.author(),
        description: manifest.description(),
        command: words.map(|word| inert_word(word)).collect(),
        variables: variables
            .map(|(name, value)| inert_word(&format!("{name}={value}")))
            .collect(),
        program: found,
        runtimes: manifest.runtimes(),
        settings,
        notes,
        sha256: archive.sha256,
    })
}

/// Unpacks a bundle and adds a connector for its server, which is a draft until it first works.
///
/// # Errors
/// As [`read_bundle`]; also [`Error::Usage`] if the file changed since the review, or a setting is missing or invalid;
/// [`Error::Store`], [`Error::Vault`].
pub async fn add_bundle(cx: &Context, file: &Path, request: AddBundle) -> Result<Connector, Error> {
    let _lock = lock_unpacking(cx).await?;
    let (archive, manifest) = open_bundle(cx, file).await?;
    if archive.sha256 != request.sha256 {
        return Err(Error::usage(
            "the bundle has changed since you reviewed it",
            "Choose the file again.",
        ));
    }
    let launch = manifest.launch()?;
    let settings = manifest.settings()?;
    let plain = validate_values(&settings, request.values, &request.secrets)?;
    let id = ConnectorId::new(cx.new_id("con"));
    let folder = cx.paths().server_folder(&id);
    let folder_text = folder
        .to_str()
        .ok_or_else(|| bundle_error("the data folder's path isn't valid Unicode"))?;
    let variables = Variables {
        folder: folder_text,
        settings: &settings,
        plain: &plain,
        secret: &request.secrets,
    };
    let path = search_path::server_search_path(path_of(&launch)).await;
    let command = Variables {
        folder: FOLDER,
        ..variables
    };
    let program = find_launched_program(&launch, &manifest, &archive, &path, &command)?;
    let words = launch.args.iter().flatten();
    let words = words.map(|word| variables.words(word));
    let arguments = words.collect::<Result<Vec<_>, _>>()?.concat();
    let (mut plain_variables, mut secrets) = (BTreeMap::new(), BTreeMap::new());
    for (name, text) in launch.env.iter().flatten() {
        match variables.variable(text)? {
            Some(ResolvedVariable::Plain(value)) => {
                drop(plain_variables.insert(name.clone(), value))
            }
            Some(ResolvedVariable::Secret(value)) => drop(secrets.insert(name.clone(), value)),
            None => {}
        }
    }
    let added = AddProgram {
        command: ServerCommand {
            program: program.word(folder_text),
            arguments,
            // The server's own folder, where the bundle is unpacked.
            folder: None,
            variables: plain_variables,
        },
        secrets,
        name: request.name,
        title: request.title.or_else(|| Some(manifest.title())),
        ..AddProgram::default()
    };
    let target = folder.clone();
    let own_program = match program {
        Program::Inside(name) => Some(name),
        Program::Outside(_) => None,
        Program::Chosen(_) => {
            return Err(Error::usage(
                "the bundle's program isn't chosen",
                "Enter a value for the setting that names it.",
            ));
        }
    };
    blocking(move || archive.unpack(&target, own_program.as_deref())).await?;
    let connector = add_program_as(cx, id, added).await;
    if connector.is_err() {
        // Only a connector's folder is ever deleted.
        drop(tokio::fs::remove_dir_all(&folder).await);
    }
    connector
}

/// Says which version of a runtime is installed if it is older than the bundle needs.
fn older_program_note(name: &str, file: &Path, manifest: &Manifest) -> Option<String> {
    let product = product_of(name)?;
    let required = manifest.required_version(name)?;
    let version = older_version(file, &required)?;
    Some(format!(
        "It needs {product} {required}, and {version} is installed. Install a newer {product}"
    ))
}

/// Says why a bundle can't start yet, and what to install in which version.
fn missing_program_note(name: &str, why: &str, manifest: &Manifest) -> String {
    let why = format!("It can't start yet: {}", clean_text(why, 200));
    match product_of(name) {
        Some(product) => {
            let version = manifest.required_version(name);
            let version = version.map_or_else(String::new, |version| format!(" {version}"));
            format!("{why}. Install {product}{version}")
        }
        None => why,
    }
}

/// Locks the one folder for unpacking across all processes.
async fn lock_unpacking(cx: &Context) -> Result<FileLock, Error> {
    FileLock::take(cx.paths().locks().join("bundle")).await
}

async fn open_bundle(cx: &Context, file: &Path) -> Result<(Archive, Manifest), Error> {
    let (file, folder) = (file.to_owned(), cx.paths().servers().join(".bundle"));
    blocking(move || {
        let mut archive = Archive::open(&file, &folder)?;
        let manifest = Manifest::parse(&archive.manifest()?)?;
        match manifest.other_systems() {
            Some(systems) => Err(bundle_error(&format!("it is made for {systems}"))),
            None => Ok((archive, manifest)),
        }
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Error::Cancelled))
}

fn path_of(launch: &Launch) -> Option<&String> {
    path_variable(launch.env.as_ref()?)
}

/// The program that a bundle starts.
enum Program {
    /// Name of a file in the bundle.
    Inside(String),
    /// Name or path of an installed program.
    Outside(String),
    /// The text of the manifest for a program that a setting without a value names.
    Chosen(String),
}

impl Program {
    /// Returns the first word of the command, for a bundle in `folder`.
    fn word(&self, folder: &str) -> String {
        match self {
            Self::Inside(name) => {
                let path: PathBuf = std::iter::once(folder).chain(name.split('/')).collect();
                path.display().to_string()
            }
            Self::Outside(name) | Self::Chosen(name) => name.clone(),
        }
    }
}

/// Finds out which program a bundle starts, and refuses a file that the bundle lacks. The folder among the variables is
/// [`FOLDER`].
fn find_launched_program(
    launch: &Launch,
    manifest: &Manifest,
    archive: &Archive,
    path: &[PathBuf],
    variables: &Variables<'_>,
) -> Result<Program, Error> {
    let text = launch.command.as_deref().unwrap_or_default();
    let command = variables.words(text)?.concat();
    if command.is_empty() {
        return Ok(Program::Chosen(text.to_owned()));
    }
    let within = command
        .strip_prefix(FOLDER)
        .map(|rest| rest.trim_start_matches(['/', '\\']));
    let is_relative =
        within.is_none() && !Path::new(&command).has_root() && command.contains(['/', '\\']);
    let named = within.unwrap_or(&command).replace('\\', "/");
    let name = named.strip_prefix("./").unwrap_or(&named);
    if within.is_some()
        || is_relative
        || (manifest.server.kind == ServerKind::Binary && archive.has_file(name))
    {
        let with_extension = format!("{name}.exe");
        if cfg!(windows) && archive.has_file(&with_extension) {
            return Ok(Program::Inside(with_extension));
        }
        // No file with `..` in its name is unpacked.
        return match archive.has_file(name) && !name.split('/').any(|part| part == "..") {
            true => Ok(Program::Inside(name.to_owned())),
            false => Err(bundle_error(&format!(
                "it starts {}, which isn't in it",
                clean_text(name, 100)
            ))),
        };
    }
    // Many systems only have `python3`.
    if command == "python" && find_in("python", path).is_err() && find_in("python3", path).is_ok() {
        return Ok(Program::Outside("python3".to_owned()));
    }
    Ok(Program::Outside(command))
}

/// Returns the values of settings that are not secret, with defaults filled in.
fn validate_values(
    settings: &[BundleSetting],
    mut given: BTreeMap<String, Vec<String>>,
    secrets: &BTreeMap<String, SecretValue>,
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let mut checked = BTreeMap::new();
    for setting in settings {
        let BundleSetting { key, title, .. } = setting;
        let values = given.remove(key);
        let missing = || Error::usage(format!("enter a value for {title}"), "The bundle needs it.");
        if setting.is_secret {
            if values.is_some() {
                return Err(Error::usage(
                    format!("setting {title} is a secret"),
                    "Enter it as one.",
                ));
            }
            if setting.is_required && !secrets.contains_key(key) {
                return Err(missing());
            }
            continue;
        }
        let mut values = values.unwrap_or_else(|| setting.default.clone());
        values.retain(|value| !value.is_empty());
        if values.is_empty() && setting.is_required {
            return Err(missing());
        }
        if values.len() > if setting.is_multiple { MAX_VALUES } else { 1 } {
            return Err(Error::usage(
                format!("there are too many values for {title}"),
                "Remove some.",
            ));
        }
        for value in &values {
            check_value(setting, value)?;
        }
        checked.insert(key.clone(), values);
    }
    let mut others = given.keys().chain(secrets.keys());
    let is_known = |key: &str| settings.iter().any(|setting| setting.key == *key);
    if let Some(unknown) = others.find(|key| !is_known(key)) {
        return Err(Error::usage(
            format!("the bundle has no setting {unknown}"),
            "Check the name.",
        ));
    }
    // Settings that are not secret were added above.
    let is_plain = |key: &&String| checked.contains_key(*key);
    if let Some(open) = secrets.keys().find(is_plain) {
        return Err(Error::usage(
            format!("setting {open} isn't a secret"),
            "Enter it as plain text.",
        ));
    }
    Ok(checked)
}

fn check_value(setting: &BundleSetting, value: &str) -> Result<(), Error> {
    let title = &setting.title;
    let unless = |fits: bool, hint: &str| (!fits).then(|| hint.to_owned());
    let hint = match setting.kind {
        BundleSettingKind::String => None,
        BundleSettingKind::Number => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => setting.limit_hint(number),
            _ => Some("Enter a number.".to_owned()),
        },
        BundleSettingKind::Boolean => {
            unless(matches!(value, "true" | "false"), "Enter true or false.")
        }
        BundleSettingKind::Directory | BundleSettingKind::File => {
            unless(Path::new(value).is_absolute(), "Enter its full path.")
        }
    };
    match hint {
        None => Ok(()),
        Some(hint) => Err(Error::usage(
            format!("the value for {title} can't be used"),
            hint,
        )),
    }
}

fn bundle_error(why: &str) -> Error {
    Error::usage(
        format!("can't add this bundle: {why}"),
        "Get another version of it, or another server.",
    )
}
