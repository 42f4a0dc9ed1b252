//! What a connector trusts besides what the system trusts.

use std::path::PathBuf;

use patchbay_model::{Connector, UntrustedCertificate};
use patchbay_ops::{
    NetworkChanges, find_untrusted_certificate, read_authorities_file, trust_certificate,
};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::text;

/// Shows the certificate that keeps a connector from its server, or trusts it.
pub(super) async fn trust(cli: &Cli, text: &str, fingerprint: Option<&str>) -> Result<(), Failure> {
    let connector = cli.connector(text).await?;
    if let Some(fingerprint) = fingerprint {
        let trusting = trust_certificate(&cli.cx, &connector.id, fingerprint).await?;
        let place = trusting.network.pins.last().map(|pin| pin.place.clone());
        let place = place.unwrap_or_default();
        cli.stderr
            .say(&format!("Trusted the certificate of {place}."));
        return cli.answer_connector(trusting, |_, _| String::new()).await;
    }
    let found = find_untrusted_certificate(&cli.cx, &connector.id).await?;
    match &found {
        None => cli.stderr.say("No certificate needs to be trusted."),
        Some(certificate) => cli.stderr.say(&format!(
            "If the operator of {} has the same fingerprint, run `patchbay connector trust {} --fingerprint {}`.",
            certificate.place,
            text::quote(&connector.name),
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
        .maybe("Expires", facts.expires_at.map(|end| end.to_string()))
        .add("SHA-256", &facts.sha256)
}

/// What the flags change; `None` where none was given.
pub(super) async fn changes(
    authorities: &[PathBuf],
    none: bool,
    distrusted: Vec<String>,
) -> Result<Option<NetworkChanges>, Failure> {
    let mut read = Vec::new();
    for file in authorities {
        let certificates = read_authorities_file(file).await?;
        read.extend(certificates.into_iter().map(|certificate| certificate.pem));
    }
    let changes = NetworkChanges {
        authorities: (none || !read.is_empty()).then_some(read),
        forget: (!distrusted.is_empty()).then_some(distrusted),
    };
    Ok((changes != NetworkChanges::default()).then_some(changes))
}

/// The authorities that a connector trusts besides those of the system.
pub(super) fn authorities(connector: &Connector) -> String {
    let authorities = connector.network.authorities.iter();
    let lines = authorities.map(|it| format!("{} (SHA-256 {})", it.facts.subject, it.facts.sha256));
    lines.collect::<Vec<_>>().join(", ")
}

/// The certificates that a connector trusts as they are.
pub(super) fn pins(connector: &Connector) -> String {
    let pins = connector.network.pins.iter();
    let lines = pins.map(|pin| format!("{} (SHA-256 {})", pin.place, pin.facts.sha256));
    lines.collect::<Vec<_>>().join(", ")
}
