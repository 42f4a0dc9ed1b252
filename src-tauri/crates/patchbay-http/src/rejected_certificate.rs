//! Certificates that were not accepted, and the hosts that they are of.

use patchbay_model::CertificateFacts;
use rustls::pki_types::ServerName;

/// A certificate that was not accepted; carried by the errors of TLS and HTTP.
#[derive(Debug, thiserror::Error)]
#[error("the certificate isn't trusted: {reason}")]
pub(crate) struct RejectedCertificate {
    pub(crate) host: ServerName<'static>,
    /// A clause such as `it has expired`.
    pub(crate) reason: String,
    pub(crate) facts: CertificateFacts,
}

/// The TLS server name of a host and port; `None` without a port.
pub(crate) fn host_of_place(place: &str) -> Option<ServerName<'static>> {
    let (host, _) = match place.strip_prefix('[') {
        Some(literal) => literal.split_once("]:")?,
        None => place.split_once(':')?,
    };
    ServerName::try_from(host.to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_follows_the_brackets_of_an_ipv6_literal() {
        for (place, host) in [
            ("mcp.example:443", Some("mcp.example")),
            ("mcp.example", None),
            ("[::ffff:7f00:1]:8443", Some("::ffff:7f00:1")),
            ("[::ffff:7f00:1]", None),
        ] {
            let expected = host.map(|host| ServerName::try_from(host).unwrap());
            assert_eq!(host_of_place(place), expected, "{place}");
        }
    }
}
