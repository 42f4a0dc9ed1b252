//! Set-up and assertions that the tests share.

mod browser;
mod child;
mod harness;
mod process;

pub(crate) use browser::{Answer, Browser, visit};
pub(crate) use child::{Child, open_shared, receive_line, send_line};
pub(crate) use harness::{
    Harness, OffsetClock, TIMEOUT, add_request, assert_done, bearer, echo, oauth, oauth_app,
    oauth_for, parameter, request, run_in, sign_in_request, start_playground, text_of,
    wait_for_event, wait_until,
};
pub(crate) use process::Role;
