//! Sign-ins and wallet secrets from command line options.

use std::collections::BTreeMap;

use patchbay_model::{Authentication, Connector, OauthGrant, Secret, WalletEntry, WalletKind};
use patchbay_ops::{
    AuthenticationChoice, OAuthClientInput, SecretInput, SecretValue, WalletSecret,
    resolve_wallet_entry,
};

use crate::args::{AuthenticationArgs, Kind, Method, SecretArgs};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::secret_source::{Source, parse_header, parse_variable};

/// Reads the sign-in from the options; `None` to detect it.
pub(super) async fn choice(
    cli: &Cli,
    args: AuthenticationArgs,
) -> Result<Option<AuthenticationChoice>, Failure> {
    let method = method(&args)?;
    let choice = match method {
        Method::Auto => return Ok(None),
        Method::None => AuthenticationChoice::None,
        Method::Oauth => oauth(cli, args).await?,
        Method::Bearer => bearer(cli, args.token_from.as_deref().unwrap_or("-")).await?,
        Method::Headers => headers(cli, &args.headers).await?,
    };
    Ok(Some(choice))
}

/// The sign-in that the options choose, with references in place of its secrets, of which none is read; `None` to
/// detect it.
pub(super) fn unread_choice(
    args: &AuthenticationArgs,
) -> Result<Option<AuthenticationChoice>, Failure> {
    let method = method(args)?;
    if let Some(from) = &args.token_from {
        Source::parse("--token-from", from)?;
    }
    Ok(match method {
        Method::Auto => None,
        Method::None => Some(AuthenticationChoice::None),
        Method::Headers if saved_headers(&args.headers).is_none() => {
            let names = args.headers.iter();
            let names = names.map(|given| Ok(parse_header(given, true)?.0));
            Some(AuthenticationChoice::Headers {
                entry: None,
                values: unread_values(names.collect::<Result<Vec<_>, Failure>>()?),
            })
        }
        Method::Oauth | Method::Bearer | Method::Headers => Some(unread_bearer()),
    })
}

/// A sign-in in place of one whose secret is not read.
pub(super) fn unread_bearer() -> AuthenticationChoice {
    AuthenticationChoice::Bearer {
        token: SecretInput::Reference {
            reference: UNREAD.to_owned(),
        },
    }
}

/// Values in place of secrets of these names, which are not read.
pub(super) fn unread_values(
    names: impl IntoIterator<Item = String>,
) -> BTreeMap<String, SecretValue> {
    let unread = || SecretValue::Reference {
        reference: UNREAD.to_owned(),
    };
    names.into_iter().map(|name| (name, unread())).collect()
}

/// A reference that is never resolved.
const UNREAD: &str = "env://UNREAD";

/// Reads the sign-in from the options of `connector edit`; `None` to leave it. Without `--auth`, what the options leave
/// out of a sign-in by OAuth stays.
pub(super) async fn changed(
    cli: &Cli,
    connector: &Connector,
    mut args: AuthenticationArgs,
) -> Result<Option<AuthenticationChoice>, Failure> {
    if args.auth.is_none() && method(&args)? == Method::Oauth {
        keep_oauth(&mut args, &connector.authentication);
    }
    choice(cli, args).await
}

fn keep_oauth(args: &mut AuthenticationArgs, saved: &Authentication) {
    let Authentication::Oauth {
        client,
        callback_port,
        callback_host,
        redirect,
        scopes,
        grant,
        ..
    } = saved
    else {
        return;
    };
    let saved_app = || client.as_ref().map(|entry| format!("wallet:{entry}"));
    args.client_id = args.client_id.take().or_else(saved_app);
    args.callback_port = args.callback_port.or(*callback_port);
    args.callback_host = args.callback_host.take().or_else(|| callback_host.clone());
    args.redirect = args.redirect.or(Some(*redirect));
    if args.scopes.is_empty() {
        args.scopes.clone_from(scopes);
    }
    args.client_credentials |= *grant == OauthGrant::ClientCredentials;
}

/// The method of `--auth`, or the one that the other options imply.
fn method(args: &AuthenticationArgs) -> Result<Method, Failure> {
    let implies_oauth = args.client_id.is_some()
        || args.callback_port.is_some()
        || args.callback_host.is_some()
        || args.redirect.is_some()
        || !args.scopes.is_empty();
    let implied = if args.token_from.is_some() {
        Method::Bearer
    } else if !args.headers.is_empty() {
        Method::Headers
    } else if implies_oauth {
        Method::Oauth
    } else {
        return Ok(args.auth.unwrap_or(Method::Auto));
    };
    match args.auth {
        None | Some(Method::Auto) => Ok(implied),
        Some(named) if named == implied => Ok(implied),
        Some(_) => Err(Failure::usage(
            "--auth doesn't match the other sign-in options",
            "Remove --auth.",
        )),
    }
}

async fn oauth(cli: &Cli, args: AuthenticationArgs) -> Result<AuthenticationChoice, Failure> {
    Ok(AuthenticationChoice::Oauth {
        client: client(cli, args.client_id, args.client_secret_from.as_deref()).await?,
        callback_port: args.callback_port,
        callback_host: args.callback_host,
        redirect: args.redirect.unwrap_or_default(),
        scopes: args.scopes,
        grant: match args.client_credentials {
            true => OauthGrant::ClientCredentials,
            false => OauthGrant::AuthorizationCode,
        },
    })
}

async fn client(
    cli: &Cli,
    id: Option<String>,
    secret_from: Option<&str>,
) -> Result<Option<OAuthClientInput>, Failure> {
    let Some(client_id) = id else {
        return Ok(None);
    };
    if let Some(name) = client_id.strip_prefix("wallet:") {
        let entry = resolve_wallet_entry(&cli.cx, name).await?.id;
        return Ok(Some(OAuthClientInput::Entry { entry }));
    }
    let client_secret = client_secret(cli, secret_from).await?;
    cli.unlock().await?;
    Ok(Some(OAuthClientInput::New {
        client_id,
        client_secret,
    }))
}

/// Reads the secret of an OAuth app, or a reference to it; `None` if no source is given.
async fn client_secret(cli: &Cli, from: Option<&str>) -> Result<Option<SecretValue>, Failure> {
    let Some(from) = from else { return Ok(None) };
    let source = Source::parse_unsaved("--client-secret-from", from)?;
    let secret = cli.reference_or_secret(&source, "client secret");
    Ok(Some(secret.await?))
}

async fn bearer(cli: &Cli, from: &str) -> Result<AuthenticationChoice, Failure> {
    let source = Source::parse("--token-from", from)?;
    let token = match cli.reference_or_entry(&source).await? {
        Some(token) => token,
        None => {
            cli.open_vault().await?;
            let secret = cli.secret_input("token")?;
            SecretInput::New { secret }
        }
    };
    cli.unlock().await?;
    Ok(AuthenticationChoice::Bearer { token })
}

/// The name of the saved credential that is given instead of headers.
fn saved_headers(given: &[String]) -> Option<&str> {
    match given {
        [one] => one.strip_prefix("wallet:"),
        _ => None,
    }
}

async fn headers(cli: &Cli, given: &[String]) -> Result<AuthenticationChoice, Failure> {
    if let Some(name) = saved_headers(given) {
        return Ok(AuthenticationChoice::Headers {
            entry: Some(resolve_wallet_entry(&cli.cx, name).await?.id),
            values: BTreeMap::new(),
        });
    }
    let values = header_values(cli, given, true).await?;
    cli.unlock().await?;
    Ok(AuthenticationChoice::Headers {
        entry: None,
        values,
    })
}

/// Reads the headers for the wallet: their values, or references to them.
async fn header_values(
    cli: &Cli,
    given: &[String],
    takes_saved: bool,
) -> Result<BTreeMap<String, SecretValue>, Failure> {
    if given.is_empty() {
        return Err(Failure::usage(
            "no header given",
            "Add --header NAME and pass its value on stdin.",
        ));
    }
    let headers = given.iter().map(|given| parse_header(given, takes_saved));
    named_values(cli, headers.collect::<Result<_, _>>()?).await
}

/// Reads the secret variables for the wallet: their values, or references to them.
pub(super) async fn variable_values(
    cli: &Cli,
    given: &[String],
) -> Result<BTreeMap<String, SecretValue>, Failure> {
    let variables = given.iter().map(|given| parse_variable(given));
    named_values(cli, variables.collect::<Result<_, _>>()?).await
}

async fn named_values(
    cli: &Cli,
    sources: Vec<(String, Source)>,
) -> Result<BTreeMap<String, SecretValue>, Failure> {
    let mut values = BTreeMap::new();
    for (name, source) in sources {
        let value = cli.reference_or_secret(&source, &name).await?;
        values.insert(name, value);
    }
    Ok(values)
}

/// Reads the headers for one request, with references resolved.
pub(super) async fn header_texts(
    cli: &Cli,
    given: &[String],
) -> Result<BTreeMap<String, Secret>, Failure> {
    let mut texts = BTreeMap::new();
    let headers = given.iter().map(|given| parse_header(given, false));
    for (name, source) in headers.collect::<Result<Vec<_>, _>>()? {
        let text = cli.read_secret(&source, &name).await?;
        texts.insert(name, text);
    }
    Ok(texts)
}

/// Reads a wallet secret of that kind from the options.
pub(super) async fn wallet_secret(
    cli: &Cli,
    kind: Kind,
    args: SecretArgs,
) -> Result<WalletSecret, Failure> {
    if let Some(option) = args.misplaced(Some(kind)) {
        let takes = match kind {
            Kind::Bearer => "A token takes --from.",
            Kind::Headers => "Headers take --header.",
            Kind::Variables => "Environment variables take --env-secret.",
            Kind::OauthClient => "An OAuth app takes --client-id and --client-secret-from.",
        };
        return Err(Failure::usage(
            format!("{option} isn't for a credential of this kind"),
            takes,
        ));
    }
    match kind {
        Kind::Bearer => match Source::parse_unsaved("--from", args.from.as_deref().unwrap_or("-"))?
        {
            Source::Reference(reference) => Ok(WalletSecret::Reference {
                reference: reference.to_string(),
            }),
            source => {
                cli.open_vault().await?;
                let token = cli.read_secret(&source, "token").await?;
                Ok(WalletSecret::Bearer { token })
            }
        },
        Kind::Headers => Ok(WalletSecret::Headers {
            values: header_values(cli, &args.headers, false).await?,
        }),
        Kind::Variables => Ok(WalletSecret::Variables {
            values: variable_values(cli, &args.variables).await?,
        }),
        Kind::OauthClient => {
            let client_id = args
                .client_id
                .ok_or_else(|| Failure::usage("OAuth apps need a client ID", "Add --client-id."))?;
            Ok(WalletSecret::OauthClient {
                client_id,
                client_secret: client_secret(cli, args.client_secret_from.as_deref()).await?,
            })
        }
    }
}

/// Reads the next secret of a wallet entry from the options. Named values that are not given keep the saved ones.
pub(super) async fn next_secret(
    cli: &Cli,
    entry: &WalletEntry,
    args: SecretArgs,
) -> Result<WalletSecret, Failure> {
    let kind = match entry.kind {
        WalletKind::Bearer => Kind::Bearer,
        WalletKind::Headers => Kind::Headers,
        WalletKind::Variables => Kind::Variables,
        WalletKind::OauthClient => Kind::OauthClient,
        WalletKind::Oauth => {
            let user = entry.used_by.first();
            let user = user.map_or("NAME", |user| user.connector.as_str());
            return Err(Failure::usage(
                "sign-ins are renewed with your browser",
                format!("Run `patchbay connector connect {user} --again`."),
            ));
        }
    };
    let mut secret = wallet_secret(cli, kind, args).await?;
    if let WalletSecret::Headers { values } | WalletSecret::Variables { values } = &mut secret {
        for name in &entry.header_names {
            if !values.contains_key(name) {
                cli.say(format!("{name} stays as it is."));
                // An empty value stands for the saved one.
                values.insert(name.clone(), Secret::new("").into());
            }
        }
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Redirect, WalletEntryId};

    use super::*;

    #[test]
    fn what_the_options_leave_out_of_a_sign_in_stays() {
        let saved = Authentication::Oauth {
            client: Some(WalletEntryId::new("cred_1")),
            entry: None,
            callback_port: Some(4711),
            callback_host: Some("localhost".to_owned()),
            redirect: Redirect::DeepLink,
            scopes: vec!["read".to_owned()],
            grant: OauthGrant::ClientCredentials,
        };
        let mut args = AuthenticationArgs::default();
        keep_oauth(&mut args, &saved);
        assert_eq!(args.client_id.as_deref(), Some("wallet:cred_1"));
        assert_eq!(args.callback_port, Some(4711));
        assert_eq!(args.callback_host.as_deref(), Some("localhost"));
        assert_eq!(args.redirect, Some(Redirect::DeepLink));
        assert_eq!(args.scopes, ["read"]);
        assert!(args.client_credentials);

        let mut args = AuthenticationArgs {
            client_id: Some("me".to_owned()),
            callback_port: Some(1),
            redirect: Some(Redirect::Loopback),
            scopes: vec!["write".to_owned()],
            ..AuthenticationArgs::default()
        };
        keep_oauth(&mut args, &saved);
        assert_eq!(args.client_id.as_deref(), Some("me"));
        assert_eq!(args.callback_port, Some(1));
        assert_eq!(args.redirect, Some(Redirect::Loopback));
        assert_eq!(args.scopes, ["write"]);
    }
}
