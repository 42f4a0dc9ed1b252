//! Values of options: one of a few words, or a whole number.

use std::ops::RangeInclusive;

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

/// Parses a whole number in this range.
pub(super) fn whole_number(range: RangeInclusive<u32>) -> impl TypedValueParser<Value = u32> {
    move |given: &str| {
        let number = given.parse::<u32>().ok();
        let number = number.filter(|number| range.contains(number));
        number.ok_or_else(|| match (*range.start(), *range.end()) {
            (0, u32::MAX) => "must be a whole number".to_owned(),
            (first, u32::MAX) => format!("must be a whole number, at least {first}"),
            (first, last) => format!("must be a whole number from {first} to {last}"),
        })
    }
}

/// Parses `on` or `off`.
pub(super) fn on_or_off() -> impl TypedValueParser<Value = bool> {
    one_of([("on", "Turn on", true), ("off", "Turn off", false)])
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::args::CliArgs;

    #[test]
    fn a_number_is_refused_in_plain_words() {
        for (command, given, expected) in [
            ("list", "x", "must be a whole number from 1 to 500"),
            ("list", "501", "must be a whole number from 1 to 500"),
            ("export", "0", "must be a whole number, at least 1"),
        ] {
            let words = ["patchbay", "run", command, "--limit", given];
            let error = CliArgs::try_parse_from(words).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
