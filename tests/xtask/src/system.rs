//! What differs between systems: packages, program names, displays.

use std::{
    env,
    ffi::OsStr,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::shell;

/// Debian packages that building needs.
const BUILD_PACKAGES: &str = "
    build-essential pkg-config libwebkit2gtk-4.1-dev libgtk-3-dev librsvg2-dev libayatana-appindicator3-dev
    libdbus-1-dev file xdg-utils
";

/// Debian packages that a run without a display needs on top.
const HEADLESS_PACKAGES: &str = "
    webkit2gtk-driver xvfb xauth dbus gnome-keyring fonts-dejavu-core imagemagick at-spi2-core procps
";

/// Debian packages that official clients in Python need on top of building.
const SDK_PACKAGES: &str = "python3-venv";

/// Debian packages that tests need on top of both.
const TEST_PACKAGES: &str =
    "chromium chromium-driver libsecret-tools libglib2.0-bin desktop-file-utils python3-venv";

/// Debian packages that compile and run programs for Windows; those for macOS come from elsewhere.
const SYSTEMS_PACKAGES: &str = "
    g++-mingw-w64-x86-64-posix gcc-mingw-w64-x86-64-posix lld-19 nasm python3-venv wine64 wine64-preloader
";

/// What a command is about to do, and so what has to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Compiling the app.
    Build,
    /// Compiling it and showing it where there is no display.
    Headless,
    /// Compiling it and running the official clients of hosted platforms.
    Sdks,
    /// Everything that the tests use.
    Tests,
    /// Compiling for other systems, and running what was compiled.
    Systems,
}

impl Need {
    fn packages(self) -> Vec<&'static str> {
        let lists: &[&str] = match self {
            Self::Build => &[BUILD_PACKAGES],
            Self::Headless => &[BUILD_PACKAGES, HEADLESS_PACKAGES],
            Self::Sdks => &[BUILD_PACKAGES, SDK_PACKAGES],
            Self::Tests => &[BUILD_PACKAGES, HEADLESS_PACKAGES, TEST_PACKAGES],
            Self::Systems => &[BUILD_PACKAGES, HEADLESS_PACKAGES, SYSTEMS_PACKAGES],
        };
        lists
            .iter()
            .flat_map(|list| list.split_whitespace())
            .collect()
    }
}

/// Installs what is missing for `need`, saying so; where that cannot be done, says how.
pub(crate) fn prepare(need: Need) -> Result<()> {
    check_node()?;
    if !cfg!(target_os = "linux") {
        return check_other_system();
    }
    let packages = need.packages();
    if is_debian() {
        return install_debian(&missing_debian(&packages));
    }
    // Another distribution names its packages differently; ask pkg-config for the one that matters.
    if has(Command::new("pkg-config").args(["--exists", "webkit2gtk-4.1"])) {
        return Ok(());
    }
    bail!(
        "this Linux has no apt-get. Install what these Debian packages hold, then try again:\n  {}",
        packages.join(" ")
    );
}

/// The major version of Node; `None` where there is none.
pub(crate) fn node_major() -> Option<u32> {
    let version = shell::read(Command::new("node").arg("--version")).ok()?;
    let major = version.trim_start_matches('v').split('.').next()?;
    major.parse().ok()
}

/// The package on npm that holds Node itself for this system.
pub(crate) fn node_package() -> String {
    let system = match env::consts::OS {
        "macos" => "darwin",
        "windows" => "win",
        other => other,
    };
    let processor = match env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "x64",
    };
    format!("node-{system}-{processor}")
}

fn check_node() -> Result<()> {
    match node_major() {
        Some(major) if major >= 20 => Ok(()),
        Some(major) => {
            bail!("Node {major} is too old: install Node 20 or newer from https://nodejs.org")
        }
        None => bail!("Node is missing: install Node 20 or newer from https://nodejs.org"),
    }
}

fn check_other_system() -> Result<()> {
    if cfg!(target_os = "macos") && !has(Command::new("xcode-select").arg("-p")) {
        bail!("Apple's command line tools are missing. Run:\n  xcode-select --install");
    }
    if cfg!(windows) && !has(Command::new("rustc").args(["--print", "host-tuple"])) {
        bail!("Rust is missing. Install it from https://rustup.rs with the MSVC build tools");
    }
    Ok(())
}

fn missing_debian(packages: &[&'static str]) -> Vec<&'static str> {
    packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect()
}

/// Whether packages of Debian can be had here.
pub(crate) fn is_debian() -> bool {
    cfg!(target_os = "linux") && has(Command::new("apt-get").arg("--version"))
}

/// Asks the archives what they offer today.
pub(crate) fn update_package_lists() -> Result<()> {
    let Some(mut update) = as_root("apt-get") else {
        bail!("the lists of packages are out of date. As root, run:\n  apt-get update");
    };
    shell::run(update.arg("update"))
}

pub(crate) fn is_installed(package: &str) -> bool {
    shell::read(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

fn install_debian(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let steps = format!(
        "apt-get update && apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    );
    let Some(mut command) = as_root("sh") else {
        bail!("these packages are missing and there is no sudo. As root, run:\n  {steps}");
    };
    shell::log(format_args!(
        "Installing {} Debian packages that are missing.",
        packages.len()
    ));
    command.args([
        "-ec",
        &format!("export DEBIAN_FRONTEND=noninteractive; {steps}"),
    ]);
    shell::run(&mut command)
}

/// `program` with the rights of root, where that can be had.
pub(crate) fn as_root(program: &str) -> Option<Command> {
    if shell::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0") {
        return Some(Command::new(program));
    }
    if !has(Command::new("sudo").arg("--version")) {
        return None;
    }
    let mut sudo = Command::new("sudo");
    if env::var_os("CI").is_some() {
        // Nobody is there to type a password.
        sudo.arg("--non-interactive");
    }
    sudo.arg(program);
    Some(sudo)
}

/// Whether a window can be shown to somebody.
pub(crate) fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Whether the web view can be driven here: WebKitGTK brings a driver, the others do not.
pub(crate) fn has_web_view_driver() -> bool {
    cfg!(target_os = "linux")
}

/// npm under the name that starts it here.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// The packages that a release of this system consists of and that can be built offline.
pub(crate) fn bundle_formats() -> &'static [&'static str] {
    if cfg!(target_os = "macos") {
        &["app", "dmg"]
    } else if cfg!(windows) {
        &["nsis", "msi"]
    } else {
        &["deb", "rpm"]
    }
}

/// Makes a virtual environment of Python, and returns the folder of its programs.
pub(crate) fn make_python_environment(folder: &Path) -> Result<PathBuf> {
    let python = if cfg!(windows) { "python" } else { "python3" };
    let mut venv = Command::new(python);
    shell::run(venv.args(["-m", "venv", "--clear"]).arg(folder))?;
    Ok(python_programs(folder))
}

/// The programs of a virtual environment.
pub(crate) fn python_programs(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

/// Installs packages of PyPI by the `pip` of a virtual environment.
pub(crate) fn pip_install(programs: &Path) -> Command {
    let mut pip = Command::new(programs.join("python"));
    pip.args(["-m", "pip", "install", "--quiet"]);
    pip
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Whether `command` can be started and succeeds, its output unseen.
pub(crate) fn has(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Whether a program of this name answers to `--version`.
pub(crate) fn has_program(name: impl AsRef<OsStr>) -> bool {
    has(Command::new(name).arg("--version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_need_includes_the_smaller_one() {
        let tests = Need::Tests.packages();
        let headless = Need::Headless.packages();
        assert!(
            Need::Build
                .packages()
                .iter()
                .all(|package| headless.contains(package))
        );
        assert!(headless.iter().all(|package| tests.contains(package)));
    }

    #[test]
    fn no_package_starts_stray_buses() {
        assert!(!Need::Tests.packages().contains(&"dbus-x11"));
    }
}
