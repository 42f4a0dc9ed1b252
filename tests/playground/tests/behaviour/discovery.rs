//! Challenges and metadata.

use anyhow::{Context as _, Result};
use patchbay_playground::{Challenge, IssuerParameter};
use reqwest::StatusCode;
use serde_json::Value;

use crate::client::{answer, http, start};

async fn challenge(playground: &patchbay_playground::Playground) -> Result<Option<String>> {
    let response = http()?.post(playground.url()).send().await?;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let header = response.headers().get("www-authenticate");
    Ok(header
        .map(|value| value.to_str().map(str::to_owned))
        .transpose()?)
}

async fn server_metadata(playground: &patchbay_playground::Playground) -> Result<Value> {
    let url = playground.at(".well-known/oauth-authorization-server/auth");
    Ok(answer(http()?.get(url)).await?.1)
}

#[tokio::test]
async fn the_challenge_can_be_poorer() -> Result<()> {
    let playground = start().await?;
    playground.configure(|switches| switches.challenge = Challenge::WithoutMetadata);
    let poorer = challenge(&playground).await?.context("no challenge")?;
    assert!(!poorer.contains("resource_metadata"), "{poorer}");
    playground.configure(|switches| switches.challenge = Challenge::Absent);
    assert_eq!(challenge(&playground).await?, None);
    Ok(())
}

#[tokio::test]
async fn metadata_follows_the_switches() -> Result<()> {
    let playground = start().await?;
    playground.configure(|switches| {
        switches.registration = false;
        switches.client_id_documents = false;
        switches.issuer_parameter = IssuerParameter::Absent;
    });
    let server = server_metadata(&playground).await?;
    for absent in [
        "registration_endpoint",
        "client_id_metadata_document_supported",
        "authorization_response_iss_parameter_supported",
    ] {
        assert!(server.get(absent).is_none(), "{absent}");
    }
    Ok(())
}

#[tokio::test]
async fn servers_without_sign_in_point_to_no_authorization_server() -> Result<()> {
    let playground = start().await?;
    for path in [
        ".well-known/oauth-protected-resource",
        ".well-known/oauth-protected-resource/bearer/mcp",
        ".well-known/oauth-authorization-server",
        ".well-known/openid-configuration",
    ] {
        let (status, _) = answer(http()?.get(playground.at(path))).await?;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let response = http()?.post(playground.bearer_url()).send().await?;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    Ok(())
}
