//! Wine with a temporary Windows.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, ensure};

use super::folder;
use crate::shell;

/// The programs of Debian.
const WINE: &str = "/usr/lib/wine/wine64";
const SERVER: &str = "/usr/lib/wine/wineserver64";

/// Number of attempts to start wine, which fails when the memory range it needs is not free.
const TRIES: u32 = 3;

/// Time limit of a program in seconds.
const LIMIT: &str = "1200";

/// The library of Windows 10 that gives Rust random bytes, which wine 8 lacks.
const RANDOM_BYTES: &str = r#"#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) {
    return RtlGenRandom(bytes, (ULONG)length);
}
"#;

/// A Windows, whose programs end when it is dropped.
pub(super) struct Wine {
    home: PathBuf,
}

impl Wine {
    /// Creates one with empty keychain, registry and folders.
    pub(super) fn prepare(home: &Path) -> Result<Self> {
        let wine = Self { home: home.into() };
        let mut tries = 1;
        while let Err(error) = wine.start_afresh() {
            if tries == TRIES {
                return Err(error.context(wine.describe_environment()));
            }
            shell::log(format_args!("wine doesn't start: {error:#}"));
            tries += 1;
        }
        let version = ["add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10"];
        shell::run(wine.command(Path::new("reg")).args(version).arg("/f"))?;
        wine.build_missing_library("bcryptprimitives.dll", RANDOM_BYTES)?;
        Ok(wine)
    }

    fn start_afresh(&self) -> Result<()> {
        self.end();
        if self.home.exists() {
            fs::remove_dir_all(&self.home)?;
        }
        fs::create_dir_all(&self.home)?;
        self.start()
    }

    /// Starts the wine server for as long as this lives: otherwise each program would start it and wait for its end.
    fn start(&self) -> Result<()> {
        let mut server = Command::new(SERVER);
        self.set_environment(&mut server);
        self.run(server.arg("--persistent"))?;
        self.run(self.command(Path::new("wineboot")).arg("--init"))
    }

    /// Runs a command. Its output goes to a file: a pipe would stay open until everything that it started has ended.
    fn run(&self, command: &mut Command) -> Result<()> {
        let said = self.home.join("said");
        let line = shell::describe(command);
        let status = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&said)?)
            .status()?;
        let said = fs::read_to_string(&said).unwrap_or_default();
        ensure!(status.success(), "{line} ended with {status}\n{said}");
        Ok(())
    }

    /// The cause of a failed start that wine does not report: it only ends with 53 (a library is missing) when no file
    /// can be opened, or none of its 700 MB written.
    fn describe_environment(&self) -> String {
        let ask = |program: &str, words: &[&str]| {
            let answer = shell::read(Command::new(program).args(words));
            answer.unwrap_or_else(|error| error.to_string())
        };
        let home = self.home.to_string_lossy();
        // What is most often the cause comes last, as the end of a log is read first.
        [
            ask("sh", &["-c", "ulimit -a"]),
            ask("free", &["--mebi"]),
            ask("df", &["--inodes", &home, "/tmp"]),
            ask("df", &["--human-readable", &home, "/tmp"]),
        ]
        .join("\n")
    }

    /// Ends every program of this Windows, as a reset does.
    pub(super) fn restart(&self) -> Result<()> {
        self.end();
        self.start()
    }

    fn end(&self) {
        let mut end = Command::new(SERVER);
        self.set_environment(&mut end);
        // It fails when no program is running.
        drop(end.arg("--kill").output());
    }

    /// A command that runs a Windows program.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("timeout");
        command.args(["--kill-after=10", LIMIT, WINE]).arg(program);
        self.set_environment(&mut command);
        command
    }

    /// Sets the environment of `command` for this Windows.
    pub(super) fn set_environment(&self, command: &mut Command) {
        command
            .env("WINEPREFIX", &self.home)
            .env("WINEARCH", "win64")
            .env("WINEDEBUG", "-all")
            // They would offer to download .NET and a browser, and write to the menus of this system.
            .env(
                "WINEDLLOVERRIDES",
                "mscoree=d;mshtml=d;winemenubuilder.exe=d",
            );
    }

    /// The Windows path of a file of this system.
    pub(super) fn path(&self, file: &Path) -> String {
        format!("Z:{}", file.display()).replace('/', r"\")
    }

    /// A folder by its path below `C:`.
    pub(super) fn disk(&self) -> PathBuf {
        self.home.join("drive_c")
    }

    /// Compiles a library that wine lacks.
    fn build_missing_library(&self, name: &str, source: &str) -> Result<()> {
        compile(
            source,
            &self.disk().join("windows/system32").join(name),
            &["-shared", "-ladvapi32"],
        )
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.end();
    }
}

/// Compiles a program or library in C for Windows.
pub(super) fn compile(source: &str, to: &Path, options: &[&str]) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("c-").tempdir_in(folder())?;
    let file = folder.path().join("source.c");
    fs::write(&file, source)?;
    let (kind, libraries): (Vec<&str>, Vec<&str>) =
        options.iter().partition(|option| !option.starts_with("-l"));
    let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
    compiler
        .args(kind)
        .arg("-municode")
        .arg("-o")
        .arg(to)
        .arg(&file);
    shell::run(compiler.args(libraries))
}
