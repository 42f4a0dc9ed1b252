//! What the journeys of `e2e` start from, for those of this binary.

#[path = "../e2e/support/browser.rs"]
mod browser;
#[path = "../e2e/support/child.rs"]
mod child;
#[path = "../e2e/support/harness.rs"]
mod harness;

pub(crate) use browser::{Answer, Browser};
pub(crate) use child::{Child, arguments, open_shared, receive_line, send_line};
pub(crate) use harness::{
    Harness, OffsetClock, TIMEOUT, add_request, assert_done, bearer, echo, oauth, parameter,
    request, run_in, sign_in_request, start_playground,
};
