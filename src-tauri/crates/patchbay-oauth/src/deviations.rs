//! Deviations of providers from the standards: the known ones, and those that apply to one sign-in.
//!
//! A deviation that weakens a check is never applied just because it is known: the person has to choose it.

use std::collections::BTreeSet;

use patchbay_model::{ChosenDeviations, OauthDeviation, TraceStep, clean_text};
use serde::{Deserialize, Serialize};

use crate::Trace;
use crate::trace::now;

/// A provider with its known deviations.
struct Provider {
    /// Its issuer; one with a trailing slash is the prefix of the issuers of all tenants.
    issuer: &'static str,
    /// Each deviation with the page that documents it.
    deviations: &'static [(OauthDeviation, &'static str)],
}

static PROVIDERS: [Provider; 4] = [
    Provider {
        issuer: "https://accounts.google.com",
        deviations: &[
            (
                OauthDeviation::OfflineAccess,
                "https://developers.google.com/identity/protocols/oauth2/web-server",
            ),
            // Google's MCP servers name it with a slash, its own metadata without.
            (
                OauthDeviation::IssuerSlash,
                "https://github.com/home-assistant/core/issues/180546",
            ),
        ],
    },
    Provider {
        issuer: "https://github.com/login/oauth",
        deviations: &[
            (
                OauthDeviation::SecretInBody,
                "https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
            ),
            (
                OauthDeviation::CommaScopes,
                "https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
            ),
        ],
    },
    Provider {
        issuer: "https://slack.com",
        deviations: &[(
            OauthDeviation::CommaScopes,
            "https://github.com/UsefulSoftwareCo/executor/pull/1652",
        )],
    },
    Provider {
        issuer: "https://login.microsoftonline.com/",
        deviations: &[
            (
                OauthDeviation::NoResource,
                "https://github.com/punkpeye/mcp-remote/issues/217",
            ),
            (
                OauthDeviation::UnpublishedPkce,
                "https://github.com/modelcontextprotocol/typescript-sdk/issues/832",
            ),
        ],
    },
];

/// Error codes of providers, each with the standard one that it stands for. No provider means anything else by them.
const ERROR_CODES: [(&str, &str); 7] = [
    // GitHub. Source: https://www.nango.dev/blog/github-app-oauth-refresh-token-bad-refresh-token and
    // https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
    ("bad_refresh_token", "invalid_grant"),
    ("incorrect_client_credentials", "invalid_client"),
    // Slack. Source: https://docs.slack.dev/reference/methods/oauth.v2.access
    ("invalid_refresh_token", "invalid_grant"),
    ("bad_client_secret", "invalid_client"),
    ("invalid_client_id", "invalid_client"),
    // Microsoft Entra. Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
    ("interaction_required", "invalid_grant"),
    ("consent_required", "invalid_grant"),
];

/// The standard error code for a code of a token endpoint (RFC 6749, section 5.2).
pub(crate) fn standard_error_code(code: &str) -> &str {
    let own = ERROR_CODES.iter().find(|(own, _)| *own == code);
    own.map_or(code, |(_, standard)| standard)
}

/// The page that documents a deviation of a provider; `None` if it isn't known to have that one.
pub fn source_of_deviation(issuer: &str, deviation: OauthDeviation) -> Option<&'static str> {
    let has_issuer = |provider: &&Provider| match provider.issuer.ends_with('/') {
        true => issuer.starts_with(provider.issuer),
        false => issuer.strip_suffix('/').unwrap_or(issuer) == provider.issuer,
    };
    let provider = PROVIDERS.iter().find(has_issuer)?;
    let mut known = provider.deviations.iter();
    known
        .find(|(known, _)| *known == deviation)
        .map(|(_, source)| *source)
}

/// The deviations that apply to one sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Deviations(BTreeSet<OauthDeviation>);

impl Deviations {
    /// The deviations that the person turned on, and those known of the provider that weaken no check and were not
    /// turned off.
    pub fn of(issuer: &str, chosen: &ChosenDeviations) -> Self {
        let applies = |deviation: &OauthDeviation| {
            let known = || !deviation.weakens() && is_known(issuer, *deviation);
            chosen.get(deviation).copied().unwrap_or_else(known)
        };
        Self(OauthDeviation::ALL.into_iter().filter(applies).collect())
    }

    /// Whether a deviation applies.
    pub fn has(&self, deviation: OauthDeviation) -> bool {
        self.0.contains(&deviation)
    }

    /// Adds the deviations that apply, and the known ones that don't, to the trace.
    pub(crate) fn report(&self, issuer: &str, trace: &dyn Trace) {
        for deviation in OauthDeviation::ALL {
            let note = match (self.has(deviation), is_known(issuer, deviation)) {
                (true, true) => "known of this provider",
                (true, false) => "chosen for this connector",
                (false, true) => "known of this provider, off for this connector",
                (false, false) => continue,
            };
            trace.step(TraceStep {
                at: now(),
                method: "deviation".to_owned(),
                target: clean_text(issuer, 256),
                note: Some(format!("{}: {note}", deviation.words())),
                status: None,
                duration_ms: None,
            });
        }
    }
}

fn is_known(issuer: &str, deviation: OauthDeviation) -> bool {
    source_of_deviation(issuer, deviation).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOGLE: &str = "https://accounts.google.com";
    const ENTRA: &str = "https://login.microsoftonline.com/tenant/v2.0";

    #[test]
    fn what_weakens_a_check_is_never_on_by_itself() {
        let none = ChosenDeviations::new();
        let issuers = PROVIDERS.iter().map(|provider| provider.issuer);
        for issuer in issuers.chain([ENTRA]) {
            let applied = Deviations::of(issuer, &none);
            assert!(!applied.0.iter().any(|one| one.weakens()), "{issuer}");
        }
        assert!(Deviations::of(GOOGLE, &none).has(OauthDeviation::OfflineAccess));
        assert!(is_known(ENTRA, OauthDeviation::NoResource));
    }

    #[test]
    fn what_a_person_chose_counts() {
        let chosen = |deviation, on| ChosenDeviations::from([(deviation, on)]);
        let off = chosen(OauthDeviation::OfflineAccess, false);
        assert_eq!(Deviations::of(GOOGLE, &off), Deviations::default());
        let on = chosen(OauthDeviation::NoResource, true);
        assert!(Deviations::of(ENTRA, &on).has(OauthDeviation::NoResource));
        assert!(Deviations::of("https://as.example", &on).has(OauthDeviation::NoResource));
    }

    #[test]
    fn a_provider_is_known_by_its_whole_issuer() {
        let known = |issuer| is_known(issuer, OauthDeviation::OfflineAccess);
        assert!(known(GOOGLE) && known("https://accounts.google.com/"));
        for other in [
            "https://accounts.google.com.evil.example",
            "https://accounts.google.com/evil",
            "https://accounts.google.com//",
            "http://accounts.google.com",
            "https://evil.example/https://accounts.google.com",
        ] {
            assert!(!known(other), "{other}");
        }
        let entra = |issuer| is_known(issuer, OauthDeviation::NoResource);
        assert!(!entra("https://login.microsoftonline.com.evil.example/"));
    }

    #[test]
    fn every_source_is_a_page() {
        for provider in &PROVIDERS {
            for (_, source) in provider.deviations {
                assert!(source.starts_with("https://"), "{source}");
            }
        }
    }
}
