//! `patchbay connector connect`: the sign-in, from the link to the list of tools.

use std::time::Duration;

use patchbay_model::{
    Authentication, Authorization, AuthorizationState, Code, Connector, Form, IssuerChange, Json,
    OauthGrant, Problem, Redirect, Secret, Status, TimeLimits, clean_text, count,
};
use patchbay_ops::{
    ConnectorChanges, Event, GUESSED_SIGN_IN, StartAuthorization, abilities, authorization_page,
    cancel_authorization, consent_form, find_authorization, find_connector, finish_authorization,
    has_consent, issuer_words, platform_problem, refresh_connector, refresh_tools,
    start_authorization, update_connector, wait_for_authorization,
};
use tokio::sync::broadcast;

use crate::args::ConnectArgs;
use crate::cli::Cli;
use crate::command_hint::{connect_command, first_connect_command, quoted_name};
use crate::failure::Failure;
use crate::input;
use crate::interrupt::{Interrupts, interrupted};
use crate::output::{forms, when, words};
use crate::prompt;
use crate::start_log::with_start_log;
use crate::tool_arguments;

/// Interval of the countdown.
const TICK: Duration = Duration::from_secs(1);

/// A registration is forgotten with a sign-in that was cancelled, so that the next one registers anew.
const FORGOTTEN_HINT: &str = "If the page doesn't know Patchbay, press Ctrl-C and run the command again: that registers it again.";

/// Connects a connector, reporting progress, and returns it afterwards.
pub(super) async fn connect(
    cli: &Cli,
    connector: Connector,
    choices: Json,
    how: ConnectArgs,
) -> Result<Connector, Failure> {
    let connector = save_connect_timeout(cli, connector, &how).await?;
    cli.unlock_for(&connector).await?;
    let needs_sign_in = match connector.authentication {
        // Options ask for another sign-in than an existing one.
        _ if how.again || !is_empty(&choices) => true,
        _ if abilities(&connector).reports_status => is_disconnected(cli, &connector).await?,
        Authentication::Oauth { .. } => true,
        Authentication::None => !connects_without_sign_in(cli, &connector).await?,
        Authentication::Bearer { .. }
        | Authentication::Headers { .. }
        | Authentication::Variables { .. } => {
            list_tools(cli, &connector).await?;
            false
        }
    };
    let mut granted = String::new();
    let mut account_note = None;
    if needs_sign_in {
        cli.unlock().await?;
        let authorization = authorize(cli, &connector, choices, how).await?;
        granted = scope_list(&authorization.granted_scopes);
        account_note = describe_account(&authorization, &connector);
        check_granted(authorization).map_err(|failure| failure.of(&connector))?;
    }
    let connector = find_connector(&cli.cx, &connector.id).await?;
    if let Some(error) = platform_problem(&connector) {
        return Err(Failure::about(error, &connector));
    }
    let tools = count(connector.tool_count.unwrap_or_default(), "tool");
    cli.say(format!(
        "Connected {} ({}): {tools}.",
        connector.title,
        words::identity(&connector.identity, cli.now())
    ));
    if !granted.is_empty() {
        cli.say(format!("Scopes: {granted}."));
    }
    if let Some(note) = account_note {
        cli.say(note);
    }
    Ok(connector)
}

/// Points out an account that is another than before, or the same as that of another connector.
fn describe_account(ended: &Authorization, connector: &Connector) -> Option<String> {
    let former = ended.asked_as.as_ref();
    let before = former.map(|former| format!("It was {former} before. "));
    let Some(other) = &ended.same_as else {
        let hint =
            "If you didn't mean that, sign in again and choose the other account in your browser.";
        return before.map(|before| format!("{before}{hint}"));
    };
    let user = ended.identity.user.as_deref()?;
    let (before, command) = (before.unwrap_or_default(), connect_command(connector));
    Some(format!(
        "Signed in as {user}, the same account as {other}. {before}If you didn't mean that, sign out \
         at the provider in your browser, then run `patchbay {command}` and choose another account."
    ))
}

/// Connects a connector that the command has added. If that fails, the connector stays, and the next command is named,
/// here or by the failure.
pub(super) async fn connect_added(
    cli: &Cli,
    connector: Connector,
    how: ConnectArgs,
) -> Result<Connector, Failure> {
    let (label, command) = (
        cli.label(&connector).await?,
        first_connect_command(&connector),
    );
    let connected = connect(cli, connector, Json::default(), how).await;
    if let Err(failure) = &connected {
        let hint = failure.hint().unwrap_or_default();
        let next = match hint.contains("`patchbay ") {
            true => String::new(),
            false => format!(" Next: patchbay {command}"),
        };
        cli.say(format!("{label} stays, not connected yet.{next}"));
    }
    connected
}

/// Saves `--connect-timeout`, if given, with the connector.
pub(super) async fn save_connect_timeout(
    cli: &Cli,
    connector: Connector,
    how: &ConnectArgs,
) -> Result<Connector, Failure> {
    let limits = TimeLimits {
        connect_seconds: how.connect_timeout,
        ..connector.time_limits
    };
    if how.connect_timeout.is_none() || limits == connector.time_limits {
        return Ok(connector);
    }
    let changes = ConnectorChanges {
        time_limits: Some(limits),
        ..ConnectorChanges::default()
    };
    Ok(update_connector(&cli.cx, &connector.id, changes).await?)
}

/// Shows the sign-in options of a connector.
pub(super) async fn choices(cli: &Cli, connector: &Connector) -> Result<(), Failure> {
    cli.unlock_for(connector).await?;
    match consent_form(&cli.cx, &connector.id).await? {
        Some(form) => forms::describe(cli, &form),
        None => cli.print_done("No sign-in options.", &None::<Form>),
    }
}

/// Reads the sign-in options of a connector.
pub(super) async fn read_choices(
    cli: &Cli,
    connector: &Connector,
    given: &[String],
) -> Result<Json, Failure> {
    let choices = tool_arguments::read(None, given)?;
    if !is_empty(&choices) {
        cli.unlock_for(connector).await?;
        if consent_form(&cli.cx, &connector.id).await?.is_none() {
            let title = &connector.title;
            return Err(Failure::usage(
                format!("connector {title} has no sign-in options"),
                format!("Run `patchbay {}`.", connect_command(connector)),
            ));
        }
    }
    Ok(choices)
}

fn is_empty(choices: &Json) -> bool {
    choices.0.as_object().is_none_or(serde_json::Map::is_empty)
}

/// Whether the platform reports that a connector still has to be connected. A connected one has its tools listed.
async fn is_disconnected(cli: &Cli, connector: &Connector) -> Result<bool, Failure> {
    let current = refresh_connector(&cli.cx, &connector.id).await?;
    let is_disconnected = matches!(
        current.status.status,
        Status::NeedsAuthorization | Status::Authorizing | Status::Disconnected
    );
    if is_disconnected && has_consent(&cli.cx, &current).await? {
        return Ok(true);
    }
    match list_tools(cli, &current).await {
        Err(failure) if failure.code() == Code::AuthNeeded => {
            match has_consent(&cli.cx, &current).await? {
                true => Ok(true),
                false => Err(failure),
            }
        }
        listed => listed.map(|()| false),
    }
}

/// Whether a server that was added without a sign-in works without one.
async fn connects_without_sign_in(cli: &Cli, connector: &Connector) -> Result<bool, Failure> {
    match list_tools(cli, connector).await {
        Ok(()) => Ok(true),
        Err(failure) if failure.code() == Code::AuthNeeded && connector.signs_in_by_browser() => {
            Ok(false)
        }
        Err(failure) => Err(failure),
    }
}

/// Lists the tools of a connector anew, until Ctrl-C.
pub(super) async fn list_tools(cli: &Cli, connector: &Connector) -> Result<(), Failure> {
    let listing = async {
        let listing = refresh_tools(&cli.cx, &connector.id);
        let listed = with_start_log(&cli.cx, &cli.stderr, connector, listing).await;
        listed.map_err(|error| Failure::about(error, connector))
    };
    tokio::select! {
        listed = listing => listed.map(drop),
        () = interrupted() => Err(Failure::cancelled()),
    }
}

/// Runs an authorization until it has ended.
async fn authorize(
    cli: &Cli,
    connector: &Connector,
    choices: Json,
    how: ConnectArgs,
) -> Result<Authorization, Failure> {
    ensure_ends_here(cli, connector)?;
    let mut accepted = None;
    loop {
        let events = cli.cx.events();
        let request = StartAuthorization {
            connector: connector.id.clone(),
            redirect: None,
            timeout_seconds: how.timeout,
            choices: choices.clone(),
            accept_issuer: accepted.clone(),
        };
        let started = start_authorization(&cli.cx, request).await?;
        let ended = wait_for_end(cli, started, events, how.no_browser).await?;
        // Only one change is accepted: a server that then names yet another host is rejected.
        match &ended.issuer_change {
            Some(change)
                if accepted.is_none() && confirm_new_issuer(cli, connector, change, &how)? =>
            {
                accepted = Some(change.issuer.clone());
            }
            _ => return Ok(ended),
        }
    }
}

/// Refuses a sign-in that ends with a link to the app, unless that link can be pasted.
fn ensure_ends_here(cli: &Cli, connector: &Connector) -> Result<(), Failure> {
    let Authentication::Oauth {
        redirect: Redirect::DeepLink,
        grant: OauthGrant::AuthorizationCode,
        ..
    } = &connector.authentication
    else {
        return Ok(());
    };
    if cli.is_interactive() {
        return Ok(());
    }
    let (title, name) = (&connector.title, quoted_name(connector));
    Err(Failure::usage(
        format!("the sign-in to {title} ends with a link to the app"),
        format!(
            "Sign in with the app, or run `patchbay connector edit {name} --redirect loopback`."
        ),
    ))
}

/// Whether to accept a new sign-in host, by flag or by a prompt. `--yes` is not enough, because it was given before the
/// host was known.
fn confirm_new_issuer(
    cli: &Cli,
    connector: &Connector,
    change: &IssuerChange,
    how: &ConnectArgs,
) -> Result<bool, Failure> {
    if let Some(accepted) = &how.accept_issuer {
        return Ok(*accepted == change.current || *accepted == change.issuer);
    }
    let (title, current) = (&connector.title, &change.current);
    if !cli.is_interactive() {
        cli.say(format!("To sign in there, add --accept-issuer {current}."));
        return Ok(false);
    }
    cli.stderr.clear();
    let (former, page) = (change.former.as_deref(), change.page.as_deref());
    let wants = issuer_words(former, page, current);
    prompt::confirm(&format!("{title} {wants}. Sign in at {current}?"))
}

/// Reports the progress of an authorization until it has ended. `events` must be subscribed before it starts.
pub(super) async fn wait_for_end(
    cli: &Cli,
    started: Authorization,
    mut events: broadcast::Receiver<Event>,
    no_browser: bool,
) -> Result<Authorization, Failure> {
    // Before the page is shown, because Ctrl-C may follow at once.
    let mut interrupts = Interrupts::listen();
    let mut current = started;
    let mut takes_address = cli.is_interactive();
    let mut ticks = tokio::time::interval(TICK);
    let mut shown_state = None;
    let mut is_warned = false;
    while !current.state.is_over() {
        if current.is_guessed && !is_warned {
            cli.say(GUESSED_SIGN_IN);
            is_warned = true;
        }
        let is_new = shown_state.replace(current.state) != Some(current.state);
        show_state(cli, &current, is_new, no_browser);
        let awaits_user = current.state == AuthorizationState::AwaitingUser;
        tokio::select! {
            event = events.recv() => {
                current = match event {
                    Ok(Event::AuthorizationChanged { authorization })
                        if authorization.id == current.id => *authorization,
                    Err(broadcast::error::RecvError::Lagged(_)) =>
                        find_authorization(&cli.cx, &current.id).await?,
                    _ => continue,
                };
            }
            _ = ticks.tick() => {}
            pasted = input::next_line(), if awaits_user && takes_address => match pasted {
                Ok(Some(address)) => finish_from_pasted(cli, &current, &address).await,
                Ok(None) | Err(_) => takes_address = false,
            },
            () = interrupts.next() => return cancel(cli, &current, &mut interrupts).await,
        }
    }
    Ok(wait_for_authorization(&cli.cx, &current.id).await?)
}

async fn cancel(
    cli: &Cli,
    authorization: &Authorization,
    interrupts: &mut Interrupts,
) -> Result<Authorization, Failure> {
    cancel_authorization(&cli.cx, &authorization.id).await?;
    tokio::select! {
        ended = wait_for_authorization(&cli.cx, &authorization.id) => Ok(ended?),
        // A second Ctrl-C doesn't wait.
        () = interrupts.next() => Err(Failure::cancelled()),
    }
}

/// Fails unless the authorization succeeded.
pub(super) fn check_granted(ended: Authorization) -> Result<(), Failure> {
    if ended.state == AuthorizationState::Authorized {
        return Ok(());
    }
    let problem = ended.problem.unwrap_or_else(|| {
        let (code, message) = match ended.state {
            AuthorizationState::Denied => (Code::AuthDenied, "access denied"),
            AuthorizationState::Expired => (Code::AuthTimedOut, "sign-in timed out"),
            AuthorizationState::Cancelled => (Code::Cancelled, "cancelled"),
            _ => (Code::AuthExchange, "sign-in failed"),
        };
        Problem::new(code, message)
    });
    Err(problem.into())
}

/// Reports each state once, and the countdown every time.
fn show_state(cli: &Cli, authorization: &Authorization, is_new: bool, no_browser: bool) {
    match authorization.state {
        AuthorizationState::Preparing if is_new => {
            let title = &authorization.connector_title;
            cli.stderr.step(&format!("Preparing sign-in to {title} …"));
        }
        AuthorizationState::AwaitingUser => {
            if is_new {
                print_page(cli, authorization, no_browser);
            }
            let left = when::countdown(authorization.deadline_at, cli.now());
            cli.stderr
                .tick(&format!("Waiting for you to sign in ({left} left)"));
        }
        AuthorizationState::Exchanging if is_new => cli.stderr.step("Getting the token …"),
        AuthorizationState::Checking if is_new => cli.stderr.step("Loading tools …"),
        _ => {}
    }
}

fn print_page(cli: &Cli, authorization: &Authorization, no_browser: bool) {
    let Some(host) = &authorization.page_host else {
        return;
    };
    let Ok(page) = authorization_page(&cli.cx, &authorization.id) else {
        return;
    };
    let title = &authorization.connector_title;
    let opened = match (no_browser, authorization.no_browser) {
        (true, _) => "Open",
        (false, true) => "Couldn't open a browser. Open this yourself",
        (false, false) => "Opening",
    };
    cli.say(format!("Sign in to {title} at {host}. {opened}:"));
    match no_browser || authorization.no_browser {
        true => cli.stderr.insist(page.as_str()),
        false => cli.say(page.as_str()),
    }
    if !authorization.new_scopes.is_empty() {
        let scopes = scope_list(&authorization.new_scopes);
        cli.say(format!("New scopes: {scopes}."));
    }
    if authorization.reuses_registration {
        cli.say(FORGOTTEN_HINT);
    }
    if cli.is_interactive() {
        cli.say(match authorization.redirect {
            Redirect::Loopback => "Signing in on another computer? Paste the final address here.",
            Redirect::DeepLink => {
                "It ends with a patchbay:// link. Paste that here, or sign in with the app."
            }
        });
    }
}

/// Joins scopes. They come from the server, so they are sanitized.
fn scope_list(scopes: &[String]) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| clean_text(scope, 200)).collect();
    scopes.join(", ")
}

async fn finish_from_pasted(cli: &Cli, authorization: &Authorization, address: &Secret) {
    let address = Secret::new(address.expose().trim());
    if address.is_empty() {
        return;
    }
    if let Err(error) = finish_authorization(&cli.cx, &authorization.id, &address).await {
        cli.say(format!("Can't use that address: {error}."));
    }
}
