//! The authorization endpoint and its page.

use anyhow::{Context as _, Result, ensure};
use patchbay_playground::{LoopbackPort, Playground};
use reqwest::{Response, StatusCode};

use crate::client::{
    Fields, asked, exchange, fields, http, open, redirect_parameters, start, start_with, text,
    token, with,
};

/// The page's ticket, checked to be a page with both buttons.
async fn ticket(playground: &Playground, asked: &Fields) -> Result<String> {
    let response = open(playground, asked).await?;
    assert_eq!(response.status(), StatusCode::OK);
    let page = response.text().await?;
    for wanted in [
        "id=\"allow\"",
        "id=\"deny\"",
        "Playground app",
        "patchbay://oauth",
    ] {
        assert!(page.contains(wanted), "{wanted} is not on {page}");
    }
    let (_, rest) = page
        .split_once("name=\"ticket\" value=\"")
        .context("no ticket")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

async fn answer_page(playground: &Playground, form: &Fields) -> Result<Response> {
    let url = playground.at("auth/consent");
    Ok(http()?.post(url).form(form).send().await?)
}

#[tokio::test]
async fn allow_on_the_page_leads_to_tokens_of_the_chosen_person() -> Result<()> {
    let playground = start_with(|_| {}).await?;
    let ticket = ticket(&playground, &asked(&playground)).await?;
    let form = fields(&[
        ("ticket", &ticket),
        ("decision", "allow"),
        ("subject", "sam-okafor"),
    ]);
    let response = answer_page(&playground, &form).await?;
    let back = redirect_parameters(&response)?;
    assert_eq!(back["state"], "a state & more");
    assert_eq!(back.get("iss"), Some(&playground.issuer()));
    let code = back.get("code").context("no code")?;
    let (status, tokens) = token(&playground, &exchange(&playground, code)).await?;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(text(&tokens, "scope"), "read write");
    assert_eq!(playground.consents_shown(), 1);

    let again = answer_page(&playground, &form).await?;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test]
async fn the_page_loads_nothing_and_shows_names_as_text() -> Result<()> {
    let playground = start_with(|_| {}).await?;
    let mut client = patchbay_playground::Options::default().clients.remove(0);
    client.name = "<script>alert(1)</script>".to_owned();
    playground.add_client(client);
    let response = open(&playground, &asked(&playground)).await?;
    let policy = response.headers()["content-security-policy"]
        .to_str()?
        .to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = response.text().await?;
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");
    Ok(())
}

#[tokio::test]
async fn a_faulty_request_is_sent_back_with_its_error() -> Result<()> {
    let playground = start().await?;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("resource", "", "invalid_target"),
        (
            "resource",
            "https://elsewhere.example/mcp",
            "invalid_target",
        ),
        ("scope", "read everything", "invalid_scope"),
    ] {
        let asked = with(asked(&playground), &[(name, value)]);
        let back = redirect_parameters(&open(&playground, &asked).await?)?;
        assert_eq!(back["error"], error, "{name}={value}");
        assert_eq!(back["state"], "a state & more");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_is_sent_to_an_unknown_redirect() -> Result<()> {
    let playground = start().await?;
    for (name, value) in [
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", "http://127.0.0.1:4000/callback"),
        ("client_id", "nobody"),
    ] {
        let asked = with(asked(&playground), &[(name, value)]);
        let response = open(&playground, &asked).await?;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{name}={value}");
        ensure!(!response.headers().contains_key("location"));
    }
    playground.configure(|switches| switches.loopback_port = LoopbackPort::Free);
    let asked = with(
        asked(&playground),
        &[("redirect_uri", "http://127.0.0.1:4000/callback")],
    );
    assert!(redirect_parameters(&open(&playground, &asked).await?)?.contains_key("code"));
    Ok(())
}
