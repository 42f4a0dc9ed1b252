//! Setting the client certificate of a connector.

use std::path::Path;

use patchbay_http::ClientCertificate;
use patchbay_model::{Connector, ConnectorId, Secret};
use url::Url;

use crate::abilities::abilities;
use crate::address::{endpoint_of, no_address, read_address};
use crate::connectors::network::read_pem_file;
use crate::context::Context;
use crate::error::Error;
use crate::networks::client_certificate;
use crate::servers;
use crate::stored_connectors::{find_connector, status};

/// Sets the client certificate of a connector from a PEM file with the certificate and its private key.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::File`]; [`Error::Usage`] if the file lacks either, or the connector has no https
/// address; [`Error::Vault`], [`Error::Store`].
pub async fn set_client_certificate(
    cx: &Context,
    id: &ConnectorId,
    file: &Path,
) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    let (pem, certificate) = read_for(&connector, None, file).await?;
    client_certificate::save(cx.vault(), id, &pem).await?;
    let facts = certificate.facts().clone();
    let change = move |connector: &mut Connector| {
        connector.network.client_certificate = Some(facts);
        status::clear_failure(connector);
    };
    let changed = status::update(cx, id, change).await?;
    servers::sessions::end_session(cx, id).await;
    Ok(changed.after)
}

/// Checks what [`set_client_certificate`] refuses, before the connector gets that address.
///
/// # Errors
/// As [`set_client_certificate`].
pub async fn check_client_certificate(
    connector: &Connector,
    url: Option<&str>,
    file: &Path,
) -> Result<(), Error> {
    read_for(connector, url, file).await.map(drop)
}

/// Reads a client certificate for a connector, at that address or at its own.
async fn read_for(
    connector: &Connector,
    url: Option<&str>,
    file: &Path,
) -> Result<(Secret, ClientCertificate), Error> {
    if connector.command.is_some() {
        return Err(no_address(connector));
    }
    if !abilities(connector).configured_here {
        return Err(needs_https());
    }
    ensure_https(&match url {
        Some(url) => read_address(url)?,
        None => endpoint_of(connector)?,
    })?;
    read_file(file).await
}

/// Reads a client certificate; returns the text of the file too.
pub(crate) async fn read_file(file: &Path) -> Result<(Secret, ClientCertificate), Error> {
    let pem = Secret::new(read_pem_file(file).await?);
    let certificate = ClientCertificate::read(&pem).map_err(|error| {
        let hint = "Choose a PEM file with the certificate and its unencrypted private key; `openssl pkcs12 -nodes` \
                    makes one of a .p12 file.";
        Error::usage(error.to_string(), hint)
    })?;
    Ok((pem, certificate))
}

/// Client certificates are only sent over https.
pub(crate) fn ensure_https(url: &Url) -> Result<(), Error> {
    match url.scheme() {
        "https" => Ok(()),
        _ => Err(needs_https()),
    }
}

fn needs_https() -> Error {
    Error::usage(
        "a client certificate needs a server with an https address",
        "Choose a connector with an https address.",
    )
}
