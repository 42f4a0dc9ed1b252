//! The certificate by which a server knows a connector. Its key lies in the vault, and nobody but the server's own
//! address sees it.

use patchbay_http::ClientCertificate;
use patchbay_model::{Connector, ConnectorId, Secret};
use patchbay_vault::{SecretName, Vault};
use url::Url;

use crate::address::endpoint_of;
use crate::error::Error;

/// Keeps the certificate of a connector with its key, as PEM.
pub(crate) async fn save(vault: &Vault, id: &ConnectorId, pem: &Secret) -> Result<(), Error> {
    Ok(vault.write(&secret_name(id), pem).await?)
}

/// Deletes it.
pub(crate) async fn forget(vault: &Vault, id: &ConnectorId) -> Result<(), Error> {
    vault.remove(&secret_name(id)).await?;
    Ok(())
}

/// The certificate that the server of a connector sees, and its address.
///
/// # Errors
/// [`Error::Vault`]; [`Error::Usage`] when the vault has it no longer.
pub(crate) async fn load(
    vault: &Vault,
    connector: &Connector,
) -> Result<Option<(Url, ClientCertificate)>, Error> {
    if connector.network.client_certificate.is_none() {
        return Ok(None);
    }
    let saved = vault.read(&secret_name(&connector.id)).await?;
    let saved = saved.ok_or_else(|| Error::Usage {
        what: format!("the client certificate of {} is gone", connector.title),
        hint: "Choose its file again in the connector's settings.".to_owned(),
    })?;
    let certificate = ClientCertificate::read(&saved)?;
    Ok(Some((endpoint_of(connector)?, certificate)))
}

fn secret_name(id: &ConnectorId) -> SecretName {
    SecretName::new(format!("client-certificate/{id}"))
}
