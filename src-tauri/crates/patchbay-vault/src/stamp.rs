//! The sealed stamp of the file, which detects rollbacks.
//!
//! Whoever can write to the folder could restore an earlier file or record, since it was sealed with the right key. So
//! each saved file has a generation number and the nonce of each record. The number is also recorded outside of the
//! folder, see [`crate::GenerationStore`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::key::Sealed;

#[derive(Serialize, Deserialize)]
pub(crate) struct Stamp {
    /// Increases with each saved file; 0 for files without a stamp.
    pub(crate) generation: u64,
    /// [`Sealed::mark`] of the latest version of each record.
    records: BTreeMap<String, String>,
}

impl Stamp {
    /// A stamp that accepts the current records, such as for a file without one.
    pub(crate) fn of(generation: u64, records: &BTreeMap<String, Sealed>) -> Self {
        let marks = records.iter().map(|(name, it)| (name.clone(), it.mark()));
        Self {
            generation,
            records: marks.collect(),
        }
    }

    /// Records the latest version of a record.
    pub(crate) fn note(&mut self, name: &str, sealed: &Sealed) {
        self.records.insert(name.to_owned(), sealed.mark());
    }

    /// Increases the generation and drops removed records. A record that is not the latest version stays detectable.
    pub(crate) fn advance(&mut self, records: &BTreeMap<String, Sealed>) {
        self.generation = self.generation.saturating_add(1);
        self.records.retain(|name, _| records.contains_key(name));
    }

    /// Whether this is the latest version of that record.
    pub(crate) fn is_latest(&self, name: &str, sealed: &Sealed) -> bool {
        self.records.get(name) == Some(&sealed.mark())
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "text keys, a number and text")]
        serde_json::to_vec(self).expect("a stamp is plain JSON")
    }

    pub(crate) fn from_json(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }
}
