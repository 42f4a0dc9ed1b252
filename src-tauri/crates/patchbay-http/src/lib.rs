//! The one way out of this computer: which addresses may be asked or opened, and how much is read.
//!
//! Servers, platforms and authorization servers name addresses and send documents. What they name is
//! judged here, in one place, before anything is connected or opened ([`AddressPolicy`]), and what they
//! send is read within limits ([`json`]). The crate knows nothing of MCP, OAuth or any platform.
//!
//! Start reading at [`AddressPolicy`].

mod browser_url;
mod error;
pub mod json;
mod lookup;
mod policy;
mod proxies;
mod reach;
mod resolver;

pub use browser_url::BrowserUrl;
pub use error::{AddressError, refused_address};
pub use lookup::Lookup;
pub use policy::AddressPolicy;
pub use proxies::Proxies;
pub use reach::Reach;
