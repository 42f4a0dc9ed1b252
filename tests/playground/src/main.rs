//! The Playground as a program, for a first try and for tests in other languages.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use patchbay_playground::{APP_CLIENT_ID, BEARER_HEADER, Consent, Options, Playground};
use tracing_subscriber::EnvFilter;

/// A real MCP server with its own sign-in, on this computer only.
///
/// When it is ready it prints one line of JSON with its addresses; everything else goes to stderr.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8931)]
    port: u16,
    /// How long an access token lives, in seconds
    #[arg(long, default_value_t = 300)]
    token_life: u64,
    /// Who answers the consent page
    #[arg(long, value_enum, default_value_t = Answer::Ask)]
    consent: Answer,
    /// Refuse clients that register themselves
    #[arg(long)]
    no_registration: bool,
    /// Keep a refresh token good after its use
    #[arg(long)]
    no_rotation: bool,
    /// The token /bearer/mcp wants
    #[arg(long, default_value = "playground-bearer-token")]
    bearer_token: String,
    /// Stop when standard input closes
    #[arg(long)]
    until_stdin_closes: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Answer {
    /// The person, on the page
    Ask,
    /// Allow without a page
    Allow,
    /// Deny without a page
    Deny,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,patchbay_playground=info"));
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();
    let playground = Playground::start(options(&arguments)).await?;
    announce(&playground)?;
    tokio::select! {
        ended = asked_to_stop() => ended?,
        () = stdin_closed(), if arguments.until_stdin_closes => {}
    }
    playground.stop().await;
    Ok(())
}

fn options(arguments: &Arguments) -> Options {
    let mut options = Options {
        port: arguments.port,
        bearer_token: arguments.bearer_token.clone(),
        ..Options::default()
    };
    options.switches.access_token_life = Duration::from_secs(arguments.token_life);
    options.switches.registration = !arguments.no_registration;
    options.switches.rotate_refresh_tokens = !arguments.no_rotation;
    options.switches.consent = match arguments.consent {
        Answer::Ask => Consent::Ask,
        Answer::Allow => Consent::AllowAtOnce,
        Answer::Deny => Consent::DenyAtOnce,
    };
    options
}

fn announce(playground: &Playground) -> anyhow::Result<()> {
    let addresses = serde_json::json!({
        "url": playground.url(),
        "openUrl": playground.open_url(),
        "bearerUrl": playground.bearer_url(),
        "bearerHeader": BEARER_HEADER,
        "bearerToken": playground.bearer_token(),
        "issuer": playground.issuer(),
        "clientId": APP_CLIENT_ID,
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{addresses}").context("could not write to standard output")?;
    out.flush().context("could not write to standard output")
}

/// Ctrl-C, or SIGTERM where there is one.
async fn asked_to_stop() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed?,
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// Waits for the end of standard input, on a thread of its own: a blocked read must not hold the program back.
async fn stdin_closed() {
    let (sender, closed) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut buffer = [0_u8; 1024];
        let mut stdin = std::io::stdin().lock();
        while stdin.read(&mut buffer).is_ok_and(|read| read > 0) {}
        // Nobody listens any more when the program stops for another reason.
        sender.send(()).ok();
    });
    closed.await.ok();
}
