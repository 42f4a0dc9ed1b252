//! The preferences of the window.

use std::collections::BTreeMap;

use patchbay_model::{Code, Problem, Redirect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;
use tauri::AppHandle;

use crate::settings_file;

/// What the Settings page offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Preferences {
    theme: Theme,
    contrast: Contrast,
    density: Density,
    /// Whether single-letter shortcuts work while no field has focus.
    single_letter_keys: bool,
    /// Keys that replace the default ones, by shortcut id.
    shortcuts: BTreeMap<String, String>,
    /// Whether the sidebar shows tiles only.
    sidebar_collapsed: bool,
    /// Size of all text and spacing, in percent of the default.
    zoom_percent: u16,
    /// Width of a tool's form in percent of the room beside the list of tools.
    form_percent: u16,
    connector_group: ConnectorGroup,
    connector_sort: ConnectorSort,
    /// How the browser returns from the sign-in page of a hosted platform.
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
    /// Clamps sizes to those with which the window is usable, and drops shortcuts that cannot be pressed.
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

/// Whether these are keys as the window writes them, such as `Mod+Shift+C`, and not keys that lists and dialogs need.
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

/// Whether lists and dialogs need this key when neither `Mod` nor `Alt` is held.
fn is_needed_alone(key: &str) -> bool {
    let arrow = key.strip_prefix("Arrow");
    matches!(key, "Enter" | "Home" | "End" | "PageUp" | "PageDown")
        || matches!(arrow, Some("Up" | "Down" | "Left" | "Right"))
}

/// The colour scheme of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

/// The contrast of lines and text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Contrast {
    System,
    More,
}

/// The height of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Density {
    /// Two lines a row.
    Comfortable,
    /// One line a row.
    Compact,
}

/// How the list of connectors is grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConnectorGroup {
    /// By status, what needs the user first.
    Status,
    Account,
    Platform,
    /// By connector type, for connectors without an address.
    Type,
    None,
}

/// How the list of connectors is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConnectorSort {
    Name,
    /// By status, what needs the user first.
    Status,
    /// By last success, latest first.
    LastOk,
    Account,
}

/// Valid [`Preferences::zoom_percent`]: the window is usable at all of them.
const ZOOM: std::ops::RangeInclusive<u16> = 80..=200;

/// Valid [`Preferences::form_percent`]: both sides stay visible.
const FORM: std::ops::RangeInclusive<u16> = 25..=70;

/// Maximum number of saved shortcuts; the window has about fifty.
const MAX_SHORTCUTS: usize = 100;
const MAX_ID_BYTES: usize = 40;
/// In the order in which the window writes them.
const MODIFIERS: [&str; 3] = ["Mod", "Alt", "Shift"];
const FILE: &str = "preferences.json";
const KEY: &str = "preferences";

/// Loads the preferences; missing and invalid ones have their defaults.
pub(crate) fn load(app: &AppHandle) -> Result<Preferences, Problem> {
    let saved = settings_file::read(app, FILE, KEY).map_err(unavailable)?;
    Ok(parse(saved))
}

/// Parses each preference by itself, because a person or a program may have edited the file.
fn parse(saved: Option<Value>) -> Preferences {
    let Some(Value::Object(saved)) = saved else {
        return Preferences::default();
    };
    let with_member = |preferences: Preferences, member: (String, Value)| {
        let Ok(Value::Object(mut members)) = serde_json::to_value(&preferences) else {
            return preferences;
        };
        members.extend([member]);
        serde_json::from_value(Value::Object(members)).unwrap_or(preferences)
    };
    saved
        .into_iter()
        .fold(Preferences::default(), with_member)
        .bounded()
}

pub(crate) fn save(app: &AppHandle, preferences: Preferences) -> Result<(), Problem> {
    let value = serde_json::to_value(preferences.bounded())
        .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    settings_file::save(app, FILE, KEY, value).map_err(unavailable)
}

fn unavailable(error: tauri_plugin_store::Error) -> Problem {
    Problem::new(Code::FileFailed, "couldn't save settings")
        .with_hint("Check that Patchbay can write to its settings folder.")
        .with_detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::settings_file::MAX_BYTES;

    #[test]
    fn invalid_preferences_have_their_defaults() {
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
    fn only_usable_shortcuts_are_loaded() {
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
    fn the_number_of_shortcuts_is_limited() {
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
