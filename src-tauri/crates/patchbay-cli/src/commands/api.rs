//! `patchbay api …`: the documented operations of all platforms.

use std::path::Path;

use patchbay_model::{Account, Code, Json, OperationEffect, Platform, inert_json_pretty};
use patchbay_ops::{
    CallOperation, Error, OperationInfo, ResponseMeta, call_operation, call_operation_with_meta,
    effect_of_call, list_account_operations, list_operations, operations_setting, save_operation,
    stream_operation,
};

use super::authentication::header_texts;
use crate::args::ApiArgs;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Table};
use crate::output::{forms, text, words};
use crate::tool_arguments;

struct OperationList {
    operations: Vec<OperationInfo>,
    /// Hint for an unknown operation.
    list_hint: String,
}

pub(super) async fn run(cli: &Cli, args: ApiArgs) -> Result<(), Failure> {
    let account = cli.optional_account(args.account.as_deref()).await?;
    let available = match &account {
        Some(account) => OperationList::of(cli, account).await?,
        None => OperationList::on(args.platform.as_deref()),
    };
    let described = args.describe.clone().map(|name| {
        let named = Some(name).filter(|name| !name.is_empty());
        named.or_else(|| args.operation.clone()).unwrap_or_default()
    });
    match (described, account) {
        (Some(name), _) if name.is_empty() => Err(no_operation()),
        (Some(name), _) => describe(cli, available.find_operation(&name)?),
        (None, _) if args.list => list(cli, &available.operations),
        (None, Some(account)) => call(cli, &account, &available, args).await,
        (None, None) => Err(no_operation()),
    }
}

impl OperationList {
    /// The operations of an account, which may depend on its settings.
    async fn of(cli: &Cli, account: &Account) -> Result<Self, Failure> {
        let label = text::quote(&account.label);
        let list = format!("Run `patchbay api {label} --list`");
        let list_hint = match operations_setting(account.platform) {
            Some(setting) => format!(
                "{list}, or choose another {}: `patchbay account edit {label} {}=…`.",
                setting.title, setting.name
            ),
            None => format!("{list}."),
        };
        Ok(Self {
            operations: list_account_operations(&cli.cx, &account.id).await?,
            list_hint,
        })
    }

    /// All operations of a platform.
    fn on(platform: Option<&str>) -> Self {
        // The grammar allows only known platforms.
        let platform = platform.and_then(Platform::from_word);
        let platform = platform.unwrap_or(Platform::Local);
        Self {
            operations: list_operations(platform),
            list_hint: format!(
                "Run `patchbay api --platform {} --list`.",
                platform.as_str()
            ),
        }
    }

    fn find_operation(&self, name: &str) -> Result<&OperationInfo, Failure> {
        let mut operations = self.operations.iter();
        let found = operations.find(|operation| operation.name == name);
        found.ok_or_else(|| {
            let missing = Error::NotFound {
                kind: "operation",
                name: name.to_owned(),
            };
            Failure::from(missing).with_hint(&self.list_hint)
        })
    }
}

fn no_operation() -> Failure {
    Failure::usage("name an operation", "Add --list to see all.")
}

fn list(cli: &Cli, operations: &[OperationInfo]) -> Result<(), Failure> {
    cli.out.answer(operations, |screen| {
        let rows = operations.iter().map(|operation| {
            let (effect, tone) = words::operation_effect(operation.effect);
            [
                Cell::from(&operation.name),
                Cell::toned(effect, tone),
                Cell::from(&operation.summary),
            ]
        });
        Table::new(["OPERATION", "EFFECT", "DESCRIPTION"], rows).render(screen)
    })
}

fn describe(cli: &Cli, operation: &OperationInfo) -> Result<(), Failure> {
    cli.out.answer(operation, |screen| {
        let (effect, tone) = words::operation_effect(operation.effect);
        let facts = Facts::default()
            .add("Operation", &operation.name)
            .add("Does", &operation.summary)
            .toned("Effect", effect, tone)
            .render(screen);
        format!(
            "{facts}\n{}",
            forms::arguments(&operation.parameters, screen)
        )
    })
}

async fn call(
    cli: &Cli,
    account: &Account,
    available: &OperationList,
    args: ApiArgs,
) -> Result<(), Failure> {
    let name = args.operation.as_deref().ok_or_else(no_operation)?;
    let operation = available.find_operation(name)?;
    let headers = header_texts(cli, &args.headers).await?;
    let mut arguments = tool_arguments::read(args.args.as_deref(), &args.arguments)?;
    let schema = &operation.parameters;
    tool_arguments::read_by_schema(&mut arguments.0, &args.arguments, schema);
    let request = CallOperation {
        account: account.id.clone(),
        operation: operation.name.clone(),
        confirmed: confirm(cli, account, name, &arguments)?,
        arguments,
        timeout_seconds: args.timeout,
        retries: args.retries,
        headers,
        query: tool_arguments::read(None, &args.query)?,
        body: tool_arguments::read(None, &args.body)?,
    };
    cli.unlock().await?;
    let sent = send(cli, request, args.include, args.output).await;
    sent.map_err(|failure| match failure.code() {
        Code::UsageInvalid if failure.hint().is_none() => {
            let account = text::quote(&account.label);
            let hint = format!(
                "Run `patchbay api {account} --describe {}`.",
                operation.name
            );
            failure.with_hint(hint)
        }
        _ => failure,
    })
}

async fn send(
    cli: &Cli,
    request: CallOperation,
    include: bool,
    output: Option<String>,
) -> Result<(), Failure> {
    match output {
        Some(output) => stream(cli, request, include, &output).await,
        None if include => {
            let response = call_operation_with_meta(&cli.cx, request).await?;
            cli.out.answer(&response, |_| {
                format!("{}{}", render_meta(&response.head), pretty(&response.data))
            })
        }
        None => {
            let answer = call_operation(&cli.cx, request).await?;
            cli.out.answer(&answer, |_| pretty(&answer))
        }
    }
}

/// Streams a response to a file or to standard output.
async fn stream(
    cli: &Cli,
    request: CallOperation,
    include: bool,
    output: &str,
) -> Result<(), Failure> {
    if output != "-" {
        cli.confirm_replace(Path::new(output))?;
        let saved = save_operation(&cli.cx, request, include, Path::new(output)).await?;
        let head = saved.head.as_ref().map(render_meta).unwrap_or_default();
        return cli
            .out
            .answer(&saved, |_| format!("{head}{}\n", saved.path));
    }
    let mut raw = cli.out.raw()?;
    let mut streamed = stream_operation(&cli.cx, request, include).await?;
    if let Some(head) = &streamed.head {
        raw.write(render_meta(head).as_bytes())?;
    }
    while let Some(piece) = streamed.next().await? {
        if !raw.write(piece.as_ref())? {
            return Ok(());
        }
    }
    raw.finish()
}

/// Renders status and headers, followed by an empty line.
fn render_meta(head: &ResponseMeta) -> String {
    let status = head.status.map(|status| format!("{status}\n"));
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| text::line(&format!("{name}: {value}")) + "\n");
    status.into_iter().chain(headers).collect::<String>() + "\n"
}

/// Asks for confirmation if the call needs it, naming operation and account.
fn confirm(cli: &Cli, account: &Account, name: &str, arguments: &Json) -> Result<bool, Failure> {
    let effect = effect_of_call(account, name, arguments)?;
    if !effect.needs_confirmation() {
        return Ok(false);
    }
    let account = text::line(&account.label);
    let question = match effect {
        OperationEffect::Irreversible => format!("You can't undo {name} on {account}. Continue?"),
        _ => format!("You'd have to set up again what {name} removes on {account}. Continue?"),
    };
    let missing = Error::ConfirmationNeeded {
        what: name.to_owned(),
    };
    cli.confirm(&question, missing.into())?;
    Ok(true)
}

fn pretty(answer: &Json) -> String {
    inert_json_pretty(answer) + "\n"
}
