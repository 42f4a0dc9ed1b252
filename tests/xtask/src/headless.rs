//! A private display, session bus and keyring for windows in tests.

mod frame;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::{
    paths,
    shell::{self, Service},
};

pub(crate) use frame::Frame;

/// Starts a new unlocked keyring, then replaces itself by the program in its arguments.
const KEYRING_EXEC_SCRIPT: &str = concat!(include_str!("headless/keyring.sh"), "exec \"$@\"");

/// The same, but prints the session bus address first and ends the program with standard input, so also when xtask is
/// killed.
const KEYRING_GUARD_SCRIPT: &str = concat!(
    include_str!("headless/keyring.sh"),
    "echo \"$DBUS_SESSION_BUS_ADDRESS\"
    \"$@\" </dev/null >/dev/null & program=$!
    cat >/dev/null
    kill $program 2>/dev/null; wait $program 2>/dev/null"
);

/// An X display in memory with its own home; it ends when dropped.
pub(crate) struct Display {
    server: Child,
    name: String,
    home: TempDir,
    runtime: PathBuf,
}

impl Display {
    /// Starts a display of `width` × `height` pixels.
    pub(crate) fn start(width: u32, height: u32) -> Result<Self> {
        let home = tempfile::Builder::new().prefix("patchbay-").tempdir()?;
        for folder in FOLDERS
            .map(|(_, folder)| folder)
            .iter()
            .chain([&FRAME_FOLDER])
        {
            fs::create_dir_all(home.path().join(folder))?;
        }
        // A runtime folder has to be closed to others, as the home is.
        let runtime = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(&home)?
            .keep();
        let mut server = Command::new("Xvfb")
            .arg("-fbdir")
            .arg(home.path().join(FRAME_FOLDER))
            .args([
                "-displayfd",
                "1",
                "-nolisten",
                "tcp",
                "-noreset",
                "-screen",
                "0",
            ])
            .arg(format!("{width}x{height}x24"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start Xvfb")?;
        let mut number = String::new();
        let stdout = server.stdout.take().context("Xvfb has no output")?;
        BufReader::new(stdout).read_line(&mut number)?;
        let number: u32 = number.trim().parse().context("Xvfb named no display")?;
        Ok(Self {
            server,
            name: format!(":{number}"),
            home,
            runtime,
        })
    }

    /// A command that runs `program` on this display with a session bus and an unlocked keyring.
    pub(crate) fn command(&self, program: &Path) -> Command {
        self.session(KEYRING_EXEC_SCRIPT, program)
    }

    /// The same for a program with arguments and variables.
    pub(crate) fn wrap(&self, inner: &Command) -> Command {
        let mut command = self.command(inner.get_program().as_ref());
        command.args(inner.get_args());
        for (name, value) in inner.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command
    }

    /// Starts `program` with the arguments and variables that `prepare` adds; it ends when the result is dropped.
    pub(crate) fn start_program(
        &self,
        program: &Path,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<GuardedChild> {
        let mut command = self.session(KEYRING_GUARD_SCRIPT, program);
        prepare(&mut command);
        let (service, bus) = Service::start(&mut command)?;
        Ok(GuardedChild {
            _service: service,
            bus: bus.trim().to_owned(),
        })
    }

    /// A command that runs `program` on this display, in a session that was started before.
    pub(crate) fn command_in_session(&self, started: &GuardedChild, program: &Path) -> Command {
        let mut command = Command::new(program);
        self.set_environment(&mut command);
        command.env("DBUS_SESSION_BUS_ADDRESS", &started.bus);
        command
    }

    /// Opens the picture of the display for frequent reads.
    pub(crate) fn frame(&self) -> Result<Frame> {
        Frame::open(&self.home.path().join(FRAME_FOLDER).join("Xvfb_screen0"))
    }

    /// The value of `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The home of all programs on this display.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a PNG picture of the display to `file`.
    ///
    /// The driver could do that too, but may wait forever for a frame.
    pub(crate) fn screenshot(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut import = Command::new("import");
        import
            .env("DISPLAY", &self.name)
            .args(["-window", "root"])
            .arg(file);
        shell::read(&mut import).map(drop)
    }

    fn session(&self, script: &str, program: &Path) -> Command {
        let mut command = Command::new("dbus-run-session");
        command
            .arg("--config-file")
            .arg(paths::root().join("tests/bus.conf"))
            .args(["--", "sh", "-c", script, "sh"])
            .arg(program);
        self.set_environment(&mut command);
        command
    }

    /// Sets the display and the private homes in the environment of `command`.
    fn set_environment(&self, command: &mut Command) {
        command
            .current_dir(paths::root())
            .env("DISPLAY", &self.name)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .envs([
                // Without a graphics card, shared graphics memory delays the first frame.
                ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
                ("GDK_BACKEND", "x11"),
                ("LIBGL_ALWAYS_SOFTWARE", "1"),
                ("NO_AT_BRIDGE", "1"),
            ]);
        keep_tool_homes(command);
        command.env("XDG_RUNTIME_DIR", &self.runtime);
        for (variable, folder) in FOLDERS {
            command.env(variable, self.home.path().join(folder));
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

/// Where Xvfb keeps its picture.
const FRAME_FOLDER: &str = "frame";

const FOLDERS: [(&str, &str); 5] = [
    ("HOME", "home"),
    ("XDG_DATA_HOME", "home/.local/share"),
    ("XDG_CONFIG_HOME", "home/.config"),
    ("XDG_STATE_HOME", "home/.local/state"),
    ("XDG_CACHE_HOME", "home/.cache"),
];

/// Cargo and rustup look below HOME, which a session replaces.
fn keep_tool_homes(command: &mut Command) {
    let Some(home) = std::env::home_dir() else {
        return;
    };
    for (variable, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let place: PathBuf =
            std::env::var_os(variable).map_or_else(|| home.join(folder), PathBuf::from);
        command.env(variable, place);
    }
}

/// A program in a session of its own; it ends when dropped.
pub(crate) struct GuardedChild {
    _service: Service,
    /// Address of the session's bus.
    bus: String,
}

/// Terminates a program and waits for it, so that it can clean up.
fn end(child: &mut Child) {
    let asked = Command::new("kill").arg(child.id().to_string()).status();
    if !asked.is_ok_and(|status| status.success()) {
        let _ = child.kill();
    }
    let _ = child.wait();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_a_display_a_keyring_and_a_home_of_its_own() {
        let display = Display::start(640, 480).expect("Xvfb starts");
        let script = "printf token | secret-tool store --label test app patchbay && secret-tool lookup app patchbay && printf ' %s %s' \"$DISPLAY\" \"$HOME\"";
        let output = display
            .command(Path::new("sh"))
            .args(["-c", script])
            .output()
            .expect("the session starts");
        let expected = format!(
            "token {} {}",
            display.name,
            display.home().join("home").display()
        );
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }

    #[test]
    fn a_keyring_that_crashed_is_followed_by_an_unlocked_one() {
        let display = Display::start(640, 480).expect("Xvfb starts");
        let script = "printf token | secret-tool store --label test app patchbay
            id() { gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus --method org.freedesktop.DBus.GetConnectionUnixProcessID org.freedesktop.secrets 2>/dev/null | tr -dc '0-9 '; }
            first=$(id | cut -d ' ' -f 2); kill -9 $first
            for try in $(seq 200); do now=$(id | cut -d ' ' -f 2); [ -n \"$now\" ] && [ \"$now\" != \"$first\" ] && break; sleep 0.05; done
            secret-tool lookup app patchbay";
        let output = display
            .command(Path::new("sh"))
            .args(["-c", script])
            .output()
            .expect("the session starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "token");
    }

    #[test]
    fn a_guarded_program_ends_with_its_guard() {
        let display = Display::start(640, 480).expect("Xvfb starts");
        let mark = display.home().join("ended");
        let begun = display.home().join("begun");
        let script = "trap 'kill $!; touch \"$1\"; exit' TERM; sleep 60 & touch \"$2\"; wait";
        let guarded = display
            .start_program(Path::new("sh"), |command| {
                command.args(["-c", script, "sh"]).args([&mark, &begun]);
            })
            .expect("the session starts");
        shell::poll("the program", std::time::Duration::from_secs(20), || {
            Ok(begun.exists().then_some(()))
        })
        .expect("it begins");
        drop(guarded);
        assert!(mark.exists());
    }
}
