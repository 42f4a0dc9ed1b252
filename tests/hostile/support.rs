//! What the journeys of `e2e` start from, for those of this binary.

#[path = "../e2e/support/browser.rs"]
mod browser;
#[path = "../e2e/support/harness.rs"]
mod harness;

pub(crate) use browser::{Answer, Browser};
pub(crate) use harness::{Harness, TIMEOUT, oauth, request, run_in};
