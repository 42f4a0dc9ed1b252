//! How a connector of this computer connects to its server, where the usual way does not do.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Timestamp;

/// What a connector does otherwise than all others when it connects; the default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkSettings {
    /// Authorities that are trusted besides those of the system.
    pub authorities: Vec<Certificate>,
    /// Certificates that a person trusts as they are.
    pub pins: Vec<Pin>,
    /// Through which proxy.
    pub proxy: ProxyChoice,
    /// The certificate that is shown to the server, whose key the vault has.
    pub client_certificate: Option<CertificateFacts>,
}

/// A proxy, or none. What goes to this computer goes through none in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ProxyChoice {
    /// What the system and its environment variables say.
    #[default]
    System,
    /// None at all.
    Direct,
    /// That one, such as `http://proxy.corp:3128`.
    Url(String),
}

/// A certificate that a person chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// As it was chosen, PEM.
    pub pem: String,
    /// What it says of itself.
    pub facts: CertificateFacts,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateFacts {
    /// Whose it is, such as `CN=wiki.corp`, cleaned.
    pub subject: String,
    /// Who signed it, likewise.
    pub issuer: String,
    /// When it stops being valid; `None` where it does not say so in a way that can be read.
    pub expires_at: Option<Timestamp>,
    /// SHA-256 of the whole certificate, as hexadecimal pairs with colons.
    pub sha256: String,
}

/// One certificate that is accepted from one place, whatever else is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// Host and port, such as `nas.home:8443`.
    pub place: String,
    /// The certificate.
    pub facts: CertificateFacts,
}

/// A certificate that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UntrustedCertificate {
    /// Host and port that showed it, such as `nas.home:8443`.
    pub place: String,
    /// Why, as the end of a sentence: `its issuer is unknown`.
    pub reason: String,
    /// The certificate.
    pub facts: CertificateFacts,
}
