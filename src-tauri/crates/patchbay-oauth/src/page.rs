//! The page that the browser shows at the end of a sign-in.
//!
//! It loads nothing, runs no script and is not cached.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use sha2::{Digest, Sha256};

/// A page at the end of a sign-in. Its texts are untrusted and get escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    status: StatusCode,
    mark: Mark,
    heading: String,
    words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Good,
    Bad,
}

impl Page {
    /// The sign-in succeeded; `connector` is the name of the connector.
    pub fn connected(connector: &str) -> Self {
        let heading = format!("Signed in to {connector}");
        Self::new(StatusCode::OK, Mark::Good, heading, GO_BACK)
    }

    /// The user denied access.
    pub fn declined(connector: &str) -> Self {
        let heading = format!("Access to {connector} denied");
        Self::new(StatusCode::OK, Mark::Bad, heading, GO_BACK)
    }

    /// The sign-in failed; `reason` is a sentence without a full stop.
    pub fn failed(connector: &str, reason: &str) -> Self {
        let heading = format!("Couldn't sign in to {connector}");
        let words = format!("Why: {reason}. Return to Patchbay to continue.");
        Self::new(StatusCode::OK, Mark::Bad, heading, words)
    }

    /// The address belongs to no pending sign-in.
    pub fn unknown() -> Self {
        let (heading, words) = (
            "This sign-in page has expired",
            "Start again from Patchbay.",
        );
        Self::new(StatusCode::BAD_REQUEST, Mark::Bad, heading, words)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Mark::Bad, "Page not found", GO_BACK)
    }

    fn new(
        status: StatusCode,
        mark: Mark,
        heading: impl Into<String>,
        words: impl Into<String>,
    ) -> Self {
        Self {
            status,
            mark,
            heading: heading.into(),
            words: words.into(),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn html(&self) -> String {
        let heading = escape(&self.heading);
        let words = escape(&self.words);
        let (class, sign) = match self.mark {
            Mark::Good => ("good", "✓"),
            Mark::Bad => ("bad", "!"),
        };
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <title>{heading} – Patchbay</title><style>{STYLE}</style></head>\
             <body><main><p class=\"mark {class}\" aria-hidden=\"true\">{sign}</p>\
             <h1>{heading}</h1><p>{words}</p></main></body></html>"
        )
    }
}

const GO_BACK: &str = "You can close this page and return to Patchbay.";

/// The colors are those of the app's window, light and dark.
const STYLE: &str = "\
:root{color-scheme:light dark;--canvas:#ffffff;--text:#1a1c20;--text-2:#50555f;--good:#17713f;--bad:#bd2a2a}\
@media (prefers-color-scheme:dark){:root{--canvas:#18191c;--text:#ecedf0;--text-2:#b0b4bd;--good:#63c78c;--bad:#f58b84}}\
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--canvas);color:var(--text-2);\
font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Cantarell,\"Noto Sans\",sans-serif}\
main{max-width:28rem;padding:2rem;text-align:center;overflow-wrap:anywhere}\
h1{margin:0 0 .5rem;font-size:1.25rem;color:var(--text)}p{margin:0}\
.mark{width:3rem;height:3rem;margin:0 auto 1rem;border:2px solid;border-radius:50%;font-size:1.5rem;line-height:3rem}\
.good{color:var(--good)}.bad{color:var(--bad)}";

/// Allows only [`STYLE`], by its hash.
pub(crate) static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
});

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in patchbay_model::clean_text(text, 300).chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_reasons_are_inert() {
        let html = Page::failed("<img src=x onerror=alert(1)>", "\"quoted\" & '<b>'").html();
        assert!(!html.contains("<img") && !html.contains("<b>"));
        assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"));
        assert!(html.contains("&quot;quoted&quot; &amp; &#39;&lt;b&gt;&#39;"));
    }

    #[test]
    fn page_loads_nothing() {
        let html = Page::connected("GitHub").html();
        for loads in [
            "<script", "<link", "<img", "src=", "href=", "url(", "@import", "http",
        ] {
            assert!(!html.contains(loads), "{loads}");
        }
        assert!(html.contains("prefers-color-scheme:dark"));
    }
}
