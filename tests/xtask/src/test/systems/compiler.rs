//! Debian's own Rust, unpacked beside the machine's. Its sources are a package too and of the very same
//! build, so that the standard library can be compiled for systems that nobody packages it for.

use std::{env, ffi::OsString, fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result, ensure};

use super::{clear_older, folder};
use crate::{paths, shell, system};

/// The packages; what they need and this system does not have comes with them.
///
/// The security archive replaces their version whenever a browser needs a newer one, so no version is
/// named: whatever is the candidate is new enough, as Cargo itself checks.
const PACKAGES: [&str; 5] = [
    "rustc-web",
    "cargo-web",
    "rust-web-clippy",
    "rust-web-src",
    "libstd-rust-web-dev",
];

/// A compiler that is not installed, with its Cargo and its sources.
pub(super) struct Compiler {
    home: PathBuf,
}

impl Compiler {
    /// Unpacks the version that Debian offers today, unless it lies there already.
    pub(super) fn prepare() -> Result<Self> {
        let name = format!("rust-{}", candidate(PACKAGES[0])?);
        let compiler = Self {
            home: folder().join(&name),
        };
        if !compiler.home.exists() {
            compiler.unpack()?;
        }
        clear_older("rust-", &name)?;
        let version = shell::read(compiler.program("rustc").arg("--version"))?;
        shell::print_result(version);
        Ok(compiler)
    }

    /// One of its programs, run at the top of the repository. What rustup and the Cargo that runs us have
    /// set for theirs is taken away.
    pub(super) fn program(&self, name: &str) -> Command {
        let programs = self.home.join("usr/bin");
        let mut command = Command::new(programs.join(name));
        command
            .current_dir(paths::root())
            .env("PATH", prepend_path("PATH", programs))
            .env("LD_LIBRARY_PATH", self.libraries());
        for variable in ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CARGO"] {
            command.env_remove(variable);
        }
        command
    }

    /// Where the standard library for `target` lies, or has to lie.
    pub(super) fn library(&self, target: &str) -> PathBuf {
        self.home.join("usr/lib/rustlib").join(target).join("lib")
    }

    /// A file of the standard library's sources.
    pub(super) fn source(&self, file: &str) -> PathBuf {
        let library = self.home.join("usr/lib/rustlib/src/rust/library");
        library.join(file)
    }

    fn libraries(&self) -> PathBuf {
        self.home.join("usr/lib/x86_64-linux-gnu")
    }

    fn unpack(&self) -> Result<()> {
        fs::create_dir_all(folder())?;
        let packages = tempfile::Builder::new()
            .prefix("deb-")
            .tempdir_in(folder())?;
        let unpacked = tempfile::Builder::new()
            .prefix("new-")
            .tempdir_in(folder())?;
        shell::run(
            Command::new("apt-get")
                .current_dir(&packages)
                .args(["download", "--quiet"])
                .args(missing()?),
        )?;
        for package in fs::read_dir(&packages)? {
            let mut unpack = Command::new("dpkg-deb");
            unpack.arg("--extract").arg(package?.path());
            shell::read(unpack.arg(unpacked.path()))?;
        }
        fs::rename(unpacked.keep(), &self.home)
            .with_context(|| format!("could not place {}", self.home.display()))
    }
}

/// The packages to unpack: ours, and those without which they would not start here.
fn missing() -> Result<Vec<String>> {
    let mut simulate = Command::new("apt-get");
    simulate.args(["install", "--simulate", "--no-install-recommends"]);
    let plan = shell::read(simulate.args(PACKAGES))?;
    let mut packages: Vec<String> = PACKAGES.map(str::to_owned).to_vec();
    packages.extend(installed_by(&plan).map(str::to_owned));
    packages.sort();
    packages.dedup();
    Ok(packages)
}

/// The packages that a simulated installation would bring.
fn installed_by(plan: &str) -> impl Iterator<Item = &str> {
    let lines = plan.lines().filter_map(|line| line.strip_prefix("Inst "));
    lines.filter_map(|line| line.split_whitespace().next())
}

/// The version of a package that would be installed.
fn candidate(package: &str) -> Result<String> {
    let offered = || -> Result<Option<String>> {
        let policy = shell::read(Command::new("apt-cache").args(["policy", package]))?;
        Ok(candidate_in(&policy).map(str::to_owned))
    };
    let mut found = offered()?;
    if found.is_none() {
        system::update_package_lists()?;
        found = offered()?;
    }
    let found = found.with_context(|| {
        format!("Debian offers no {package}: its security archive is not among the sources")
    })?;
    ensure!(
        !found.contains('/'),
        "{package} has an odd version: {found}"
    );
    Ok(found)
}

fn candidate_in(policy: &str) -> Option<&str> {
    let mut lines = policy.lines().map(str::trim);
    let version = lines.find_map(|line| line.strip_prefix("Candidate: "))?;
    Some(version).filter(|version| *version != "(none)")
}

/// The folders of a variable, with one put before them.
fn prepend_path(variable: &str, folder: PathBuf) -> OsString {
    let others = env::var_os(variable).unwrap_or_default();
    let all = std::iter::once(folder).chain(env::split_paths(&others));
    // A folder whose name holds a colon cannot stand in a list of folders.
    env::join_paths(all).unwrap_or(others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_what_would_be_installed() {
        let policy = "rustc-web:\n  Installed: 1.85.0\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n";
        assert_eq!(candidate_in(policy), Some("1.96.0+dfsg1-1~deb12u2"));
        assert_eq!(candidate_in("rustc-web:\n  Candidate: (none)\n"), None);
        assert_eq!(candidate_in(""), None);
    }

    #[test]
    fn what_a_plan_installs_is_read_and_what_it_removes_is_not() {
        let plan = "Remv rustc [1.63]\nInst libllvm22 (1:22 Debian [amd64])\nConf libllvm22 (1:22)";
        assert_eq!(installed_by(plan).collect::<Vec<_>>(), ["libllvm22"]);
    }
}
