//! Client certificates of connectors.

use std::sync::Arc;

use patchbay_model::{CertificateFacts, Secret, debug_fields};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use crate::Error;
use crate::certificate::{facts_of, is_outdated};

/// A client certificate with its private key.
#[derive(Clone)]
pub struct ClientCertificate {
    key: Arc<CertifiedKey>,
    facts: CertificateFacts,
}

debug_fields! { ClientCertificate: facts }

impl ClientCertificate {
    /// Reads a PEM text with the certificate, its chain behind it, and the private key, in any order.
    ///
    /// # Errors
    /// [`Error::Usage`] if either is missing or can't be read, or the key is encrypted or doesn't match.
    pub fn read(pem: &Secret) -> Result<Self, Error> {
        let pem = pem.expose().as_bytes();
        let refused =
            |why: &str| Error::Usage(format!("this client certificate can't be used: {why}"));
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let chain = chain.map_err(|_| refused("it isn't valid PEM"))?;
        let Some(leaf) = chain.first() else {
            return Err(refused("the file holds no certificate"));
        };
        let (facts, is_outdated) = (facts_of(leaf), is_outdated(leaf));
        let key = match PrivateKeyDer::from_pem_slice(pem) {
            Ok(key) => key,
            Err(_) if is_encrypted(pem) => return Err(refused("its private key is encrypted")),
            Err(_) => return Err(refused("the file holds no private key")),
        };
        let key = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| {
            refused(match error {
                rustls::Error::InconsistentKeys(_) => {
                    "the private key doesn't belong to the certificate"
                }
                rustls::Error::InvalidCertificate(_) if is_outdated => {
                    "the certificate is of an X.509 version before 3"
                }
                rustls::Error::InvalidCertificate(_) => "the certificate can't be read",
                _ => "its private key can't be read or is of an unsupported kind",
            })
        })?;
        Ok(Self {
            key: Arc::new(key),
            facts,
        })
    }

    /// Facts of the certificate, for display.
    pub fn facts(&self) -> &CertificateFacts {
        &self.facts
    }

    pub(crate) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::new(SingleCertAndKey::from(Arc::clone(&self.key)))
    }
}

/// The cryptography of every TLS connection.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"]
        .iter()
        .any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    /// Of X.509 version 1, as `openssl x509 -req` writes it without extensions.
    const VERSION_1: &str = "-----BEGIN CERTIFICATE-----
MIIBKDCBzwIUOLsVWjiWK+Yb1p7OBp7oqBUlVfAwCgYIKoZIzj0EAwIwFjEUMBIG
A1UEAwwLbGFwdG9wLmNvcnAwIBcNMjYxMTI4MDUxOTE2WhgPMjEyNjExMDQwNTE5
MTZaMBYxFDASBgNVBAMMC2xhcHRvcC5jb3JwMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEr8aEaXBu0eMyTsY67HJfXSQGcksm9N8RyfxQCCR5hVslMWxGzQcXN6yR
ihXy+/DzHS7dixO49h4L6k+WC6MLeTAKBggqhkjOPQQDAgNIADBFAiEA2s5VPBaA
nJW4YLkKY/KO4hBfn3B6KY3f7v84AVNhFf8CICkrk24mRN6Xt6zbP/lZVG+lT7Kg
XLvya/CA5ZvcR4fh
-----END CERTIFICATE-----
";

    fn self_signed(key: &KeyPair) -> String {
        let params = CertificateParams::new(vec!["laptop.corp".to_owned()]).unwrap();
        params.self_signed(key).unwrap().pem()
    }

    #[test]
    fn a_certificate_comes_with_its_own_key() {
        let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let (certificate, pem) = (self_signed(&key), key.serialize_pem());
        for text in [format!("{certificate}{pem}"), format!("{pem}{certificate}")] {
            let read = ClientCertificate::read(&Secret::new(text)).unwrap();
            assert_eq!(read.facts().sha256.len(), 32 * 3 - 1);
            assert!(!format!("{read:?}").contains("key"), "{read:?}");
        }
        let encrypted =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        let (broken_certificate, broken_key) = (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        );
        for (text, why) in [
            (
                format!("{VERSION_1}{pem}"),
                "the certificate is of an X.509 version before 3",
            ),
            (
                format!("{broken_certificate}{pem}"),
                "the certificate can't be read",
            ),
            (
                format!("{certificate}{broken_key}"),
                "its private key can't be read or is of an unsupported kind",
            ),
            (pem, "the file holds no certificate"),
            (certificate.clone(), "the file holds no private key"),
            (
                format!("{certificate}{encrypted}"),
                "its private key is encrypted",
            ),
            (
                format!("{certificate}{}", other.serialize_pem()),
                "the private key doesn't belong to the certificate",
            ),
        ] {
            let Err(Error::Usage(error)) = ClientCertificate::read(&Secret::new(text)) else {
                panic!("{why}");
            };
            assert!(error.ends_with(why), "{error}");
        }
    }
}
