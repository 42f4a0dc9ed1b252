//! The data key and sealing.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use crate::Error;

/// Bytes of a data key.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes of the nonce before every sealed text: random, and long enough never to repeat.
const NONCE_BYTES: usize = 24;

/// Id of a vault: 32 random hexadecimal digits, not secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct VaultId(String);

impl VaultId {
    pub(crate) fn random() -> Result<Self, Error> {
        let bytes: [u8; 16] = random()?;
        Ok(Self(format!("{:032x}", u128::from_be_bytes(bytes))))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for VaultId {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        let fits = text.len() == 32
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if fits {
            Ok(Self(text))
        } else {
            Err(de::Error::custom("a vault id has 32 hexadecimal digits"))
        }
    }
}

/// The purpose of a sealed text. It is authenticated, so that no text can replace one with another purpose.
#[derive(Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// A secret with this name.
    Record(&'a str),
    /// A known text that tells whether a key is the right one.
    Check,
    /// The data key, sealed with a passphrase.
    Wrap,
    /// See [`crate::stamp`].
    Stamp,
}

impl Purpose<'_> {
    fn associated_data(self, vault: &VaultId) -> Vec<u8> {
        let (kind, name) = match self {
            Self::Record(name) => ("record", name),
            Self::Check => ("check", ""),
            Self::Wrap => ("wrap", ""),
            Self::Stamp => ("stamp", ""),
        };
        format!("patchbay vault\0{}\0{kind}\0{name}", vault.as_str()).into_bytes()
    }
}

/// The key that everything is sealed with. Wiped on drop.
pub(crate) struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    pub(crate) fn random() -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    /// Returns `None` unless there are 32 bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|key| Self(Zeroizing::new(key)))
    }

    pub(crate) fn derive<E>(derive: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut key = Self(Zeroizing::new([0; KEY_BYTES]));
        derive(key.0.as_mut_slice())?;
        Ok(key)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Seals `plain` with a new random nonce.
    pub(crate) fn seal(
        &self,
        vault: &VaultId,
        purpose: Purpose<'_>,
        plain: &[u8],
    ) -> Result<Sealed, Error> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let payload = Payload {
            msg: plain,
            aad: &purpose.associated_data(vault),
        };
        #[expect(
            clippy::expect_used,
            reason = "the only failure is a text of 256 GiB, more than memory holds"
        )]
        let text = self
            .cipher()
            .encrypt(XNonce::from_slice(&nonce), payload)
            .expect("a secret is shorter than 256 GiB");
        Ok(Sealed([nonce.as_slice(), &text].concat()))
    }

    /// Opens a sealed text. Returns `None` when it was sealed with another key, for another purpose or vault, or was
    /// changed.
    pub(crate) fn open(
        &self,
        vault: &VaultId,
        purpose: Purpose<'_>,
        sealed: &Sealed,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.0.split_at_checked(NONCE_BYTES)?;
        let payload = Payload {
            msg: text,
            aad: &purpose.associated_data(vault),
        };
        self.cipher()
            .decrypt(XNonce::from_slice(nonce), payload)
            .ok()
            .map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.as_slice().into())
    }
}

/// Nonce and sealed text; base64 in the file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sealed(Vec<u8>);

impl Sealed {
    /// Identifies this sealed text by its nonce: nobody without the key can seal another text with the same nonce.
    pub(crate) fn mark(&self) -> String {
        let nonce = self.0.get(..NONCE_BYTES).unwrap_or(&self.0);
        BASE64_STANDARD.encode(nonce)
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        // The decoder's message would quote the text.
        BASE64_STANDARD
            .decode(text)
            .map(Self)
            .map_err(|_| de::Error::custom("a sealed text is base64"))
    }
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::Randomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_only_for_its_purpose_and_vault() {
        let (vault, other) = (VaultId::random().unwrap(), VaultId::random().unwrap());
        let key = DataKey::random().unwrap();
        let sealed = key.seal(&vault, Purpose::Record("a"), b"text").unwrap();

        let opened = key.open(&vault, Purpose::Record("a"), &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"text");
        assert!(key.open(&vault, Purpose::Record("b"), &sealed).is_none());
        assert!(key.open(&vault, Purpose::Check, &sealed).is_none());
        assert!(key.open(&other, Purpose::Record("a"), &sealed).is_none());
        let another = DataKey::random().unwrap();
        assert!(
            another
                .open(&vault, Purpose::Record("a"), &sealed)
                .is_none()
        );
    }

    #[test]
    fn a_changed_or_cut_text_does_not_open() {
        let vault = VaultId::random().unwrap();
        let key = DataKey::random().unwrap();
        let sealed = key.seal(&vault, Purpose::Check, b"text").unwrap();
        for at in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[at] ^= 1;
            assert!(key.open(&vault, Purpose::Check, &changed).is_none());
            let cut = Sealed(sealed.0[..at].to_vec());
            assert!(key.open(&vault, Purpose::Check, &cut).is_none());
        }
    }
}
