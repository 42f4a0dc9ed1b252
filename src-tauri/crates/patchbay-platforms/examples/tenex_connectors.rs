//! Lists, connects by a key, tests, authorizes another and deletes a 10ex connector, against a fake 10ex.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use patchbay_http::CallOptions;
use patchbay_platforms::tenex::operations::{Delete, List, StartOauth, SubmitByok, Test};
use patchbay_platforms::{AccountConfig, Operation, operations, tenex};
use patchbay_testkit::fakes::{Fake, FakeTenex};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = Fake::start(FakeTenex::new("tnx_abc12345_s3cret")).await?;
    let options = CallOptions::default();
    let sign_in = AccountConfig::new(
        [("base_url", fake.url())],
        [("api_key", "tnx_abc12345_s3cret")],
    )?;
    let client = tenex::client(&sign_in)?;
    let page = List::default().run(&client, &options).await?;
    println!("{} connectors", page.items.len());
    let key = json!({"provider": "apollo", "api_key": "apollo-key", "name": "Apollo"});
    let byok: SubmitByok = operations::arguments(key)?;
    let id = byok.run(&client, &options).await?.value.id;
    let tested = Test { id: id.clone() }.run(&client, &options).await?;
    println!("works: {}", tested.value.ok);
    let gmail = StartOauth {
        provider: "gmail".to_owned(),
        ..StartOauth::default()
    };
    println!(
        "consent at {}",
        gmail.run(&client, &options).await?.redirect_url
    );
    Delete { id }.run(&client, &options).await?;
    println!("deleted");
    Ok(())
}
