//! A client of the W3C WebDriver protocol, as far as the tests need it.
//!
//! Source: <https://www.w3.org/TR/webdriver2/>.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The key of the id of an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Time limit of a driver on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Interval between attempts while waiting.
const PAUSE: Duration = Duration::from_millis(50);

/// The error for an element that cannot be pressed where it is.
const OUT_OF_REACH: [&str; 2] = ["element not interactable", "element click intercepted"];

/// An error of a driver.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Such as `no such element` or `stale element reference`.
    pub(crate) error: String,
    pub(crate) message: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.error, self.message)
    }
}

/// An element of a page, valid until it is redrawn.
#[derive(Clone, Debug)]
pub(crate) struct Element(String);

impl Element {
    /// The element that a script returned; `None` when it returned none.
    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        Some(Self(value[ELEMENT].as_str()?.to_owned()))
    }

    /// The element as an argument of a script.
    pub(crate) fn to_value(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

/// A driver program with one session; both end when dropped.
pub(crate) struct Session {
    runtime: Arc<Runtime>,
    client: reqwest::Client,
    address: String,
    driver: Child,
}

impl Session {
    /// Starts `driver`, to which `prepare` adds variables, and opens a session with `capabilities`.
    pub(crate) fn open(
        runtime: &Arc<Runtime>,
        driver: &Path,
        prepare: impl FnOnce(&mut Command),
        capabilities: &Value,
    ) -> Self {
        let port = free_port();
        let mut command = Command::new(driver);
        command
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        prepare(&mut command);
        let child = command.spawn().expect("the driver starts");
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(START_LIMIT)
            .build()
            .expect("an HTTP client");
        let mut session = Self {
            runtime: Arc::clone(runtime),
            client,
            address: format!("http://127.0.0.1:{port}"),
            driver: child,
        };
        session.wait_for_driver();
        let wish = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let opened = session
            .call("session", Some(&wish))
            .unwrap_or_else(|refusal| panic!("no session: {refusal}"));
        let id = opened["sessionId"].as_str().expect("the session has an id");
        session.address = format!("{}/session/{id}", session.address);
        session
    }

    fn wait_for_driver(&self) {
        let started = Instant::now();
        let status = format!("{}/status", self.address);
        while self
            .runtime
            .block_on(async { self.client.get(&status).send().await })
            .is_err()
        {
            assert!(
                started.elapsed() < START_LIMIT,
                "the driver does not answer"
            );
            self.pause();
        }
    }

    /// Waits until the next attempt.
    pub(crate) fn pause(&self) {
        self.runtime
            .block_on(async { tokio::time::sleep(PAUSE).await });
    }

    /// Sends a command: POST with `body`, GET without.
    pub(crate) fn call(&self, command: &str, body: Option<&Value>) -> Result<Value, Refusal> {
        let address = format!("{}/{command}", self.address);
        let request = match body {
            Some(body) => self.client.post(address).json(body),
            None => self.client.get(address),
        };
        let answer = async { request.send().await?.json::<Value>().await };
        let mut answer = self
            .runtime
            .block_on(answer)
            .unwrap_or_else(|error| panic!("the driver did not answer {command}: {error}"));
        let value = answer["value"].take();
        match value["error"].as_str() {
            Some(error) => Err(Refusal {
                error: error.to_owned(),
                message: value["message"].as_str().unwrap_or_default().to_owned(),
            }),
            None => Ok(value),
        }
    }

    /// Runs the body of a function in the page and returns its result.
    pub(crate) fn execute(&self, script: &str, arguments: &[Value]) -> Result<Value, Refusal> {
        self.call(
            "execute/sync",
            Some(&json!({ "script": script, "args": arguments })),
        )
    }

    /// Runs the body of an async function in the page and returns its result.
    pub(crate) fn execute_async(
        &self,
        script: &str,
        arguments: &[Value],
    ) -> Result<Value, Refusal> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async (...args) => {{ {script} }})(...Array.from(arguments).slice(0, -1))
               .then((value) => done({{ value }}), (error) => done({{ thrown: String(error) }}));"
        );
        let mut answer = self.call(
            "execute/async",
            Some(&json!({ "script": script, "args": arguments })),
        )?;
        match answer["thrown"].as_str() {
            Some(thrown) => Err(Refusal {
                error: "javascript error".to_owned(),
                message: thrown.to_owned(),
            }),
            None => Ok(answer["value"].take()),
        }
    }

    /// Presses an element with the pointer: by its label where only that is visible, as with a switch, and after
    /// scrolling it into the middle where it is out of sight. A disabled element is refused; a driver would press it in
    /// vain.
    pub(crate) fn click(&self, element: &Element) -> Result<(), Refusal> {
        const RESTS: &str = "return arguments[0].matches(':disabled, [aria-disabled=true]')";
        const REACH: &str = "
            const seen = arguments[0].closest('label') ?? arguments[0];
            seen.scrollIntoView({ block: 'center' });
            return seen;";
        if self.execute(RESTS, &[element.to_value()])? == Value::Bool(true) {
            return Err(Refusal {
                error: "element not enabled".to_owned(),
                message: "it rests".to_owned(),
            });
        }
        let press = |element: &Element| self.of(element, "click", Some(&json!({}))).map(drop);
        let pressed = press(element);
        match &pressed {
            Err(refusal) if OUT_OF_REACH.contains(&refusal.error.as_str()) => {
                let seen = self.execute(REACH, &[element.to_value()])?;
                Element::from_value(&seen).map_or(pressed, |seen| press(&seen))
            }
            _ => pressed,
        }
    }

    /// Presses twice where the element is, as a hand does, whatever stands there the second time.
    pub(crate) fn double_click(&self, element: &Element) -> Result<(), Refusal> {
        let press = [
            json!({ "type": "pointerDown", "button": 0 }),
            json!({ "type": "pointerUp", "button": 0 }),
        ];
        let mut actions =
            vec![json!({ "type": "pointerMove", "x": 0, "y": 0, "origin": element.to_value() })];
        actions.extend(press.clone());
        actions.push(json!({ "type": "pause", "duration": 120 }));
        actions.extend(press);
        let body = json!({ "actions": [{ "type": "pointer", "id": "mouse", "actions": actions }] });
        self.call("actions", Some(&body)).map(drop)
    }

    /// Types into an element, after its text.
    pub(crate) fn type_keys(&self, element: &Element, text: &str) -> Result<(), Refusal> {
        self.of(element, "value", Some(&json!({ "text": text })))
            .map(drop)
    }

    /// The role for assistive technology.
    pub(crate) fn role(&self, element: &Element) -> Result<String, Refusal> {
        self.text_of(element, "computedrole")
    }

    /// The name for assistive technology.
    pub(crate) fn label(&self, element: &Element) -> Result<String, Refusal> {
        self.text_of(element, "computedlabel")
    }

    fn text_of(&self, element: &Element, what: &str) -> Result<String, Refusal> {
        let value = self.of(element, what, None)?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    fn of(&self, element: &Element, command: &str, body: Option<&Value>) -> Result<Value, Refusal> {
        self.call(&format!("element/{}/{command}", element.0), body)
    }

    /// Presses keys together, in order, and releases them in reverse: `["\u{e009}", "k"]` is Ctrl-K.
    pub(crate) fn press_keys(&self, keys: &[&str]) -> Result<(), Refusal> {
        let down = keys
            .iter()
            .map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys
            .iter()
            .rev()
            .map(|key| json!({ "type": "keyUp", "value": key }));
        let actions: Vec<Value> = down.chain(up).collect();
        let body = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.call("actions", Some(&body)).map(drop)
    }

    /// Ends the session; the driver then ends what it started.
    fn close(&self) {
        let closing = async { self.client.delete(&self.address).send().await };
        // A program that was killed has no session to close.
        self.runtime.block_on(closing).ok();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

/// A free port: the drivers do not choose one.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}
