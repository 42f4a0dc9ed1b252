//! Registers, lists, signs in to, calls and deletes a connector of Mistral, against a fake Mistral.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use patchbay_http::CallOptions;
use patchbay_platforms::mistral::operations::authorization::GetAuthUrl;
use patchbay_platforms::mistral::operations::connectors::{Create, Delete, List};
use patchbay_platforms::mistral::operations::tools::CallTool;
use patchbay_platforms::{AccountConfig, Operation, Output, mistral, operations};
use patchbay_testkit::fakes::{Fake, FakeMistral};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = Fake::start(FakeMistral::new("key-12345")).await?;
    let options = CallOptions::default();
    let sign_in = AccountConfig::new([("base_url", fake.url())], [("api_key", "key-12345")])?;
    let client = mistral::client(&sign_in)?;
    let create: Create = operations::arguments(json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp", "protocol": "mcp",
    }))?;
    let made = create.run(&client, &options).await?.known()?;
    let connector_id = made.value.id;
    let list: List = operations::arguments(json!({ "page_size": 10 }))?;
    let page = list.run(&client, &options).await?;
    println!("{} connectors", page.items.len());
    let ask: GetAuthUrl = operations::arguments(json!({ "connector_id_or_name": connector_id }))?;
    let page = ask.run(&client, &options).await?.value.auth_url;
    println!("sign in at {page}");
    // A person would do that in a browser.
    reqwest::get(page).await?;
    let echo: CallTool = operations::arguments(json!({
        "connector_id_or_name": connector_id, "tool_name": "echo", "arguments": { "text": "tea" },
    }))?;
    println!("{}", echo.run(&client, &options).await?.into_json());
    let delete = Delete { connector_id };
    println!("{}", delete.run(&client, &options).await?.into_json());
    Ok(())
}
