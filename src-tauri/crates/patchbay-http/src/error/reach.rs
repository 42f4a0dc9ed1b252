//! Why a connection failed.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use patchbay_model::{Code, UntrustedCertificate};
use rustls::{CertificateError, OtherError};

use super::Error;
use crate::network::host_of_place;
use crate::trust::RejectedCertificate;
use crate::{AddressError, causes, find_address_error};

/// Why a connection could not be made, or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreachable {
    /// The host name does not resolve.
    Dns,
    /// TLS failed, for another reason than an untrusted certificate.
    Tls,
    /// Nothing listens on the port.
    Refused,
    /// No connection could be made, for another reason.
    NoRoute,
    /// An established connection was cut.
    Lost,
}

impl Unreachable {
    pub(super) fn because(self) -> &'static str {
        match self {
            Self::Dns => ": host not found",
            Self::Tls => ": no secure connection",
            Self::Refused => ": connection refused",
            Self::NoRoute => ": network unreachable",
            Self::Lost => ": connection lost",
        }
    }

    pub(super) fn code(self) -> Code {
        match self {
            Self::Dns => Code::NetworkDns,
            Self::Tls => Code::NetworkTls,
            Self::Refused | Self::NoRoute | Self::Lost => Code::NetworkUnreachable,
        }
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Dns => "Check the address and your network.",
            Self::Tls => "Check that the server speaks https at this address.",
            Self::Refused => "Check that the server is running and the port is right.",
            Self::NoRoute => "Check your network and try again.",
            Self::Lost => "Try again. The server or the network closed the connection.",
        }
    }
}

/// Converts the error of a request to `host`; the result does not contain the URL.
///
/// A timeout becomes [`Error::TimedOut`] after `waited`.
pub fn from_reqwest(error: reqwest::Error, host: &str, waited: Duration) -> Error {
    if error.is_timeout() {
        return Error::TimedOut { after: waited };
    }
    let error = error.without_url();
    if let Some(AddressError::Private { host }) = find_address_error(&error) {
        return Error::PrivateAddress { host };
    }
    if let Some(certificate) = find_untrusted(&error, host) {
        return Error::Untrusted(Box::new(certificate));
    }
    let otherwise = match error.is_connect() {
        true => Unreachable::NoRoute,
        false => Unreachable::Lost,
    };
    Error::Unreachable {
        host: host.to_owned(),
        how: classify(&error).unwrap_or(otherwise),
        source: Some(Box::new(error)),
    }
}

/// Returns the certificate because of which a request to `host` failed; `None` if it failed for another reason, or
/// the certificate is that of a proxy.
pub fn find_untrusted(
    error: &(dyn StdError + 'static),
    host: &str,
) -> Option<UntrustedCertificate> {
    let rejected = causes(error).find_map(as_rejected_certificate)?;
    let place = match host_of_place(host) {
        Some(_) => host.to_owned(),
        None => format!("{host}:443"),
    };
    (host_of_place(&place)? == rejected.host).then(|| UntrustedCertificate {
        place,
        reason: rejected.reason.clone(),
        facts: rejected.facts.clone(),
    })
}

fn as_rejected_certificate<'a>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a RejectedCertificate> {
    match error.downcast_ref()? {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(rejected))) => {
            rejected.downcast_ref()
        }
        _ => None,
    }
}

fn classify(error: &(dyn StdError + 'static)) -> Option<Unreachable> {
    causes(error).find_map(|cause| {
        if cause.is::<rustls::Error>() {
            return Some(Unreachable::Tls);
        }
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            let is_refused = io.kind() == io::ErrorKind::ConnectionRefused;
            return is_refused.then_some(Unreachable::Refused);
        }
        // The connector's error has no public type; this is its whole message for a failed lookup.
        (cause.to_string() == "dns error").then_some(Unreachable::Dns)
    })
}
