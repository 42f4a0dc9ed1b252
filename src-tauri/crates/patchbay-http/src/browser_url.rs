//! Pages that may be opened in a person's browser.

use url::Url;

/// An address that a browser may be given: `https`, or `http` on this computer, without a user name, and
/// not leading into the local network unless the person named that host.
///
/// Only [`AddressPolicy::browser_url`](crate::AddressPolicy::browser_url) makes one. It may carry the
/// state of a sign-in, so that `Debug` leaves out its query.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserUrl(Url);

impl BrowserUrl {
    pub(crate) fn checked(url: Url) -> Self {
        Self(url)
    }

    /// The address.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The address as one argument.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::fmt::Debug for BrowserUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = self.0.clone();
        shown.set_query(None);
        write!(f, "BrowserUrl({shown})")
    }
}
