//! Consents that wait, codes and tokens, all in memory.
//!
//! Every token belongs to a family: the tokens that one sign-in led to. A family can be ended as a whole.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use crate::secrets::random;

/// What a client asked the authorization endpoint for, checked.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) resource: String,
    pub(crate) challenge: String,
}

/// Number of a family of tokens.
pub(crate) type FamilyId = u64;

/// What one sign-in gave to one client.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) client_id: String,
    pub(crate) subject: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) resource: String,
}

#[derive(Debug)]
struct Code {
    asked: AuthorizationRequest,
    subject: String,
    expires: Option<Instant>,
    /// The family it was redeemed for.
    redeemed: Option<FamilyId>,
}

#[derive(Debug)]
struct AccessToken {
    family: FamilyId,
    scopes: BTreeSet<String>,
    expires: Option<Instant>,
}

#[derive(Debug)]
struct RefreshToken {
    family: FamilyId,
    spent: bool,
}

/// What became of a code or refresh token that was shown.
#[derive(Debug)]
pub(crate) enum TokenState<T> {
    Good(T),
    /// It was good once and has been used: perhaps two parties have it.
    UsedBefore(FamilyId),
    /// It was never issued, is over, or was revoked.
    Unknown,
}

/// Consents that wait, codes and tokens.
#[derive(Debug, Default)]
pub(crate) struct Store {
    consents: HashMap<String, AuthorizationRequest>,
    codes: HashMap<String, Code>,
    families: HashMap<FamilyId, Family>,
    access: HashMap<String, AccessToken>,
    refresh: HashMap<String, RefreshToken>,
    last_family: FamilyId,
    /// Every code and token that was ever handed out.
    issued: Vec<String>,
}

impl Store {
    /// Keeps a request until the person has answered; the answer names the returned ticket.
    pub(crate) fn await_consent(&mut self, asked: AuthorizationRequest) -> String {
        let ticket = random("");
        self.consents.insert(ticket.clone(), asked);
        ticket
    }

    /// Takes the request of `ticket`; each can be answered once.
    pub(crate) fn take_consent(&mut self, ticket: &str) -> Option<AuthorizationRequest> {
        self.consents.remove(ticket)
    }

    /// Issues a code for what `subject` allowed.
    pub(crate) fn issue_code(
        &mut self,
        asked: AuthorizationRequest,
        subject: String,
        life: Duration,
    ) -> String {
        let code = random("pgc_");
        self.issued.push(code.clone());
        let kept = Code {
            asked,
            subject,
            expires: Instant::now().checked_add(life),
            redeemed: None,
        };
        self.codes.insert(code.clone(), kept);
        code
    }

    /// Looks at a code without spending it.
    pub(crate) fn look_up_code(&self, code: &str) -> TokenState<AuthorizationRequest> {
        match self.codes.get(code) {
            Some(Code {
                redeemed: Some(family),
                ..
            }) => TokenState::UsedBefore(*family),
            Some(code) if !over(code.expires) => TokenState::Good(code.asked.clone()),
            _ => TokenState::Unknown,
        }
    }

    /// Spends a code and opens the family of tokens it stands for; `None` when it is not good.
    pub(crate) fn redeem_code(&mut self, code: &str) -> Option<FamilyId> {
        let code = self
            .codes
            .get_mut(code)
            .filter(|code| code.redeemed.is_none())?;
        code.redeemed = Some(self.last_family + 1);
        let family = Family {
            client_id: code.asked.client_id.clone(),
            subject: code.subject.clone(),
            scopes: code.asked.scopes.clone(),
            resource: code.asked.resource.clone(),
        };
        Some(self.open_family(family))
    }

    pub(crate) fn open_family(&mut self, family: Family) -> FamilyId {
        self.last_family += 1;
        self.families.insert(self.last_family, family);
        self.last_family
    }

    /// Makes a code worthless, after a wrong verifier for instance.
    pub(crate) fn drop_code(&mut self, code: &str) {
        self.codes.remove(code);
    }

    /// The family with number `id`, unless it was ended.
    pub(crate) fn family(&self, id: FamilyId) -> Option<&Family> {
        self.families.get(&id)
    }

    /// Issues an access token for `scopes` of the family.
    pub(crate) fn issue_access(
        &mut self,
        family: FamilyId,
        scopes: BTreeSet<String>,
        life: Duration,
    ) -> String {
        let token = random("pga_");
        self.issued.push(token.clone());
        let kept = AccessToken {
            family,
            scopes,
            expires: Instant::now().checked_add(life),
        };
        self.access.insert(token.clone(), kept);
        token
    }

    /// Issues a refresh token for the family.
    pub(crate) fn issue_refresh(&mut self, family: FamilyId) -> String {
        let token = random("pgr_");
        self.issued.push(token.clone());
        let kept = RefreshToken {
            family,
            spent: false,
        };
        self.refresh.insert(token.clone(), kept);
        token
    }

    /// Looks at a refresh token without spending it.
    pub(crate) fn look_up_refresh(&self, token: &str) -> TokenState<FamilyId> {
        match self.refresh.get(token) {
            Some(token) if !self.families.contains_key(&token.family) => TokenState::Unknown,
            Some(token) if token.spent => TokenState::UsedBefore(token.family),
            Some(token) => TokenState::Good(token.family),
            None => TokenState::Unknown,
        }
    }

    /// Marks a refresh token as rotated.
    pub(crate) fn spend_refresh(&mut self, token: &str) {
        if let Some(token) = self.refresh.get_mut(token) {
            token.spent = true;
        }
    }

    /// The family and scopes of a living access token.
    pub(crate) fn check_access(&self, token: &str) -> Option<(&Family, &BTreeSet<String>)> {
        let token = self
            .access
            .get(token)
            .filter(|token| !over(token.expires))?;
        Some((self.families.get(&token.family)?, &token.scopes))
    }

    /// The family of any token, living or not, for revocation.
    pub(crate) fn family_of(&self, token: &str) -> Option<FamilyId> {
        let access = self.access.get(token).map(|token| token.family);
        access.or_else(|| self.refresh.get(token).map(|token| token.family))
    }

    /// Revokes one token: an access token alone, a refresh token with its family (RFC 7009, section 2.1).
    pub(crate) fn revoke(&mut self, token: &str) {
        if self.access.remove(token).is_none()
            && let Some(family) = self.refresh.get(token).map(|token| token.family)
        {
            self.end_family(family);
        }
    }

    /// Ends every token of a family.
    pub(crate) fn end_family(&mut self, id: FamilyId) {
        self.families.remove(&id);
        self.access.retain(|_, token| token.family != id);
    }

    /// Ends everything: tokens, codes, waiting consents.
    pub(crate) fn revoke_everything(&mut self) {
        *self = Self {
            last_family: self.last_family,
            issued: std::mem::take(&mut self.issued),
            ..Self::default()
        };
    }

    /// Every code and token that was ever handed out, living or not.
    pub(crate) fn issued(&self) -> &[String] {
        &self.issued
    }

    /// Makes every access token expire now; refresh tokens stay good.
    pub(crate) fn expire_access_tokens(&mut self) {
        self.access.clear();
    }
}

fn over(expires: Option<Instant>) -> bool {
    expires.is_some_and(|expires| expires <= Instant::now())
}
