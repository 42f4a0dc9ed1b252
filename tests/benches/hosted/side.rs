//! The two sides of a comparison: Patchbay's client of a platform, and what somebody writes who needs
//! just this one call.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use patchbay_http::{AddressPolicy, CallOptions, Clients, SystemClock};
use patchbay_model::{Platform as Kind, RemoteId, Secret};
use patchbay_platforms::{AccountConfig, Platform, ToolRequest, hosted};
use reqwest::Method;
use rmcp::ServiceExt as _;
use rmcp::model::CallToolRequestParams;
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Map, Value, json};

use crate::cases::{CallSpec, Case, KEY};
use crate::recorded;

/// Patchbay's client of a platform of the contracts, signed in at `base`.
pub(crate) fn platform(name: &str, base: &str) -> Result<Arc<dyn Platform>> {
    let (kind, secret) = match name {
        "mistral" => (Kind::Mistral, "api_key"),
        "cohere" => (Kind::Cohere, "api_key"),
        "agentstack" => (Kind::Agentstack, "token"),
        "airbyte" => (Kind::Airbyte, "client_secret"),
        "tenex" => (Kind::Tenex, "api_key"),
        other => bail!("there is no platform {other}"),
    };
    let hosted = hosted(kind).context("it is not hosted")?;
    let mut fields = Map::new();
    fields.insert("base_url".to_owned(), json!(base));
    if kind == Kind::Airbyte {
        fields.insert("client_id".to_owned(), json!("cid-1"));
    }
    let account = AccountConfig {
        settings: fields,
        secrets: BTreeMap::from([(secret.to_owned(), Secret::new(KEY))]),
        clients: Clients::build(AddressPolicy::default())?,
        clock: Arc::new(SystemClock),
    };
    Ok((hosted.sign_in)(account)?)
}

/// Makes one call and looks at its answer.
pub(crate) enum Contender {
    /// Patchbay's client.
    Ours(Arc<dyn Platform>, Arc<Case>),
    /// reqwest and `serde_json` alone, with the address of the server.
    Bare(reqwest::Client, String, Arc<Case>),
    /// rmcp alone, in a session.
    Rmcp(RunningService<RoleClient, ()>, Arc<Case>),
}

impl Contender {
    /// Patchbay's client for a case.
    pub(crate) fn ours(case: &Arc<Case>, base: &str) -> Result<Self> {
        let platform = platform(case.platform, base)?;
        Ok(Self::Ours(platform, Arc::clone(case)))
    }

    /// The least that makes the same call.
    pub(crate) async fn bare(case: &Arc<Case>, base: &str) -> Result<Self> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        if let CallSpec::Operation(..) = case.asked {
            return Ok(Self::Bare(client, base.to_owned(), Arc::clone(case)));
        }
        let url = format!("{base}{}", case.path);
        let config = StreamableHttpClientTransportConfig::with_uri(url).auth_header(KEY);
        let transport = StreamableHttpClientTransport::with_client(client, config);
        Ok(Self::Rmcp(().serve(transport).await?, Arc::clone(case)))
    }

    /// What `count` calls are asked with, one each: of Patchbay by its arguments, of the other side by the
    /// body that it sends.
    pub(crate) fn arguments(&self, count: usize) -> Vec<Value> {
        let arguments = match self {
            Self::Ours(_, case) | Self::Rmcp(_, case) => match &case.asked {
                CallSpec::Operation(_, arguments) | CallSpec::Tool(_, arguments) => {
                    arguments.clone()
                }
            },
            Self::Bare(_, _, case) => case.body.clone().unwrap_or_default(),
        };
        vec![arguments; count]
    }

    /// Makes the call with some of its [arguments](Contender::arguments).
    pub(crate) async fn call(&self, arguments: Value) -> Result<()> {
        let answer = match self {
            Self::Ours(platform, case) => ask(&**platform, case, arguments).await?,
            Self::Bare(client, base, case) => bare(client, base, case, arguments).await?,
            Self::Rmcp(client, case) => rmcp(client, case, arguments).await?,
        };
        ensure!(!answer.is_null(), "nothing was answered");
        Ok(())
    }
}

async fn ask(platform: &dyn Platform, case: &Case, arguments: Value) -> Result<Value> {
    let options = CallOptions::default();
    match (&case.asked, arguments) {
        (CallSpec::Operation(name, _), arguments) => {
            Ok(platform.call(name, arguments, &options).await?)
        }
        (CallSpec::Tool(name, _), Value::Object(arguments)) => {
            let tools = platform.tools().context("it has no tools")?;
            let id = RemoteId::new(recorded::id(0));
            let request = ToolRequest::new(&id, name, arguments);
            let outcome = tools.call_tool(request, &options).await?;
            ensure!(!outcome.result.content.is_empty(), "an empty result");
            Ok(json!(outcome.result))
        }
        (CallSpec::Tool(..), _) => bail!("a tool is called with an object"),
    }
}

async fn rmcp(
    client: &RunningService<RoleClient, ()>,
    case: &Case,
    arguments: Value,
) -> Result<Value> {
    let (CallSpec::Tool(name, _), Value::Object(arguments)) = (&case.asked, arguments) else {
        bail!("a tool is called with an object");
    };
    let request = CallToolRequestParams::new(*name).with_arguments(arguments);
    let answer = client.call_tool(request).await?;
    ensure!(!answer.content.is_empty(), "an empty result");
    Ok(serde_json::to_value(answer)?)
}

async fn bare(client: &reqwest::Client, base: &str, case: &Case, body: Value) -> Result<Value> {
    let method = Method::from_bytes(case.method.as_bytes())?;
    let mut request = client
        .request(method, format!("{base}{}", case.path))
        .bearer_auth(KEY);
    if !case.query.is_empty() {
        request = request.query(case.query);
    }
    if !body.is_null() {
        request = request.json(&body);
    }
    let answer = request.send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&answer.bytes().await?)?)
}
