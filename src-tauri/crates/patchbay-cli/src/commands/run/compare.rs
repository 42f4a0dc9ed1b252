//! `patchbay run compare`.

use patchbay_model::{CaptureLevel, RunId, Timestamp, ToolRunSummary, count, inert_json};
use patchbay_ops::{
    ComparedLine, RunChange, RunComparison, RunDifference, RunPart, compare_runs, ignore_paths,
    previous_run,
};

use crate::args::RunCompareArgs;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::table::Tone;
use crate::output::{Screen, text, when, words};

/// Maximum length of a value in the list of differences.
const MAX_VALUE_CHARS: usize = 100;

pub(super) async fn run(cli: &Cli, args: RunCompareArgs) -> Result<(), Failure> {
    let (before, after) = resolve_pair(cli, &args.first, args.second.as_deref()).await?;
    let mut comparison = compare_runs(&cli.cx, &before, &after, None).await?;
    if args.all || !args.ignored.is_empty() {
        let mut ignored = if args.all {
            Vec::new()
        } else {
            comparison.ignored
        };
        ignored.extend(args.ignored);
        comparison = compare_runs(&cli.cx, &before, &after, Some(ignored)).await?;
    }
    if args.remember {
        ignore_paths(&cli.cx, &before, &after, comparison.ignored.clone()).await?;
    }
    let now = cli.now();
    cli.out.answer(&comparison, |screen| {
        render_comparison(&comparison, now, screen)
    })?;
    if !comparison.suggested.is_empty() {
        let paths = comparison.suggested.iter().map(|path| text::quote(path));
        let paths: Vec<_> = paths.map(|path| format!("--ignore {path}")).collect();
        let paths = paths.join(" ");
        cli.say(format!("Looks random: {paths}"));
    }
    Ok(())
}

/// Returns the earlier and the later run.
async fn resolve_pair(
    cli: &Cli,
    first: &str,
    second: Option<&str>,
) -> Result<(RunId, RunId), Failure> {
    let first = cli.run_id(first).await?;
    if let Some(second) = second {
        return Ok((first, cli.run_id(second).await?));
    }
    match previous_run(&cli.cx, &first).await? {
        Some(before) => Ok((before.id, first)),
        None => Err(Failure::usage(
            "no earlier run of this tool",
            "Give two run ids.",
        )),
    }
}

fn render_comparison(comparison: &RunComparison, now: Timestamp, screen: Screen) -> String {
    let mut shown = Facts::default()
        .add("Before", run_line(&comparison.before, now))
        .add("After", run_line(&comparison.after, now))
        .add("Ignored", comparison.ignored.join(", "))
        .render(screen);
    for (part, name) in [
        (RunPart::Arguments, "Arguments"),
        (RunPart::Outcome, "Outcome"),
        (RunPart::Identity, "Identity"),
        (RunPart::Timing, "Timing"),
    ] {
        let of_part = |one: &&RunDifference| one.part == part;
        let found: Vec<_> = comparison.differences.iter().filter(of_part).collect();
        let amount = match found.len() {
            0 => same_words(comparison, part).to_owned(),
            some => count(some, "difference"),
        };
        shown.push_str(&format!("\n{name}: {amount}\n"));
        found
            .iter()
            .for_each(|one| shown.push_str(&difference_lines(one, screen)));
        let lines = comparison.texts.iter().filter(|text| text.part == part);
        let lines: String = lines
            .flat_map(|text| &text.lines)
            .map(|line| line_of(line, screen))
            .collect();
        if !lines.is_empty() {
            shown.push_str(&format!("\n{lines}"));
        }
    }
    if comparison.more > 0 {
        shown.push_str(&format!(
            "\n{}\n",
            count(comparison.more, "more difference")
        ));
    }
    shown
}

/// What is said of a part without differences. What the history did not keep may differ all the same.
fn same_words(comparison: &RunComparison, part: RunPart) -> &'static str {
    let levels = [comparison.before.capture, comparison.after.capture];
    let is_kept_in_part = matches!(part, RunPart::Arguments | RunPart::Outcome);
    if is_kept_in_part && levels.contains(&CaptureLevel::Metadata) {
        "not kept"
    } else if is_kept_in_part && levels.contains(&CaptureLevel::Redacted) {
        "same structure, values not kept"
    } else {
        "no difference"
    }
}

fn run_line(run: &ToolRunSummary, now: Timestamp) -> String {
    let took = run.duration_ms.map(when::duration);
    let parts = [
        Some(run.id.to_string()),
        Some(run.tool.clone()),
        Some(words::run_state(run.state).0.to_owned()),
        took,
        Some(when::relative(run.started_at, now)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn difference_lines(difference: &RunDifference, screen: Screen) -> String {
    let before = short(&difference.before);
    let after = short(&difference.after);
    let (sign, tone, value) = match difference.change {
        RunChange::Added => ("+", Tone::Good, after),
        RunChange::Removed => ("-", Tone::Bad, before),
        RunChange::Changed => ("~", Tone::Plain, format!("{before} → {after}")),
    };
    let line = format!("{sign} {}: {value}", text::line(&difference.pointer));
    format!("  {}\n", tone.paint(&line, screen))
}

fn short(value: &serde_json::Value) -> String {
    text::truncate_to_width(&text::line(&inert_json(value)), MAX_VALUE_CHARS)
}

fn line_of(line: &ComparedLine, screen: Screen) -> String {
    let (tone, line) = match line {
        ComparedLine::Same { text, .. } => (Tone::Plain, format!("  {}", text::lines(text))),
        ComparedLine::Removed { text, .. } => (Tone::Bad, format!("- {}", text::lines(text))),
        ComparedLine::Added { text, .. } => (Tone::Good, format!("+ {}", text::lines(text))),
        ComparedLine::Folded { count: lines } => {
            (Tone::Faint, format!("  … {}", count(*lines, "equal line")))
        }
        ComparedLine::Cut { count: lines } => {
            (Tone::Faint, format!("  … {}", count(*lines, "more line")))
        }
    };
    format!("  {}\n", tone.paint(&line, screen))
}
