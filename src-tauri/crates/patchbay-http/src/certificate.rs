//! Reads the facts of certificates for display. Nothing here decides whether one is trusted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::{Certificate, CertificateFacts, Timestamp, clean_text};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use x509_cert::der::{Decode as _, Encode as _};

use crate::Error;

/// Maximum length of a name, in characters.
const MAX_NAME: usize = 200;

/// Maximum number of certificates in one PEM text.
const MAX_CERTIFICATES: usize = 64;

/// Maximum bytes of a PEM text.
const MAX_PEM: usize = 512 * 1024;

/// Splits a PEM text into its certificates.
///
/// # Errors
/// [`Error::Usage`] if it contains none, too many, or one that cannot be parsed.
pub fn read_certificates(pem: &str) -> Result<Vec<Certificate>, Error> {
    let unreadable = || Error::Usage("this isn't a certificate in PEM format".to_owned());
    if pem.len() > MAX_PEM {
        return Err(unreadable());
    }
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let read = read.map_err(|_| unreadable())?;
    if read.is_empty() || read.len() > MAX_CERTIFICATES {
        return Err(unreadable());
    }
    let certificate = |der: CertificateDer<'_>| {
        let facts = parse(&der).ok_or_else(unreadable)?;
        Ok(Certificate {
            pem: to_pem(&der),
            facts,
        })
    };
    read.into_iter().map(certificate).collect()
}

/// Decodes the certificates of a PEM text.
///
/// # Errors
/// [`Error::Usage`] if there is none, or one cannot be decoded.
pub(crate) fn to_der(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    read.ok()
        .filter(|read| !read.is_empty())
        .ok_or_else(|| Error::Usage("the certificate isn't valid PEM".to_owned()))
}

/// The facts of a certificate; only its fingerprint if it cannot be parsed.
pub(crate) fn facts_of(der: &CertificateDer<'_>) -> CertificateFacts {
    parse(der).unwrap_or_else(|| CertificateFacts {
        subject: String::new(),
        issuer: String::new(),
        expires_at: None,
        sha256: fingerprint(der),
    })
}

/// Whether a certificate is of an X.509 version before 3, which TLS libraries refuse.
pub(crate) fn is_outdated(der: &CertificateDer<'_>) -> bool {
    x509_cert::Certificate::from_der(der)
        .is_ok_and(|read| read.tbs_certificate.version != x509_cert::Version::V3)
}

/// The certificate as one of X.509 version 3, the only one that TLS libraries read. Its signature no longer matches if it
/// was of another version.
pub(crate) fn as_version_3<'a>(der: &'a CertificateDer<'_>) -> CertificateDer<'a> {
    let converted = || {
        let mut read = x509_cert::Certificate::from_der(der).ok()?;
        read.tbs_certificate.version = x509_cert::Version::V3;
        read.to_der().ok()
    };
    let converted = is_outdated(der).then(converted).flatten();
    converted.map_or_else(|| CertificateDer::from(&der[..]), CertificateDer::from)
}

/// SHA-256 as hexadecimal pairs with colons, as browsers and OpenSSL write it.
pub(crate) fn fingerprint(der: &CertificateDer<'_>) -> String {
    let pairs = Sha256::digest(der);
    let pairs: Vec<_> = pairs.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

fn parse(der: &CertificateDer<'_>) -> Option<CertificateFacts> {
    let read = x509_cert::Certificate::from_der(der).ok()?.tbs_certificate;
    let end = read.validity.not_after.to_unix_duration().as_secs();
    let end = i64::try_from(end).ok()?;
    let end = OffsetDateTime::from_unix_timestamp(end).ok();
    Some(CertificateFacts {
        subject: clean_text(&read.subject.to_string(), MAX_NAME),
        issuer: clean_text(&read.issuer.to_string(), MAX_NAME),
        expires_at: end.map(Timestamp::new),
        sha256: fingerprint(der),
    })
}

fn to_pem(der: &CertificateDer<'_>) -> String {
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    // 48 bytes make a line of 64 characters.
    for bytes in der.chunks(48) {
        STANDARD.encode_string(bytes, &mut pem);
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn generate() -> rcgen::Certificate {
        let mut params = CertificateParams::new(vec!["wiki.corp".to_owned()]).unwrap();
        params.distinguished_name.remove(DnType::CommonName);
        params
            .distinguished_name
            .push(DnType::CommonName, "wiki\u{202e}.corp\n<b>");
        params.not_after = date_time_ymd(2031, 2, 3);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap()
    }

    #[test]
    fn a_certificate_is_told_by_its_names_its_end_and_its_hash() {
        let generated = generate();
        let text = format!("some words before\n{}\nand after", generated.pem());
        let [read] = &read_certificates(&text).unwrap()[..] else {
            panic!("one");
        };
        assert_eq!(read.facts.subject, "CN=wiki.corp\\0a\\<b\\>", "inert");
        assert_eq!(read.facts.subject, read.facts.issuer);
        let end = read.facts.expires_at.unwrap().to_string();
        assert_eq!(end, "2031-02-03T00:00:00Z");
        assert_eq!(read.facts.sha256, fingerprint(generated.der()));
        assert_eq!(read.facts.sha256.len(), 32 * 3 - 1);
        let again = &read_certificates(&read.pem).unwrap()[0];
        assert_eq!(again, read, "what is kept is the certificate");
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        let cut = generate().pem().replace("MII", "MIJ");
        let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let many = generate().pem().repeat(MAX_CERTIFICATES + 1);
        for text in ["", "hello", &key, &cut, junk, &many] {
            assert!(
                matches!(read_certificates(text), Err(Error::Usage(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_certificate_that_cannot_be_read_still_has_its_hash() {
        let facts = facts_of(&CertificateDer::from(vec![1, 2, 3]));
        assert!(facts.subject.is_empty() && facts.expires_at.is_none());
        assert_eq!(facts.sha256.len(), 32 * 3 - 1);
    }
}
