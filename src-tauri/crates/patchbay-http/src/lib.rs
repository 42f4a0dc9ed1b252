//! Every outgoing HTTP request: which addresses may be requested or opened, and how much of a response is read.
//!
//! Addresses that servers, platforms and authorization servers name are checked in one place before anything
//! is connected or opened ([`AddressPolicy`]), and their documents are read within limits ([`json`]). Of MCP
//! and OAuth the crate reads only the challenge of a refusal, and it knows no platform; it shares its errors with the
//! crates that do.
//!
//! Start reading at [`AddressPolicy`].
//!
//! A platform folder creates an [`Api`] for an account, describes each documented operation as a
//! [`Request`] (a [`Path`] of segments, query, body, and whether it may be repeated), and reads the
//! [`Answer`]. Time limits, retries, redirects, size limits, credentials, redaction and the mapping of status
//! codes to errors are the same for all platforms and live here.
//!
//! Source: the wire contracts' README, "What every client of Patchbay does".

#![warn(missing_docs)]

mod address;
mod address_error;
mod address_policy;
mod answer;
mod api;
mod body;
mod browser_url;
mod byte_order_mark;
mod capture;
mod certificate;
mod challenge;
mod client;
mod client_certificate;
mod clock;
mod error;
mod error_response;
mod field;
pub mod json;
mod lookup;
mod network;
mod options;
mod path;
mod picture;
mod plan;
mod prepare;
mod proxies;
mod quoted_string;
mod reach;
mod redact;
mod redirect;
mod rejected_certificate;
mod request;
mod retry;
mod retry_after;
pub mod scopes;
mod secret_argument;
mod send;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
mod token_source;
mod trust;

#[cfg(test)]
mod tests;

pub use address::{PlainHttp, check_address, host_of};
pub use address_error::{AddressError, causes, find_address_error};
pub use address_policy::AddressPolicy;
pub use answer::{Answer, StreamedAnswer};
pub use api::{Api, Redirects, parse_base_url};
pub use body::{BodyError, read_body, read_start};
pub use browser_url::BrowserUrl;
pub use byte_order_mark::strip_byte_order_mark;
pub use capture::{Capture, Captured, CapturedResponse};
pub use certificate::read_certificates;
pub use challenge::Challenge;
pub use client::Clients;
pub use client_certificate::ClientCertificate;
pub use clock::{Clock, SystemClock};
pub use error::{
    BlockingState, BoxError, CERTIFICATE_NEEDED_HINT, ClientFeature, Error, Found,
    LACKS_SETTING_HINT, NO_ACCESS_HINT, Refusal, Result, TEXT_LIMIT, UNTRUSTED_HINT, Unreachable,
    find_untrusted, from_reqwest, untrusted_detail, untrusted_words,
};
pub use error_response::challenge;
pub use field::Field;
pub use lookup::Lookup;
pub use network::Network;
pub use options::{CachedToken, CallOptions, CallProgress, OnProgress, Retries, SentSecrets};
pub use path::{NOT_UNRESERVED, Path};
pub use picture::{Picture, PictureError, fetch_picture};
pub use plan::{describe, placeholders};
pub use proxies::Proxies;
pub use quoted_string::split_quoted;
pub use reach::Reach;
pub use redact::{SecretNames, redact_in_json_text, redact_members};
pub use redirect::{Head, RedirectChain, RedirectRule, Redirected, follow_redirects};
pub use request::Request;
pub use retry::{Backoff, Jitter, RetryClass, RetryPolicy};
pub use retry_after::{RetryAfterRules, retry_after};
pub use secret_argument::{SecretArgument, Sensitive, reveal_secrets};
pub use token_source::{
    FixedHeaders, Headers, NoToken, TokenSource, authorization, bearer, credentials,
    with_reauthentication,
};
