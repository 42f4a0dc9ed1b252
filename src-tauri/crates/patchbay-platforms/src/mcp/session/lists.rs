//! Lists of a server, page by page and within limits.

use std::collections::HashSet;

use patchbay_http::json::Exceeded;
use rmcp::model::{ClientRequest, PaginatedRequestParams};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::pending::Timeouts;
use super::{METHOD_NOT_FOUND, McpSession};
use crate::Error;

/// Maximum bytes of a cursor; each is stored and sent back.
const CURSOR_BYTES: usize = 16 * 1024;

/// A list of a server.
pub(super) struct Listing {
    /// The member of a page that contains its items.
    pub(super) member: &'static str,
    /// Whether the server declares the capability. Without it, an unknown method stands for an empty list.
    pub(super) is_offered: bool,
    /// Builds the request for one page.
    pub(super) request: fn(PaginatedRequestParams) -> ClientRequest,
}

impl McpSession {
    /// Passes every page to `each`, in order and within the total time limit.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the list has too many pages or items, or loops; [`Error::TimedOut`];
    /// [`Error::TooLarge`], [`Error::Exceeded`]; those of every request.
    pub(super) async fn pages(
        &self,
        list: &Listing,
        cancel: &CancellationToken,
        each: impl FnMut(Value) + Send,
    ) -> Result<(), Error> {
        let limit = self.0.limits.total;
        tokio::time::timeout(limit, self.pages_untimed(list, cancel, each))
            .await
            .unwrap_or(Err(Error::TimedOut { after: limit }))
    }

    async fn pages_untimed(
        &self,
        list: &Listing,
        cancel: &CancellationToken,
        mut each: impl FnMut(Value) + Send,
    ) -> Result<(), Error> {
        let (limits, what) = (&self.0.limits, list.member);
        let mut cursors = HashSet::new();
        let (mut cursor, mut bytes, mut values, mut items) = (None, 0, 0, 0);
        for _ in 0..limits.list_pages {
            let params = PaginatedRequestParams::default().with_cursor(cursor);
            let request = (list.request)(params);
            let response = match self
                .request(request, Timeouts::from_limits(limits), cancel)
                .await
            {
                Err(Error::ServerError { code, .. })
                    if !list.is_offered && code == METHOD_NOT_FOUND =>
                {
                    return Ok(());
                }
                response => response?,
            };
            bytes += response.bytes;
            if bytes > limits.list_bytes {
                return Err(Error::TooLarge {
                    limit: limits.list_bytes,
                });
            }
            values += response.values;
            if values > limits.values {
                return Err(Error::Exceeded(Exceeded::Values(limits.values)));
            }
            let page = response.result;
            items += page[what].as_array().map_or(0, Vec::len);
            if items > limits.list_items {
                let most = limits.list_items;
                return Err(Error::Protocol(format!("more than {most} {what}")));
            }
            // Nothing was said of an empty cursor before 2026-07-28, and servers of the older era mean the end by it.
            let next = page["nextCursor"].as_str();
            let next = next.filter(|cursor| !cursor.is_empty() || !self.is_legacy());
            let next = next.map(str::to_owned);
            each(page);
            let Some(next) = next else {
                return Ok(());
            };
            if next.len() > CURSOR_BYTES {
                return Err(Error::Protocol(format!(
                    "{what} list cursor longer than {CURSOR_BYTES} bytes"
                )));
            }
            if !cursors.insert(next.clone()) {
                return Err(Error::Protocol(format!("{what} list loops")));
            }
            cursor = Some(next);
        }
        Err(Error::Protocol(format!(
            "{what} list has more than {} pages",
            limits.list_pages
        )))
    }
}
