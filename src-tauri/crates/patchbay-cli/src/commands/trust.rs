//! `patchbay connector trust`, and the network settings of connectors.

use std::path::PathBuf;

use patchbay_model::{Connector, ProxyChoice, UntrustedCertificate, is_loopback};
use patchbay_ops::{find_untrusted_certificate, read_authorities_file, trust_certificate};
use url::Url;

use crate::cli::Cli;
use crate::command_hint::quoted_name;
use crate::failure::Failure;
use crate::output::facts::Facts;

/// Says so if a connector's own proxy is not used, because its server is on this computer.
pub(super) fn note_unused_proxy(cli: &Cli, connector: &Connector) {
    let endpoint = connector.endpoint.as_deref();
    let is_local = endpoint
        .and_then(|endpoint| Url::parse(endpoint).ok())
        .is_some_and(|url| is_loopback(&url));
    if is_local && matches!(connector.network.proxy, ProxyChoice::Url(_)) {
        cli.say("Note: the proxy isn't used for a server on this computer.");
    }
}

/// Shows the untrusted certificate of a connector's server, or trusts it.
pub(super) async fn trust(cli: &Cli, text: &str, fingerprint: Option<&str>) -> Result<(), Failure> {
    let connector = cli.connector(text).await?;
    if connector.network.client_certificate.is_some() {
        cli.unlock().await?;
    }
    if let Some(fingerprint) = fingerprint {
        let updated = trust_certificate(&cli.cx, &connector.id, fingerprint).await?;
        let place = updated.network.pins.last().map(|pin| pin.place.clone());
        let place = place.unwrap_or_default();
        cli.say(format!("Trusted the certificate of {place}."));
        return cli.print_connector(updated, |_, _| String::new()).await;
    }
    let found = find_untrusted_certificate(&cli.cx, &connector.id).await?;
    match &found {
        None => cli.say("No certificate needs to be trusted."),
        Some(certificate) => cli.say(format!(
            "If the operator of {} has the same fingerprint, run `patchbay connector trust {} --fingerprint {}`.",
            certificate.place,
            quoted_name(&connector),
            certificate.facts.sha256,
        )),
    }
    cli.out.answer(&found, |screen| match &found {
        None => String::new(),
        Some(certificate) => facts(certificate).render(screen),
    })
}

fn facts(certificate: &UntrustedCertificate) -> Facts {
    let facts = &certificate.facts;
    Facts::default()
        .add("Server", &certificate.place)
        .add("Not trusted", &certificate.reason)
        .add("Subject", &facts.subject)
        .add("Issuer", &facts.issuer)
        .add_optional("Expires", facts.expires_at.map(|end| end.to_string()))
        .add("SHA-256", &facts.sha256)
}

/// Reads the certificates of `--root-certificate`; `None` if the authorities stay as they are.
pub(super) async fn read_authorities(
    authorities: &[PathBuf],
    none: bool,
) -> Result<Option<Vec<String>>, Failure> {
    let mut pem = Vec::new();
    for file in authorities {
        let certificates = read_authorities_file(file).await?;
        pem.extend(certificates.into_iter().map(|certificate| certificate.pem));
    }
    Ok((none || !pem.is_empty()).then_some(pem))
}

/// Fails if a connector has no trusted certificate of one of these places, as after a typo.
pub(super) fn check_distrusted(connector: &Connector, places: &[String]) -> Result<(), Failure> {
    let trusted = &connector.network.pins;
    let is_trusted = |place: &String| trusted.iter().any(|pin| pin.place == *place);
    let Some(place) = places.iter().find(|place| !is_trusted(place)) else {
        return Ok(());
    };
    let trusted: Vec<_> = trusted.iter().map(|pin| pin.place.as_str()).collect();
    Err(Failure::usage(
        format!(
            "connector {} has no trusted certificate of {place}",
            connector.title
        ),
        match trusted.is_empty() {
            true => "There is none to distrust.".to_owned(),
            false => format!("Use {}.", trusted.join(" or ")),
        },
    ))
}

pub(super) fn client_certificate(connector: &Connector) -> Option<String> {
    let facts = connector.network.client_certificate.as_ref()?;
    Some(format!("{} (SHA-256 {})", facts.subject, facts.sha256))
}

/// The proxy of a connector; empty for that of the system.
pub(super) fn proxy(connector: &Connector) -> String {
    match &connector.network.proxy {
        ProxyChoice::System => String::new(),
        ProxyChoice::Direct => "none".to_owned(),
        ProxyChoice::Url(url) => url.clone(),
    }
}

pub(super) fn authorities(connector: &Connector) -> String {
    let authorities = connector.network.authorities.iter();
    let lines = authorities.map(|it| format!("{} (SHA-256 {})", it.facts.subject, it.facts.sha256));
    lines.collect::<Vec<_>>().join(", ")
}

pub(super) fn pins(connector: &Connector) -> String {
    let pins = connector.network.pins.iter();
    let lines = pins.map(|pin| format!("{} (SHA-256 {})", pin.place, pin.facts.sha256));
    lines.collect::<Vec<_>>().join(", ")
}
