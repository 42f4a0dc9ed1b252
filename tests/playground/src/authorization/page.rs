//! The pages a person sees: plain HTML that loads nothing.

use axum::http::{HeaderName, header};
use axum::response::{Html, IntoResponse, Response};
use url::Url;

use super::store::AuthorizationRequest;
use super::{SCOPES, paths};

/// Colours and sizes are those of the app's own tokens, light and dark.
const STYLE: &str = include_str!("page.css");

/// No `form-action`: browsers apply it to the redirect after the form too, and that leads to the app.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// Asks whether the client may do what it asked for. Its buttons have the ids `allow` and `deny`.
pub(crate) fn consent(asked: &AuthorizationRequest, ticket: &str, people: &[String]) -> Response {
    let name = escape(&asked.client_name);
    let scopes: String = asked.scopes.iter().map(|scope| scope_line(scope)).collect();
    let people: String = people
        .iter()
        .map(|person| format!("<option>{}</option>", escape(person)))
        .collect();
    let main = format!(
        r#"<form method="post" action="{action}">
<h1>Allow {name} to use Patchbay Playground?</h1>
<p class="note">{id}</p>
<label for="subject">Sign in as</label>
<select id="subject" name="subject">{people}</select>
<h2>It asks to</h2>
<ul>{scopes}</ul>
<p class="note">Either answer returns you to {back}.</p>
<input type="hidden" name="ticket" value="{ticket}">
<div class="foot">
<button id="deny" name="decision" value="deny">Deny</button>
<button id="allow" class="primary" name="decision" value="allow">Allow</button>
</div>
</form>"#,
        action = paths::CONSENT,
        id = escape(&asked.client_id),
        back = escape(&place(&asked.redirect_uri)),
        ticket = escape(ticket),
    );
    page(&format!("Allow {name}?"), &main)
}

/// Says why the browser is sent nowhere.
pub(crate) fn refusal(reason: &str) -> Response {
    let main = format!(
        "<h1>This sign-in cannot go on</h1><p>{}</p><p class=\"note\">Close this page and start again in the app.</p>",
        escape(reason)
    );
    page("This sign-in cannot go on", &main)
}

fn scope_line(scope: &str) -> String {
    let words = SCOPES
        .iter()
        .find(|(known, _)| *known == scope)
        .map_or(scope, |(_, words)| *words);
    format!("<li>{} <code>{}</code></li>", escape(words), escape(scope))
}

/// Where a redirect URI leads, short: scheme and host, with the port if it has one.
fn place(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else {
        return redirect_uri.to_owned();
    };
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

fn page(title: &str, main: &str) -> Response {
    let html = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{main}
</main>
</body>
</html>
"#
    );
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(html)).into_response()
}

/// Makes text of others harmless in HTML text and in quoted attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_inert() {
        assert_eq!(
            escape("<img src=\"x\" onerror='a&b'>"),
            "&lt;img src=&quot;x&quot; onerror=&#39;a&amp;b&#39;&gt;"
        );
    }

    #[test]
    fn the_way_back_is_named_without_its_path() {
        assert_eq!(place("patchbay://oauth/callback"), "patchbay://oauth");
        assert_eq!(
            place("http://127.0.0.1:5000/callback?x=1"),
            "http://127.0.0.1:5000"
        );
    }
}
