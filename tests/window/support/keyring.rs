//! A keychain that a test can lock and delete: GNOME Keyring on its own session bus.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::harness::Harness;

const PASSWORD: &[u8] = b"journey";

const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

/// A session bus and a keyring; both end when dropped.
pub(crate) struct Keyring<'a> {
    harness: &'a Harness,
    home: TempDir,
    bus: Child,
    address: String,
    daemon: Option<Child>,
}

impl<'a> Keyring<'a> {
    /// Starts an unlocked keyring, as after a login.
    pub(crate) fn open(harness: &'a Harness) -> Self {
        let home = tempfile::Builder::new()
            .prefix("keyring-")
            .tempdir()
            .expect("a home");
        let mut bus = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/bus.conf"))
            .args(["--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon starts");
        let mut address = String::new();
        let stdout = bus.stdout.take().expect("the bus has an output");
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("the bus says where it is");
        let mut keyring = Self {
            harness,
            home,
            bus,
            address: address.trim().to_owned(),
            daemon: None,
        };
        keyring.unlock();
        keyring
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Unlocks the keyring, as a login does.
    pub(crate) fn unlock(&mut self) {
        end(self.daemon.take());
        let mut daemon = self
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets", "--unlock"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts");
        let mut input = daemon.stdin.take().expect("the keyring has an input");
        input.write_all(PASSWORD).expect("the keyring reads");
        drop(input);
        self.daemon = Some(daemon);
        self.harness
            .wait_for("an open keyring", || self.is("false").then_some(()));
    }

    /// Locks the keyring; nobody answers its prompt.
    pub(crate) fn lock(&self) {
        let path = format!("[objectpath '{LOGIN}']");
        let method = "org.freedesktop.Secret.Service.Lock";
        let call = self.call("/org/freedesktop/secrets", method, &[&path]);
        assert!(call.is_some(), "the keyring is not locked");
        self.harness
            .wait_for("a locked keyring", || self.is("true").then_some(()));
    }

    pub(crate) fn lose_everything(&mut self) {
        end(self.daemon.take());
        fs::remove_dir_all(self.folder().join("keyrings")).expect("its files go");
        self.unlock();
    }

    /// The property `Locked` of the login keyring: `true` or `false`.
    fn is(&self, locked: &str) -> bool {
        let arguments = ["org.freedesktop.Secret.Collection", "Locked"];
        let output = self.call(LOGIN, "org.freedesktop.DBus.Properties.Get", &arguments);
        output.is_some_and(|output| output.contains(locked))
    }

    fn call(&self, object: &str, method: &str, arguments: &[&str]) -> Option<String> {
        let target = ["call", "--session", "--dest", "org.freedesktop.secrets"];
        let output = self
            .command("gdbus")
            .args(target)
            .args(["--object-path", object, "--method", method])
            .args(arguments)
            .output()
            .expect("gdbus starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("HOME", self.home.path())
            .env("XDG_DATA_HOME", self.folder())
            .env("XDG_RUNTIME_DIR", self.home.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env_remove("DISPLAY");
        command
    }

    fn folder(&self) -> PathBuf {
        Path::new(self.home.path()).join("data")
    }
}

impl Drop for Keyring<'_> {
    fn drop(&mut self) {
        end(self.daemon.take());
        self.bus.kill().ok();
        self.bus.wait().ok();
    }
}

fn end(child: Option<Child>) {
    if let Some(mut child) = child {
        child.kill().ok();
        child.wait().ok();
    }
}
