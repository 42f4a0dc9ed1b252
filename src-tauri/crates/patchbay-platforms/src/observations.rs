//! What Patchbay itself found out about the connectors of an account.

use std::collections::{HashMap, HashSet};

use parking_lot::Mutex;
use patchbay_model::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Observations by connector, for as long as the account is signed in. If `T` can be serialized, another process can
/// restore them.
#[derive(Default)]
pub(crate) struct Observations<T = Observation>(Mutex<HashMap<String, T>>);

/// Observations about one connector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Observation {
    /// Deadline of a consent that was started here.
    pub(crate) consent_until: Option<Timestamp>,
    /// Outcome of the last test.
    pub(crate) test: Option<Result<(), String>>,
}

impl Observation {
    /// Whether a consent that was started here is still pending.
    pub(crate) fn is_consenting(&self, now: Timestamp) -> bool {
        self.consent_until.is_some_and(|until| now < until)
    }
}

impl<T: Clone + Default> Observations<T> {
    /// The observation about a connector, empty if there is none.
    pub(crate) fn of(&self, id: &str) -> T {
        self.0.lock().get(id).cloned().unwrap_or_default()
    }

    /// Changes the observation about a connector.
    pub(crate) fn note(&self, id: &str, change: impl FnOnce(&mut T)) {
        change(self.0.lock().entry(id.to_owned()).or_default());
    }

    /// Changes the observation about a connector if there is one, and returns it.
    pub(crate) fn update(&self, id: &str, change: impl FnOnce(&mut T)) -> T {
        let mut all = self.0.lock();
        let Some(known) = all.get_mut(id) else {
            return T::default();
        };
        change(known);
        known.clone()
    }

    /// Changes all observations.
    pub(crate) fn update_all(&self, change: impl FnMut(&mut T)) {
        self.0.lock().values_mut().for_each(change);
    }

    pub(crate) fn forget(&self, id: &str) {
        self.0.lock().remove(id);
    }

    pub(crate) fn retain(&self, is_kept: impl Fn(&str, &T) -> bool) {
        self.0
            .lock()
            .retain(|id, observation| is_kept(id, observation));
    }

    /// Forgets the connectors among `before` that are not `listed`; one that was created since may be missing from lists.
    pub(crate) fn retain_listed(&self, before: &HashSet<String>, listed: &HashSet<&str>) {
        self.retain(|id, _| listed.contains(id) || !before.contains(id));
    }

    /// The ids of the connectors that there are observations about.
    pub(crate) fn ids(&self) -> HashSet<String> {
        self.0.lock().keys().cloned().collect()
    }

    pub(crate) fn each<R>(&self, look: impl Fn(&T) -> R) -> Vec<R> {
        self.0.lock().values().map(look).collect()
    }
}

/// Observations that one process saves and another restores.
pub trait SavedObservations: Sync {
    /// All observations, as JSON without secrets.
    fn to_json(&self) -> Value;

    /// Replaces the observations by the result of [`Self::to_json`]; unreadable JSON counts as none.
    fn restore(&self, json: Value);
}

impl<T> SavedObservations for Observations<T>
where
    T: Clone + Default + Send + Serialize + DeserializeOwned,
{
    fn to_json(&self) -> Value {
        // Its keys are text.
        serde_json::to_value(&*self.0.lock()).unwrap_or_default()
    }

    fn restore(&self, json: Value) {
        *self.0.lock() = serde_json::from_value(json).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn another_process_takes_up_what_was_found() {
        let observations = Observations::<Observation>::default();
        observations.note("a", |found| found.test = Some(Err("no".to_owned())));
        let other = Observations::<Observation>::default();
        other.restore(observations.to_json());
        assert_eq!(other.of("a"), observations.of("a"));
        other.restore(Value::from("of another time"));
        assert_eq!(other.of("a"), Observation::default());
    }

    #[test]
    fn a_consent_is_waited_for_until_its_end() {
        let start = Timestamp::from_unix_millis(0).unwrap();
        let found = Observation {
            consent_until: Some(start + Duration::from_secs(300)),
            ..Observation::default()
        };
        assert!(found.is_consenting(start + Duration::from_secs(299)));
        assert!(!found.is_consenting(start + Duration::from_secs(300)));
        assert!(!Observation::default().is_consenting(start));
    }
}
