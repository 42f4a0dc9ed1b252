//! Clients that come to be known at run time.

use anyhow::Result;
use patchbay_playground::{Options, Playground};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::{
    answer, asked, exchange, http, open, redirect_parameters, start, text, token, with,
};

async fn register(playground: &Playground, client: &Value) -> Result<(StatusCode, Value)> {
    answer(http()?.post(playground.at("auth/register")).json(client)).await
}

#[tokio::test]
async fn a_registered_client_signs_in_on_any_loopback_port() -> Result<()> {
    let playground = start().await?;
    let (status, client) = register(
        &playground,
        &json!({
            "client_name": "Patchbay",
            "redirect_uris": ["http://127.0.0.1:5000/callback", "patchbay://oauth/callback"],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "application_type": "native",
        }),
    )
    .await?;
    assert_eq!(status, StatusCode::CREATED);
    assert!(client.get("client_secret").is_none());
    assert_eq!(playground.registrations(), 1);

    let redirect = "http://127.0.0.1:5001/callback";
    let registered = [
        ("client_id", text(&client, "client_id")),
        ("redirect_uri", redirect),
    ];
    let asked = with(asked(&playground), &registered);
    let back = redirect_parameters(&open(&playground, &asked).await?)?;
    let form = with(exchange(&playground, &back["code"]), &registered);
    assert_eq!(token(&playground, &form).await?.0, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_client_with_a_secret_must_show_it() -> Result<()> {
    let playground = start().await?;
    let (_, client) = register(
        &playground,
        &json!({
            "redirect_uris": ["patchbay://oauth/callback"],
            "token_endpoint_auth_method": "client_secret_post",
        }),
    )
    .await?;
    let registered = [("client_id", text(&client, "client_id"))];
    let asked = with(asked(&playground), &registered);
    for secret in [None, Some(text(&client, "client_secret"))] {
        let back = redirect_parameters(&open(&playground, &asked).await?)?;
        let mut form = with(exchange(&playground, &back["code"]), &registered);
        if let Some(secret) = secret {
            form.insert("client_secret".to_owned(), secret.to_owned());
        }
        let expected = if secret.is_some() {
            StatusCode::OK
        } else {
            StatusCode::UNAUTHORIZED
        };
        assert_eq!(token(&playground, &form).await?.0, expected);
    }
    Ok(())
}

#[tokio::test]
async fn bad_registrations_are_refused() -> Result<()> {
    let playground = start().await?;
    for (client, error) in [
        (json!({}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": ["javascript:alert(1)"]}),
            "invalid_redirect_uri",
        ),
        (json!({"redirect_uris": "x://y"}), "invalid_client_metadata"),
        (
            json!({"redirect_uris": ["x://y"], "token_endpoint_auth_method": "private_key_jwt"}),
            "invalid_client_metadata",
        ),
    ] {
        let (status, refused) = register(&playground, &client).await?;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{client}");
        assert_eq!(text(&refused, "error"), error, "{client}");
    }
    playground.configure(|switches| switches.registration = false);
    let good = json!({"redirect_uris": ["x://y"]});
    assert_eq!(register(&playground, &good).await?.0, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn a_document_makes_a_client() -> Result<()> {
    const ID: &str = "https://patchbay.example/client.json";
    let mut options = Options::default();
    options.switches.consent = patchbay_playground::Consent::AllowAtOnce;
    let document = json!({
        "client_id": ID,
        "client_name": "Patchbay",
        "redirect_uris": ["patchbay://oauth/callback"],
        "token_endpoint_auth_method": "none",
    });
    options.client_documents.insert(ID.to_owned(), document);
    let playground = Playground::start(options).await?;
    let asked = with(asked(&playground), &[("client_id", ID)]);
    let back = redirect_parameters(&open(&playground, &asked).await?)?;
    let form = with(exchange(&playground, &back["code"]), &[("client_id", ID)]);
    assert_eq!(token(&playground, &form).await?.0, StatusCode::OK);

    playground.configure(|switches| switches.client_id_documents = false);
    let response = open(&playground, &asked).await?;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test]
async fn a_document_is_read_from_its_address() -> Result<()> {
    // Any JSON on loopback will do for the fetch; this one names another client and is refused for that.
    let playground = start().await?;
    let other = start().await?;
    let mut asked = asked(&playground);
    let id = other.at("json-not-rpc");
    asked.insert("client_id".to_owned(), id.to_string());
    let response = open(&playground, &asked).await?;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let page = response.text().await?;
    assert!(page.contains("names another client id"), "{page}");
    assert_eq!(other.count(|request| request.path == "/json-not-rpc"), 1);
    Ok(())
}
