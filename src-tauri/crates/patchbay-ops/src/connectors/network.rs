//! How a connector connects: its proxy, and the authorities and certificates that it trusts besides those of the
//! system.

use std::path::Path;

use patchbay_http::{Proxies, read_certificates};
use patchbay_model::{Certificate, NetworkSettings, ProxyChoice};
use serde::Deserialize;
use specta::Type;

use crate::chosen_file::read_start;
use crate::error::Error;

/// More than is read of a certificate.
const MAX_FILE: usize = 1024 * 1024;

/// What is to change of how a connector connects; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkChanges {
    /// Certificates of the authorities that are trusted besides those of the system, as PEM, all of them.
    #[specta(optional)]
    pub authorities: Option<Vec<String>>,
    /// Places whose certificate is not trusted any longer, such as `nas.home:8443`.
    #[specta(optional)]
    pub forget: Option<Vec<String>>,
    /// Through which proxy it connects.
    #[specta(optional)]
    pub proxy: Option<ProxyChoice>,
    /// Whether its server sees no client certificate any longer.
    #[specta(optional)]
    pub forget_client_certificate: bool,
}

fn read_authorities(pem: &str) -> Result<Vec<Certificate>, Error> {
    read_certificates(pem).map_err(|error| Error::Usage {
        what: error.to_string(),
        hint: "Choose a file that begins with BEGIN CERTIFICATE.".to_owned(),
    })
}

/// The certificates of a file that a person chose.
///
/// # Errors
/// [`Error::File`] when it cannot be read; [`Error::Usage`] when it holds none.
pub async fn read_authorities_file(path: &Path) -> Result<Vec<Certificate>, Error> {
    read_authorities(&read_pem_file(path).await?)
}

/// The text of a file of certificates.
pub(crate) async fn read_pem_file(path: &Path) -> Result<String, Error> {
    let bytes = read_start(path, MAX_FILE).await?;
    // What is longer than any list of certificates is refused as what it is: none.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The settings with what was changed.
///
/// # Errors
/// [`Error::Usage`] for a text that holds no certificate, or a proxy that can't be used.
pub(crate) fn apply_changes(
    mut settings: NetworkSettings,
    changes: &NetworkChanges,
) -> Result<NetworkSettings, Error> {
    if let Some(texts) = &changes.authorities {
        settings.authorities = Vec::new();
        for text in texts {
            for one in read_authorities(text)? {
                if !settings.authorities.contains(&one) {
                    settings.authorities.push(one);
                }
            }
        }
    }
    let forgotten = changes.forget.as_deref().unwrap_or_default();
    settings.pins.retain(|pin| !forgotten.contains(&pin.place));
    if let Some(proxy) = &changes.proxy {
        Proxies::chosen(proxy).map_err(|error| Error::Usage {
            what: error.to_string(),
            hint: "Use an address like http://proxy.example:3128.".to_owned(),
        })?;
        settings.proxy = proxy.clone();
    }
    if changes.forget_client_certificate {
        settings.client_certificate = None;
    }
    Ok(settings)
}
