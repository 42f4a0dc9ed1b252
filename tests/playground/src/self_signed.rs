//! A server whose certificate nobody has a reason to trust.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

/// For 127.0.0.1 and localhost, signed by itself. Its key guards nothing, which is why it can lie here.
const CERTIFICATE: &[u8] = include_bytes!("self_signed/certificate.pem");
const KEY: &[u8] = include_bytes!("self_signed/key.pem");

/// A running server, on 127.0.0.1 only; it stops when dropped. Whoever trusts it gets an empty page.
#[derive(Debug)]
pub struct SelfSigned {
    url: Url,
    requests: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl SelfSigned {
    /// Binds a free port and serves from then on.
    pub async fn start() -> anyhow::Result<Self> {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE)?;
        // Named, because other crates of a build may bring another one along.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(KEY)?)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr().context("no local address")?.port();
        let requests = Arc::new(AtomicUsize::new(0));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self {
            url: Url::parse(&format!("https://127.0.0.1:{port}/mcp"))?,
            requests: Arc::clone(&requests),
            serving: tokio::spawn(serve(listener, acceptor, requests)),
        })
    }

    /// What it shows, PEM.
    #[must_use]
    pub fn certificate() -> &'static [u8] {
        CERTIFICATE
    }

    /// Absolute URL at which an MCP server might be.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// How many requests were sent to it, which takes somebody who trusts the certificate.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for SelfSigned {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, requests: Arc<AtomicUsize>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, requests) = (acceptor.clone(), Arc::clone(&requests));
        connections.spawn(async move {
            if let Err(error) = answer(stream, &acceptor, &requests).await {
                tracing::debug!(%error, "a client hung up");
            }
        });
    }
}

async fn answer(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    requests: &AtomicUsize,
) -> std::io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let mut request = [0; 1024];
    if stream.read(&mut request).await? > 0 {
        requests.fetch_add(1, Ordering::SeqCst);
    }
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_serves_whoever_trusts_it_and_nobody_else() {
        let server = SelfSigned::start().await.unwrap();
        let careful = reqwest::get(server.url().clone()).await;
        assert!(careful.unwrap_err().is_connect());
        assert_eq!(server.requests(), 0);
        let trusting = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(CERTIFICATE).unwrap()])
            .build()
            .unwrap();
        let answer = trusting.get(server.url().clone()).send().await.unwrap();
        assert!(answer.status().is_success());
        assert_eq!(server.requests(), 1);
    }
}
