//! What every journey starts from: a Playground, a home, a browser, and Patchbay itself.

mod browser;
mod harness;
mod process;

pub(crate) use browser::{Answer, Browser, visit};
pub(crate) use harness::{
    Harness, LateClock, TIMEOUT, oauth, oauth_app, request, run_in, text_of, wait_for,
};
pub(crate) use process::{Child, Role, open_shared};
