//! Network settings of local connectors.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Timestamp;

/// The network settings of a connector; the default is that of the system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkSettings {
    /// Certificate authorities that are trusted in addition to those of the system.
    pub authorities: Vec<Certificate>,
    /// Certificates that the user trusts as they are.
    pub pins: Vec<Pin>,
    /// The proxy.
    pub proxy: ProxyChoice,
    /// The client certificate, whose key is in the vault.
    pub client_certificate: Option<CertificateFacts>,
}

/// A proxy, or none. Connections to this computer never use one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ProxyChoice {
    /// The proxy of the system and its environment variables.
    #[default]
    System,
    /// No proxy.
    Direct,
    /// This proxy, such as `http://proxy.corp:3128`.
    Url(String),
}

/// A certificate that the user chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// The certificate as PEM.
    pub pem: String,
    /// Its contents.
    pub facts: CertificateFacts,
}

/// The contents of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateFacts {
    /// Its subject, such as `CN=wiki.corp`, cleaned.
    pub subject: String,
    /// Its issuer, cleaned.
    pub issuer: String,
    /// When it expires; `None` if that cannot be read.
    pub expires_at: Option<Timestamp>,
    /// SHA-256 fingerprint, as hexadecimal pairs separated by colons.
    pub sha256: String,
}

/// A certificate that is accepted from one host and port, even if it is invalid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// Host and port, such as `nas.home:8443`.
    pub place: String,
    /// The certificate.
    pub facts: CertificateFacts,
}

/// A certificate that was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UntrustedCertificate {
    /// Host and port that presented it, such as `nas.home:8443`.
    pub place: String,
    /// The reason, as the end of a sentence: `its issuer is unknown`.
    pub reason: String,
    /// The certificate.
    pub facts: CertificateFacts,
}
