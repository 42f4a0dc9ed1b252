//! OAuth deviations of connectors.

use patchbay_model::{ChosenDeviations, Connector, OauthDeviation};
use patchbay_ops::DeviationView;

use crate::args::deviation_name;
use crate::output::table::Tone;
use crate::output::{Screen, text};

/// Applies the given deviations to the chosen ones; `None` if none is given.
pub(super) fn changed(
    connector: &Connector,
    given: &[(OauthDeviation, Option<bool>)],
) -> Option<ChosenDeviations> {
    let mut chosen = connector.oauth_deviations.clone();
    for (deviation, state) in given {
        match state {
            Some(on) => chosen.insert(*deviation, *on),
            None => chosen.remove(deviation),
        };
    }
    (!given.is_empty()).then_some(chosen)
}

/// Renders the deviations that are known of the provider or chosen.
pub(super) fn lines(deviations: &[DeviationView], screen: Screen) -> String {
    let shown = deviations
        .iter()
        .filter(|it| it.source.is_some() || it.chosen.is_some());
    let line = |it: &DeviationView| {
        let (sign, tone) = match (it.is_on, it.weakens) {
            (true, true) => ("on, weakens a check", Tone::Warning),
            (true, false) => ("on", Tone::Plain),
            (false, _) => ("off", Tone::Faint),
        };
        let source = it.source.as_deref();
        let source = source.map(|source| format!(", known: {source}"));
        let name = deviation_name(it.deviation);
        let words = format!("{} ({sign}{})", it.words, source.unwrap_or_default());
        tone.paint(&format!("  {name}: {}\n", text::line(&words)), screen)
    };
    let lines: String = shown.map(line).collect();
    match lines.is_empty() {
        true => lines,
        false => format!("Sign-in deviations:\n{lines}"),
    }
}
