//! A home folder, a Playground to connect to, and the ways to start Patchbay there.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use patchbay_playground::{LoopbackPort, Options, Playground, Switches};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

use super::browser::Browser;
use super::keyring::Keyring;
use super::processes;
use super::window::Window;

/// How long a journey waits for what has to happen, on a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// The display, the session bus and the scheme handler are there once: journeys take turns, also where
/// the test runner does not see to it.
static TURN: Mutex<()> = Mutex::new(());

/// Everything a journey needs; it goes when the journey ends.
pub(crate) struct Harness {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) playground: Playground,
    home: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Harness {
    /// A harness with an empty home.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same, with the Playground configured before it starts.
    pub(crate) fn with(turn: impl FnOnce(&mut Switches)) -> Self {
        let turn_of_this = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = Arc::new(Runtime::new().expect("a runtime"));
        let mut options = Options {
            // Unguessable, so that finding it anywhere means something.
            bearer_token: "pg-bearer-Zk3vQ8tLw1xYr7mN".to_owned(),
            ..Options::default()
        };
        options.switches.loopback_port = LoopbackPort::Free;
        turn(&mut options.switches);
        let playground = runtime
            .block_on(Playground::start(options))
            .expect("the Playground starts");
        let home = tempfile::Builder::new()
            .prefix("patchbay-window-")
            .tempdir()
            .expect("a home");
        let harness = Self {
            runtime,
            playground,
            home,
            _turn: turn_of_this,
        };
        harness.set_up();
        harness
    }

    /// A harness with an empty home, and the window of the app in it.
    pub(crate) fn started() -> (Self, Window) {
        let harness = Self::new();
        let window = harness.start();
        (harness, window)
    }

    /// Changes the Playground while it runs.
    pub(crate) fn configure(&self, change: impl FnOnce(&mut Switches)) {
        self.playground.configure(change);
    }

    fn set_up(&self) {
        for (_, folder) in FOLDERS {
            fs::create_dir_all(self.path(folder)).expect("a folder");
        }
        let closed = fs::Permissions::from_mode(0o700);
        fs::set_permissions(self.path("run"), closed).expect("a runtime folder of our own");
        // Instead of showing the page, this browser says which page it was given. A name appears whole.
        let script = "#!/bin/sh\nprintf '%s' \"$1\" >\"$PATCHBAY_OPENED/.part$$\" && mv \"$PATCHBAY_OPENED/.part$$\" \"$PATCHBAY_OPENED/page$$\"\n";
        let browser = self.path("browser");
        fs::write(&browser, script).expect("a browser");
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).expect("a program");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The one folder that holds database, vault, settings, logs and cache.
    pub(crate) fn patchbay_home(&self) -> PathBuf {
        self.path("patchbay")
    }

    /// What the app wrote to its standard error.
    pub(crate) fn log(&self) -> PathBuf {
        self.path("app.log")
    }

    /// Everything the journey left on the disk.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Sets the environment of a program that belongs to this harness.
    pub(crate) fn prepare(&self, command: &mut Command) {
        let log = File::options()
            .append(true)
            .create(true)
            .open(self.log())
            .expect("a log");
        command
            .envs(FOLDERS.map(|(variable, folder)| (variable, self.path(folder))))
            .env("PATCHBAY_HOME", self.patchbay_home())
            .env("PATCHBAY_OPENED", self.path("opened"))
            .env("PATCHBAY_LOG", "debug")
            .env("BROWSER", self.path("browser"))
            .env("XDG_CURRENT_DESKTOP", "GNOME")
            .env("NO_AT_BRIDGE", "1")
            .stderr(log);
    }

    /// Starts the app with its window under control.
    pub(crate) fn start(&self) -> Window {
        Window::start(self, |_| {})
    }

    /// Starts the app with looks in the background that follow each other within seconds.
    pub(crate) fn start_looking_fast(&self) -> Window {
        Window::start(self, |driver| {
            driver.env("PATCHBAY_LOOKS_FASTER", "600");
        })
    }

    /// Starts the app in a session whose programs are to ask its portal.
    pub(crate) fn start_with_portal(&self) -> Window {
        Window::start(self, |driver| {
            driver.env("GTK_USE_PORTAL", "1");
        })
    }

    /// Starts the app where no keychain answers: without a session bus.
    pub(crate) fn start_without_keychain(&self) -> Window {
        Window::start(self, |driver| {
            driver.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        })
    }

    /// Starts the app where that keychain answers.
    pub(crate) fn start_with(&self, keyring: &Keyring<'_>) -> Window {
        Window::start(self, |driver| {
            driver.env("DBUS_SESSION_BUS_ADDRESS", keyring.address());
        })
    }

    /// Runs a program in the environment of this harness.
    pub(crate) fn run(&self, program: &Path, arguments: &[&str]) {
        let mut command = Command::new(program);
        self.prepare(&mut command);
        let status = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        assert!(
            status.success(),
            "{} ended with {status}",
            program.display()
        );
    }

    /// Headless Chromium, with nothing in it yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::start(self)
    }

    /// Takes the page that the app opened in the browser.
    pub(crate) fn opened_page(&self) -> Url {
        self.wait_for("a page in the browser", || self.take_opened())
    }

    /// Whether the app opened a page that nobody took yet.
    pub(crate) fn opened_any(&self) -> bool {
        self.pages().next().is_some()
    }

    fn take_opened(&self) -> Option<Url> {
        let page = self.pages().next()?;
        let address = fs::read_to_string(&page).expect("the page");
        fs::remove_file(&page).expect("the page goes");
        Some(Url::parse(&address).expect("an address"))
    }

    fn pages(&self) -> impl Iterator<Item = PathBuf> {
        let entries = fs::read_dir(self.path("opened")).expect("the folder of pages");
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("page"))
            })
    }

    /// Waits until `look` finds something; panics after a while, naming `what`.
    pub(crate) fn wait_for<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(started.elapsed() < TIMEOUT, "waited in vain for {what}");
            self.runtime
                .block_on(async { tokio::time::sleep(Duration::from_millis(50)).await });
        }
    }

    /// Waits until `fits` holds for the Playground.
    pub(crate) fn wait_for_playground(&self, what: &str, fits: impl Fn(&Playground) -> bool) {
        let waiting = async { self.playground.wait_until(fits, TIMEOUT).await };
        assert!(self.runtime.block_on(waiting), "waited in vain for {what}");
    }

    /// The processes of this harness, drivers left out.
    pub(crate) fn processes(&self) -> Vec<processes::Process> {
        processes::with_variable("PATCHBAY_HOME", &self.patchbay_home())
    }
}

const FOLDERS: [(&str, &str); 6] = [
    ("HOME", "home"),
    ("XDG_RUNTIME_DIR", "run"),
    ("XDG_DATA_HOME", "home/.local/share"),
    ("XDG_CONFIG_HOME", "home/.config"),
    ("XDG_STATE_HOME", "home/.local/state"),
    ("PATCHBAY_OPENED", "opened"),
];

/// The program at the path in `variable`, which `cargo xtask test window` sets.
pub(crate) fn binary(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test window`"));
    PathBuf::from(path)
}
