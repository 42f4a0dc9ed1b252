//! Why an address is not asked or opened.

use std::error::Error as StdError;
use std::io;

/// An address that must not be asked or opened.
///
/// `what` says what the address is for, such as `token endpoint`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Another scheme, user information, a fragment, or no host at all.
    #[error("the {what} isn't safe to open")]
    Unsafe {
        /// What the address is for.
        what: &'static str,
    },
    /// Without encryption, and not on this computer.
    #[error("the {what} isn't HTTPS: {host}")]
    NotHttps {
        /// What the address is for.
        what: &'static str,
        /// The host that was named.
        host: String,
    },
    /// This computer, the local network or a cloud's inside, named by somebody who has no business there.
    #[error("{host} is an address in the local network")]
    Private {
        /// The host that was named.
        host: String,
    },
    /// The name stands for no address, so that it cannot be checked.
    #[error("host {host} not found")]
    Unknown {
        /// The host that was named.
        host: String,
    },
}

/// A name that could not be looked up while a connection was made.
#[derive(Debug, thiserror::Error)]
#[error("host not found")]
pub(crate) struct LookupFailed {
    pub(crate) host: String,
    #[source]
    pub(crate) source: io::Error,
}

/// What the resolver had against the host of a failed request, found in the chain of its causes.
pub fn find_address_error(error: &(dyn StdError + 'static)) -> Option<AddressError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(refused) = error.downcast_ref::<AddressError>() {
            return Some(refused.clone());
        }
        if let Some(failed) = error.downcast_ref::<LookupFailed>() {
            return Some(AddressError::Unknown {
                host: failed.host.clone(),
            });
        }
        next = cause(error);
    }
    None
}

/// What lies behind an error. An `io::Error` hides what it wraps from `source`, so it is opened as well.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
