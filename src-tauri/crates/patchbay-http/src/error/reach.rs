//! Why a connection failed.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use patchbay_model::{Code, UntrustedCertificate};
use rustls::{AlertDescription, CertificateError, OtherError};

use super::Error;
use crate::rejected_certificate::{RejectedCertificate, host_of_place};
use crate::{AddressError, causes, find_address_error};

/// Hint for a server that wants a client certificate.
pub const CERTIFICATE_NEEDED_HINT: &str =
    "Choose the client certificate in the connector's settings.";

/// Why a connection could not be made, or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreachable {
    /// The host name does not resolve.
    Dns,
    /// TLS failed, for another reason than an untrusted certificate.
    Tls,
    /// The server wants a client certificate.
    ///
    /// Source: RFC 8446, section 6.2, "certificate_required".
    CertificateNeeded,
    /// Nothing listens on the port.
    Refused,
    /// Nothing answered the attempt to connect, as when a firewall drops it or the computer is off.
    NoAnswer,
    /// No connection could be made, for another reason.
    NoRoute,
    /// An established connection was cut.
    Lost,
    /// No connection to the proxy could be made, or it was cut.
    Proxy,
    /// The proxy requires a user name and password.
    ProxySignIn,
    /// The proxy did not connect to the host.
    ProxyRefused,
}

impl Unreachable {
    pub(super) fn because(self) -> &'static str {
        match self {
            Self::Dns => ": host not found",
            Self::Tls => ": no secure connection",
            Self::CertificateNeeded => ": the server wants a client certificate",
            Self::Refused => ": connection refused",
            Self::NoAnswer => ": no answer",
            Self::NoRoute => ": network unreachable",
            Self::Lost => ": connection lost",
            Self::Proxy => ": the proxy can't be reached",
            Self::ProxySignIn => ": the proxy requires a user name and password",
            Self::ProxyRefused => ": the proxy refused to connect",
        }
    }

    pub(super) fn code(self) -> Code {
        match self {
            Self::Dns => Code::NetworkDns,
            Self::Tls | Self::CertificateNeeded => Code::NetworkTls,
            Self::Refused
            | Self::NoAnswer
            | Self::NoRoute
            | Self::Lost
            | Self::Proxy
            | Self::ProxySignIn
            | Self::ProxyRefused => Code::NetworkUnreachable,
        }
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Dns => "Check the address and your network.",
            Self::Tls => "Check that the server speaks https at this address.",
            Self::CertificateNeeded => CERTIFICATE_NEEDED_HINT,
            Self::Refused => "Check that the server is running and the port is right.",
            Self::NoAnswer => {
                "Check your network or VPN, and that the server is running. Then try again."
            }
            Self::NoRoute => "Check your network and try again.",
            Self::Lost => "Try again. The server or the network closed the connection.",
            Self::Proxy => {
                "Check the proxy's address in the connector's settings or your system's."
            }
            Self::ProxySignIn => {
                "Set the proxy with its user name and password in your system's settings."
            }
            Self::ProxyRefused => "Check the server's address, or ask whoever runs the proxy.",
        }
    }
}

/// Converts the error of a request to `host`; the result does not contain the URL.
///
/// A timeout becomes [`Error::TimedOut`] after `waited`, but not that of the connection, over which nothing was sent.
pub fn from_reqwest(error: reqwest::Error, host: &str, waited: Duration) -> Error {
    if error.is_timeout() && !error.is_connect() {
        return Error::TimedOut { after: waited };
    }
    let error = error.without_url();
    if let Some(AddressError::Private { host }) = find_address_error(&error) {
        return Error::PrivateAddress { host };
    }
    if let Some(certificate) = find_untrusted(&error, host) {
        return Error::Untrusted(Box::new(certificate));
    }
    let otherwise = match (error.is_connect(), error.is_timeout()) {
        (true, true) => Unreachable::NoAnswer,
        (true, false) => Unreachable::NoRoute,
        (false, _) => Unreachable::Lost,
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
        // Around the reason of a failure to reach the proxy, which is not that of the server.
        if let Some(failure) = cause.to_string().strip_prefix("tunnel error: ") {
            return Some(proxy_failure(failure));
        }
        if let Some(failure) = cause.to_string().strip_prefix("SOCKS error: ") {
            return Some(socks_failure(failure));
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            let alert = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
            return Some(match *tls == alert {
                true => Unreachable::CertificateNeeded,
                false => Unreachable::Tls,
            });
        }
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            let is_refused = io.kind() == io::ErrorKind::ConnectionRefused;
            return is_refused.then_some(Unreachable::Refused);
        }
        // The connector's errors have no public type; these are their whole messages for a failed lookup.
        let is_lookup = ["dns error", "error resolving for socks proxy"];
        let is_lookup = is_lookup.contains(&&*cause.to_string());
        is_lookup.then_some(Unreachable::Dns)
    })
}

/// Classifies a failure of hyper-util's tunnel, whose type is not public, by its message.
fn proxy_failure(message: &str) -> Unreachable {
    match message {
        "proxy authorization required" => Unreachable::ProxySignIn,
        "unsuccessful" => Unreachable::ProxyRefused,
        _ => Unreachable::Proxy,
    }
}

/// Classifies a failure at a SOCKS proxy in the same way. A proxy may refuse for many reasons.
fn socks_failure(message: &str) -> Unreachable {
    match message {
        "failed to create underlying connection"
        | "io error during SOCKS handshake"
        | "failed parsing server response" => Unreachable::Proxy,
        "server does not support user/pass authentication"
        | "server implements authentication incorrectly"
        | "credentials not accepted" => Unreachable::ProxySignIn,
        _ => Unreachable::ProxyRefused,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hyper_util::client::proxy::matcher::Matcher;
    use patchbay_model::{Explain as _, NetworkSettings, ProxyChoice};
    use reqwest::dns::{Name, Resolve, Resolving};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use url::Url;

    use super::*;
    use crate::{AddressPolicy, Network, Proxies};

    /// The error of a request through a proxy, which answers that; nothing listens there without an answer.
    async fn through_proxy(answer: Option<&'static str>) -> Error {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        match answer {
            None => drop(listener),
            Some(answer) => drop(tokio::spawn(async move {
                let (mut socket, _) = listener.accept().await.unwrap();
                let _ = socket.read(&mut [0; 2048]).await;
                let _ = socket.write_all(answer.as_bytes()).await;
            })),
        }
        let settings = NetworkSettings {
            proxy: ProxyChoice::Url(proxy),
            ..NetworkSettings::default()
        };
        let network = Network::build(&settings, None, &AddressPolicy::default()).unwrap();
        let url = Url::parse("https://mcp.example/mcp").unwrap();
        let sent = network.client_for(&url).get(url.clone()).send().await;
        from_reqwest(sent.unwrap_err(), "mcp.example", Duration::ZERO)
    }

    #[tokio::test]
    async fn a_proxy_that_fails_is_not_blamed_on_the_server() {
        for (answer, how, message) in [
            (None, Unreachable::Proxy, "the proxy can't be reached"),
            (Some(""), Unreachable::Proxy, "the proxy can't be reached"),
            (
                Some("HTTP/1.1 407 Who\r\n\r\n"),
                Unreachable::ProxySignIn,
                "the proxy requires a user name and password",
            ),
            (
                Some("HTTP/1.1 502 Bad Gateway\r\n\r\n"),
                Unreachable::ProxyRefused,
                "the proxy refused to connect",
            ),
        ] {
            let error = through_proxy(answer).await;
            assert_eq!(
                error.to_string(),
                format!("couldn't connect to mcp.example: {message}")
            );
            assert!(matches!(error, Error::Unreachable { how: found, .. } if found == how));
            assert!(error.hint().is_some_and(|hint| hint.contains("proxy")));
        }
    }

    /// Never comes to an end, as an attempt to connect through a firewall that drops it.
    struct Silent;

    impl Resolve for Silent {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test]
    async fn a_connection_that_nothing_answers_is_not_a_slow_server() {
        let limit = Duration::from_millis(50);
        let client = reqwest::Client::builder().connect_timeout(limit).no_proxy();
        let client = client.dns_resolver(Arc::new(Silent)).build().unwrap();
        let sent = client.get("http://mcp.example/mcp").send().await;
        let error = from_reqwest(sent.unwrap_err(), "mcp.example", limit);
        assert_eq!(
            error.to_string(),
            "couldn't connect to mcp.example: no answer"
        );
        assert!(!error.may_have_taken_effect());
    }

    /// A SOCKS proxy that answers each message of the client with the next of these.
    async fn socks_proxy(answers: Vec<&'static [u8]>) -> Network {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("socks5h://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            for answer in answers {
                let _ = socket.read(&mut [0; 2048]).await;
                let _ = socket.write_all(answer).await;
            }
        });
        let proxies = Proxies::of(Matcher::builder().all(proxy).build());
        let addresses = AddressPolicy::default().with_proxies(proxies);
        Network::build(&NetworkSettings::default(), None, &addresses).unwrap()
    }

    #[tokio::test]
    async fn a_socks_proxy_of_the_system_is_used() {
        const NO_SIGN_IN: &[u8] = &[5, 0];
        const CONNECTED: &[u8] = &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        const DENIED: &[u8] = &[5, 2, 0, 1, 0, 0, 0, 0, 0, 0];
        let url = Url::parse("http://mcp.example/mcp").unwrap();
        let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
        let network = socks_proxy(vec![NO_SIGN_IN, CONNECTED, answer]).await;
        let response = network.client_for(&url).get(url.clone()).send().await;
        assert_eq!(response.unwrap().status(), 204);

        for (answers, how) in [
            (vec![], Unreachable::Proxy),
            (vec![&[5, 0xff][..]], Unreachable::ProxySignIn),
            (vec![NO_SIGN_IN, DENIED], Unreachable::ProxyRefused),
        ] {
            let client = socks_proxy(answers).await.client_for(&url).clone();
            let sent = client.get(url.clone()).send().await;
            let error = from_reqwest(sent.unwrap_err(), "mcp.example", Duration::ZERO);
            assert!(
                matches!(error, Error::Unreachable { how: found, .. } if found == how),
                "{error:?}"
            );
        }
    }
}
