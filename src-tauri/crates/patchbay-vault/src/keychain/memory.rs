//! A keychain for tests that simulates the behavior of real ones.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex, MutexGuard};
use zeroize::Zeroizing;

use super::{Keychain, KeychainError, Presence};

/// A keychain in memory, for tests of this and other crates. Clones share their entries.
#[derive(Clone, Default)]
pub struct MemoryKeychain(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    behavior: Behavior,
    entries: HashMap<String, Zeroizing<Vec<u8>>>,
    marks: HashMap<String, u64>,
    reads: u32,
}

/// How a [`MemoryKeychain`] behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behavior {
    #[default]
    Working,
    /// No keychain is running.
    Absent,
    /// Locked, and the user dismisses the prompt.
    Locked,
    /// The user clicks "Deny".
    Denied,
    /// Locked, and the prompt stays open: calls return when the behavior changes.
    Hanging,
    /// Looks empty and cannot be written, like a Secret Service without a keyring.
    NeverCreated,
    /// Reports success for every write, but stores nothing.
    Forgetful,
}

impl MemoryKeychain {
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the behavior, also for hanging calls.
    pub fn set_behavior(&self, behavior: Behavior) {
        self.0.state.lock().behavior = behavior;
        self.0.changed.notify_all();
    }

    /// Removes everything, as if the keychain was deleted.
    pub fn lose_entries(&self) {
        let mut state = self.0.state.lock();
        state.entries.clear();
        state.marks.clear();
    }

    /// Removes the generation numbers, as if an older Patchbay wrote the keys.
    pub fn forget_marks(&self) {
        self.0.state.lock().marks.clear();
    }

    /// Number of entries, without generation numbers.
    pub fn entries(&self) -> usize {
        self.0.state.lock().entries.len()
    }

    /// Number of reads, including failed ones.
    pub fn reads(&self) -> u32 {
        self.0.state.lock().reads
    }

    /// Waits while the behavior is to hang, then returns the state or an error.
    fn answer(&self) -> Result<MutexGuard<'_, State>, KeychainError> {
        let mut state = self.0.state.lock();
        let hangs = |state: &mut State| state.behavior == Behavior::Hanging;
        self.0.changed.wait_while(&mut state, hangs);
        match state.behavior {
            Behavior::Absent => Err(KeychainError::Absent("no bus".to_owned())),
            Behavior::Locked => Err(KeychainError::Locked),
            Behavior::Denied => Err(KeychainError::Denied("the user clicked Deny".to_owned())),
            Behavior::Working
            | Behavior::Hanging
            | Behavior::NeverCreated
            | Behavior::Forgetful => Ok(state),
        }
    }
}

impl Keychain for MemoryKeychain {
    fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        self.0.state.lock().reads += 1;
        Ok(self.answer()?.entries.get(user).cloned())
    }

    fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError> {
        let mut state = self.answer()?;
        match state.behavior {
            Behavior::NeverCreated => Err(KeychainError::Absent("no keyring".to_owned())),
            Behavior::Forgetful => Ok(()),
            _ => {
                let key = Zeroizing::new(key.to_vec());
                state.entries.insert(user.to_owned(), key);
                Ok(())
            }
        }
    }

    fn delete(&self, user: &str) -> Result<(), KeychainError> {
        self.answer()?.entries.remove(user);
        Ok(())
    }

    fn find_presence(&self, user: &str) -> Result<Presence, KeychainError> {
        // Real keychains cause no prompt here, so this neither hangs nor is denied.
        let state = self.0.state.lock();
        match state.behavior {
            Behavior::Absent => Err(KeychainError::Absent("no bus".to_owned())),
            Behavior::Locked | Behavior::Hanging => Ok(Presence::Locked),
            _ if state.entries.contains_key(user) => Ok(Presence::There),
            _ => Ok(Presence::Missing),
        }
    }

    fn read_generation(&self, vault: &str) -> Result<Option<u64>, KeychainError> {
        Ok(self.answer()?.marks.get(vault).copied())
    }

    fn write_generation(&self, vault: &str, generation: u64) -> Result<(), KeychainError> {
        let mut state = self.0.state.lock();
        match state.behavior {
            Behavior::Working => drop(state.marks.insert(vault.to_owned(), generation)),
            Behavior::Denied => {
                return Err(KeychainError::Denied("the user clicked Deny".to_owned()));
            }
            Behavior::Absent | Behavior::NeverCreated => {
                return Err(KeychainError::Absent("no bus".to_owned()));
            }
            Behavior::Locked | Behavior::Hanging | Behavior::Forgetful => {}
        }
        Ok(())
    }
}
