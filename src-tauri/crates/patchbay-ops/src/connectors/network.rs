//! Network settings of a connector: its proxy and additional trusted certificates.

use std::path::Path;

use patchbay_http::{Proxies, read_certificates};
use patchbay_model::{Certificate, NetworkSettings, ProxyChoice};
use serde::Deserialize;
use specta::Type;

use crate::chosen_file::read_start;
use crate::error::Error;

/// Maximum number of bytes read from a certificate file.
const MAX_FILE: usize = 1024 * 1024;

/// Changes to network settings; `None` leaves a setting unchanged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkChanges {
    /// All additional certificate authorities, as PEM.
    #[specta(optional)]
    pub authorities: Option<Vec<String>>,
    /// Hosts with port whose pinned certificates are removed, such as `nas.home:8443`.
    #[specta(optional)]
    pub forget: Option<Vec<String>>,
    #[specta(optional)]
    pub proxy: Option<ProxyChoice>,
    /// Whether the client certificate is removed.
    #[specta(optional)]
    pub forget_client_certificate: bool,
}

fn read_authorities(pem: &str) -> Result<Vec<Certificate>, Error> {
    read_certificates(pem).map_err(|error| {
        let hint = "Choose a file that begins with BEGIN CERTIFICATE.";
        Error::usage(error.to_string(), hint)
    })
}

/// Reads the certificates of a file that the user chose.
///
/// # Errors
/// [`Error::File`] if it cannot be read; [`Error::Usage`] if it contains none.
pub async fn read_authorities_file(path: &Path) -> Result<Vec<Certificate>, Error> {
    read_authorities(&read_pem_file(path).await?)
}

pub(crate) async fn read_pem_file(path: &Path) -> Result<String, Error> {
    let bytes = read_start(path, MAX_FILE).await?;
    // A truncated file contains no valid certificate and is refused as such.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Changes whose certificates and proxy are valid.
pub(crate) struct ValidChanges {
    authorities: Option<Vec<Certificate>>,
    changes: NetworkChanges,
}

/// Refuses invalid certificates and proxies.
pub(crate) fn validate_changes(changes: NetworkChanges) -> Result<ValidChanges, Error> {
    let authorities = match &changes.authorities {
        Some(texts) => {
            let mut all = Vec::new();
            for text in texts {
                for one in read_authorities(text)? {
                    if !all.contains(&one) {
                        all.push(one);
                    }
                }
            }
            Some(all)
        }
        None => None,
    };
    if let Some(proxy) = &changes.proxy {
        Proxies::chosen(proxy).map_err(|error| {
            let hint = "Use an address like http://proxy.example:3128.";
            Error::usage(error.to_string(), hint)
        })?;
    }
    Ok(ValidChanges {
        authorities,
        changes,
    })
}

impl ValidChanges {
    /// Applies the changes to `settings`.
    pub(crate) fn apply(self, settings: &mut NetworkSettings) {
        if let Some(authorities) = self.authorities {
            settings.authorities = authorities;
        }
        let forgotten = self.changes.forget.unwrap_or_default();
        settings.pins.retain(|pin| !forgotten.contains(&pin.place));
        if let Some(proxy) = self.changes.proxy {
            settings.proxy = proxy;
        }
        if self.changes.forget_client_certificate {
            settings.client_certificate = None;
        }
    }
}
