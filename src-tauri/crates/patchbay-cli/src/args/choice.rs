//! Values that are one of a few words.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Parses one of these words, each with its help text and value.
pub(super) fn one_of<T: Clone + Send + Sync + 'static, const N: usize>(
    choices: [(&'static str, &'static str, T); N],
) -> impl TypedValueParser<Value = T> {
    let words = choices
        .each_ref()
        .map(|(word, help, _)| PossibleValue::new(*word).help(*help));
    PossibleValuesParser::new(words).try_map(move |given| {
        let mut choices = choices.iter();
        let choice = choices.find(|(word, ..)| *word == given);
        choice
            .map(|(.., value)| value.clone())
            .ok_or("unknown word")
    })
}

/// Parses `on` or `off`.
pub(super) fn on_or_off() -> impl TypedValueParser<Value = bool> {
    one_of([("on", "Turn on", true), ("off", "Turn off", false)])
}
