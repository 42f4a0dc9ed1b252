//! Files of Patchbay's own that are broken or mean harm: the window says so, and works.

use std::fs;
use std::path::Path;
use std::process::Command;

use patchbay_playground::Consent;
use serde_json::{Value, json};

use crate::support::{Harness, Window, keys, seed};

const MARKUP: &str = "<img src=x onerror=\"document.title='ran'\">";

/// Puts something in the place of a file.
type Replace = fn(&Path);

fn settings() -> [(&'static str, Replace); 5] {
    [
        ("no JSON", |file| write(file, b"\xff\xfe{\"preferences\":")),
        ("deep JSON", |file| write(file, &b"[".repeat(60_000))),
        ("a large file", |file| {
            let large = fs::File::create(file).expect("a file");
            large.set_len(300 << 20).expect("a size");
        }),
        ("a pipe", |file| {
            fs::remove_file(file).ok();
            let made = Command::new("mkfifo").arg(file).status();
            assert!(made.expect("mkfifo runs").success());
        }),
        ("other values", |file| {
            let text = json!({
                "preferences": {
                    "theme": MARKUP, "density": {"density": []}, "zoomPercent": 60_000,
                    "connectorGroup": "cmd://id", "sidebarCollapsed": "false",
                },
                "main": {
                    "width": 4_000_000_000_u64, "height": 0, "x": -2_000_000_000, "y": 1e300,
                    "prev_x": MARKUP, "maximized": [], "visible": null, "fullscreen": "yes",
                },
            });
            write(file, text.to_string().as_bytes());
        }),
    ]
}

#[test]
fn hostile_settings_leave_a_window_that_can_be_used() {
    let harness = Harness::new();
    let folder = harness.patchbay_home().join("settings");
    harness.start().quit();
    for (name, replace) in settings() {
        for file in ["preferences.json", "window.json"] {
            replace(&folder.join(file));
        }
        let window = harness.start();
        window.see("navigation", "Navigation");
        window.keys(&[keys::CONTROL, ","]);
        window.see("heading", "Settings");
        window.press_in(("radiogroup", "Theme"), "radio", "Dark");
        let theme = "return document.documentElement.dataset.theme";
        window.wait_until("dark colours", || window.script(theme, &[]) == "dark");
        is_inert(&harness, &window, name);
        window.quit();
        let window = harness.start();
        assert_eq!(window.script(theme, &[]), "dark", "{name}: it is not kept");
        window.quit();
    }
}

/// What a program could write into the file of secrets, and how the window calls that.
fn vaults(good: &Value, program: &str) -> Vec<(Vec<u8>, &'static str)> {
    let with = |change: fn(&mut Value, &str)| {
        let mut vault = good.clone();
        change(&mut vault, program);
        vault.to_string().into_bytes()
    };
    let text = good.to_string().into_bytes();
    vec![
        (text[..text.len() / 2].to_vec(), "vault.damaged"),
        (b"[".repeat(100_000), "vault.damaged"),
        (vec![b' '; 20 << 20], "vault.damaged"),
        (
            with(|vault, program| vault["protection"] = json!(program)),
            "vault.damaged",
        ),
        (
            with(|vault, _| vault["version"] = json!(MARKUP)),
            "vault.damaged",
        ),
        (
            with(|vault, program| {
                vault["protection"]["entry"] = json!(format!("{program}{MARKUP}\u{202e}"));
            }),
            "vault.key_lost",
        ),
        (
            with(|vault, _| {
                let records = vault["records"].as_object_mut().expect("records");
                let sealed = records.values().next().cloned();
                for record in records.values_mut() {
                    *record = sealed.clone().expect("a record");
                }
                records.insert(MARKUP.to_owned(), sealed.expect("a record"));
            }),
            "vault.damaged",
        ),
    ]
}

#[test]
fn a_hostile_vault_is_named_and_left_as_it_is_and_the_right_one_works_again() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let ran = harness.home().join("ran");
    let program = format!("cmd:///usr/bin/touch {}", ran.display());
    let window = harness.start();
    seed::signed_in(&harness, &window);
    window.quit();
    let file = harness.patchbay_home().join("data/vault.json");
    let good = fs::read(&file).expect("the vault");
    let parsed = serde_json::from_slice(&good).expect("the vault is JSON");
    for (number, (bytes, code)) in vaults(&parsed, &program).into_iter().enumerate() {
        write(&file, &bytes);
        let window = harness.start();
        window.run_whoami();
        window.see_text(code);
        window.go_to("Credentials");
        is_inert(&harness, &window, code);
        assert!(!window.text().contains('\u{202e}'));
        window.quit();
        let left = fs::read(&file).expect("the vault");
        assert!(left == bytes, "vault {number} was changed");
    }
    write(&file, &good);
    let window = harness.start();
    window.run_whoami();
    window.see_text("lena-fischer");
    window.quit();
    assert!(!ran.exists(), "a program was run");
}

fn is_inert(harness: &Harness, window: &Window, name: &str) {
    let elements = window.script("return document.querySelectorAll('img[src=x]').length", &[]);
    assert_eq!(elements, 0, "{name}");
    assert_ne!(window.script("return document.title", &[]), "ran", "{name}");
    assert!(!harness.opened_any(), "{name}");
}

fn write(file: &Path, bytes: &[u8]) {
    fs::remove_file(file).ok();
    fs::write(file, bytes).expect("a file");
}
