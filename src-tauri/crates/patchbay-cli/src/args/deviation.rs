//! OAuth deviations on the command line.

use patchbay_model::OauthDeviation;

pub(crate) fn deviation_name(deviation: OauthDeviation) -> &'static str {
    match deviation {
        OauthDeviation::OfflineAccess => "offline-access",
        OauthDeviation::SecretInBody => "secret-in-body",
        OauthDeviation::CommaScopes => "comma-scopes",
        OauthDeviation::NoResource => "no-resource",
        OauthDeviation::UnpublishedPkce => "unpublished-pkce",
        OauthDeviation::IssuerSlash => "issuer-slash",
    }
}

/// Parses `NAME=on|off|auto`; the state is `None` for auto.
pub(super) fn parse_deviation(text: &str) -> Result<(OauthDeviation, Option<bool>), String> {
    let (name, state) = text.split_once('=').unwrap_or((text, "on"));
    let mut all = OauthDeviation::ALL.into_iter();
    let found = all.find(|one| deviation_name(*one) == name);
    let deviation = found.ok_or_else(|| {
        let names = OauthDeviation::ALL.map(deviation_name);
        format!("choose one of {}", names.join(", "))
    })?;
    match state {
        "on" => Ok((deviation, Some(true))),
        "off" => Ok((deviation, Some(false))),
        "auto" => Ok((deviation, None)),
        _ => Err("choose on, off or auto".to_owned()),
    }
}
