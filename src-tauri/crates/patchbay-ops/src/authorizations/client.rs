//! OAuth client and redirect of an authorization.
//!
//! Source: MCP requirements R13, R14, R17.

use patchbay_model::{Authentication, Connector, Redirect, clean_text};
use patchbay_oauth::{
    ClientIdentity, DEEP_LINK_REDIRECT, DEFAULT_PORT, Discovery, LoopbackHost, LoopbackListener,
    LoopbackOptions, PortChoice, TokenAuth, Trace,
};
use patchbay_store::{Registration, RegistrationKind};
use url::Url;

use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::credentials::find_wallet_entry;
use crate::error::Error;
use crate::secrets;
use crate::secrets::programs::Occasion;
use crate::secrets::registrations::{forget_registrations, registration_secret};

/// Our name on consent pages.
const CLIENT_NAME: &str = "Patchbay";

pub(super) struct PreparedClient {
    pub(super) client: ClientIdentity,
    pub(super) redirect: Url,
    pub(super) listener: Option<LoopbackListener>,
}

/// Binds the redirect, then finds or registers the client, since a registration includes the redirect.
pub(super) async fn prepare(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
    running: &RunningAuthorization,
    trace: &dyn Trace,
) -> Result<PreparedClient, Error> {
    let redirect = running.snapshot().redirect;
    let known = known_client(cx, connector, discovery).await?;
    let options = loopback_options(connector, known.as_ref());
    let (redirect, listener) = bind_redirect(redirect, options).await?;
    let client = match known.filter(|client| client.fits(discovery, &redirect)) {
        Some(client) => {
            if matches!(client, ClientIdentity::Dynamic { .. }) {
                let key = (discovery.server.to_string(), discovery.issuer.clone());
                // Set once: a consent is prepared once.
                drop(running.registration.set(key));
            }
            client
        }
        None => register(cx, connector, discovery, &redirect, trace).await?,
    };
    Ok(PreparedClient {
        client,
        redirect,
        listener,
    })
}

/// Returns the user's own app, for the client credentials grant.
pub(super) async fn own_client(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
) -> Result<ClientIdentity, Error> {
    let app = own_app(cx, connector, discovery).await?;
    app.ok_or_else(|| patchbay_oauth::Error::NoClientSecret.into())
}

/// Returns the redirect URL, and the listener bound to it unless it is a deep link.
pub(super) async fn bind_redirect(
    redirect: Redirect,
    options: LoopbackOptions,
) -> Result<(Url, Option<LoopbackListener>), Error> {
    if redirect == Redirect::DeepLink {
        #[expect(clippy::expect_used, reason = "a constant address")]
        let link = Url::parse(DEEP_LINK_REDIRECT).expect("the constant is an address");
        return Ok((link, None));
    }
    let listener = LoopbackListener::bind(options).await?;
    Ok((listener.redirect_uri().clone(), Some(listener)))
}

fn loopback_options(connector: &Connector, known: Option<&ClientIdentity>) -> LoopbackOptions {
    let (pinned, host) = match &connector.authentication {
        Authentication::Oauth {
            callback_port,
            callback_host,
            ..
        } => (*callback_port, callback_host.as_deref()),
        _ => (None, None),
    };
    let registered = known.and_then(ClientIdentity::loopback_port);
    let port = match (pinned, known) {
        (Some(port), _) => PortChoice::Pinned(port),
        // The user registered the redirect at the provider, which would reject another port.
        (None, Some(ClientIdentity::PreRegistered { .. })) => PortChoice::Pinned(DEFAULT_PORT),
        (None, _) => PortChoice::Preferred(registered.unwrap_or(DEFAULT_PORT)),
    };
    let host = match host {
        Some("localhost") => LoopbackHost::Localhost,
        _ => LoopbackHost::Ip,
    };
    LoopbackOptions { host, port }
}

/// Returns the user's own app, our metadata document if the server supports it, or an earlier registration.
async fn known_client(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
) -> Result<Option<ClientIdentity>, Error> {
    if let Some(app) = own_app(cx, connector, discovery).await? {
        return Ok(Some(app));
    }
    let document = cx.client_document();
    if let Some(url) = document.filter(|_| discovery.supports_metadata_document) {
        return Ok(Some(ClientIdentity::MetadataDocument { url: url.clone() }));
    }
    let server = discovery.server.as_str();
    let registrations = cx.store().find_registrations(server, &discovery.issuer);
    let Some(registration) = registrations.await?.into_iter().next() else {
        return Ok(None);
    };
    let saved = cx
        .vault()
        .read(&registration_secret(&registration.id))
        .await?;
    Ok(saved.and_then(|text| ClientIdentity::from_secret(&text).ok()))
}

async fn own_app(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
) -> Result<Option<ClientIdentity>, Error> {
    let Some(entry) = connector.authentication.app() else {
        return Ok(None);
    };
    let entry = find_wallet_entry(cx, entry).await?;
    // The secret of an app is only sent to the provider that the app belongs to.
    if let Some(issuer) = entry.issuer.as_ref().filter(|it| **it != discovery.issuer) {
        return Err(patchbay_oauth::Error::AppOfAnotherProvider {
            app: clean_text(issuer, 256),
            server: clean_text(&discovery.issuer, 256),
        }
        .into());
    }
    let app = secrets::read_oauth_app(cx.vault(), &entry).await?;
    let secret = app.client_secret(cx.references(), Occasion::Needed).await?;
    Ok(Some(ClientIdentity::PreRegistered {
        id: app.client_id,
        secret,
    }))
}

/// Registers a client and saves it in place of earlier registrations.
async fn register(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
    redirect: &Url,
    trace: &dyn Trace,
) -> Result<ClientIdentity, Error> {
    let redirects = [redirect.clone()];
    let client = cx
        .oauth_of(connector)
        .await?
        .register(discovery, &redirects, CLIENT_NAME, trace)
        .await?;
    let server = discovery.server.as_str();
    forget_registrations(cx.store(), cx.vault(), server, &discovery.issuer).await?;
    let auth_method = match &client {
        ClientIdentity::Dynamic { auth_method, .. } => *auth_method,
        _ => TokenAuth::None,
    };
    let registration = Registration {
        id: cx.new_id("reg"),
        server: server.to_owned(),
        issuer: discovery.issuer.clone(),
        redirect_uri: redirect.to_string(),
        client_id: client.id().to_owned(),
        has_secret: client.secret().is_some(),
        auth_method: auth_method.as_str().to_owned(),
        scopes: discovery.initial_scopes.clone(),
        kind: RegistrationKind::Dynamic,
        created_at: cx.now(),
    };
    // A registration without its secret is replaced by the next one, a secret without a registration never found.
    cx.store().save_registration(&registration).await?;
    cx.vault()
        .write(&registration_secret(&registration.id), &client.to_secret())
        .await?;
    Ok(client)
}

/// Removes the registrations for servers that no connector has any more.
pub(crate) async fn forget_unused_registrations(cx: &Context) -> Result<(), Error> {
    let (store, vault) = (cx.store(), cx.vault());
    for unused in store.list_unused_registrations().await? {
        forget_registrations(store, vault, &unused.server, &unused.issuer).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use patchbay_model::Secret;

    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[tokio::test]
    async fn registrations_go_with_the_last_connector_of_their_server() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let elsewhere = "https://wiki.example/mcp".to_owned();
        let used = connector.endpoint.unwrap();
        for (id, server) in [("reg_1", &used), ("reg_2", &elsewhere)] {
            let registration = Registration {
                id: id.to_owned(),
                server: server.clone(),
                issuer: "https://as.example".to_owned(),
                redirect_uri: "http://127.0.0.1:27218/callback".to_owned(),
                client_id: "abc".to_owned(),
                has_secret: true,
                auth_method: TokenAuth::Post.as_str().to_owned(),
                scopes: Vec::new(),
                kind: RegistrationKind::Dynamic,
                created_at: cx.now(),
            };
            cx.store().save_registration(&registration).await.unwrap();
            let secret = Secret::new("s3cret-of-the-client");
            cx.vault()
                .write(&registration_secret(id), &secret)
                .await
                .unwrap();
        }
        let left = async || {
            let mut left = Vec::new();
            for id in ["reg_1", "reg_2"] {
                let secret = cx.vault().read(&registration_secret(id)).await.unwrap();
                left.extend(secret.map(|_| id));
            }
            let rows = cx.store().list_registrations(&elsewhere).await.unwrap();
            (left, rows.len())
        };
        // One that can be restored keeps its registration.
        cx.store().remove_connector(&connector.id).await.unwrap();
        assert_eq!(left().await, (vec!["reg_1", "reg_2"], 1));
        forget_unused_registrations(&cx).await.unwrap();
        assert_eq!(left().await, (vec!["reg_1"], 0));
    }
}
