//! Creates, connects, lists and deletes a connector of Agent Stack, against a fake one.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use patchbay_http::CallOptions;
use patchbay_platforms::agentstack::operations::{Connect, ConnectorRef, Create, Delete, List};
use patchbay_platforms::{AccountConfig, Operation, agentstack, operations};
use patchbay_testkit::fakes::{Fake, FakeAgentStack};
use serde_json::json;

const PROTECTED: &str = "https://mcp.example/mcp";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut fake = FakeAgentStack::new();
    fake.protected.push(PROTECTED.to_owned());
    let fake = Fake::start(fake).await?;
    let options = CallOptions::default();
    let sign_in = AccountConfig::new([("base_url", fake.url())], [])?;
    let client = agentstack::client(&sign_in)?;
    let create: Create = operations::arguments(json!({ "url": PROTECTED }))?;
    let connector = ConnectorRef::by_id(create.run(&client, &options).await?.value.id);
    let connect = Connect {
        connector: connector.clone(),
        redirect_url: None,
        access_token: None,
    };
    let connected = connect.run(&client, &options).await?;
    let page = connected.auth_request();
    let page = page.and_then(|request| request.authorization_endpoint);
    println!("{}: consent at {page:?}", connected.state);
    let all = List {}.run(&client, &options).await?;
    println!("{} connectors", all.items.len());
    Delete { connector }.run(&client, &options).await?;
    println!("deleted");
    Ok(())
}
