//! A client on plain HTTP that plays app and browser.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use patchbay_playground::{APP_CLIENT_ID, Consent, Options, Playground, Switches};
use reqwest::header::LOCATION;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use url::Url;

/// Verifier and challenge of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const REDIRECT: &str = "patchbay://oauth/callback";

/// Parameters of a query or form, by name.
pub(crate) type Fields = BTreeMap<String, String>;

/// Starts a Playground that allows at once.
pub(crate) async fn start() -> Result<Playground> {
    start_with(|switches| switches.consent = Consent::AllowAtOnce).await
}

pub(crate) async fn start_with(turn: impl FnOnce(&mut Switches)) -> Result<Playground> {
    let mut options = Options::default();
    turn(&mut options.switches);
    Playground::start(options).await
}

/// A client that follows no redirects, as a sign-in demands.
pub(crate) fn http() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?)
}

pub(crate) fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The same fields with these in place of theirs.
pub(crate) fn with(mut of: Fields, pairs: &[(&str, &str)]) -> Fields {
    of.extend(fields(pairs));
    of
}

/// A right authorization request of the pre-registered app.
pub(crate) fn asked(playground: &Playground) -> Fields {
    fields(&[
        ("response_type", "code"),
        ("client_id", APP_CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("state", "a state & more"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", "read write"),
        ("resource", playground.url().as_str()),
    ])
}

/// Opens the authorization endpoint, as the browser would.
pub(crate) async fn open(playground: &Playground, asked: &Fields) -> Result<Response> {
    let mut url = playground.at("auth/authorize");
    url.query_pairs_mut().extend_pairs(asked);
    Ok(http()?.get(url).send().await?)
}

/// What the redirect back carries.
pub(crate) fn redirect_parameters(response: &Response) -> Result<Fields> {
    ensure!(
        response.status() == StatusCode::SEE_OTHER,
        "no redirect but {}",
        response.status()
    );
    let location = response.headers().get(LOCATION).context("no location")?;
    let url = Url::parse(location.to_str()?)?;
    Ok(url.query_pairs().into_owned().collect())
}

/// A right code exchange for [`asked`].
pub(crate) fn exchange(playground: &Playground, code: &str) -> Fields {
    fields(&[
        ("grant_type", "authorization_code"),
        ("client_id", APP_CLIENT_ID),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", REDIRECT),
        ("resource", playground.url().as_str()),
    ])
}

/// A right refresh of these tokens.
pub(crate) fn refresh(playground: &Playground, tokens: &Value) -> Fields {
    fields(&[
        ("grant_type", "refresh_token"),
        ("client_id", APP_CLIENT_ID),
        ("refresh_token", text(tokens, "refresh_token")),
        ("resource", playground.url().as_str()),
    ])
}

/// Posts a form to the token endpoint.
pub(crate) async fn token(playground: &Playground, form: &Fields) -> Result<(StatusCode, Value)> {
    answer(http()?.post(playground.at("auth/token")).form(form)).await
}

/// The error with which the token endpoint refuses a form.
pub(crate) async fn token_error(playground: &Playground, form: &Fields) -> Result<String> {
    let (status, refused) = token(playground, form).await?;
    ensure!(status.is_client_error(), "{status}: {refused}");
    Ok(text(&refused, "error").to_owned())
}

/// Sends a request and reads its answer as JSON.
pub(crate) async fn answer(request: RequestBuilder) -> Result<(StatusCode, Value)> {
    let response = request.send().await?;
    let status = response.status();
    let body = response.bytes().await?;
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

/// A fresh code, without a consent page.
pub(crate) async fn code(playground: &Playground, asked: &Fields) -> Result<String> {
    let back = redirect_parameters(&open(playground, asked).await?)?;
    back.get("code").cloned().context("no code")
}

/// Signs in and gives the answer of the token endpoint.
pub(crate) async fn sign_in(playground: &Playground, asked: &Fields) -> Result<Value> {
    let code = code(playground, asked).await?;
    let (status, tokens) = token(playground, &exchange(playground, &code)).await?;
    ensure!(status == StatusCode::OK, "{status}: {tokens}");
    Ok(tokens)
}

/// A text field of a JSON answer.
pub(crate) fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_default()
}

/// The status of a ping of `/mcp` with the access token of these.
pub(crate) async fn ping(playground: &Playground, tokens: &Value) -> Result<StatusCode> {
    let message = serde_json::json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": { "name": "ping", "version": "1" }
        }
    });
    let response = http()?
        .post(playground.url())
        .bearer_auth(text(tokens, "access_token"))
        .header("accept", "application/json, text/event-stream")
        .json(&message)
        .send()
        .await?;
    Ok(response.status())
}
