//! Constructors of actions, controls and facts.

use patchbay_http::Api;
use patchbay_model::{
    Action, Control, ControlGroup, Fact, Json, Timestamp, capitalize, clean_text,
};
use serde_json::{Value, json};

use crate::{Contract, Operation};

const FACT_LIMIT: usize = 500;

/// An action that calls an operation without asking for input.
pub(crate) fn call<O: Operation<C>, C: AsRef<Api> + Send + Sync + 'static>(
    name: &str,
    title: &str,
    fixed: Value,
) -> Action {
    call_by(O::CONTRACT, name, title, fixed)
}

/// As [`call`], for the operation with that contract.
pub(crate) fn call_by(contract: Contract, name: &str, title: &str, fixed: Value) -> Action {
    Action {
        name: name.to_owned(),
        title: title.to_owned(),
        operation: contract.name.to_owned(),
        fixed: Json(fixed),
        input_schema: None,
        values: Json(json!({})),
        effect: contract.effect,
        warning: None,
        needs_confirmation: contract.effect.needs_confirmation(),
    }
}

/// A switch with the actions for on and off. It `is_main` if it concerns the connector itself; `is_on` is `None` if unknown.
pub(crate) fn switch(
    label: &str,
    is_main: bool,
    is_on: Option<bool>,
    [turn_on, turn_off]: [Action; 2],
) -> Control {
    Control::Switch {
        label: label.to_owned(),
        is_main,
        is_on,
        turn_on: Box::new(turn_on),
        turn_off: Box::new(turn_off),
    }
}

pub(crate) fn button(action: Action) -> Control {
    let action = Box::new(action);
    Control::Button { action }
}

pub(crate) fn group(
    title: &str,
    help: Option<&str>,
    controls: impl IntoIterator<Item = Control>,
) -> ControlGroup {
    ControlGroup {
        title: title.to_owned(),
        help: help.map(str::to_owned),
        controls: controls.into_iter().collect(),
    }
}

/// A fact in foreign words, which are cleaned; `None` when there are none.
pub(crate) fn fact(label: &str, words: Option<&str>) -> Option<Fact> {
    let value = clean_text(words?, FACT_LIMIT);
    (!value.is_empty()).then(|| Fact {
        label: label.to_owned(),
        value,
        at: None,
    })
}

/// A fact that is a time; one that cannot be parsed is shown as it is.
pub(crate) fn moment(label: &str, words: Option<&str>) -> Option<Fact> {
    Some(Fact {
        at: words.and_then(Timestamp::parse),
        ..fact(label, words)?
    })
}

/// Formats a platform's identifier for people: `primary_source` becomes `Primary source`.
pub(crate) fn humanize(word: &str) -> String {
    let words = clean_text(word, 100).replace(['_', '-'], " ");
    let words = match words.chars().any(char::is_lowercase) {
        true => words,
        false => words.to_lowercase(),
    };
    capitalize(&words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_platform_are_written_as_a_person_does() {
        for (word, written) in [
            ("primary_source", "Primary source"),
            ("DIRECT", "Direct"),
            ("api_key", "Api key"),
            ("accountId", "AccountId"),
            ("", ""),
        ] {
            assert_eq!(humanize(word), written);
        }
    }

    #[test]
    fn a_moment_that_cannot_be_read_is_shown_as_it_is() {
        let read = moment("Created", Some("2026-11-20T08:00:00Z")).unwrap();
        assert_eq!(read.at, Timestamp::parse("2026-11-20T08:00:00Z"));
        let odd = moment("Created", Some("yesterday")).unwrap();
        assert_eq!((odd.value.as_str(), odd.at), ("yesterday", None));
        assert_eq!(moment("Created", None), None);
    }
}
