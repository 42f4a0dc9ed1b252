//! Registers, lists, shares and deletes a connector of Mistral, against a fake Mistral.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use std::sync::Arc;

use patchbay_http::{CallOptions, ClientSettings, Clients, SystemClock};
use patchbay_model::Secret;
use patchbay_platforms::mistral::operations::connectors::{Create, Delete, List};
use patchbay_platforms::mistral::operations::sharing::Share;
use patchbay_platforms::{Operation, Output, SignIn, mistral, operations};
use patchbay_testkit::fakes::{Fake, FakeMistral};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = Fake::start(FakeMistral::new("key-12345")).await?;
    let options = CallOptions::default();
    let client = mistral::client(&SignIn {
        settings: serde_json::from_value(json!({ "base_url": fake.url() }))?,
        secrets: [("api_key".to_owned(), Secret::new("key-12345"))].into(),
        clients: Clients::build(&ClientSettings::default())?,
        clock: Arc::new(SystemClock),
    })?;
    let create: Create = operations::arguments(json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp", "protocol": "mcp",
    }))?;
    let made = create.run(&client, &options).await?.known()?;
    let connector_id = made.value.id;
    let list: List = operations::arguments(json!({ "page_size": 10 }))?;
    let page = list.run(&client, &options).await?;
    println!("{} connectors", page.items.len());
    let share = Share {
        connector_id: connector_id.clone(),
    };
    println!("{}", share.run(&client, &options).await?.into_json());
    let delete = Delete { connector_id };
    println!("{}", delete.run(&client, &options).await?.into_json());
    Ok(())
}
