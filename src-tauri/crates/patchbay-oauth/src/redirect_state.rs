//! Redirects of authorizations whose OAuth client is a hosted platform: the browser returns without a code.
//!
//! A platform that takes a return address sends the browser there at the end. The redirect is accepted only with the
//! state that was added to the address; whether the authorization succeeded is for the platform to say.

use patchbay_model::Secret;
use url::Url;

use crate::authorization_request::random;
use crate::callback::refusal;
use crate::{CallbackError, CallbackParams, Error};

/// A return address for one authorization.
#[derive(Clone, Debug)]
pub struct RedirectState {
    address: Url,
    state: Secret,
}

impl RedirectState {
    /// Adds a random state to a redirect: a loopback address or [`DEEP_LINK_REDIRECT`](crate::DEEP_LINK_REDIRECT).
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

    /// The address to give to the platform.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// Whether these parameters contain this state.
    pub fn matches_params(&self, params: &CallbackParams) -> bool {
        params.has_state(&self.state)
    }

    /// Checks the parameters of a redirect.
    ///
    /// # Errors
    /// [`CallbackError::WrongState`], which must not end the authorization; [`CallbackError::Denied`],
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
