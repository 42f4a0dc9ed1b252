//! Why no connection came about.

use std::error::Error as StdError;
use std::io::ErrorKind;

use crate::trust::RejectedCertificate;
use crate::{AddressError, find_address_error};
use patchbay_model::{Code, UntrustedCertificate};

use rustls::{CertificateError, OtherError};

use super::Error;
use crate::network::host_of_place;

/// What kept a connection from being made, or ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreachable {
    /// No such host.
    Dns,
    /// TLS failed, for another reason than a certificate that is not trusted.
    Tls,
    /// Nobody listens there.
    Refused,
    /// No connection could be made, for another reason.
    NoRoute,
    /// The connection was cut after it had been made.
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

/// The error of a request to `host`, without its URL.
///
/// A time-out is reported as [`Error::TimedOut`] with the time that passed.
pub fn from_reqwest(error: reqwest::Error, host: &str, waited: std::time::Duration) -> Error {
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

/// The certificate because of which a request to `host` came to nothing; `None` where that was not why, or it was
/// the certificate of a proxy.
pub fn find_untrusted(
    error: &(dyn StdError + 'static),
    host: &str,
) -> Option<UntrustedCertificate> {
    let rejected = std::iter::successors(Some(error), |&error| inner(error))
        .find_map(as_rejected_certificate)?;
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

/// What lies behind an error; an I/O error hides what it wraps from `source`.
fn inner<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match wrapped {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn classify(error: &(dyn StdError + 'static)) -> Option<Unreachable> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(classify_one)
}

fn classify_one(error: &(dyn StdError + 'static)) -> Option<Unreachable> {
    if error.is::<rustls::Error>() {
        return Some(Unreachable::Tls);
    }
    if let Some(io) = error.downcast_ref::<std::io::Error>() {
        if io.kind() == ErrorKind::ConnectionRefused {
            return Some(Unreachable::Refused);
        }
        // `source` of an I/O error skips the error that it wraps, where rustls puts its own.
        return io.get_ref().and_then(|inner| classify_one(inner));
    }
    // The connector's error has no public type; these are its whole words for a failed look-up.
    (error.to_string() == "dns error").then_some(Unreachable::Dns)
}
