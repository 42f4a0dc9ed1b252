//! How the user likes it. Preferences only: never a secret, never data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use patchbay_files::set_aside_unreadable;
use patchbay_model::{Code, Problem, Redirect};
use patchbay_ops::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_store::StoreExt;

/// What the Settings page offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Preferences {
    /// Light, dark, or as the system has it.
    theme: Theme,
    /// Stronger lines and words.
    contrast: Contrast,
    /// Height of rows.
    density: Density,
    /// Whether single letters act when no field has focus.
    single_letter_keys: bool,
    /// Keys chosen in place of the usual ones, by the shortcut they act for.
    shortcuts: BTreeMap<String, String>,
    /// Whether the sidebar shows tiles only.
    sidebar_collapsed: bool,
    /// Size of all text and spacing, in percent of the usual.
    zoom_percent: u16,
    /// How much of the width beside the list of tools the form of a tool has, in percent.
    form_percent: u16,
    /// What the list of connectors is grouped by.
    connector_group: ConnectorGroup,
    /// What its rows are sorted by.
    connector_sort: ConnectorSort,
    /// How the browser comes back from the sign-in page of a hosted platform.
    hosted_redirect: Redirect,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            contrast: Contrast::System,
            density: Density::Comfortable,
            single_letter_keys: true,
            shortcuts: BTreeMap::new(),
            sidebar_collapsed: false,
            zoom_percent: 100,
            form_percent: 40,
            connector_group: ConnectorGroup::Status,
            connector_sort: ConnectorSort::Name,
            hosted_redirect: Redirect::Loopback,
        }
    }
}

impl Preferences {
    /// With sizes that leave a window that can be used, and shortcuts that can be pressed.
    fn bounded(self) -> Self {
        let shortcuts = self.shortcuts.into_iter();
        let usable = |(id, keys): &(String, String)| id.len() <= MAX_ID_BYTES && is_shortcut(keys);
        Self {
            zoom_percent: self.zoom_percent.clamp(*ZOOM.start(), *ZOOM.end()),
            form_percent: self.form_percent.clamp(*FORM.start(), *FORM.end()),
            shortcuts: shortcuts.filter(usable).take(MAX_SHORTCUTS).collect(),
            ..self
        }
    }
}

/// Whether these are keys as the window writes them, such as `Mod+Shift+C`, and none that lists and dialogs need.
fn is_shortcut(keys: &str) -> bool {
    let mut modifiers: Vec<&str> = keys.split('+').collect();
    let Some(key) = modifiers.pop() else {
        return false;
    };
    let place = |name: &&str| MODIFIERS.iter().position(|modifier| modifier == name);
    let places: Option<Vec<usize>> = modifiers.iter().map(place).collect();
    let is_held = modifiers.contains(&"Mod") || modifiers.contains(&"Alt");
    let mut signs = key.chars();
    let is_sign = matches!(
        (signs.next(), signs.next()),
        (Some(sign), None) if sign.is_alphanumeric() || sign.is_ascii_punctuation()
    );
    places.is_some_and(|places| places.is_sorted_by(|left, right| left < right))
        && (is_sign || is_free(key) || is_held && is_needed_alone(key))
}

fn is_free(key: &str) -> bool {
    let number = key.strip_prefix('F').map(str::parse);
    matches!(key, "Backspace" | "Delete") || matches!(number, Some(Ok(1..=12_u8)))
}

/// Whether lists and dialogs need this key, unless `Mod` or `Alt` is held.
fn is_needed_alone(key: &str) -> bool {
    let arrow = key.strip_prefix("Arrow");
    matches!(key, "Enter" | "Home" | "End" | "PageUp" | "PageDown")
        || matches!(arrow, Some("Up" | "Down" | "Left" | "Right"))
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    /// As the system has it.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// How strongly lines and words stand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Contrast {
    /// As the system has it.
    System,
    /// Stronger.
    More,
}

/// Height of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Density {
    /// Two lines a row.
    Comfortable,
    /// One line a row.
    Compact,
}

/// What the list of connectors is grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConnectorGroup {
    /// What needs you first.
    Status,
    /// The account.
    Account,
    /// The platform.
    Platform,
    /// What they connect to, where that is no address.
    Type,
    /// Nothing.
    None,
}

/// What the rows of the list of connectors are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConnectorSort {
    /// By name.
    Name,
    /// By status, what needs you first.
    Status,
    /// What worked last first.
    LastOk,
    /// By account.
    Account,
}

/// Sizes of text with which the window can still be used, in percent of the usual.
const ZOOM: std::ops::RangeInclusive<u16> = 80..=200;

/// What is accepted as [`Preferences::form_percent`]: neither side is ever out of sight.
const FORM: std::ops::RangeInclusive<u16> = 25..=70;

/// How many shortcuts are kept; the window has about fifty.
const MAX_SHORTCUTS: usize = 100;
const MAX_ID_BYTES: usize = 40;
/// In the order in which they are written.
const MODIFIERS: [&str; 3] = ["Mod", "Alt", "Shift"];
const FILE: &str = "preferences.json";
/// How large a file of settings may be; what is kept takes a hundredth of it.
const MAX_BYTES: u64 = 64 * 1024;
const KEY: &str = "preferences";

/// Reads the preferences; those that are missing or not understood are the usual ones.
pub(crate) fn load<R: Runtime>(app: &AppHandle<R>) -> Result<Preferences, Problem> {
    let file = file(app);
    discard_unreadable(&file);
    let store = app.store(file).map_err(unavailable)?;
    Ok(parse(store.get(KEY)))
}

/// What is understood of a file, each preference by itself: a person or a program may have changed it.
fn parse(saved: Option<Value>) -> Preferences {
    let Some(Value::Object(saved)) = saved else {
        return Preferences::default();
    };
    let with = |before: Preferences, one: (String, Value)| {
        let Ok(Value::Object(mut members)) = serde_json::to_value(&before) else {
            return before;
        };
        members.extend([one]);
        serde_json::from_value(Value::Object(members)).unwrap_or(before)
    };
    saved
        .into_iter()
        .fold(Preferences::default(), with)
        .bounded()
}

/// Keeps the preferences.
pub(crate) fn save<R: Runtime>(
    app: &AppHandle<R>,
    preferences: Preferences,
) -> Result<(), Problem> {
    let store = app.store(file(app)).map_err(unavailable)?;
    let value = serde_json::to_value(preferences.bounded())
        .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    store.set(KEY, value);
    store.save().map_err(unavailable)
}

/// Lets a plugin begin anew where it would hang or fill the memory with a file of settings.
pub(crate) fn discard_unreadable(file: &Path) {
    match set_aside_unreadable(file, MAX_BYTES) {
        Ok(None) => {}
        Ok(Some(aside)) => tracing::warn!(?aside, "a file of settings was set aside: not readable"),
        Err(error) => tracing::warn!(?file, %error, "a file of settings cannot be used"),
    }
}

/// In our own folder, not in the one that the plugin would choose.
fn file<R: Runtime>(app: &AppHandle<R>) -> PathBuf {
    app.state::<Context>().paths().settings.join(FILE)
}

fn unavailable(error: tauri_plugin_store::Error) -> Problem {
    Problem {
        detail: Some(error.to_string()),
        ..Problem::new(Code::FileFailed, "couldn't save settings")
            .with_hint("Check that Patchbay can write to its settings folder.")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_understood_is_as_usual_and_the_rest_as_it_was_chosen() {
        let saved = json!({"theme": "dark", "density": "huge", "zoomPercent": 110, "more": [1]});
        let expected = Preferences {
            theme: Theme::Dark,
            zoom_percent: 110,
            ..Preferences::default()
        };
        assert_eq!(parse(Some(saved)), expected);
        for saved in [None, Some(json!(null)), Some(json!(["theme"]))] {
            assert_eq!(parse(saved), Preferences::default());
        }
    }

    #[test]
    fn shortcuts_are_kept_that_can_be_pressed_and_leave_lists_their_keys() {
        let kept = json!({"runs.again": "Mod+Shift+G", "a": "?", "b": "F8", "c": "Alt+ArrowLeft", "d": "Mod+Enter",
            "e": "Shift+É", "f": "Backspace"});
        let read = parse(Some(json!({"shortcuts": kept})));
        assert_eq!(json!(read.shortcuts), kept);
        let unusable = "|+|Shift+Mod+G|Mod+Mod+G|Mod+|Enter|Shift+ArrowUp|Escape|Tab|Space|F13|GG| |\u{202e}|Hyper+G";
        for keys in unusable.split('|') {
            let read = parse(Some(json!({"shortcuts": {"runs.again": keys}})));
            assert_eq!(read.shortcuts, BTreeMap::new(), "{keys}");
        }
    }

    #[test]
    fn so_many_shortcuts_are_kept_that_the_file_can_be_read_again() {
        let many = (0..1000).map(|number| (format!("a{number}"), json!("G")));
        let long = ("x".repeat(MAX_ID_BYTES + 1), json!("G"));
        let read = parse(Some(
            json!({"shortcuts": many.chain([long]).collect::<serde_json::Map<_, _>>()}),
        ));
        assert_eq!(read.shortcuts.len(), MAX_SHORTCUTS);
        assert!(json!(read).to_string().len() < usize::try_from(MAX_BYTES).unwrap() / 8);
    }

    fn anything() -> impl Strategy<Value = Value> {
        let words = prop_oneof![
            Just("dark".to_owned()),
            Just("cmd://id".to_owned()),
            any::<String>()
        ];
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            words.prop_map(Value::from),
            Just(json!({"theme": {"theme": []}})),
            any::<String>().prop_map(|keys| json!({"runs.again": keys, "runs.edit": "Mod+G"})),
        ]
    }

    const NAMES: &[&str] = &[
        "theme",
        "density",
        "zoomPercent",
        "formPercent",
        "singleLetterKeys",
        "shortcuts",
        "x",
    ];

    proptest! {
        #[test]
        fn any_file_leaves_a_window_that_can_be_used(
            members in prop::collection::vec(
                (prop::sample::select(NAMES), anything()),
                0..8,
            ),
        ) {
            let saved = members.into_iter().map(|(name, value)| (name.to_owned(), value));
            let read = parse(Some(Value::Object(saved.collect())));
            prop_assert!(ZOOM.contains(&read.zoom_percent));
            prop_assert!(FORM.contains(&read.form_percent));
            prop_assert_eq!(parse(serde_json::to_value(&read).ok()), read);
        }
    }
}
