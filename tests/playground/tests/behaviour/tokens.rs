//! The token and revocation endpoints.

use anyhow::Result;
use patchbay_playground::{CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, RefreshTokens};
use reqwest::StatusCode;
use std::time::Duration;

use crate::client::{
    answer, asked, code, exchange, fields, http, ping, refresh, sign_in, start, text, token,
    token_error, with,
};

#[tokio::test]
async fn a_code_is_good_once_and_its_reuse_ends_the_tokens() -> Result<()> {
    let playground = start().await?;
    let code = code(&playground, &asked(&playground)).await?;
    let form = exchange(&playground, &code);
    let (status, tokens) = token(&playground, &form).await?;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(text(&tokens, "token_type"), "Bearer");
    assert_eq!(tokens["expires_in"], 300);
    assert_eq!(ping(&playground, &tokens).await?, StatusCode::OK);

    let (status, refused) = token(&playground, &form).await?;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(text(&refused, "error"), "invalid_grant");
    assert_eq!(ping(&playground, &tokens).await?, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn an_exchange_that_does_not_fit_is_refused_and_burns_the_code() -> Result<()> {
    let playground = start().await?;
    for (name, value) in [
        (
            "code_verifier",
            "wrong-wrong-wrong-wrong-wrong-wrong-wrong-w",
        ),
        ("code_verifier", ""),
        ("redirect_uri", "http://127.0.0.1/callback"),
    ] {
        let code = code(&playground, &asked(&playground)).await?;
        let form = with(exchange(&playground, &code), &[(name, value)]);
        for form in [form, exchange(&playground, &code)] {
            let error = token_error(&playground, &form).await?;
            assert_eq!(error, "invalid_grant", "{name}={value}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn resource_must_be_there_and_right() -> Result<()> {
    let playground = start().await?;
    for wrong in [
        "",
        "https://elsewhere.example/mcp",
        playground.open_url().as_str(),
    ] {
        let code = code(&playground, &asked(&playground)).await?;
        let mut form = exchange(&playground, &code);
        form.insert("resource".to_owned(), wrong.to_owned());
        assert_eq!(
            token_error(&playground, &form).await?,
            "invalid_target",
            "{wrong}"
        );
    }
    let tokens = sign_in(&playground, &asked(&playground)).await?;
    let mut form = refresh(&playground, &tokens);
    form.remove("resource");
    assert_eq!(token_error(&playground, &form).await?, "invalid_target");
    playground.configure(|switches| switches.require_resource = false);
    assert_eq!(token(&playground, &form).await?.0, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn another_clients_code_is_refused() -> Result<()> {
    let playground = start().await?;
    let code = code(&playground, &asked(&playground)).await?;
    let form = with(
        exchange(&playground, &code),
        &[
            ("client_id", CONFIDENTIAL_CLIENT_ID),
            ("client_secret", CONFIDENTIAL_CLIENT_SECRET),
        ],
    );
    assert_eq!(token_error(&playground, &form).await?, "invalid_grant");
    Ok(())
}

#[tokio::test]
async fn a_code_is_over_after_its_life() -> Result<()> {
    let playground = start().await?;
    playground.configure(|switches| switches.code_life = Duration::ZERO);
    let code = code(&playground, &asked(&playground)).await?;
    let form = exchange(&playground, &code);
    assert_eq!(token_error(&playground, &form).await?, "invalid_grant");
    Ok(())
}

#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_ends_the_family() -> Result<()> {
    let playground = start().await?;
    let first = sign_in(&playground, &asked(&playground)).await?;
    let (status, second) = token(&playground, &refresh(&playground, &first)).await?;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(
        text(&first, "refresh_token"),
        text(&second, "refresh_token")
    );
    assert_eq!(ping(&playground, &second).await?, StatusCode::OK);

    for old in [&first, &second] {
        let form = refresh(&playground, old);
        let (status, refused) = token(&playground, &form).await?;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(text(&refused, "error"), "invalid_grant");
    }
    assert_eq!(ping(&playground, &second).await?, StatusCode::UNAUTHORIZED);
    assert_eq!(playground.refreshes(), 3);
    assert_eq!(playground.token_requests(), 4);
    Ok(())
}

#[tokio::test]
async fn without_rotation_the_answer_names_no_refresh_token() -> Result<()> {
    let playground = start().await?;
    playground.configure(|switches| switches.rotate_refresh_tokens = false);
    let first = sign_in(&playground, &asked(&playground)).await?;
    let form = refresh(&playground, &first);
    for _ in 0..2 {
        let (status, answer) = token(&playground, &form).await?;
        assert_eq!(status, StatusCode::OK);
        assert!(answer.get("refresh_token").is_none());
    }
    Ok(())
}

#[tokio::test]
async fn a_refresh_may_narrow_but_not_widen() -> Result<()> {
    let playground = start().await?;
    let first = sign_in(&playground, &asked(&playground)).await?;
    let mut form = refresh(&playground, &first);
    form.insert("scope".to_owned(), "read admin".to_owned());
    assert_eq!(token_error(&playground, &form).await?, "invalid_scope");
    form.insert("scope".to_owned(), "read".to_owned());
    let (_, answer) = token(&playground, &form).await?;
    assert_eq!(text(&answer, "scope"), "read");
    Ok(())
}

#[tokio::test]
async fn refresh_tokens_can_depend_on_offline_access() -> Result<()> {
    let playground = start().await?;
    playground.configure(|switches| switches.refresh_tokens = RefreshTokens::WithOfflineAccess);
    let without = sign_in(&playground, &asked(&playground)).await?;
    assert!(without.get("refresh_token").is_none());
    let asked = with(asked(&playground), &[("scope", "read offline_access")]);
    let with = sign_in(&playground, &asked).await?;
    assert!(with.get("refresh_token").is_some());
    Ok(())
}

#[tokio::test]
async fn the_secret_is_taken_in_both_ways() -> Result<()> {
    let playground = start().await?;
    let asked = with(asked(&playground), &[("client_id", CONFIDENTIAL_CLIENT_ID)]);
    let url = playground.at("auth/token");
    for way in ["post", "basic", "wrong", "none"] {
        let code = code(&playground, &asked).await?;
        let mut form = exchange(&playground, &code);
        form.insert("client_id".to_owned(), CONFIDENTIAL_CLIENT_ID.to_owned());
        let request = http()?.post(url.clone());
        let request = match way {
            "post" => {
                form.insert(
                    "client_secret".to_owned(),
                    CONFIDENTIAL_CLIENT_SECRET.to_owned(),
                );
                request
            }
            "basic" => request.basic_auth(CONFIDENTIAL_CLIENT_ID, Some(CONFIDENTIAL_CLIENT_SECRET)),
            "wrong" => request.basic_auth(CONFIDENTIAL_CLIENT_ID, Some("wrong")),
            _ => request,
        };
        let (status, tokens) = answer(request.form(&form)).await?;
        if matches!(way, "post" | "basic") {
            assert_eq!(status, StatusCode::OK, "{way}: {tokens}");
        } else {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{way}");
            assert_eq!(text(&tokens, "error"), "invalid_client");
        }
    }
    Ok(())
}

#[tokio::test]
async fn revoking_the_refresh_token_ends_the_sign_in() -> Result<()> {
    let playground = start().await?;
    let tokens = sign_in(&playground, &asked(&playground)).await?;
    let revoke = |token: &str| {
        let form = fields(&[("client_id", "playground-app"), ("token", token)]);
        http().map(|http| http.post(playground.at("auth/revoke")).form(&form))
    };
    let (status, _) = answer(revoke("unknown")?).await?;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(ping(&playground, &tokens).await?, StatusCode::OK);
    let (status, _) = answer(revoke(text(&tokens, "refresh_token"))?).await?;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(ping(&playground, &tokens).await?, StatusCode::UNAUTHORIZED);
    let form = refresh(&playground, &tokens);
    assert_eq!(token_error(&playground, &form).await?, "invalid_grant");
    Ok(())
}
