//! Display texts of states and kinds.

use patchbay_model::{
    Authentication, CaptureLevel, Connector, ConnectorStatus, IdentityLine, Level, OperationEffect,
    Origin, Reply, RunState, ServerFacts, Status, TimeLimits, Timestamp, ToolEffect, Transport,
    WalletKind,
};

use super::table::Tone;
use super::when;

pub(crate) fn status_word(status: Status) -> (&'static str, Tone) {
    match status {
        Status::Ready => ("ready", Tone::Good),
        Status::NeedsAuthorization => ("needs sign-in", Tone::Warning),
        Status::Authorizing => ("signing in", Tone::Plain),
        Status::Disconnected => ("disconnected", Tone::Faint),
        Status::Disabled => ("off", Tone::Faint),
        Status::Failing => ("failing", Tone::Bad),
        Status::Unknown => ("unknown", Tone::Faint),
    }
}

pub(crate) fn status(status: &ConnectorStatus) -> (String, Tone) {
    let (word, tone) = status_word(status.status);
    // The platform's own word may say "connected" although the connector fails here.
    let own = status
        .word
        .as_deref()
        .filter(|_| status.status != Status::Failing);
    let own = own.map(str::to_lowercase);
    (own.unwrap_or_else(|| word.to_owned()), tone)
}

/// Account, credential, user, level and expiry on one line.
pub(crate) fn identity(identity: &IdentityLine, now: Timestamp) -> String {
    let level = identity.level.map(level);
    let expiry = identity.expires_at.map(|at| {
        let verb = if at <= now { "expired" } else { "expires" };
        format!("{verb} {}", when::relative(at, now))
    });
    let parts = [
        Some(identity.account.as_str()),
        identity.credential.as_deref(),
        identity.user.as_deref(),
        level,
        expiry.as_deref(),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

pub(crate) fn level(level: Level) -> &'static str {
    match level {
        Level::User => "personal",
        level => level.as_str(),
    }
}

pub(crate) fn authentication(connector: &Connector) -> &'static str {
    match connector.authentication {
        Authentication::None => "none",
        Authentication::Oauth { .. } => "browser",
        Authentication::Bearer { .. } => "token",
        Authentication::Headers { .. } => "headers",
        Authentication::Variables { .. } => "variables",
    }
}

/// What the history keeps of runs, if not everything.
pub(crate) fn capture(level: CaptureLevel) -> Option<&'static str> {
    match level {
        CaptureLevel::Full => None,
        CaptureLevel::Redacted => Some("structure, without values"),
        CaptureLevel::Metadata => Some("metadata only"),
    }
}

/// The time limits that differ from the defaults.
pub(crate) fn time_limits(limits: TimeLimits) -> Option<String> {
    let connect = limits.connect_seconds;
    let chosen = [
        connect.map(|seconds| format!("{seconds} s to connect")),
        limits
            .run_seconds
            .map(|seconds| format!("{seconds} s of silence in a run")),
    ];
    let chosen: Vec<_> = chosen.into_iter().flatten().collect();
    (!chosen.is_empty()).then(|| chosen.join(", "))
}

pub(crate) fn protocol(server: &ServerFacts) -> String {
    let version = format!("MCP {}", server.protocol_version);
    match deprecated(server.transport) {
        Some(transport) => format!("{version}, {transport}"),
        None => version,
    }
}

/// Names a deprecated transport.
pub(crate) fn deprecated(transport: Transport) -> Option<&'static str> {
    (transport == Transport::Sse).then_some("HTTP + SSE (deprecated)")
}

pub(crate) fn effect(effect: ToolEffect) -> (&'static str, Tone) {
    match effect {
        ToolEffect::Read => ("read-only", Tone::Plain),
        ToolEffect::Write => ("makes changes", Tone::Plain),
        ToolEffect::Destructive => ("destructive", Tone::Warning),
    }
}

pub(crate) fn operation_effect(effect: OperationEffect) -> (&'static str, Tone) {
    match effect {
        OperationEffect::Read => ("read-only", Tone::Plain),
        OperationEffect::Write => ("makes changes", Tone::Plain),
        OperationEffect::Destructive => ("destructive", Tone::Warning),
        OperationEffect::Irreversible => ("can't be undone", Tone::Bad),
    }
}

pub(crate) fn run_state(state: RunState) -> (&'static str, Tone) {
    let tone = match state {
        RunState::Running => Tone::Plain,
        RunState::Done => Tone::Good,
        RunState::Failed => Tone::Bad,
        RunState::Cancelled => Tone::Faint,
        RunState::Denied => Tone::Warning,
    };
    (state.as_str(), tone)
}

pub(crate) fn origin(origin: &Origin) -> &str {
    match origin {
        Origin::Window => "window",
        Origin::CommandLine => "cli",
        Origin::Client { name } => name,
    }
}

pub(crate) fn reply(reply: Reply) -> &'static str {
    match reply {
        Reply::Answered => "answered",
        Reply::Declined => "declined",
        Reply::Cancelled => "cancelled",
        Reply::NotShown => "not shown",
    }
}

pub(crate) fn value_names(kind: WalletKind) -> &'static str {
    match kind {
        WalletKind::Variables => "Variables",
        _ => "Headers",
    }
}

pub(crate) fn wallet_kind(kind: WalletKind) -> &'static str {
    match kind {
        WalletKind::Bearer => "token",
        WalletKind::Headers => "headers",
        WalletKind::Variables => "variables",
        WalletKind::OauthClient => "OAuth app",
        WalletKind::Oauth => "sign-in",
    }
}
