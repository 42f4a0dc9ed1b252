//! Memory that listing 10,000 connectors over 100 pages takes, where a platform has pages.

use std::collections::HashMap;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use axum::body::Bytes;
use axum::http::Uri;
use patchbay_http::CallOptions;
use serde_json::{Value, json};

use crate::server::Server;
use crate::{print_line, recorded, side, usage};

/// The argument with which this program lists once and tells what it took.
pub(crate) const ONCE: &str = "many-once";

const PAGES: usize = 100;

const ITEMS: usize = 100;

/// Platforms that page, the recorded page, its member with the items, and how to ask for page `n`.
const PAGING: [(&str, &str, &str); 3] = [
    ("mistral", "list-full", "items"),
    ("cohere", "list-min", "connectors"),
    ("tenex", "list-three", "items"),
];

/// Lists in a process of its own for each platform.
pub(crate) fn measure() -> Result<()> {
    let server = Server::start()?;
    for (platform, ..) in PAGING {
        let base = format!("{}/{PREFIX}/{platform}", server.base);
        let mut command = Command::new(std::env::current_exe()?);
        let ended = command.args([ONCE, platform, &base]).status()?;
        ensure!(ended.success(), "{platform} ended with {ended}");
    }
    Ok(())
}

/// Lists, and tells how much memory that took beyond what was in use before.
#[tokio::main]
pub(crate) async fn once(platform: &str, base: &str) -> Result<()> {
    let (name, options) = (platform, CallOptions::default());
    let platform = side::platform(name, base)?;
    // One page: idle is with the connection open.
    platform.call("list", json!({}), &options).await?;
    usage::forget_peak()?;
    let idle = usage::memory()?;
    let connectors = platform.connectors().context("it lists nothing")?;
    let listed = connectors.list_connectors(&options).await?;
    let peak = usage::peak_memory()?;
    ensure!(listed.len() == PAGES * ITEMS, "{} connectors", listed.len());
    let mebibytes = |kibibytes: u64| kibibytes as f64 / 1024.0;
    print_line(json!({
        "value": mebibytes(peak.saturating_sub(idle)),
        "platform": name,
        "connectors": listed.len(),
        "pages": PAGES,
        "idleMiB": mebibytes(idle).round(),
        "counted": "peak of resident memory while all of them are listed and kept, above idle",
    }));
    Ok(())
}

/// The prefix of the paths of these pages.
const PREFIX: &str = "many";

/// The pages of each platform, ready to be sent.
pub(crate) struct Pages(HashMap<&'static str, Vec<Bytes>>);

impl Pages {
    /// Makes them out of recorded ones.
    pub(crate) fn read() -> Result<Self> {
        let mut pages = HashMap::new();
        for (platform, line, member) in PAGING {
            let recorded = recorded::body(platform, line)?;
            let page = |number| {
                let page = recorded::page(recorded.clone(), member, number * ITEMS, ITEMS);
                Bytes::from(linked(platform, page, number + 1).to_string())
            };
            pages.insert(platform, (0..PAGES).map(page).collect());
        }
        Ok(Self(pages))
    }

    /// The page that an address asks for; `None` for any other address.
    pub(crate) fn page(&self, uri: &Uri) -> Option<Bytes> {
        let (platform, _) = uri.path().strip_prefix("/many/")?.split_once('/')?;
        let pages = self.0.get(platform)?;
        let query = uri.query().unwrap_or_default();
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(each, _)| *each == name)?;
            value.parse::<usize>().ok()
        };
        let number = match parameter("offset") {
            Some(offset) => offset / ITEMS,
            None => parameter("cursor").unwrap_or(0),
        };
        pages.get(number).cloned()
    }
}

/// Names the page after it, in the platform's own way.
fn linked(platform: &str, mut page: Value, next: usize) -> Value {
    let cursor = (next < PAGES).then(|| next.to_string());
    match platform {
        "mistral" => page["pagination"]["next_cursor"] = json!(cursor),
        "cohere" => page["total_count"] = json!(PAGES * ITEMS),
        _ => {
            page["next_cursor"] = json!(cursor);
            page["total"] = json!(PAGES * ITEMS);
        }
    }
    page
}
