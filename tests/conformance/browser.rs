//! A browser without a window, whose person allows everything at once.

use std::io;

use anyhow::{Context as _, Result};
use patchbay_ops::{BrowserUrl, OpenBrowser};
use reqwest::header::LOCATION;
use url::Url;

/// Follows a consent page to where it leads, which is back to Patchbay.
pub(crate) struct Browser;

impl OpenBrowser for Browser {
    fn open(&self, page: &BrowserUrl) -> io::Result<()> {
        let page = page.url().clone();
        tokio::spawn(async move {
            if let Err(error) = follow(&page).await {
                tracing::error!("the consent page leads nowhere: {error:#}");
            }
        });
        Ok(())
    }
}

async fn follow(page: &Url) -> Result<()> {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let shown = http.get(page.clone()).send().await?;
    let callback_url = shown.headers().get(LOCATION).context("no redirect")?;
    let callback_url = page.join(callback_url.to_str()?)?;
    http.get(callback_url).send().await?;
    Ok(())
}
