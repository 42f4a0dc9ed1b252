//! `patchbay credential … --connector C`: credentials that hosted platforms keep.

use patchbay_model::{Connector, CredentialStatus, Level, PlatformCredential, Problem, Timestamp};
use patchbay_ops::{
    CredentialsOfLevel, Error, SavePlatformCredential, list_platform_credentials,
    make_platform_credential_default, platform_credential_form, remove_platform_credential,
    save_platform_credential,
};
use serde::Serialize;

use crate::args::{PlacedArgs, TargetArgs};
use crate::cli::Cli;
use crate::command_hint::quoted_name;
use crate::failure::Failure;
use crate::form_values;
use crate::output::table::{Cell, Table, Tone};
use crate::output::{Screen, forms, text, when, words};

/// The answer of commands that change a credential.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CredentialLocation<'a> {
    connector: &'a str,
    level: Level,
    name: &'a str,
}

/// A connector and a level of its credentials.
struct Target {
    connector: Connector,
    level: Level,
    levels: Vec<CredentialsOfLevel>,
}

impl Target {
    /// Finds the connector and the level of the options.
    ///
    /// # Errors
    /// When the connector has no such level, or several and none is given.
    async fn find(cli: &Cli, args: &TargetArgs) -> Result<Self, Failure> {
        let (connector, levels) = all_levels(cli, args).await?;
        let requested = args.level;
        let mut matching = levels
            .iter()
            .map(|one| one.level.level)
            .filter(|level| requested.is_none_or(|requested| requested == *level));
        let (Some(level), None) = (matching.next(), matching.next()) else {
            return Err(no_level(&connector, &levels));
        };
        Ok(Self {
            connector,
            level,
            levels,
        })
    }

    /// Whether there is a credential of that name; `None` if the platform does not list them.
    fn has(&self, name: &str) -> Option<bool> {
        let mut levels = self.levels.iter();
        let level = levels.find(|one| one.level.level == self.level)?;
        let is_listed = level.level.is_listed && level.problem.is_none();
        is_listed.then(|| level.credentials.iter().any(|one| one.name == name))
    }

    fn replace_command(&self, name: &str) -> String {
        let name = match name {
            "" => String::new(),
            name => format!(" {}", text::quote(name)),
        };
        let connector = quoted_name(&self.connector);
        let level = words::level(self.level);
        format!(
            "patchbay credential replace{name} --connector {connector} --level {level} --secret FIELD=-"
        )
    }

    fn print_done(&self, cli: &Cli, verb: &str, name: &str) -> Result<(), Failure> {
        let title = &self.connector.title;
        let shown = describe_credential(self.level, name);
        let location = CredentialLocation {
            connector: self.connector.id.as_str(),
            level: self.level,
            name,
        };
        cli.print_done(format!("{verb} {shown} of {title}."), &location)
    }
}

/// `personal credential mine`; the one of a level has no name.
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
            format!("connector {title} has no platform credentials"),
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
    cli.unlock().await?;
    let levels = list_platform_credentials(&cli.cx, &connector.id).await?;
    Ok((connector, levels))
}

/// Lists credentials by level. A level that can't be listed is reported and does not hide the others.
pub(super) async fn list(cli: &Cli, args: &TargetArgs) -> Result<(), Failure> {
    let (connector, mut levels) = all_levels(cli, args).await?;
    let is_asked = |one: &CredentialsOfLevel| args.level.is_none_or(|it| one.level.level == it);
    if !levels.iter().any(is_asked) {
        return Err(no_level(&connector, &levels));
    }
    levels.retain(is_asked);
    for level in &levels {
        report_problem(cli, level);
    }
    let now = cli.now();
    cli.out
        .answer(&levels, |screen| table(&levels, now, screen))?;
    let problems: Option<Vec<_>> = levels.into_iter().map(|one| one.problem).collect();
    match problems.and_then(|all| all.into_iter().next()) {
        // None could be listed.
        Some(problem) => Err(Failure::from(problem).of(&connector)),
        None => Ok(()),
    }
}

fn report_problem(cli: &Cli, level: &CredentialsOfLevel) {
    let name = words::level(level.level.level);
    if let Some(Problem { message, .. }) = &level.problem {
        cli.say(format!("Level {name}: {message}."));
    } else if !level.level.is_listed {
        cli.say(format!("Level {name}: not listed by the platform."));
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
    let created_by = credential.created_by.as_ref();
    let created_by = created_by.map(|user| format!("by {user}"));
    let created = [ago(credential.created_at), created_by.unwrap_or_default()];
    let created: Vec<_> = created
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    [
        Cell::from(words::level(credential.level)),
        Cell::from(&credential.name),
        Cell::from(if credential.is_default { "default" } else { "" }),
        Cell::toned(&status, tone),
        Cell::from(ago(credential.expires_at)),
        Cell::from(created.join(" ")),
    ]
}

pub(super) async fn add(cli: &Cli, name: Option<String>, args: PlacedArgs) -> Result<(), Failure> {
    let target = Target::find(cli, &args.target).await?;
    let name = name.unwrap_or_default();
    if target.has(&name) == Some(true) && !args.form.describe {
        let shown = describe_credential(target.level, &name);
        let replace = target.replace_command(&name);
        return Err(Failure::usage(
            format!("{shown} already exists"),
            format!("Use `{replace}` or choose another name."),
        ));
    }
    save(cli, &target, &name, args, "Saved").await
}

pub(super) async fn replace(
    cli: &Cli,
    name: Option<String>,
    args: PlacedArgs,
) -> Result<(), Failure> {
    let target = Target::find(cli, &args.target).await?;
    let name = name.unwrap_or_default();
    if target.has(&name) == Some(false) && !args.form.describe {
        let kind = "credential";
        let connector = quoted_name(&target.connector);
        let hint = format!("Run `patchbay credential list --connector {connector}`.");
        return Err(Failure::from(Error::NotFound { kind, name }).with_hint(hint));
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
        values: form_values::overlay(&form, &args.values)?,
        secrets: form_values::secrets(cli, &args.form.secrets).await?,
        is_default: args.default.then_some(true),
    };
    save_platform_credential(&cli.cx, request).await?;
    target.print_done(cli, verb, name)
}

pub(super) async fn make_default(cli: &Cli, name: &str, args: &TargetArgs) -> Result<(), Failure> {
    let target = Target::find(cli, args).await?;
    make_platform_credential_default(&cli.cx, &target.connector.id, target.level, name).await?;
    target.print_done(cli, "Default is now", name)
}

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
