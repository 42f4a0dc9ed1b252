//! Wrapping the data key with a passphrase.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use patchbay_model::Secret;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::key::{DataKey, KEY_BYTES, Purpose, Sealed, VaultId, random};

// The costs of one guess. Source: RFC 9106, section 4, second recommended option.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
// Files with higher costs were not written by Patchbay.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 8;
const MAX_LANES: u32 = 16;

/// A data key sealed with a key that argon2id derives from a passphrase.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wrapped {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    /// Base64 of 16 random bytes.
    salt: String,
    data_key: Sealed,
}

impl Wrapped {
    /// Wraps `key`. Takes most of a second of CPU time.
    pub(crate) fn new(key: &DataKey, vault: &VaultId, passphrase: &Secret) -> Result<Self, Error> {
        let salt: [u8; 16] = random()?;
        #[expect(clippy::expect_used, reason = "constants within argon2's limits")]
        let wrapping = derive(passphrase, &salt, (MEMORY_KIB, PASSES, LANES))
            .expect("the costs are within argon2's limits");
        Ok(Self {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: BASE64_STANDARD.encode(salt),
            data_key: wrapping.seal(vault, Purpose::Wrap, key.bytes())?,
        })
    }

    /// Returns the data key, or `None` for a wrong passphrase. Takes most of a second of CPU time. The error says what
    /// is wrong with the parameters.
    pub(crate) fn unwrap_with(
        &self,
        vault: &VaultId,
        passphrase: &Secret,
    ) -> Result<Option<DataKey>, &'static str> {
        if self.memory_kib > MAX_MEMORY_KIB || self.passes > MAX_PASSES || self.lanes > MAX_LANES {
            return Err("the costs of the passphrase are out of range");
        }
        let salt = BASE64_STANDARD
            .decode(&self.salt)
            .map_err(|_| "the salt of the passphrase is not base64")?;
        let wrapping = derive(
            passphrase,
            &salt,
            (self.memory_kib, self.passes, self.lanes),
        )
        .map_err(|_| "the parameters of the passphrase make no sense")?;
        let key = wrapping.open(vault, Purpose::Wrap, &self.data_key);
        Ok(key.and_then(|bytes| DataKey::from_bytes(&bytes)))
    }
}

fn derive(
    passphrase: &Secret,
    salt: &[u8],
    (memory_kib, passes, lanes): (u32, u32, u32),
) -> argon2::Result<DataKey> {
    let params = Params::new(memory_kib, passes, lanes, Some(KEY_BYTES))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    DataKey::derive(|key| argon2.hash_password_into(passphrase.expose().as_bytes(), salt, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_passphrase_unwraps() {
        let vault = VaultId::random().unwrap();
        let key = DataKey::random().unwrap();
        let wrapped = Wrapped::new(&key, &vault, &Secret::new("correct horse")).unwrap();

        let same = wrapped.unwrap_with(&vault, &Secret::new("correct horse"));
        assert_eq!(same.unwrap().unwrap().bytes(), key.bytes());
        let wrong = wrapped.unwrap_with(&vault, &Secret::new("correct house"));
        assert!(wrong.unwrap().is_none());
    }

    #[test]
    fn absurd_costs_are_refused_before_they_are_paid() {
        let vault = VaultId::random().unwrap();
        let key = DataKey::random().unwrap();
        let wrapped = Wrapped::new(&key, &vault, &Secret::new("x")).unwrap();
        let with = |change: fn(&mut Wrapped)| {
            let mut wrapped = wrapped.clone();
            change(&mut wrapped);
            wrapped.unwrap_with(&vault, &Secret::new("x"))
        };
        assert!(with(|it| it.memory_kib = u32::MAX).is_err());
        assert!(with(|it| it.memory_kib = MAX_MEMORY_KIB + 1).is_err());
        assert!(with(|it| it.passes = MAX_PASSES + 1).is_err());
        assert!(with(|it| it.lanes = MAX_LANES + 1).is_err());
    }
}
