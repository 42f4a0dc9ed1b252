//! The set-up of a journey on a hosted platform, and what such journeys begin and end with.

use patchbay_testkit::fakes::{Answer, Fake, FakePlatform, Fault};
use serde_json::{Value, json};

use crate::support::seed::ask;
use crate::support::{Harness, Window};

pub(super) const KEY: &str = "hosted-key-7Qw2mZx9Lp4vTn";
pub(super) const TOKEN: &str = "hosted-token-3Rf8kYb1Hs6dJc";

/// The app in its window, and a fake platform.
pub(super) struct Stage<H> {
    pub(super) window: Window,
    pub(super) fake: Fake<H>,
    pub(super) harness: Harness,
}

impl<H: FakePlatform> Stage<H> {
    pub(super) fn new(hosted: H) -> Self {
        let harness = Harness::new();
        let fake = harness.runtime.block_on(Fake::start(hosted));
        let window = harness.start();
        Self {
            window,
            fake: fake.expect("the platform starts"),
            harness,
        }
    }

    /// A stage with an account on the platform, which wants nothing but a key.
    pub(super) fn signed_in(hosted: H, platform: &str) -> Self {
        let stage = Self::new(hosted);
        stage.sign_in(platform, |window| window.fill("API key*", KEY));
        stage
    }

    /// Quits the app, and starts it once more.
    pub(super) fn restart(self, start: fn(&Harness) -> Window) -> Self {
        self.window.quit();
        Self {
            window: start(&self.harness),
            ..self
        }
    }

    /// Changes the platform, or looks at it.
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut H) -> T) -> T {
        self.fake.with(change)
    }

    pub(super) fn set_fault(&self, fault: impl Into<Option<Fault>>) {
        self.fake.set_fault(fault);
    }

    /// One more platform beside the first.
    pub(super) fn start_fake<O: FakePlatform>(&self, hosted: O) -> Fake<O> {
        let fake = self.harness.runtime.block_on(Fake::start(hosted));
        fake.expect("the other platform starts")
    }

    /// Adds an account in the dialog; `fill` puts in what the platform wants.
    pub(super) fn sign_in(&self, platform: &str, fill: impl FnOnce(&Window)) {
        self.sign_in_at(self.fake.url(), platform, fill);
    }

    /// The same at another platform.
    pub(super) fn sign_in_at(&self, url: &str, platform: &str, fill: impl FnOnce(&Window)) {
        let window = &self.window;
        window.press("button", "Add account");
        window.press("button", &format!("{platform}*"));
        // Most platforms have one address, and fold the field of another.
        window.press_in(("dialog", "*"), "button", "Advanced");
        fill(window);
        window.fill("Base URL*", url);
        window.press_in(("dialog", "*"), "button", "Add account*");
        window.see("heading", platform);
    }

    /// Creates a connector on the account, and opens its page.
    pub(super) fn create(&self, definition: &str, values: Value, secrets: Value) -> String {
        let accounts = ask(&self.window, "list_accounts", json!({}));
        let made = self.create_on(&accounts[1], definition, values, secrets);
        let title = made["title"].as_str().expect("a title").to_owned();
        self.open_connector(&title);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Creates a connector on this account.
    pub(super) fn create_on(
        &self,
        account: &Value,
        definition: &str,
        values: Value,
        secrets: Value,
    ) -> Value {
        let request = json!({
            "account": account["id"], "definition": definition, "values": values, "secrets": secrets,
        });
        ask(
            &self.window,
            "create_connector",
            json!({ "request": request }),
        )
    }

    pub(super) fn account(&self, label: &str) -> Value {
        let accounts = ask(&self.window, "list_accounts", json!({}));
        let mut accounts = accounts.as_array().into_iter().flatten();
        let account = accounts.find(|account| account["label"] == label);
        account.expect("the account is there").clone()
    }

    /// Opens the page of a connector by its row.
    pub(super) fn open_connector(&self, title: &str) {
        self.window.go_to("Connectors");
        self.window.press("row", &format!("{title}, *"));
        self.window.see("heading", title);
    }

    /// How the connector is, as Patchbay knows it.
    pub(super) fn status(&self, id: &str) -> String {
        let connector = ask(&self.window, "find_connector", json!({ "connector": id }));
        let status = connector["status"]["status"].as_str();
        status.unwrap_or_default().to_owned()
    }

    pub(super) fn wait_for_status(&self, id: &str, status: &str) {
        self.window
            .wait_until(&format!("it to be {status}"), || self.status(id) == status);
    }

    /// The JSON that was sent last with this method to a path with `part` in it.
    pub(super) fn last_sent(&self, method: &str, part: &str) -> Value {
        let log = self.fake.log();
        let mut fitting = log.iter().rev().filter(|seen| seen.method == method);
        let sent = fitting.find(|seen| seen.path.join("/").contains(part));
        let sent = sent.unwrap_or_else(|| panic!("no {method} to {part:?}"));
        serde_json::from_slice(&sent.body).expect("JSON")
    }

    /// The end of a journey: nothing that no contract allows was sent, and no secret came into the page.
    pub(super) fn finish(self) {
        assert_eq!(self.fake.faults(), Vec::<String>::new());
        let crossed = self.window.crossed();
        let page = self.window.source();
        for secret in [KEY, TOKEN] {
            assert!(!page.contains(secret), "the page holds a secret");
            assert!(
                !crossed.contains(secret),
                "a secret came back over the bridge"
            );
        }
        self.window.quit();
        drop(self.harness);
    }
}

/// An MCP server on Mistral that wants this kind of sign-in.
pub(super) fn wiki(sign_in: &str) -> Value {
    json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "auth_methods": [{ "kind": sign_in }],
    })
}

/// A refusal that asks to wait for an hour, with its words in the platform's member.
pub(super) fn limited(member: &str) -> Fault {
    let limited = Answer::json(429, &json!({ member: "too many requests" }));
    Fault::answer(limited.with("retry-after", "3600"))
}

/// What stands on the page of a proxy whose platform is down.
pub(super) const DOWN: &str = "Down for maintenance";

pub(super) fn down() -> Fault {
    Fault::answer(Answer::page(DOWN))
}

/// A secret as it is typed in.
pub(super) fn secret(text: &str) -> Value {
    json!({ "kind": "new", "secret": text, "saveAs": null })
}
