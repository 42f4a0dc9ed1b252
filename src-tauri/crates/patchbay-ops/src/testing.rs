//! What unit tests begin with.

use std::path::Path;
use std::sync::Arc;

use patchbay_model::Connector;
use patchbay_vault::MemoryKeychain;

use crate::{
    AddConnector, AuthenticationChoice, Clock, Context, ContextOptions, Places, SystemBrowser,
    add_connector,
};

/// An address where nobody listens.
pub(crate) const NOBODY: &str = "http://127.0.0.1:9/mcp";

/// Everything under a folder, with a keychain in memory.
pub(crate) async fn open(home: &Path, clock: Arc<dyn Clock>) -> Context {
    let options = ContextOptions {
        places: Places::under(home),
        keychain: Arc::new(MemoryKeychain::new()),
        browser: Arc::new(SystemBrowser),
        clock,
        client_document: None,
    };
    Context::open(options).await.unwrap()
}

/// A new connector that signs in nowhere.
pub(crate) async fn add(cx: &Context, url: &str) -> Connector {
    let request = AddConnector {
        url: url.to_owned(),
        name: None,
        title: None,
        authentication: Some(AuthenticationChoice::None),
    };
    add_connector(cx, request).await.unwrap()
}
