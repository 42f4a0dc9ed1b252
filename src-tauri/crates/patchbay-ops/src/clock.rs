//! Time, in one place so that tests can control the clock, and ids.

pub use patchbay_http::{Clock, SystemClock};
use patchbay_model::Timestamp;

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Returns a new id `prefix_…`: 48 bits of time and 80 random bits in Crockford's base 32, so that ids sort by creation
/// time.
pub(crate) fn new_id(prefix: &str, now: Timestamp) -> String {
    let mut chance = [0u8; 10];
    // The system's source of randomness does not fail once it has started.
    #[expect(
        clippy::expect_used,
        reason = "no identifier can be made without randomness"
    )]
    getrandom::fill(&mut chance).expect("the system gives random bytes");
    let millis = u128::from(now.unix_millis().unsigned_abs()) & 0xffff_ffff_ffff;
    let bits = chance
        .iter()
        .fold(millis, |bits, byte| bits << 8 | u128::from(*byte));
    let digits = (0..26).rev().map(|index| {
        let digit = usize::try_from(bits >> (index * 5) & 31).unwrap_or_default();
        char::from(DIGITS[digit])
    });
    let mut id = format!("{prefix}_");
    id.extend(digits);
    id
}

/// Whether [`new_id`] may have made this id.
pub(crate) fn is_id(id: &str, prefix: &str) -> bool {
    let rest = id.strip_prefix(prefix).and_then(|id| id.strip_prefix('_'));
    rest.is_some_and(|digits| {
        digits.len() == 26 && digits.bytes().all(|digit| DIGITS.contains(&digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_sort_by_time() {
        let early = Timestamp::from_unix_millis(1_792_567_650_000).unwrap();
        let late = Timestamp::from_unix_millis(1_792_567_650_001).unwrap();
        assert!(new_id("run", early) < new_id("run", late));
        assert_ne!(new_id("run", early), new_id("run", early));
        assert_eq!(new_id("run", early).len(), 30);
    }

    #[test]
    fn an_identifier_is_told_from_another_word() {
        let id = new_id(
            "run",
            Timestamp::from_unix_millis(1_792_567_650_000).unwrap(),
        );
        assert!(is_id(&id, "run"));
        assert!(!is_id(&id, "con"));
        for word in ["", "garbage", "run_", &id[..29], &id.to_uppercase()] {
            assert!(!is_id(word, "run"), "{word:?}");
        }
    }
}
