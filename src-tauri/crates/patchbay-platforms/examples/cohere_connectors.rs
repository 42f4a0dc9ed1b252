//! Lists, creates, authorizes, asks and deletes a Cohere connector, against a fake Cohere.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use patchbay_http::CallOptions;
use patchbay_http::testing::{Server, json};
use patchbay_platforms::cohere::operations::{Create, Delete, List, OAuthAuthorize, TestSearch};
use patchbay_platforms::{AccountConfig, Operation, cohere, operations};
use patchbay_testkit::fakes::{Fake, FakeCohere};
use serde_json::json as value;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = Fake::start(FakeCohere::new("key")).await?;
    let results = || json(200, value!({"results": [{"title": "Leave"}]}));
    let search = Server::start([results(), results()]).await;
    let options = CallOptions::default();
    let sign_in = AccountConfig::new([("base_url", fake.url())], [("api_key", "key")])?;
    let client = cohere::client(&sign_in)?;
    let page = List::default().run(&client, &options).await?;
    println!("{} connectors", page.value.connectors.len());
    let app = value!({
        "client_id": "client", "client_secret": "secret",
        "authorize_url": "https://id.example/authorize", "token_url": "https://id.example/token",
    });
    let create = value!({ "name": "docs", "url": search.base, "oauth": app });
    let create: Create = operations::arguments(create)?;
    let id = create.run(&client, &options).await?.value.connector.id;
    let authorize: OAuthAuthorize = operations::arguments(value!({ "id": id }))?;
    let page = authorize.run(&client, &options).await?.value.redirect_url;
    println!("consent at {page:?}");
    let ask: TestSearch = operations::arguments(value!({ "id": id, "query": "leave" }))?;
    let found = ask.run(&client, &options).await?.json;
    println!("found {}", found["results"]);
    println!("deleted: {}", Delete { id }.run(&client, &options).await?);
    Ok(())
}
