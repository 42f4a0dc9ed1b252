//! Lists, creates, authorizes, asks and deletes a Cohere connector, against a fake Cohere.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use std::sync::Arc;

use patchbay_http::testing::{Server, json};
use patchbay_http::{CallOptions, ClientSettings, Clients, SystemClock};
use patchbay_model::Secret;
use patchbay_platforms::cohere::operations::{Create, Delete, List, OAuthAuthorize, TestSearch};
use patchbay_platforms::{Operation, SignIn, cohere};
use patchbay_testkit::fakes::{Fake, FakeCohere};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = Fake::start(FakeCohere::new("key")).await?;
    let search = Server::start([json(
        200,
        serde_json::json!({"results": [{"title": "Leave"}]}),
    )]);
    let options = CallOptions::default();
    let client = cohere::client(&SignIn {
        settings: serde_json::from_value(serde_json::json!({ "base_url": fake.url() }))?,
        secrets: [("api_key".to_owned(), Secret::new("key"))].into(),
        clients: Clients::build(&ClientSettings::default())?,
        clock: Arc::new(SystemClock),
    })?;
    let page = List::default().run(&client, &options).await?;
    println!("{} connectors", page.value.connectors.len());
    let (name, url) = ("docs".to_owned(), search.await.base.clone());
    let create = Create {
        name,
        url,
        ..Create::default()
    };
    let id = create.run(&client, &options).await?.value.connector.id;
    let authorize = OAuthAuthorize {
        id: id.clone(),
        after_token_redirect: None,
    };
    println!(
        "consent at {:?}",
        authorize.run(&client, &options).await?.value.redirect_url
    );
    let ask = TestSearch {
        id: id.clone(),
        query: "leave".to_owned(),
        service_auth: None,
    };
    println!(
        "found {}",
        ask.run(&client, &options).await?.json["results"]
    );
    println!("deleted: {}", Delete { id }.run(&client, &options).await?);
    Ok(())
}
