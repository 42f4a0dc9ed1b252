use std::net::Ipv4Addr;
use std::time::Duration;

use patchbay_model::{NetworkSettings, Pin, ProxyChoice, Secret, UntrustedCertificate};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SigningKey as _,
    date_time_ymd,
};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use url::Url;
use x509_cert::der::asn1::BitString;
use x509_cert::der::{Decode as _, Encode as _};

use super::*;
use crate::{AddressPolicy, Network, Proxies, find_untrusted, from_reqwest, read_certificates};

/// A certificate with its key.
struct Identity {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "Corp CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn self_signed(host: &str) -> Identity {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    Identity {
        certificate: params.self_signed(&key).unwrap().der().clone(),
        key: key.serialize_der(),
    }
}

/// A self-signed certificate of X.509 version 1, which has no extensions.
fn of_version_1() -> Identity {
    let key = KeyPair::generate().unwrap();
    let generated = CertificateParams::default().self_signed(&key).unwrap();
    let mut certificate = x509_cert::Certificate::from_der(generated.der()).unwrap();
    certificate.tbs_certificate.version = x509_cert::Version::V1;
    certificate.tbs_certificate.extensions = None;
    let signature = key.sign(&certificate.tbs_certificate.to_der().unwrap());
    certificate.signature = BitString::from_bytes(&signature.unwrap()).unwrap();
    Identity {
        certificate: certificate.to_der().unwrap().into(),
        key: key.serialize_der(),
    }
}

fn issued(by: &CertifiedIssuer<'static, KeyPair>, host: &str, until: i32) -> Identity {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, host);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    Identity {
        certificate: params.signed_by(&key, by).unwrap().der().clone(),
        key: key.serialize_der(),
    }
}

/// Answers every request; the address is of 127.0.0.1.
async fn serve(identity: &Identity) -> Url {
    serve_to(identity, WebPkiClientVerifier::no_client_auth()).await
}

/// The same for clients that show a certificate.
async fn serve_to(identity: &Identity, clients: Arc<dyn ClientCertVerifier>) -> Url {
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients)
        .with_cert_resolver(unchecked(identity));
    serve_with(config).await
}

/// Shows a certificate without a check that it is valid and belongs to the key.
fn unchecked(identity: &Identity) -> Arc<SingleCertAndKey> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.clone()));
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap();
    let shown = CertifiedKey::new(vec![identity.certificate.clone()], key);
    Arc::new(SingleCertAndKey::from(shown))
}

async fn serve_with(config: ServerConfig) -> Url {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut head = [0; 4096];
                if stream.read(&mut head).await.is_ok_and(|read| read > 0) {
                    let answer =
                        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
                    drop(stream.write_all(answer).await);
                    drop(stream.shutdown().await);
                }
            });
        }
    });
    Url::parse(&url).unwrap()
}

fn addresses() -> AddressPolicy {
    AddressPolicy::new(Arc::new(crate::lookup::SystemLookup), Proxies::none())
}

fn network(settings: &NetworkSettings) -> Network {
    Network::build(settings, None, &addresses()).unwrap()
}

fn client_certificate(by: &CertifiedIssuer<'static, KeyPair>) -> ClientCertificate {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["laptop.corp".to_owned()]).unwrap();
    let pem = params.signed_by(&key, by).unwrap().pem() + &key.serialize_pem();
    ClientCertificate::read(&Secret::new(pem)).unwrap()
}

async fn get(network: &Network, url: &Url) -> Result<(), UntrustedCertificate> {
    let response = network.client_for(url).get(url.clone()).send().await;
    match response {
        Ok(_) => Ok(()),
        Err(error) => {
            let host = crate::host_of(url);
            let rejected = find_untrusted(&error, &host);
            Err(rejected.unwrap_or_else(|| panic!("{error:?}")))
        }
    }
}

fn trusting(authority: &CertifiedIssuer<'static, KeyPair>) -> NetworkSettings {
    NetworkSettings {
        authorities: read_certificates(&authority.pem()).unwrap(),
        ..NetworkSettings::default()
    }
}

fn pinning(rejected: &UntrustedCertificate) -> NetworkSettings {
    let pin = Pin {
        place: rejected.place.clone(),
        facts: rejected.facts.clone(),
    };
    NetworkSettings {
        pins: vec![pin],
        ..NetworkSettings::default()
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_vouches_for_its_servers_alone() {
    let (ours, other) = (authority(), authority());
    let trusted = serve(&issued(&ours, "127.0.0.1", 2090)).await;
    let strange = serve(&issued(&other, "127.0.0.1", 2090)).await;
    let with = network(&trusting(&ours));
    assert_eq!(get(&with, &trusted).await, Ok(()));
    let rejected = get(&with, &strange).await.unwrap_err();
    assert_eq!(rejected.reason, "its issuer is unknown");
    let without = network(&NetworkSettings::default());
    assert!(
        get(&without, &trusted).await.is_err(),
        "others stay as they are"
    );
}

#[test]
fn what_the_system_says_was_revoked_no_other_authority_makes_good() {
    assert!(allows_other_authority(
        &CertificateError::UnknownIssuer.into()
    ));
    assert!(!allows_other_authority(&CertificateError::Revoked.into()));
    assert!(!allows_other_authority(&TlsError::DecryptError));
}

#[tokio::test]
async fn why_a_certificate_is_not_trusted_is_told() {
    let ours = authority();
    let network = network(&trusting(&ours));
    for (identity, reason) in [
        (issued(&ours, "127.0.0.1", 2021), "it has expired"),
        (issued(&ours, "wiki.corp", 2090), "it's for another host"),
        (
            issued(&authority(), "127.0.0.1", 2090),
            "its issuer is unknown",
        ),
        (self_signed("127.0.0.1"), "it's self-signed"),
    ] {
        let url = serve(&identity).await;
        let rejected = get(&network, &url).await.unwrap_err();
        assert_eq!(rejected.reason, reason);
        assert_eq!(rejected.facts.sha256, fingerprint(&identity.certificate));
        assert_eq!(format!("https://{}/", rejected.place), url.as_str());
    }
}

#[tokio::test]
async fn the_error_names_issuer_and_fingerprint() {
    use patchbay_model::{Code, Explain as _};
    let identity = self_signed("127.0.0.1");
    let url = serve(&identity).await;
    let network = network(&NetworkSettings::default());
    let response = network.client_for(&url).get(url.clone()).send().await;
    let error = from_reqwest(response.unwrap_err(), &crate::host_of(&url), Duration::ZERO);
    let problem = error.problem();
    assert_eq!(problem.code, Code::NetworkTls);
    let place = crate::host_of(&url);
    assert_eq!(
        problem.message,
        format!("the certificate of {place} isn't trusted: it's self-signed")
    );
    let detail = problem.detail.unwrap();
    assert!(
        detail.contains(&fingerprint(&identity.certificate)),
        "{detail}"
    );
    assert!(
        detail.contains("Issued by CN=rcgen self signed cert"),
        "{detail}"
    );
    assert!(!problem.retryable && problem.hint.is_some());
}

#[tokio::test]
async fn a_pin_is_for_that_certificate_of_that_host_and_port() {
    let identity = self_signed("127.0.0.1");
    let (url, elsewhere) = (serve(&identity).await, serve(&identity).await);
    let rejected = get(&network(&NetworkSettings::default()), &url).await;
    let pinned = network(&pinning(&rejected.unwrap_err()));
    assert_eq!(get(&pinned, &url).await, Ok(()));
    assert!(get(&pinned, &elsewhere).await.is_err(), "another port");

    let changed = serve(&self_signed("127.0.0.1")).await;
    let mut settings = pinning(&get(&pinned, &changed).await.unwrap_err());
    settings.pins[0].facts.sha256 = fingerprint(&identity.certificate);
    let rejected = get(&network(&settings), &changed).await.unwrap_err();
    assert_eq!(
        rejected.reason, "it's self-signed",
        "a changed one asks again"
    );
}

#[tokio::test]
async fn a_pinned_certificate_may_be_of_an_older_version() {
    for version in [&TLS12, &TLS13] {
        let identity = of_version_1();
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(unchecked(&identity));
        let url = serve_with(config).await;
        let rejected = get(&network(&NetworkSettings::default()), &url).await;
        let pinned = network(&pinning(&rejected.unwrap_err()));
        assert_eq!(get(&pinned, &url).await, Ok(()), "{version:?}");
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_its_server_alone() {
    let ours = authority();
    let mut roots = RootCertStore::empty();
    roots.add(ours.der().clone()).unwrap();
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
    let clients = clients.build().unwrap();
    let identity = issued(&ours, "127.0.0.1", 2090);
    let server = serve_to(&identity, Arc::clone(&clients)).await;
    let elsewhere = serve_to(&identity, clients).await;

    let certificate = client_certificate(&ours);
    let shown = Some((&server, &certificate));
    let network = Network::build(&trusting(&ours), shown, &addresses()).unwrap();
    let answers = async |url: &Url| {
        let response = network.client_for(url).get(url.clone()).send().await;
        response.is_ok()
    };
    assert!(answers(&server).await);
    assert!(!answers(&elsewhere).await, "another port");

    let none = network.client_for(&elsewhere).get(elsewhere).send().await;
    let error = from_reqwest(none.unwrap_err(), "mcp.example", Duration::ZERO);
    let expected = "couldn't connect to mcp.example: the server wants a client certificate";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_proxy_that_is_reached_by_tls_would_see_the_client_certificate() {
    let certificate = client_certificate(&authority());
    let server = Url::parse("https://mcp.example/mcp").unwrap();
    for (proxy, is_refused) in [
        ("http://proxy.corp:3128", false),
        ("https://proxy.corp:3129", true),
    ] {
        let settings = NetworkSettings {
            proxy: ProxyChoice::Url(proxy.to_owned()),
            ..NetworkSettings::default()
        };
        let built = Network::build(&settings, Some((&server, &certificate)), &addresses());
        assert_eq!(built.is_err(), is_refused, "{proxy}");
    }
}

#[tokio::test]
async fn a_pinned_certificate_without_its_key_is_worth_nothing() {
    let (identity, mut thief) = (self_signed("127.0.0.1"), self_signed("127.0.0.1"));
    thief.certificate = identity.certificate.clone();
    let url = serve(&thief).await;
    let settings = NetworkSettings {
        pins: vec![Pin {
            place: url.authority().to_owned(),
            facts: facts_of(&identity.certificate),
        }],
        ..NetworkSettings::default()
    };
    let network = network(&settings);
    let response = network.client_for(&url).get(url.clone()).send().await;
    assert!(response.is_err());
}
