//! `patchbay credential show|rotate`: where a credential of the wallet is used, and replacing it there.

use patchbay_model::{Problem, SecretHolder, SecretReference, Timestamp, WalletEntry};
use patchbay_ops::{
    Rotation, RotationTarget, finish_rotation, plan_rotation, resolve_wallet_entry, retry_rotation,
    roll_back_rotation, rotate_wallet_entry,
};

use super::authentication::next_secret;
use crate::args::RotateArgs;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Table, Tone};
use crate::output::{Screen, text, when, words};

/// Shows a credential and its uses.
pub(super) async fn show(cli: &Cli, credential: &str) -> Result<(), Failure> {
    let entry = resolve_wallet_entry(&cli.cx, credential).await?;
    cli.unlock().await?;
    let rotation = plan_rotation(&cli.cx, &entry.id).await?;
    let now = cli.now();
    cli.out.answer(&rotation, |screen| {
        let facts = facts(&rotation, now, screen);
        format!("{facts}{}", target_table(&rotation, screen))
    })
}

fn facts(rotation: &Rotation, now: Timestamp, screen: Screen) -> String {
    let entry: &WalletEntry = &rotation.entry;
    let ago = |at: Timestamp| when::relative(at, now);
    let old_credential = match (rotation.can_go_back, rotation.is_rolled_back) {
        (true, true) => Some("in use again"),
        (true, false) => Some("kept until you finish"),
        (false, _) => None,
    };
    Facts::default()
        .add("Name", &entry.name)
        .add("Id", entry.id.as_str())
        .add("Kind", words::wallet_kind(entry.kind))
        .add_optional(
            "Source",
            entry.reference.as_ref().map(SecretReference::as_str),
        )
        .add(
            words::value_names(entry.kind),
            entry.header_names.join(", "),
        )
        .add_optional("Issuer", entry.issuer.as_ref())
        .add("Scopes", entry.scopes.join(" "))
        .add("Saved", ago(entry.created_at))
        .add("Replaced", ago(entry.replaced_at))
        .add_optional("Expires", entry.expires_at.map(ago))
        .add_optional("Last used", entry.last_used_at.map(ago))
        .add_optional("Old credential", old_credential)
        .render(screen)
}

/// Rotates a credential, or continues a rotation.
pub(super) async fn rotate(cli: &Cli, args: RotateArgs) -> Result<(), Failure> {
    let entry = resolve_wallet_entry(&cli.cx, &args.credential).await?;
    if args.dry_run {
        cli.unlock().await?;
        let rotation = plan_rotation(&cli.cx, &entry.id).await?;
        return answer(cli, &rotation);
    }
    let secret = if args.retry || args.roll_back || args.finish {
        None
    } else {
        Some(next_secret(cli, &entry, args.secret).await?)
    };
    cli.unlock().await?;
    let each = |target: &RotationTarget| cli.stderr.step(&step(target));
    let (cx, id) = (&cli.cx, &entry.id);
    let rotation = match secret {
        Some(secret) => rotate_wallet_entry(cx, id, secret, each).await?,
        None if args.retry => retry_rotation(cx, id, each).await?,
        None if args.roll_back => roll_back_rotation(cx, id, each).await?,
        None => finish_rotation(cx, id).await?,
    };
    cli.stderr.clear();
    answer(cli, &rotation)?;
    let verb = match (args.roll_back, args.finish) {
        (true, _) => "Rolled back",
        (_, true) => "Finished rotating",
        _ => "Rotated",
    };
    report_rotation(cli, &rotation, verb)
}

fn answer(cli: &Cli, rotation: &Rotation) -> Result<(), Failure> {
    cli.out
        .answer(rotation, |screen| target_table(rotation, screen))
}

/// Reports the outcome; it is a failure if some updates failed.
fn report_rotation(cli: &Cli, rotation: &Rotation, verb: &str) -> Result<(), Failure> {
    let name = &rotation.entry.name;
    let targets = rotation.targets.iter();
    let problems: Vec<&Problem> = targets.filter_map(|one| one.problem.as_ref()).collect();
    let Some(first) = problems.first() else {
        cli.say(format!("{verb} {name}."));
        if rotation.can_go_back && !rotation.is_rolled_back {
            let name = text::quote(name);
            cli.say(format!(
                "Old credential kept. Undo with --roll-back; delete it with `patchbay credential rotate {name} --finish`."
            ));
        }
        return Ok(());
    };
    let message = format!(
        "{} of {} updates failed",
        problems.len(),
        rotation.targets.len()
    );
    let hint = format!(
        "Run `patchbay credential rotate {} --retry`, or undo with --roll-back.",
        text::quote(name)
    );
    Err(Problem::new(first.code, message).with_hint(hint).into())
}

fn step(target: &RotationTarget) -> String {
    let (title, account) = (text::line(&target.title), text::line(&target.account));
    match &target.problem {
        Some(problem) => format!("{title} on {account}: {}", text::line(&problem.message)),
        None => format!("{title} on {account}: updated"),
    }
}

fn target_table(rotation: &Rotation, screen: Screen) -> String {
    if rotation.targets.is_empty() {
        return "Not used.\n".to_owned();
    }
    let heads = ["USED BY", "ACCOUNT", "PLACE", "STATUS"];
    Table::new(heads, rotation.targets.iter().map(row)).render(screen)
}

fn row(target: &RotationTarget) -> [Cell; 4] {
    let (status, tone) = match (&target.problem, &target.holder) {
        (Some(problem), _) => (text::line(&problem.message), Tone::Bad),
        (None, Some(_)) => ("sent".to_owned(), Tone::Plain),
        (None, None) => ("reads from wallet".to_owned(), Tone::Faint),
    };
    [
        Cell::from(&target.title),
        Cell::from(&target.account),
        Cell::from(role(target)),
        Cell::toned(&status, tone),
    ]
}

fn role(target: &RotationTarget) -> String {
    match &target.holder {
        Some(SecretHolder::Creation) => "set at creation".to_owned(),
        Some(SecretHolder::Settings) => "setting".to_owned(),
        Some(SecretHolder::Credential { level, name }) if name.is_empty() => {
            format!("{} credential", words::level(*level))
        }
        Some(SecretHolder::Credential { level, name }) => {
            format!("{} credential {name}", words::level(*level))
        }
        None if target.account_id.is_some() => "account sign-in".to_owned(),
        None => "sign-in".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, Level};

    use super::*;

    #[test]
    fn each_place_says_how_it_stands() {
        let target = RotationTarget {
            title: "Wiki".to_owned(),
            account: "work".to_owned(),
            connector: None,
            account_id: None,
            holder: Some(SecretHolder::Credential {
                level: Level::User,
                name: "mine".to_owned(),
            }),
            problem: None,
        };
        assert_eq!(step(&target), "Wiki on work: updated");
        assert_eq!(role(&target), "personal credential mine");
        let missed = RotationTarget {
            problem: Some(Problem::new(
                Code::NetworkUnreachable,
                "couldn't connect to Mistral",
            )),
            ..target
        };
        assert_eq!(step(&missed), "Wiki on work: couldn't connect to Mistral");
    }
}
