//! What is settled before the Playground starts.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::authorization::clients::{Client, ClientAuthentication, Origin};
use crate::switches::Switches;

/// The pre-registered public client.
pub const APP_CLIENT_ID: &str = "playground-app";

/// The pre-registered client with a secret.
pub const CONFIDENTIAL_CLIENT_ID: &str = "playground-confidential";

/// The secret of [`CONFIDENTIAL_CLIENT_ID`]. It guards nothing: the server is bound to loopback and keeps nothing.
pub const CONFIDENTIAL_CLIENT_SECRET: &str = "playground-confidential-secret";

/// The header in which `/bearer/mcp` takes its token when it is not sent as `Authorization: Bearer`.
pub const BEARER_HEADER: &str = "x-playground-key";

/// What is settled before the Playground starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The token `/bearer/mcp` wants.
    pub bearer_token: String,
    /// Clients known from the start.
    pub clients: Vec<Client>,
    /// Client-id metadata documents that are known without asking the network: client id to document.
    pub client_documents: BTreeMap<String, Value>,
    pub switches: Switches,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            bearer_token: "playground-bearer-token".to_owned(),
            clients: preregistered(),
            client_documents: BTreeMap::new(),
            switches: Switches::default(),
        }
    }
}

/// The two clients known from the start, with the redirects Patchbay uses: its fixed port under both names,
/// none for the switch that frees the port, and its own scheme.
fn preregistered() -> Vec<Client> {
    let redirect_uris = vec![
        "http://127.0.0.1/callback".to_owned(),
        "http://127.0.0.1:27218/callback".to_owned(),
        "http://localhost:27218/callback".to_owned(),
        "patchbay://oauth/callback".to_owned(),
    ];
    let public = Client {
        id: APP_CLIENT_ID.to_owned(),
        name: "Playground app".to_owned(),
        redirect_uris,
        authentication: ClientAuthentication::None,
        secret: None,
        origin: Origin::Preregistered,
    };
    let confidential = Client {
        id: CONFIDENTIAL_CLIENT_ID.to_owned(),
        name: "Playground app with a secret".to_owned(),
        authentication: ClientAuthentication::Any,
        secret: Some(CONFIDENTIAL_CLIENT_SECRET.to_owned()),
        ..public.clone()
    };
    vec![public, confidential]
}
