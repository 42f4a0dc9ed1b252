//! Creates, lists, reads and deletes a connector of Airbyte Agents, against a fake Airbyte.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use patchbay_http::CallOptions;
use patchbay_platforms::airbyte::operations::{
    CreateConnector, DeleteConnector, Execute, ListConnectors,
};
use patchbay_platforms::{AccountConfig, Operation, Output, airbyte, operations};
use patchbay_testkit::fakes::{Fake, FakeAirbyte, KINDS};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = Fake::start(FakeAirbyte::new("cid-1", "sec-12345")).await?;
    let options = CallOptions::default();
    let settings = [("base_url", fake.url()), ("client_id", "cid-1")];
    let secrets = [("client_secret", "sec-12345")];
    let client = airbyte::client(&AccountConfig::new(settings, secrets)?)?;
    let create: CreateConnector = operations::arguments(json!({
        "definition_id": KINDS[0].0,
        "credentials": {"option_title": "PAT Credentials", "token": "ghp_12345"},
        "replication_config": {"repositories": ["ada/tea"]},
    }))?;
    let connector_id = create.run(&client, &options).await?.value.id;
    let listed = ListConnectors::default().run(&client, &options).await?;
    println!("{} connectors", listed.0.len());
    let issues = Execute {
        connector_id: Some(connector_id.clone()),
        entity: "issues".to_owned(),
        action: "list".to_owned(),
        ..Execute::default()
    };
    let issues = issues.run(&client, &options).await?.into_json();
    println!("issues: {}", issues["data"]);
    let delete = DeleteConnector { connector_id };
    let job = delete.run(&client, &options).await?.into_json();
    println!("deleted by {job}");
    Ok(())
}
