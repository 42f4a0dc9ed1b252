//! What the file says of its own age, under the data key.
//!
//! Whoever can write to the folder could put a former file, or one former record, in place of what is there:
//! every part of it was sealed with the right key once. So each saved file carries a number, and names the
//! sealing of each record; the number is noted outside of the folder too (see [`crate::GenerationStore`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::key::Sealed;

/// The age of a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Stamp {
    /// One more with each saved file; 0 for files that had no stamp yet.
    pub(crate) generation: u64,
    /// The mark of each record's latest sealing.
    records: BTreeMap<String, String>,
}

impl Stamp {
    /// A stamp that trusts the records as they are, as for a file from before there were stamps.
    pub(crate) fn of(generation: u64, records: &BTreeMap<String, Sealed>) -> Self {
        let marks = records.iter().map(|(name, it)| (name.clone(), it.mark()));
        Self {
            generation,
            records: marks.collect(),
        }
    }

    /// Notes the latest sealing of a record.
    pub(crate) fn note(&mut self, name: &str, sealed: &Sealed) {
        self.records.insert(name.to_owned(), sealed.mark());
    }

    /// Goes on to the next file, which holds these records. One that is not the latest stays known as such.
    pub(crate) fn advance(&mut self, records: &BTreeMap<String, Sealed>) {
        self.generation = self.generation.saturating_add(1);
        self.records.retain(|name, _| records.contains_key(name));
    }

    /// Whether this is the latest sealing of that record.
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
