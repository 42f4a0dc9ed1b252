//! Updates of the app: a build with an endpoint, a local server with signed archives, and the update in the settings
//! of the app.
//!
//! Endpoint and key are build settings, so this builds the app again and runs by name only.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::Report;
use crate::{
    bundle, cargo,
    headless::Display,
    paths,
    playground::{Consent, Playground},
    shell::{self, Killed},
    system, ui,
    webdriver::WebView,
};

/// Maximum wait for the start of an installation or of a program.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A version newer than any real one.
const VERSION: &str = "999.0.0";

/// A version that the archive is not signed for.
const OTHER_VERSION: &str = "999.1.0";

/// The message for an archive with a wrong signature.
const REFUSED: &str = "the update isn't what Patchbay signed";

const NOTES: &str = "Lists are faster";

/// The new version, which writes a file beside itself when it is started.
const NEW_VERSION: &str = r#"#include <stdio.h>
int main(int count, char **words) {
    char name[4096];
    snprintf(name, sizeof name, "%s.started", words[0]);
    FILE *file = fopen(name, "w");
    return !file || fclose(file);
}
"#;

pub(super) fn run(report: &mut Report) -> Result<()> {
    if !system::has_web_view_driver() {
        bail!("the app is looked at with WebKitWebDriver, which only Linux has");
    }
    let update_test = report.set_up("an app that updates itself", UpdateTest::prepare)?;
    report.check("an archive that somebody changed is not installed", || {
        update_test.refuses_a_changed_archive()
    });
    report.check("an archive under another version is not installed", || {
        update_test.refuses_another_version()
    });
    report.check("nothing is installed while a tool runs", || {
        update_test.waits_for_a_tool()
    });
    report.check("the new version is shown, installed and started", || {
        update_test.installs()
    });
    Ok(())
}

/// An app that gets updates from the local server, and a new version of it.
struct UpdateTest {
    folder: tempfile::TempDir,
    server: Server,
    new_version: Vec<u8>,
    signature: String,
}

impl UpdateTest {
    fn prepare() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("patchbay-updates-")
            .tempdir()?;
        let key = folder.path().join("key");
        let sign = |words: &[&str], file: &Path| {
            let mut tauri = ui::tauri("signer");
            let (verb, options) = words.split_at(1);
            tauri.args(verb).args(["--password", ""]);
            shell::read(tauri.args(options).arg(file))
        };
        ui::build()?;
        sign(&["generate", "--ci", "--write-keys"], &key)?;
        let server = Server::start()?;
        let public_key = fs::read_to_string(key.with_extension("pub"))?;
        shell::run(
            cargo::cargo("build")
                .args(cargo::WORKSPACE)
                .arg("--all-targets")
                .env(bundle::UPDATER_ENDPOINT, server.address("latest.json"))
                .env(bundle::UPDATER_PUBLIC_KEY, public_key.trim()),
        )?;
        fs::copy(
            paths::debug_binary("patchbay-desktop"),
            folder.path().join("patchbay-desktop"),
        )?;
        let archive = folder.path().join("new-version");
        compile(NEW_VERSION, &archive)?;
        let key = key.to_str().context("the temporary folder is no text")?;
        sign(
            &["sign", "--app-version", VERSION, "--private-key-path", key],
            &archive,
        )?;
        let signature = archive.with_extension("sig");
        Ok(Self {
            new_version: fs::read(archive)?,
            signature: fs::read_to_string(signature)?,
            folder,
            server,
        })
    }

    /// Offers these bytes as that version, with the signature of the new version.
    fn offer(&self, version: &str, archive: &[u8]) {
        let platform = format!("linux-{}", std::env::consts::ARCH);
        let manifest = json!({ "version": version, "notes": NOTES, "platforms": { platform: {
            "url": self.server.address("archive"),
            "signature": self.signature.trim(),
        } } });
        self.server.serve(manifest, archive.to_vec());
    }

    fn app(&self) -> PathBuf {
        self.folder.path().join("patchbay-desktop")
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Starts the app and checks for updates in its settings.
    fn look(&self, display: &Display, version: &str) -> Result<WebView> {
        let home = self.home();
        let home = home.to_str().context("the temporary folder is no text")?;
        let window = WebView::start(display, &self.app(), &[("PATCHBAY_HOME", home)])?;
        window.wait_for_content()?;
        window.execute("location.hash = '#/settings'", &[])?;
        press(&window, "Check for updates")?;
        window.wait_for(
            "the new version with its notes",
            &says(&format!("Version {version} available")),
        )?;
        window.wait_for("the notes of the new version", &says(NOTES))?;
        press(&window, "Install and restart")?;
        Ok(window)
    }

    fn is_unchanged(&self) -> Result<()> {
        let (ours, theirs) = (fs::read(self.app())?, &self.new_version);
        ensure!(ours != *theirs, "the new version was installed");
        Ok(())
    }

    fn refuses_a_changed_archive(&self) -> Result<()> {
        let mut changed = self.new_version.clone();
        let last = changed.last_mut().context("the new version is empty")?;
        *last ^= 1;
        self.offer(VERSION, &changed);
        let display = Display::start(1280, 900)?;
        let window = self.look(&display, VERSION)?;
        window.wait_for("word of the failure", &says(REFUSED))?;
        self.is_unchanged()
    }

    fn refuses_another_version(&self) -> Result<()> {
        self.offer(OTHER_VERSION, &self.new_version);
        let display = Display::start(1280, 900)?;
        let window = self.look(&display, OTHER_VERSION)?;
        window.wait_for("word of the failure", &says(REFUSED))?;
        self.is_unchanged()
    }

    fn waits_for_a_tool(&self) -> Result<()> {
        self.offer(VERSION, &self.new_version);
        let playground = Playground::start(Consent::Allow)?;
        let add = [
            "connector",
            "add",
            playground.open_url()?,
            "--name",
            "play",
            "--connect",
        ];
        shell::run(&mut self.command_line(&add))?;
        let mut running = self.command_line(&["tool", "run", "play", "wait", "seconds:=100"]);
        let running = running.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let running = Killed(running.context("could not start the command line")?);
        let list = ["run", "list", "--status", "running", "--json"];
        shell::poll("the run", TIMEOUT, || {
            let page: Value = serde_json::from_str(&shell::read(&mut self.command_line(&list))?)?;
            Ok((page["total"] == 1).then_some(()))
        })?;
        let display = Display::start(1280, 900)?;
        let window = self.look(&display, VERSION)?;
        window.wait_for("word of the tool", &says("1 tool is still running"))?;
        drop(running);
        self.is_unchanged()
    }

    fn command_line(&self, words: &[&str]) -> Command {
        let mut command = Command::new(paths::debug_binary("patchbay"));
        command.args(words).env("PATCHBAY_HOME", self.home());
        command
    }

    fn installs(&self) -> Result<()> {
        self.offer(VERSION, &self.new_version);
        let display = Display::start(1280, 900)?;
        let window = self.look(&display, VERSION)?;
        let started = self.app().with_extension("started");
        shell::poll("the start of the new version", TIMEOUT, || {
            Ok(started.exists().then_some(()))
        })?;
        ensure!(
            fs::read(self.app())? == self.new_version,
            "another file was installed"
        );
        drop(window);
        Ok(())
    }
}

/// The text of the page, without regard to the case of its first letter.
fn says(words: &str) -> String {
    let words = Value::from(words.to_lowercase());
    format!("return document.body.innerText.toLowerCase().includes({words})")
}

fn press(window: &WebView, button: &str) -> Result<()> {
    let name = Value::from(button);
    let script = format!(
        "const found = [...document.querySelectorAll('button')].find((one) => one.innerText.trim() === {name});
         found?.click(); return found !== undefined"
    );
    window.wait_for(button, &script)
}

fn compile(source: &str, to: &Path) -> Result<()> {
    let mut compiler = Command::new("cc");
    compiler
        .args(["-x", "c", "-", "-o"])
        .arg(to)
        .stdin(Stdio::piped());
    let mut child = compiler.spawn().context("could not start cc")?;
    let mut input = child.stdin.take().context("cc has no input")?;
    input.write_all(source.as_bytes())?;
    drop(input);
    ensure!(child.wait()?.success(), "the new version does not compile");
    Ok(())
}

/// Manifest and archive.
type Files = Arc<Mutex<(Vec<u8>, Vec<u8>)>>;

/// Serves a manifest and an archive until the process ends.
struct Server {
    port: u16,
    files: Files,
}

impl Server {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let files = Files::default();
        let served = Arc::clone(&files);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A client that disconnects early tries again.
                drop(answer(connection, &served));
            }
        });
        Ok(Self { port, files })
    }

    fn address(&self, file: &str) -> String {
        format!("http://127.0.0.1:{}/{file}", self.port)
    }

    fn serve(&self, manifest: Value, archive: Vec<u8>) {
        let files = (manifest.to_string().into_bytes(), archive);
        *self.files.lock().unwrap_or_else(PoisonError::into_inner) = files;
    }
}

fn answer(connection: TcpStream, files: &Files) -> Result<()> {
    let mut lines = BufReader::new(&connection).lines();
    let asked = lines.next().context("nothing was asked")??;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let files = files.lock().unwrap_or_else(PoisonError::into_inner);
    let body = match asked.contains("latest.json") {
        true => &files.0,
        false => &files.1,
    };
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    (&connection).write_all(head.as_bytes())?;
    (&connection).write_all(body)?;
    Ok(())
}
