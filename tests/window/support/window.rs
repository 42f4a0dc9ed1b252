//! The window of the app, used by roles and names, pointer and keys.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use patchbay_ops::WATCH_PROGRAMS;
use serde_json::{Value, json};

use super::display;
use super::harness::{Harness, TIMEOUT, binary};
use super::processes::{self, Process};
use super::webdriver::{Element, Refusal, Session};

/// Finds an element by role and accessible name.
pub(super) const FIND: &str = include_str!("find.js");

const RECORD: &str = include_str!("record.js");

/// Waits until the shortcuts of a view work, which is a moment after it is drawn.
const SETTLE: &str = "return new Promise((over) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(over)));
    setTimeout(over, 250);
})";

/// Keys without a character.
pub(crate) mod keys {
    pub(crate) const CONTROL: &str = "\u{e009}";
    pub(crate) const TAB: &str = "\u{e004}";
    pub(crate) const ENTER: &str = "\u{e007}";
    pub(crate) const ESCAPE: &str = "\u{e00c}";
    pub(crate) const BACKSPACE: &str = "\u{e003}";
    pub(crate) const END: &str = "\u{e010}";
    pub(crate) const UP: &str = "\u{e013}";
    pub(crate) const DOWN: &str = "\u{e015}";
    pub(crate) const RIGHT: &str = "\u{e014}";
    pub(crate) const SPACE: &str = " ";
}

/// A running app; it ends when dropped. When the test failed it leaves a screenshot behind.
pub(crate) struct Window {
    session: Option<Session>,
    home: PathBuf,
    log: PathBuf,
}

impl Window {
    pub(super) fn start(harness: &Harness, prepare: impl FnOnce(&mut Command)) -> Self {
        let app = binary("PATCHBAY_DESKTOP_BIN");
        let capabilities = json!({ "webkitgtk:browserOptions": { "binary": app, "args": [] } });
        let prepare = |driver: &mut Command| {
            harness.prepare(driver);
            driver
                .arg("--host=127.0.0.1")
                .env("TAURI_WEBVIEW_AUTOMATION", "true");
            prepare(driver);
        };
        let driver = Path::new("WebKitWebDriver");
        let session = Session::open(&harness.runtime, driver, prepare, &capabilities);
        let window = Self {
            session: Some(session),
            home: harness.patchbay_home(),
            log: harness.log(),
        };
        window.wait_until("the first page", || {
            window.script(
                "return document.readyState === 'complete' && !!document.querySelector('main')
                   && document.body.innerText.trim() !== '' && !document.querySelector('[aria-busy=true]')",
                &[],
            ) == Value::Bool(true)
        });
        window.script(RECORD, &[]);
        window
    }

    fn session(&self) -> &Session {
        self.session.as_ref().expect("the window is open")
    }

    /// Runs the body of a function in the page.
    pub(crate) fn script(&self, script: &str, arguments: &[Value]) -> Value {
        let answer = self.session().execute(script, arguments);
        answer.unwrap_or_else(|refusal| panic!("the script fails: {refusal}"))
    }

    /// Runs the body of an async function in the page.
    pub(crate) fn script_async(&self, script: &str, arguments: &[Value]) -> Value {
        let answer = self.session().execute_async(script, arguments);
        answer.unwrap_or_else(|refusal| panic!("the script fails: {refusal}"))
    }

    /// Calls a command of the app as the page does, and returns its answer or its problem.
    pub(crate) fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        const INVOKE: &str = "return window.__TAURI_INTERNALS__.invoke(args[0], args[1])
            .then((data) => ({ data }), (problem) => ({ problem }))";
        let mut answer = self.script_async(INVOKE, &[json!(command), arguments]);
        if answer["problem"].is_null() {
            Ok(answer["data"].take())
        } else {
            Err(answer["problem"].take())
        }
    }

    /// Everything that Rust has sent to the page since it was loaded.
    pub(crate) fn crossed(&self) -> String {
        let crossed = self.script("return window.__crossed.join('\\n')", &[]);
        crossed.as_str().unwrap_or_default().to_owned()
    }

    /// The HTML of the page.
    pub(crate) fn source(&self) -> String {
        let source = self.script("return document.documentElement.outerHTML", &[]);
        source.as_str().unwrap_or_default().to_owned()
    }

    /// The visible text of the page.
    pub(crate) fn text(&self) -> String {
        let text = self.script("return document.body.innerText", &[]);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until `fits` holds; panics after a while, naming `what`.
    pub(crate) fn wait_until(&self, what: &str, fits: impl FnMut() -> bool) {
        self.wait_until_within(TIMEOUT, what, fits);
    }

    fn wait_until_within(&self, limit: Duration, what: &str, mut fits: impl FnMut() -> bool) {
        let started = Instant::now();
        while !fits() {
            if started.elapsed() > limit {
                let text = self.text();
                panic!("waited in vain for {what}; the window shows\n{text}");
            }
            self.session().pause();
        }
    }

    /// The element with this role and accessible name (`*` stands for anything), if it is there now.
    pub(crate) fn look(&self, role: &str, name: &str) -> Option<Element> {
        self.look_in(None, role, name)
    }

    fn look_in(&self, within: Option<&Element>, role: &str, name: &str) -> Option<Element> {
        let within = within.map_or(Value::Null, Element::to_value);
        let arguments = [json!(role), json!(name), within];
        // The outer element may have been redrawn.
        let found = self.session().execute(FIND, &arguments).ok()?;
        Element::from_value(&found)
    }

    /// Waits for the element with this role and accessible name.
    pub(crate) fn see(&self, role: &str, name: &str) -> Element {
        let mut found = None;
        self.wait_until(&format!("the {role} {name:?}"), || {
            found = self.look(role, name);
            found.is_some()
        });
        found.expect("it was found")
    }

    /// Waits until no element has this role and accessible name.
    pub(crate) fn see_gone(&self, role: &str, name: &str) {
        self.wait_until(&format!("the {role} {name:?} to go"), || {
            self.look(role, name).is_none()
        });
    }

    /// Waits until the page contains these words.
    pub(crate) fn see_text(&self, words: &str) {
        self.wait_until(&format!("the words {words:?}"), || {
            self.text().contains(words)
        });
    }

    /// Waits until the element with this role and accessible name contains these words, whitespace aside.
    pub(crate) fn see_text_in(&self, (role, name): (&str, &str), words: &str) {
        const WORDS: &str = "return arguments[0].innerText.replace(/\\s+/g, ' ')";
        self.wait_until(
            &format!("the words {words:?} in the {role} {name:?}"),
            || {
                let outer = self.look(role, name);
                let shown = outer.map(|outer| self.session().execute(WORDS, &[outer.to_value()]));
                let shown = shown.and_then(Result::ok);
                shown.is_some_and(|shown| shown.as_str().unwrap_or_default().contains(words))
            },
        );
    }

    /// Presses the element with this role and accessible name.
    pub(crate) fn press(&self, role: &str, name: &str) {
        self.act(&[role], name, |element| self.session().click(element));
    }

    /// The same twice, quickly.
    pub(crate) fn double_click(&self, role: &str, name: &str) {
        self.act(&[role], name, |element| {
            self.session().double_click(element)
        });
    }

    /// Presses an element within another.
    pub(crate) fn press_in(&self, outer: (&str, &str), role: &str, name: &str) {
        self.wait_until(
            &format!("the {role} {name:?} in the {} {:?}", outer.0, outer.1),
            || {
                self.look(outer.0, outer.1)
                    .and_then(|outer| self.look_in(Some(&outer), role, name))
                    .is_some_and(|element| self.session().click(&element).is_ok())
            },
        );
    }

    /// Replaces the text of the field with this label.
    pub(crate) fn fill(&self, label: &str, text: &str) {
        self.act(&["searchbox", "textbox"], label, |element| {
            self.session().click(element)?;
            self.session()
                .execute("arguments[0].select?.()", &[element.to_value()])?;
            self.session().type_keys(element, text)
        });
    }

    /// Fills the field with this label and presses Enter.
    pub(crate) fn enter(&self, label: &str, text: &str) {
        self.fill(label, text);
        self.keys(&[keys::ENTER]);
    }

    /// Opens the dialog that adds a connector.
    pub(crate) fn open_adding(&self) {
        self.go_to("Connectors");
        self.press("button", "Add connector");
    }

    /// Runs the tool whose form is shown, and waits for its result.
    pub(crate) fn run_tool(&self) {
        self.press("button", "Run");
        self.see("region", "Result");
    }

    /// Runs the tool that says who is signed in.
    pub(crate) fn run_whoami(&self) {
        self.go_to("Tools");
        self.press("row", "whoami, *");
        self.press("button", "Run");
    }

    /// Asserts that a secret was never sent to the page.
    #[track_caller]
    pub(crate) fn assert_unseen(&self, secret: &str) {
        assert!(!self.source().contains(secret), "the page holds a secret");
        assert!(!self.crossed().contains(secret), "a secret came back");
    }

    /// The text of the field with this label.
    pub(crate) fn value(&self, label: &str) -> String {
        let value = self.act(&["textbox"], label, |field| {
            self.session()
                .execute("return arguments[0].value", &[field.to_value()])
        });
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Chooses from a list that a button opens.
    pub(crate) fn choose(&self, button: &str, option: &str) {
        self.press("button", button);
        self.press("option", option);
    }

    /// Acts on the first element with one of these roles as soon as that works.
    fn act<Outcome>(
        &self,
        roles: &[&str],
        name: &str,
        mut act: impl FnMut(&Element) -> Result<Outcome, Refusal>,
    ) -> Outcome {
        let mut why = None;
        let started = Instant::now();
        while started.elapsed() < TIMEOUT {
            // The view may be redrawn meanwhile, or be covered by a layer that is closing.
            let found = roles.iter().find_map(|role| self.look(role, name));
            match found.map(|element| act(&element)) {
                Some(Ok(outcome)) => return outcome,
                Some(Err(refusal)) => why = Some(refusal),
                None => {}
            }
            self.session().pause();
        }
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        panic!(
            "no {} {name:?} to act on{why}; the window shows\n{}",
            roles.join(" or "),
            self.text()
        );
    }

    /// Presses keys together, such as `[CONTROL, "k"]`.
    pub(crate) fn keys(&self, keys: &[&str]) {
        self.script_async(SETTLE, &[]);
        self.press_at_once(keys);
    }

    fn press_at_once(&self, keys: &[&str]) {
        let pressed = self.session().press_keys(keys);
        pressed.unwrap_or_else(|refusal| panic!("the keys cannot be pressed: {refusal}"));
    }

    /// Types into the focused element.
    pub(crate) fn type_text(&self, text: &str) {
        self.script_async(SETTLE, &[]);
        for sign in text.chars() {
            self.press_at_once(&[&sign.to_string()]);
        }
    }

    /// Role and name of the focused element, as assistive technology gets them.
    pub(crate) fn focus(&self) -> (String, String) {
        let active = self.session().call("element/active", None);
        let Some(element) = active.ok().as_ref().and_then(Element::from_value) else {
            return (String::new(), String::new());
        };
        let role = self.session().role(&element).unwrap_or_default();
        let label = self.session().label(&element).unwrap_or_default();
        (role, label)
    }

    /// Role and name of an element, as assistive technology gets them.
    pub(crate) fn role_and_name(&self, role: &str, name: &str) -> (String, String) {
        self.act(&[role], name, |element| {
            let session = self.session();
            Ok((session.role(element)?, session.label(element)?))
        })
    }

    /// Opens a page by the sidebar.
    pub(crate) fn go_to(&self, place: &str) {
        self.press_in(("navigation", "Navigation"), "link", &format!("{place}*"));
        self.see("heading", &format!("{place}*"));
    }

    /// Sets the size of the window, in pixels.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height });
        let resized = self.session().call("window/rect", Some(&size));
        resized.unwrap_or_else(|refusal| panic!("the window cannot be resized: {refusal}"));
    }

    /// Takes a screenshot of the display.
    pub(crate) fn picture(&self, file: &Path) {
        // The driver may wait forever for a frame.
        let taken = Command::new("import")
            .args(["-window", "root"])
            .arg(file)
            .status();
        taken.expect("import runs");
    }

    /// Closes the window as its close button does, and waits until the app is gone.
    pub(crate) fn quit(self) {
        // Not by the driver, which kills the app when its page is closed.
        display::ask_to_close();
        self.wait_until_ended();
    }

    /// Waits until the app is gone.
    pub(crate) fn wait_until_ended(mut self) {
        let started = Instant::now();
        while !self.processes().is_empty() {
            assert!(started.elapsed() < TIMEOUT, "the app does not end");
            self.session().pause();
        }
        self.session.take();
    }

    /// Kills the app, but not what it has for that case.
    pub(crate) fn kill_app(&self) {
        let mut processes = self.processes();
        processes.retain(|process| !process.command_line.contains(WATCH_PROGRAMS));
        processes::kill(&processes);
    }

    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        // A second start would hand over to this one.
        while !self.processes().is_empty() {
            processes::kill(&self.processes());
            session.pause();
        }
    }

    fn processes(&self) -> Vec<Process> {
        processes::with_variable("PATCHBAY_HOME", &self.home)
    }

    /// Saves screenshot, page and log.
    fn keep_evidence(&self) {
        let Some(target) = Path::new(env!("CARGO_TARGET_TMPDIR")).parent() else {
            return;
        };
        let folder = target.join("window-failures");
        fs::create_dir_all(&folder).ok();
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("journey").replace("::", "-");
        let picture = folder.join(format!("{name}.png"));
        self.picture(&picture);
        let source = self
            .session()
            .execute("return document.documentElement.outerHTML", &[]);
        if let Ok(Value::String(source)) = source {
            fs::write(folder.join(format!("{name}.html")), source).ok();
        }
        fs::copy(&self.log, folder.join(format!("{name}.log"))).ok();
        eprintln!("what the window showed: {}", picture.display());
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if std::thread::panicking() && self.session.is_some() {
            self.keep_evidence();
        }
        self.end();
    }
}
