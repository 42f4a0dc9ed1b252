//! The set-up of journeys: a home and a Playground, the app's window, a browser.

pub(crate) mod axe;
pub(crate) mod browser;
pub(crate) mod display;
pub(crate) mod harness;
pub(crate) mod keyring;
pub(crate) mod panel;
pub(crate) mod portal;
pub(crate) mod processes;
pub(crate) mod seed;
pub(crate) mod webdriver;
pub(crate) mod window;

pub(crate) use harness::Harness;
pub(crate) use keyring::Keyring;
pub(crate) use window::{Window, keys};
