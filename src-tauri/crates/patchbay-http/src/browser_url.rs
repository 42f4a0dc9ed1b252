//! Pages that may be opened in the browser.

use url::Url;

/// An address that may be opened in the browser: `https`, or `http` on this computer, without a user name, and
/// not in the local network unless the person entered that host.
///
/// Only [`AddressPolicy::browser_url`](crate::AddressPolicy::browser_url) creates one. `Debug` leaves out its query,
/// which may contain the state of a sign-in.
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

    /// The address as text.
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
