//! Client certificates of connectors. The key is in the vault and is only used for the server's own address.

use patchbay_http::ClientCertificate;
use patchbay_model::{Connector, ConnectorId, Secret};
use patchbay_vault::{SecretName, Vault};
use url::Url;

use crate::address::endpoint_of;
use crate::error::Error;

/// Saves the certificate of a connector with its key, as PEM.
pub(crate) async fn save(vault: &Vault, id: &ConnectorId, pem: &Secret) -> Result<(), Error> {
    Ok(vault.write(&secret_name(id), pem).await?)
}

pub(crate) async fn forget(vault: &Vault, id: &ConnectorId) -> Result<(), Error> {
    vault.remove(&secret_name(id)).await?;
    Ok(())
}

/// Returns the client certificate of a connector and the address of its server.
///
/// # Errors
/// [`Error::Usage`] when the vault no longer has it.
pub(crate) async fn load(
    vault: &Vault,
    connector: &Connector,
) -> Result<Option<(Url, ClientCertificate)>, Error> {
    if connector.network.client_certificate.is_none() {
        return Ok(None);
    }
    let saved = vault.read(&secret_name(&connector.id)).await?;
    let saved = saved.ok_or_else(|| {
        Error::usage(
            format!("the client certificate of {} is gone", connector.title),
            "Choose its file again in the connector's settings.",
        )
    })?;
    let certificate = ClientCertificate::read(&saved)?;
    Ok(Some((endpoint_of(connector)?, certificate)))
}

fn secret_name(id: &ConnectorId) -> SecretName {
    SecretName::new(format!("client-certificate/{id}"))
}
