//! Schedule of background checks.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use patchbay_model::{Account, Connector, ConnectorId, Status, Timestamp};
use url::Url;

use super::CheckIntervals;
use crate::abilities::{abilities, platform_abilities};

/// A check is delayed by a random part of up to 1/5 of its interval, so that checks spread out.
const JITTER: u32 = 5;

#[derive(Clone, Debug)]
pub(super) enum CheckTarget {
    Account(Account),
    Connector(ConnectorId),
}

/// A check and the host that it contacts.
#[derive(Debug)]
pub(super) struct DueCheck {
    host: String,
    target: CheckTarget,
}

/// The time of the next check by account or connector id.
#[derive(Debug, Default)]
pub(super) struct CheckSchedule {
    intervals: CheckIntervals,
    next: HashMap<String, Timestamp>,
}

impl CheckSchedule {
    pub(super) fn new(intervals: CheckIntervals) -> Self {
        Self {
            intervals,
            next: HashMap::new(),
        }
    }

    /// Returns the checks that are due, accounts first, and schedules the next ones. `chance` returns a random time up
    /// to its argument.
    pub(super) fn due(
        &mut self,
        now: Timestamp,
        accounts: &[Account],
        connectors: &[Connector],
        chance: impl Fn(Duration) -> Duration,
    ) -> Vec<DueCheck> {
        let CheckIntervals {
            account: every_account,
            connector: every_connector,
            ..
        } = self.intervals;
        let mut due = Vec::new();
        for account in accounts.iter().filter(|account| is_checkable(account)) {
            if self.is_due(account.id.as_str(), every_account, None, now, &chance) {
                due.push(DueCheck {
                    host: host_of_account(account),
                    target: CheckTarget::Account(account.clone()),
                });
            }
        }
        for connector in connectors {
            let account = accounts
                .iter()
                .find(|account| account.id == connector.account);
            let Some(host) = account.and_then(|account| host_of(connector, account)) else {
                continue;
            };
            // A list of the account renews the time of hosted connectors, but checks none of them.
            let is_listed = abilities(connector).reports_status;
            let seen = connector.status.checked_at.filter(|_| !is_listed);
            if self.is_due(connector.id.as_str(), every_connector, seen, now, &chance) {
                due.push(DueCheck {
                    host,
                    target: CheckTarget::Connector(connector.id.clone()),
                });
            }
        }
        due
    }

    /// Whether the last check, `seen`, by anybody, is long enough ago.
    fn is_due(
        &mut self,
        id: &str,
        every: Duration,
        seen: Option<Timestamp>,
        now: Timestamp,
        chance: impl Fn(Duration) -> Duration,
    ) -> bool {
        // The clock may have been set back.
        let after_seen = seen.filter(|seen| *seen <= now).map(|seen| seen + every);
        let latest = now + every + every / JITTER;
        let planned = self.next.get(id).filter(|planned| **planned <= latest);
        // The first check is delayed, so that not all run right after the start.
        let planned = planned
            .copied()
            .unwrap_or_else(|| now + chance(every / JITTER));
        self.next.insert(id.to_owned(), planned);
        let next = after_seen.map_or(planned, |after| after.max(planned));
        if next > now {
            return false;
        }
        self.next
            .insert(id.to_owned(), now + every + chance(every / JITTER));
        true
    }
}

/// Groups the checks by host; those of one host run one after the other.
pub(super) fn group_by_host(due: Vec<DueCheck>) -> Vec<Vec<CheckTarget>> {
    let mut queues: BTreeMap<String, Vec<CheckTarget>> = BTreeMap::new();
    for DueCheck { host, target } in due {
        queues.entry(host).or_default().push(target);
    }
    queues.into_values().collect()
}

pub(super) fn random_up_to(up_to: Duration) -> Duration {
    let mut bytes = [0u8; 4];
    // Without randomness there is no jitter, which is acceptable.
    if getrandom::fill(&mut bytes).is_err() {
        return Duration::ZERO;
    }
    up_to.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

fn is_checkable(account: &Account) -> bool {
    platform_abilities(account.platform).has_accounts && !account.is_signed_out
}

/// Returns the host that a check of the connector contacts; `None` when a check would not help or would start a
/// program.
fn host_of(connector: &Connector, account: &Account) -> Option<String> {
    // Other states only change when the user acts.
    let can_change = matches!(
        connector.status.status,
        Status::Ready | Status::Failing | Status::Unknown
    );
    if !can_change || connector.draft {
        return None;
    }
    if abilities(connector).reports_status {
        return is_checkable(account).then(|| host_of_account(account));
    }
    let endpoint = Url::parse(connector.endpoint.as_deref()?).ok()?;
    let is_web = matches!(endpoint.scheme(), "http" | "https");
    endpoint
        .host_str()
        .filter(|_| is_web)
        .map(ToOwned::to_owned)
}

fn host_of_account(account: &Account) -> String {
    let base = account.base_url.as_deref().map(Url::parse);
    let host = base.and_then(Result::ok);
    let host = host.as_ref().and_then(Url::host_str);
    host.unwrap_or_else(|| account.platform.as_str()).to_owned()
}
