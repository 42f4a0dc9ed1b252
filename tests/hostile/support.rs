//! What the journeys of `e2e` start from, for those of this binary.

#[path = "../e2e/support/browser.rs"]
mod browser;
#[path = "../e2e/support/desk.rs"]
mod desk;

pub(crate) use browser::{Answer, Browser};
pub(crate) use desk::{Desk, PATIENCE, oauth, request, run_in};
