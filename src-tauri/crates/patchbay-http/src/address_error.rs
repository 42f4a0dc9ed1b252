//! Why an address must not be requested or opened.

use std::error::Error as StdError;
use std::io;

/// An address that must not be requested or opened.
///
/// `what` names the purpose of the address, such as `token endpoint`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It has another scheme, user information, a fragment, or no host.
    #[error("the {what} isn't safe to open")]
    Unsafe {
        /// Purpose of the address.
        what: &'static str,
    },
    /// It is unencrypted and not on this computer.
    #[error("the {what} isn't HTTPS: {host}")]
    NotHttps {
        /// Purpose of the address.
        what: &'static str,
        /// Host of the address.
        host: String,
    },
    /// It leads to this computer, the local network or the inside of a cloud, and the person did not enter it.
    #[error("{host} is an address in the local network")]
    Private {
        /// Host of the address.
        host: String,
    },
    /// Its host name does not resolve, so it cannot be checked.
    #[error("host {host} not found")]
    Unknown {
        /// Host of the address.
        host: String,
    },
}

/// A name that could not be resolved while connecting.
#[derive(Debug, thiserror::Error)]
#[error("host not found")]
pub(crate) struct LookupFailed {
    pub(crate) host: String,
    #[source]
    pub(crate) source: io::Error,
}

/// Returns the [`AddressError`] with which the resolver failed a request, if one is among the causes of `error`.
pub fn find_address_error(error: &(dyn StdError + 'static)) -> Option<AddressError> {
    causes(error).find_map(|cause| match cause.downcast_ref::<LookupFailed>() {
        Some(failed) => Some(AddressError::Unknown {
            host: failed.host.clone(),
        }),
        None => cause.downcast_ref::<AddressError>().cloned(),
    })
}

/// An error and its causes, outermost first, including what an `io::Error` wraps: its `source` skips that.
pub fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| cause(error))
}

fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
