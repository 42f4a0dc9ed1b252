//! `patchbay credential … --connector C`: what hosted platforms keep for their connectors.

use patchbay_model::{Connector, CredentialStatus, Level, PlatformCredential, Problem, Timestamp};
use patchbay_ops::{
    CredentialsOfLevel, Error, SavePlatformCredential, list_platform_credentials,
    make_platform_credential_default, platform_credential_form, remove_platform_credential,
    save_platform_credential,
};
use serde::Serialize;

use crate::args::{PlacedArgs, TargetArgs};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::form_values;
use crate::output::table::{Cell, Table, Tone};
use crate::output::{Screen, forms, text, when, words};
use crate::unlock::unlock;

/// A credential at its place, as an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CredentialLocation<'a> {
    connector: &'a str,
    level: Level,
    name: &'a str,
}

/// A connector, and the level of its credentials that is meant.
struct Target {
    connector: Connector,
    level: Level,
    known: Vec<CredentialsOfLevel>,
}

impl Target {
    /// The place that the options name.
    ///
    /// # Errors
    /// When the connector has no such level, or several and none is named.
    async fn find(cli: &Cli, args: &TargetArgs) -> Result<Self, Failure> {
        let (connector, known) = all_levels(cli, args).await?;
        let wanted = args.level.map(Level::from);
        let mut fitting = known
            .iter()
            .map(|one| one.level.level)
            .filter(|level| wanted.is_none_or(|wanted| wanted == *level));
        let found = (fitting.next(), fitting.next());
        let (Some(level), None) = found else {
            return Err(no_level(&connector, &known));
        };
        Ok(Self {
            connector,
            level,
            known,
        })
    }

    /// Whether the platform tells that there is one of that name; `None` when it does not list them.
    fn has(&self, name: &str) -> Option<bool> {
        let level = self
            .known
            .iter()
            .find(|one| one.level.level == self.level)?;
        let is_told = level.level.is_listed && level.problem.is_none();
        is_told.then(|| level.credentials.iter().any(|one| one.name == name))
    }

    fn print_done(&self, cli: &Cli, verb: &str, name: &str) -> Result<(), Failure> {
        let title = &self.connector.title;
        let shown = describe_credential(self.level, name);
        cli.stderr.say(&format!("{verb} {shown} of {title}."));
        let placed = CredentialLocation {
            connector: self.connector.id.as_str(),
            level: self.level,
            name,
        };
        cli.out.answer(&placed, |_| String::new())
    }
}

/// `user credential mine`; the one of a level has no name.
fn describe_credential(level: Level, name: &str) -> String {
    let level = words::level(level);
    match name {
        "" => format!("{level} credential"),
        name => format!("{level} credential {}", text::line(name)),
    }
}

fn no_level(connector: &Connector, known: &[CredentialsOfLevel]) -> Failure {
    let title = &connector.title;
    if known.is_empty() {
        return Failure::usage(
            format!("{title} has no platform credentials"),
            "Remove --connector to use the wallet.",
        );
    }
    let levels: Vec<_> = known
        .iter()
        .map(|one| words::level(one.level.level))
        .collect();
    Failure::usage(
        format!("choose a level for {title}: {}", levels.join(", ")),
        "Add --level.",
    )
}

async fn all_levels(
    cli: &Cli,
    args: &TargetArgs,
) -> Result<(Connector, Vec<CredentialsOfLevel>), Failure> {
    let connector = args
        .connector
        .as_deref()
        .ok_or_else(|| Failure::usage("saved credentials have no default", "Add --connector."))?;
    let connector = cli.connector(connector).await?;
    unlock(cli).await?;
    let levels = list_platform_credentials(&cli.cx, &connector.id).await?;
    Ok((connector, levels))
}

/// Lists them by level; one that cannot be listed says why and hides no other.
pub(super) async fn list(cli: &Cli, args: &TargetArgs) -> Result<(), Failure> {
    let (connector, mut levels) = all_levels(cli, args).await?;
    if let Some(wanted) = args.level.map(Level::from) {
        levels.retain(|one| one.level.level == wanted);
    }
    if levels.is_empty() {
        return Err(no_level(&connector, &levels));
    }
    for level in &levels {
        tell_problem(cli, level);
    }
    let now = cli.now();
    cli.out
        .answer(&levels, |screen| table(&levels, now, screen))
}

fn tell_problem(cli: &Cli, level: &CredentialsOfLevel) {
    let name = words::level(level.level.level);
    if let Some(Problem { message, .. }) = &level.problem {
        cli.stderr.say(&format!("Level {name}: {message}."));
    } else if !level.level.is_listed {
        cli.stderr
            .say(&format!("Level {name}: not listed by the platform."));
    }
}

fn table(levels: &[CredentialsOfLevel], now: Timestamp, screen: Screen) -> String {
    let all = levels.iter().flat_map(|level| &level.credentials);
    let rows: Vec<_> = all.map(|one| row(one, now)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let heads = ["LEVEL", "NAME", "DEFAULT", "STATUS", "EXPIRES", "ADDED"];
    Table::new(heads, rows).render(screen)
}

fn row(credential: &PlatformCredential, now: Timestamp) -> [Cell; 6] {
    let (word, tone) = match credential.status {
        CredentialStatus::Valid => ("valid", Tone::Good),
        CredentialStatus::Invalid => ("invalid", Tone::Bad),
        CredentialStatus::Failing => ("failing", Tone::Bad),
        CredentialStatus::Unknown => ("unknown", Tone::Faint),
    };
    let status = match &credential.reason {
        Some(reason) => format!("{word}: {reason}"),
        None => word.to_owned(),
    };
    let ago = |at: Option<Timestamp>| at.map(|at| when::relative(at, now)).unwrap_or_default();
    let made = [ago(credential.created_at), added_by(credential)];
    let made: Vec<_> = made.into_iter().filter(|part| !part.is_empty()).collect();
    [
        Cell::from(words::level(credential.level)),
        Cell::from(&credential.name),
        Cell::from(if credential.is_default { "default" } else { "" }),
        Cell::toned(&status, tone),
        Cell::from(ago(credential.expires_at)),
        Cell::from(made.join(" ")),
    ]
}

fn added_by(credential: &PlatformCredential) -> String {
    let who = credential.created_by.as_ref();
    who.map(|who| format!("by {who}")).unwrap_or_default()
}

/// Creates one.
pub(super) async fn add(cli: &Cli, name: Option<String>, args: PlacedArgs) -> Result<(), Failure> {
    let target = Target::find(cli, &args.target).await?;
    let name = name.unwrap_or_default();
    if target.has(&name) == Some(true) && !args.form.describe {
        return Err(Failure::usage(
            format!(
                "{} already exists",
                describe_credential(target.level, &name)
            ),
            "Use `patchbay credential replace` or choose another name.",
        ));
    }
    save(cli, &target, &name, args, "Saved").await
}

/// Puts other values in the place of one.
pub(super) async fn replace(
    cli: &Cli,
    name: Option<String>,
    args: PlacedArgs,
) -> Result<(), Failure> {
    let target = Target::find(cli, &args.target).await?;
    let name = name.unwrap_or_default();
    if target.has(&name) == Some(false) && !args.form.describe {
        let kind = "credential";
        return Err(Error::NotFound { kind, name }.into());
    }
    save(cli, &target, &name, args, "Replaced").await
}

async fn save(
    cli: &Cli,
    target: &Target,
    name: &str,
    args: PlacedArgs,
    verb: &str,
) -> Result<(), Failure> {
    let id = &target.connector.id;
    let form = platform_credential_form(&cli.cx, id, target.level).await?;
    if args.form.describe {
        return forms::describe(cli, &form);
    }
    let request = SavePlatformCredential {
        connector: id.clone(),
        level: target.level,
        name: name.to_owned(),
        values: form_values::overlay(form.values.0, &args.values)?,
        secrets: form_values::secrets(cli, &args.form.secrets).await?,
        is_default: args.default.then_some(true),
    };
    save_platform_credential(&cli.cx, request).await?;
    target.print_done(cli, verb, name)
}

/// Makes one the default.
pub(super) async fn make_default(cli: &Cli, name: &str, args: &TargetArgs) -> Result<(), Failure> {
    let target = Target::find(cli, args).await?;
    make_platform_credential_default(&cli.cx, &target.connector.id, target.level, name).await?;
    target.print_done(cli, "Default is now", name)
}

/// Deletes one, after it was agreed to.
pub(super) async fn remove(cli: &Cli, name: &str, args: &TargetArgs) -> Result<(), Failure> {
    let target = Target::find(cli, args).await?;
    let shown = describe_credential(target.level, name);
    let question = format!("Delete {shown} of {}?", target.connector.title);
    let needed = Error::ConfirmationNeeded {
        what: format!("Deleting {shown}"),
    };
    cli.confirm(&question, needed.into())?;
    remove_platform_credential(&cli.cx, &target.connector.id, target.level, name, true).await?;
    target.print_done(cli, "Deleted", name)
}
