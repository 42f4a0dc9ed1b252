//! Which server certificates are trusted.
//!
//! The system's verifier decides first, then the authorities that a person added. A single certificate can be pinned
//! to a host whatever else is wrong with it. A rejection carries the facts of the certificate.

use std::sync::{Arc, OnceLock};

use patchbay_model::CertificateFacts;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, OtherError,
    RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use crate::certificate::{as_version_3, facts_of, fingerprint};
use crate::client_certificate::provider;
use crate::rejected_certificate::RejectedCertificate;
use crate::{ClientCertificate, Error};

/// A certificate that is accepted from one host.
#[derive(Clone, Debug)]
pub(crate) struct PinnedCertificate {
    pub(crate) host: ServerName<'static>,
    pub(crate) sha256: String,
}

/// TLS configuration that trusts these authorities besides the system's, and the pinned certificate. `shown` is the
/// client certificate.
///
/// # Errors
/// [`Error::Usage`] when an authority cannot be used.
pub(crate) fn tls_config(
    authorities: Vec<CertificateDer<'static>>,
    pin: Option<PinnedCertificate>,
    shown: Option<&ClientCertificate>,
) -> Result<ClientConfig, Error> {
    let provider = provider();
    let trust = CertificateVerifier {
        provider: Arc::clone(&provider),
        added: added_verifier(authorities, &provider)?,
        pin,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust));
    let mut config = match shown {
        Some(certificate) => config.with_client_cert_resolver(certificate.resolver()),
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn unusable(_: impl std::error::Error) -> Error {
    Error::Usage("the certificates can't be used".to_owned())
}

/// The system's verifier. Reading its authorities takes a while, so it is shared, and created when the first
/// certificate is verified: most commands need none.
fn system_verifier() -> Result<&'static Verifier, TlsError> {
    static SHARED: OnceLock<Verifier> = OnceLock::new();
    if let Some(shared) = SHARED.get() {
        return Ok(shared);
    }
    let verifier = Verifier::new(provider())?;
    Ok(SHARED.get_or_init(|| verifier))
}

/// A verifier for the authorities that a person added. Systems differ in what they accept from such authorities; this
/// one is the same on all.
fn added_verifier(
    authorities: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<WebPkiServerVerifier>>, Error> {
    if authorities.is_empty() {
        return Ok(None);
    }
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(unusable)?;
    }
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    Ok(Some(verifier.build().map_err(unusable)?))
}

#[derive(Debug)]
struct CertificateVerifier {
    provider: Arc<CryptoProvider>,
    added: Option<Arc<WebPkiServerVerifier>>,
    pin: Option<PinnedCertificate>,
}

impl CertificateVerifier {
    fn is_pinned(&self, leaf: &CertificateDer<'_>, host: &ServerName<'_>) -> bool {
        self.pin
            .as_ref()
            .is_some_and(|pin| pin.host == *host && pin.sha256 == fingerprint(leaf))
    }
}

impl ServerCertVerifier for CertificateVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if self.is_pinned(leaf, host) {
            return Ok(ServerCertVerified::assertion());
        }
        let system = system_verifier()?;
        let verify_with = |by: &dyn ServerCertVerifier| {
            by.verify_server_cert(leaf, intermediates, host, ocsp, now)
        };
        let verified = verify_with(system).or_else(|error| match &self.added {
            // A verifier that does not know the issuer can't say anything else about the certificate.
            Some(added) if allows_other_authority(&error) => {
                verify_with(&**added).map_err(|why| match why {
                    TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => error,
                    why => why,
                })
            }
            _ => Err(error),
        });
        verified.map_err(|error| match error {
            TlsError::InvalidCertificate(why) => {
                let facts = facts_of(leaf);
                let rejected = RejectedCertificate {
                    host: host.to_owned(),
                    reason: reason(&why, &facts),
                    facts,
                };
                CertificateError::Other(OtherError(Arc::new(rejected))).into()
            }
            error => error,
        })
    }

    // The server has to prove that it has the key of a pinned certificate, as of any other. Only the key counts here.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, &as_version_3(leaf), signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, &as_version_3(leaf), signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Whether an authority that the person added may overrule the system's verdict: not for a revoked certificate, nor
/// for errors that aren't about the certificate.
fn allows_other_authority(error: &TlsError) -> bool {
    match error {
        TlsError::InvalidCertificate(why) => *why != CertificateError::Revoked,
        _ => false,
    }
}

fn reason(why: &CertificateError, facts: &CertificateFacts) -> String {
    let words = match why {
        CertificateError::UnknownIssuer if facts.issuer == facts.subject => "it's self-signed",
        // Signed by another authority of the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => "its issuer is unknown",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it isn't valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it's for another host"
        }
        CertificateError::Revoked => "its issuer revoked it",
        // Errors without a code of their own, as for an authority's own certificate on a server.
        CertificateError::Other(_) if facts.issuer == facts.subject => "it's self-signed",
        _ => "it isn't valid",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests;
