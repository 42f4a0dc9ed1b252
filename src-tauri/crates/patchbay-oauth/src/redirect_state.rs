//! The way back from a consent that somebody else is the OAuth client of: the browser comes, no code.
//!
//! A hosted platform that takes a return address sends the browser there when it is done. What comes is
//! believed only when it carries the state that the address was given; how the consent ended is for the
//! platform itself to say.

use patchbay_model::Secret;
use subtle::ConstantTimeEq;
use url::Url;

use crate::authorization_request::random;
use crate::callback::refusal;
use crate::{CallbackError, CallbackParams, Error};

/// An address to come back to, used for one consent.
#[derive(Clone, Debug)]
pub struct RedirectState {
    address: Url,
    state: Secret,
}

impl RedirectState {
    /// Marks a redirect of ours, a loopback address or [`DEEP_LINK_REDIRECT`](crate::DEEP_LINK_REDIRECT).
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn new(redirect: &Url) -> Result<Self, Error> {
        let state = random()?;
        let mut address = redirect.clone();
        address
            .query_pairs_mut()
            .append_pair("state", state.expose());
        Ok(Self { address, state })
    }

    /// What the platform is told.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// Whether these parameters carry this state.
    pub fn matches_params(&self, params: &CallbackParams) -> bool {
        params.state().is_some_and(|state| {
            let state = state.expose().as_bytes();
            bool::from(state.ct_eq(self.state.expose().as_bytes()))
        })
    }

    /// What the platform says of the end.
    ///
    /// # Errors
    /// [`CallbackError::WrongState`], which must not end the consent; [`CallbackError::Denied`],
    /// [`CallbackError::Refused`].
    pub fn check(&self, params: &CallbackParams) -> Result<(), CallbackError> {
        if !self.matches_params(params) {
            return Err(CallbackError::WrongState);
        }
        refusal(params).map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DEEP_LINK_REDIRECT, parse_callback_url};

    fn redirect_state() -> RedirectState {
        RedirectState::new(&Url::parse("http://127.0.0.1:4000/callback").unwrap()).unwrap()
    }

    fn callback(address: &str) -> CallbackParams {
        parse_callback_url(address).unwrap()
    }

    #[test]
    fn what_carries_the_state_is_ours() {
        let (ours, other) = (redirect_state(), redirect_state());
        let params = callback(ours.address().as_str());
        assert!(ours.matches_params(&params));
        assert_eq!(ours.check(&params), Ok(()));
        assert_eq!(other.check(&params), Err(CallbackError::WrongState));
        let twice = callback(&format!("{}&state=other", ours.address()));
        assert!(!ours.matches_params(&twice));
    }

    #[test]
    fn a_refusal_that_came_with_it_is_told() {
        let state = redirect_state();
        let params = callback(&format!("{}&error=access_denied", state.address()));
        assert!(matches!(
            state.check(&params),
            Err(CallbackError::Denied { detail: None })
        ));
    }

    #[test]
    fn a_link_can_be_the_way_back() {
        let state = RedirectState::new(&Url::parse(DEEP_LINK_REDIRECT).unwrap()).unwrap();
        assert!(state.matches_params(&callback(state.address().as_str())));
    }
}
