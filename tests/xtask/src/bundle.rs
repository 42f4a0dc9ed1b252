//! `cargo xtask bundle`: release packages, each with the app and the command line.

#[cfg(test)]
mod tests;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{
    cargo::cargo,
    paths, shell,
    system::{self, Need},
    ui,
};

/// Adds the second binary; apart from the main file because Tauri's build script wants it to exist.
const CONFIGURATION: &str = "tauri.bundle.conf.json";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the updater asks for news, and the key it trusts; the app reads both when it is compiled, and
/// the updater is off unless both are set.
pub(crate) const UPDATER_ENDPOINT: &str = "PATCHBAY_UPDATER_ENDPOINT";
pub(crate) const UPDATER_PUBLIC_KEY: &str = "PATCHBAY_UPDATER_PUBLIC_KEY";

/// The folder of manual pages.
const MANUAL: &str = "man1";

/// Each shell that packages complete commands in, with the file where it looks: on Debian, and on Fedora.
const COMPLETIONS: [(&str, &str, &str); 3] = [
    (
        "bash",
        "/usr/share/bash-completion/completions/patchbay",
        "/usr/share/bash-completion/completions/patchbay",
    ),
    (
        "zsh",
        "/usr/share/zsh/vendor-completions/_patchbay",
        "/usr/share/zsh/site-functions/_patchbay",
    ),
    (
        "fish",
        "/usr/share/fish/vendor_completions.d/patchbay.fish",
        "/usr/share/fish/vendor_completions.d/patchbay.fish",
    ),
];

/// The command that signs a file on Windows, `%1` standing for it.
const WINDOWS_SIGN_COMMAND: &str = "PATCHBAY_WINDOWS_SIGN_COMMAND";

const UPDATE_SIGNING_KEY: &str = "TAURI_SIGNING_PRIVATE_KEY";

/// What the app and Tauri read. A hosted build sets those it does not have to nothing, which they would
/// take for an address or a key.
pub(crate) const SETTINGS: [&str; 10] = [
    UPDATER_ENDPOINT,
    UPDATER_PUBLIC_KEY,
    UPDATE_SIGNING_KEY,
    "TAURI_SIGNING_PRIVATE_KEY_PASSWORD",
    "APPLE_CERTIFICATE",
    "APPLE_CERTIFICATE_PASSWORD",
    "APPLE_SIGNING_IDENTITY",
    "APPLE_ID",
    "APPLE_PASSWORD",
    "APPLE_TEAM_ID",
];

/// Builds both programs in release, packs them in `formats` or in this system's usual ones, and
/// reports each package with its size.
pub(crate) fn bundle(formats: &[String]) -> Result<()> {
    for (package, bytes) in build_packages(formats)? {
        shell::print_result(format_args!(
            "{:.1} MiB {}",
            mebibytes(bytes),
            package.display()
        ));
    }
    Ok(())
}

/// The same without the report: the packages with their sizes in bytes.
///
/// They lie in `target/packages` with names that tell system and architecture, beside the
/// updater's archives and signatures where the updater is on.
pub(crate) fn build_packages(formats: &[String]) -> Result<Vec<(PathBuf, u64)>> {
    system::prepare(Need::Build)?;
    let settings = settings(set);
    if settings["plugins"].is_null() {
        shell::log("The updater is off: its endpoint and public key are not set.");
    }
    build_programs(&[])?;
    place_command_line()?;
    let mut shell_files = json!({});
    if cfg!(target_os = "linux") {
        let folder = paths::root().join("target/sidecar/shell");
        write_shell_files(&paths::release_binary("patchbay"), &folder)?;
        shell_files = with_shell_files(&folder);
    }
    let made = paths::target().join("release/bundle");
    clear(&made)?;
    let formats = if formats.is_empty() {
        system::bundle_formats().join(",")
    } else {
        formats.join(",")
    };
    let mut tauri = ui::tauri("bundle");
    tauri.args(["--ci", "--bundles", &formats, "--config", CONFIGURATION]);
    for config in [settings, shell_files] {
        tauri.arg("--config").arg(config.to_string());
    }
    shell::run(without_empty(&mut tauri))?;
    let packages = gather(&made)?;
    packages.into_iter().map(smaller).collect()
}

/// Packs a Debian package anew with xz, which makes it half as large as Tauri's gzip does. One that is
/// signed for the updater stays: its signature is of the bytes as they are.
fn smaller((package, bytes): (PathBuf, u64)) -> Result<(PathBuf, u64)> {
    let is_debian = package.extension().is_some_and(|end| end == "deb");
    let mut signature = package.clone().into_os_string();
    signature.push(".sig");
    if !is_debian || Path::new(&signature).exists() {
        return Ok((package, bytes));
    }
    let unpacked = tempfile::tempdir()?;
    let contents = unpacked.path().join("package");
    let debian = || Command::new("dpkg-deb");
    shell::run(debian().arg("--raw-extract").arg(&package).arg(&contents))?;
    let pack = ["-Zxz", "-z9", "--root-owner-group", "--build"];
    shell::run(debian().args(pack).arg(&contents).arg(&package))?;
    let bytes = fs::metadata(&package)?.len();
    Ok((package, bytes))
}

/// Builds the window, then both programs and `others` in release, in one build, so that their common
/// crates are compiled once.
pub(crate) fn build_programs(others: &[&str]) -> Result<()> {
    ui::build()?;
    let mut build = cargo("build");
    build.args([
        "--release",
        "--locked",
        "--features",
        "tauri/custom-protocol",
    ]);
    for package in ["patchbay-desktop", "patchbay-cli"].iter().chain(others) {
        build.args(["--package", package]);
    }
    shell::run(without_empty(&mut build))
}

/// Takes settings that are empty out of what `command` sees.
fn without_empty(command: &mut Command) -> &mut Command {
    for name in SETTINGS.iter().filter(|name| set(name).is_none()) {
        command.env_remove(name);
    }
    command
}

/// A variable of the environment, unless it is empty.
fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The settings of this build that `variable` knows, as Tauri's configuration.
fn settings(variable: impl Fn(&str) -> Option<String>) -> Value {
    let mut settings = json!({});
    if let (Some(endpoint), Some(key)) = (variable(UPDATER_ENDPOINT), variable(UPDATER_PUBLIC_KEY))
    {
        // Tauri signs archives only for a configuration that names the key.
        settings["plugins"]["updater"] = json!({ "endpoints": [endpoint], "pubkey": key });
        // Without the private key there is nothing that an installed app would accept.
        settings["bundle"]["createUpdaterArtifacts"] =
            variable(UPDATE_SIGNING_KEY).is_some().into();
    }
    if let Some(command) = variable(WINDOWS_SIGN_COMMAND) {
        settings["bundle"]["windows"]["signCommand"] = command.into();
    }
    settings
}

/// Copies `patchbay` to where Tauri looks for a second binary, named for the system it was built for.
fn place_command_line() -> Result<()> {
    let system = shell::read(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let folder = paths::root().join("target/sidecar");
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("patchbay-{system}{}", env::consts::EXE_SUFFIX));
    fs::copy(paths::release_binary("patchbay"), &file)
        .with_context(|| format!("could not place {}", file.display()))?;
    Ok(())
}

/// Has the command line write its manual pages, and what shells need to complete its commands.
fn write_shell_files(program: &Path, folder: &Path) -> Result<()> {
    clear(folder)?;
    shell::run(Command::new(program).arg("man").arg(folder.join(MANUAL)))?;
    for (shell, _, _) in COMPLETIONS {
        let script = shell::read(Command::new(program).args(["completions", shell]))?;
        fs::write(folder.join(shell), script + "\n")?;
    }
    Ok(())
}

/// The files that [`write_shell_files`] wrote, where Linux looks for them, as Tauri's configuration.
fn with_shell_files(folder: &Path) -> Value {
    let mut linux = json!({});
    for (format, completions) in [
        ("deb", COMPLETIONS.map(|(shell, debian, _)| (shell, debian))),
        ("rpm", COMPLETIONS.map(|(shell, _, fedora)| (shell, fedora))),
    ] {
        let files = &mut linux[format]["files"];
        files["/usr/share/man/man1"] = json!(folder.join(MANUAL));
        for (shell, place) in completions {
            files[place] = json!(folder.join(shell));
        }
    }
    json!({ "bundle": { "linux": linux } })
}

/// Empties a folder, so that what lies there afterwards was made now.
fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("could not clear {}", folder.display()))?;
    }
    Ok(())
}

/// Copies what Tauri made, a folder for each format, into one folder of packages.
fn gather(made: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let packages = paths::target().join("packages");
    clear(&packages)?;
    fs::create_dir_all(&packages)?;
    let mut found = Vec::new();
    for format in fs::read_dir(made)? {
        let format = format?.path();
        if !format.is_dir() {
            continue;
        }
        for file in fs::read_dir(format)? {
            let file = file?.path();
            let name = file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            let Some(name) = name.filter(|name| is_released(name)) else {
                continue;
            };
            let package = packages.join(released_name(&name));
            let bytes = fs::copy(&file, &package)?;
            found.push((package, bytes));
        }
    }
    found.sort();
    ensure!(
        !found.is_empty(),
        "Tauri made no package in {}",
        made.display()
    );
    Ok(found)
}

/// Whether a file in Tauri's folders is for other people: a package, an update, its signature.
fn is_released(name: &str) -> bool {
    let name = name.strip_suffix(".sig").unwrap_or(name);
    [
        ".deb",
        ".rpm",
        ".AppImage",
        ".dmg",
        ".exe",
        ".msi",
        ".app.tar.gz",
    ]
    .iter()
    .any(|ending| name.ends_with(ending))
}

/// The name under which a file is released: the Mac's update archive does not say what it is for.
fn released_name(name: &str) -> String {
    name.replace(
        ".app.tar.gz",
        &format!("_{VERSION}_{}.app.tar.gz", env::consts::ARCH),
    )
}

/// A size as people say it.
#[expect(
    clippy::cast_precision_loss,
    reason = "a package is far smaller than what f64 counts exactly"
)]
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
