//! Parsing of typed addresses, and names derived from them.

use std::collections::HashSet;

use patchbay_http::host_of;
use patchbay_model::{Connector, capitalize, clean_text, has_user_info, is_loopback, pointer};
use patchbay_platforms::PlainHttp;
use serde_json::Value;
use url::{Host, Url};

use crate::error::Error;
use crate::redact::redact_marked;

/// Maximum bytes of a typed address, which every server and proxy supports.
///
/// Source: RFC 9110, section 4.1.
const MAX_LENGTH: usize = 8000;

/// Hint for a text that is no address.
pub const ADDRESS_HINT: &str = "Enter an address such as https://mcp.example.com/mcp.";

/// Hint for an MCP bundle in place of an address or a command.
pub const BUNDLE_HINT: &str =
    "Download it if it's on the web, then open its file with \"Choose bundle…\".";

/// Parses a typed or pasted address of an MCP server. A missing scheme becomes `https`, or `http` for this computer.
///
/// # Errors
/// [`Error::Usage`] when it is not an address or has another scheme; [`Error::AddressSecret`] when it contains a user
/// name or password.
pub fn read_address(text: &str) -> Result<Url, Error> {
    let text = text.trim().trim_matches(['"', '<', '>', '`']);
    let usage = |what: &str| Error::usage(what, ADDRESS_HINT);
    if text.is_empty() {
        return Err(usage("enter an address"));
    }
    if text.len() > MAX_LENGTH {
        return Err(usage("address is longer than 8,000 characters"));
    }
    if is_bundle(text) {
        let what = "this is an MCP bundle, not an address";
        return Err(Error::usage(what, BUNDLE_HINT));
    }
    if text.chars().any(char::is_whitespace) {
        return Err(usage("addresses can't contain spaces"));
    }
    let mut url = if text.contains("://") {
        Url::parse(text).map_err(|_| usage("this isn't a web address"))?
    } else {
        with_scheme(text).ok_or_else(|| usage("this isn't a web address"))?
    };
    if !matches!(url.scheme(), "https" | "http") {
        return Err(usage("use an http or https address"));
    }
    if has_user_info(&url) {
        return Err(Error::AddressSecret {
            path: String::new(),
        });
    }
    // A path such as `../x` parses as the host `..`, which the URL standard allows.
    let is_dots = |host: &str| host.chars().all(|sign| sign == '.');
    if url.host_str().is_none_or(is_dots) {
        return Err(usage("the address has no host"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Whether a path or an address ends as the file of an MCP bundle does.
pub(crate) fn is_bundle(text: &str) -> bool {
    let file = text.split(['?', '#']).next().unwrap_or_default();
    let file = file.trim_end_matches(['"', '\'']).to_ascii_lowercase();
    file.ends_with(".mcpb") || file.ends_with(".dxt")
}

fn with_scheme(text: &str) -> Option<Url> {
    let secure = Url::parse(&format!("https://{text}")).ok()?;
    if is_loopback(&secure) {
        return Url::parse(&format!("http://{text}")).ok();
    }
    // A single word is no host.
    secure.host_str()?.contains('.').then_some(secure)
}

/// Whether both addresses have the same host, or one host is a subdomain of the other.
pub(crate) fn shares_domain(one: &Url, other: &Url) -> bool {
    let is_within = |inner: &str, outer: &str| {
        let rest = inner.strip_suffix(outer);
        rest.is_some_and(|rest| rest.ends_with('.')) && outer.contains('.')
    };
    match (one.host(), other.host()) {
        (Some(Host::Domain(one)), Some(Host::Domain(other))) => {
            one == other || is_within(one, other) || is_within(other, one)
        }
        (one, other) => one.is_some() && one == other,
    }
}

/// Fails when a URL in the values of a form or operation contains a user name or a password, since it would be shown
/// with the connector. Allows fields that the `schema` marks as secret, and values that are in `known` already.
///
/// # Errors
/// [`Error::AddressSecret`] with the path of the first such URL.
pub(crate) fn refuse_user_info(values: &Value, schema: &Value, known: &Value) -> Result<(), Error> {
    match user_info_at(&redact_marked(values, schema), known, &mut String::new()) {
        Some(path) => Err(Error::AddressSecret { path }),
        None => Ok(()),
    }
}

/// Returns the JSON pointer to the first URL with a user name or password.
fn user_info_at(value: &Value, known: &Value, path: &mut String) -> Option<String> {
    let mut inside = |step: &str, member: &Value, known: &Value| {
        let length = path.len();
        path.push('/');
        path.push_str(&pointer::escape(step));
        let found = user_info_at(member, known, path);
        path.truncate(length);
        found
    };
    match value {
        Value::Object(members) => members
            .iter()
            .find_map(|(name, member)| inside(name, member, &known[name.as_str()])),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| inside(&index.to_string(), item, &known[index])),
        Value::String(text) => {
            let is_web = text.starts_with("http://") || text.starts_with("https://");
            let carries = is_web && Url::parse(text).is_ok_and(|url| has_user_info(&url));
            (carries && value != known).then(|| path.clone())
        }
        _ => None,
    }
}

/// Returns whether credentials may be sent to that address over plain HTTP, which only the user can allow.
pub(crate) fn plain_http(is_allowed: bool, url: &Url) -> PlainHttp {
    match is_allowed {
        true => PlainHttp::allowed_to(url),
        false => PlainHttp::Refused,
    }
}

/// Returns the address of a local connector. Fails when it has no valid one.
pub(crate) fn endpoint_of(connector: &Connector) -> Result<Url, Error> {
    read_address(connector.endpoint.as_deref().unwrap_or_default())
}

/// The error of a change that needs an address, for a connector with a program.
pub(crate) fn no_address(connector: &Connector) -> Error {
    let title = &connector.title;
    Error::usage(
        format!("connector {title} is a program and has no address"),
        "Add the address as another connector.",
    )
}

/// Derives a title from the significant part of the host.
pub(crate) fn title_of(url: &Url) -> String {
    if is_loopback(url) || !matches!(url.host(), Some(Host::Domain(_))) {
        return host_of(url);
    }
    let host = url.host_str().unwrap_or_default();
    let parts: Vec<&str> = host.split('.').collect();
    let telling = parts
        .iter()
        .take(parts.len().saturating_sub(1))
        .find(|part| !matches!(**part, "www" | "mcp" | "api" | "app"))
        .unwrap_or(&host);
    capitalize(telling)
}

/// Cleans a title for display; `None` when nothing is left.
pub(crate) fn clean_title(title: Option<String>) -> Option<String> {
    let title = clean_text(&title?, 100);
    (!title.is_empty()).then_some(title)
}

/// Derives a name for the command line from a title: lower case letters, digits and hyphens.
pub(crate) fn name_of(title: &str) -> String {
    let mut name = String::new();
    for letter in title.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "connector" } else { name }.to_owned()
}

/// Maximum length of a derived short name, in bytes.
const MAX_SHORT_NAME: usize = 40;

/// Derives the short name of a local connector from its title.
pub(crate) fn short_name_of(title: &str) -> String {
    let mut name = name_of(title);
    name.truncate(MAX_SHORT_NAME);
    name.trim_end_matches('-').to_owned()
}

/// Returns the first of `name`, `name-2`, `name-3` … that is not taken.
pub(crate) fn free_name(name: &str, separator: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.to_owned();
    let mut number = 2u32;
    while taken(&free) {
        free = format!("{name}{separator}{number}");
        number += 1;
    }
    free
}

/// The name of something that is about to be added.
#[derive(Clone, Debug)]
pub(crate) enum NewName {
    /// Entered by a person: refused if it is taken.
    Entered(String),
    /// Derived from something else: gets a number if it is taken.
    Derived(String),
}

impl NewName {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Entered(name) | Self::Derived(name) => name,
        }
    }

    /// Returns the name to save, given those that are taken.
    pub(crate) fn among(self, separator: &str, taken: &HashSet<String>) -> String {
        match self {
            Self::Entered(name) => name,
            Self::Derived(name) => free_name(&name, separator, |name| taken.contains(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_missing_scheme_is_filled_in() {
        let read = |text| read_address(text).unwrap().to_string();
        assert_eq!(read("mcp.example.com/mcp"), "https://mcp.example.com/mcp");
        assert_eq!(read("localhost:8931/mcp"), "http://localhost:8931/mcp");
        assert_eq!(read(" <http://127.0.0.1:1/> "), "http://127.0.0.1:1/");
    }

    #[test]
    fn invalid_addresses_are_rejected() {
        for text in [
            "",
            "github",
            "two words",
            "ftp://x.example",
            "https://u:p@x.example",
            "../../tmp/x",
            "https://./",
            "javascript:alert(1)",
        ] {
            assert!(read_address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_very_long_address_is_rejected_before_it_is_parsed() {
        let path = "/".repeat(MAX_LENGTH);
        let fits = &format!("https://a.example{path}")[..MAX_LENGTH];
        assert!(read_address(fits).is_ok());
        assert!(read_address(&format!("{fits}/")).is_err());
    }

    #[test]
    fn a_password_in_an_address_is_refused_with_its_place() {
        let schema = json!({ "properties": { "secret": { "writeOnly": true } } });
        let refused_at =
            |values: Value, known: Value| match refuse_user_info(&values, &schema, &known) {
                Err(Error::AddressSecret { path }) => Some(path),
                Ok(()) => None,
                Err(error) => panic!("{error}"),
            };
        let address = "https://ada:pw@a.example/mcp";
        let nested = json!({ "a/b": [{ "url": address }] });
        assert_eq!(
            refused_at(nested, Value::Null).as_deref(),
            Some("/a~1b/0/url")
        );
        assert_eq!(
            refused_at(json!({ "url": "https://tok@a.example" }), Value::Null).as_deref(),
            Some("/url")
        );
        for free in [
            json!({ "secret": address }),
            json!({ "url": "https://a.example/@ada:pw" }),
            json!({ "mail": "ada:pw@a.example", "n": 1 }),
        ] {
            assert_eq!(refused_at(free.clone(), Value::Null), None, "{free}");
        }
        let shown = json!({ "url": "https://ada:***@a.example/mcp" });
        assert_eq!(refused_at(shown.clone(), shown), None);
    }

    #[test]
    fn a_domain_is_shared_with_its_subdomains() {
        let shares = |one: &str, other: &str| {
            let url = |host: &str| Url::parse(&format!("https://{host}/")).unwrap();
            let shared = shares_domain(&url(one), &url(other));
            assert_eq!(shared, shares_domain(&url(other), &url(one)));
            shared
        };
        for (one, other) in [
            ("mcp.example.com", "mcp.example.com:8443"),
            ("mcp.example.com", "example.com"),
            ("127.0.0.1", "127.0.0.1:80"),
        ] {
            assert!(shares(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("mcp.example.com", "cdn.example.com"),
            ("example.com", "badexample.com"),
            ("mcp.example.com", "com"),
            ("127.0.0.1", "localhost"),
            ("127.0.0.1", "127.0.0.2"),
        ] {
            assert!(!shares(one, other), "{one} {other}");
        }
    }

    #[test]
    fn titles_and_names_come_from_the_significant_part_of_the_host() {
        let title = |text| title_of(&Url::parse(text).unwrap());
        assert_eq!(title("https://mcp.linear.app/mcp"), "Linear");
        assert_eq!(title("https://api.githubcopilot.com/mcp"), "Githubcopilot");
        assert_eq!(title("http://127.0.0.1:8931/mcp"), "127.0.0.1:8931");
        assert_eq!(name_of("Patchbay Playground!"), "patchbay-playground");
        assert_eq!(name_of("日本"), "connector");
        let long = format!("{}-{}", "a".repeat(39), "b".repeat(60));
        assert_eq!(short_name_of(&long), "a".repeat(39));
    }

    #[test]
    fn free_names_count_up() {
        let taken = ["github", "github-2"];
        assert_eq!(
            free_name("github", "-", |name| taken.contains(&name)),
            "github-3"
        );
        let taken: HashSet<String> = taken.map(str::to_owned).into();
        let among = |name: fn(String) -> NewName| name("github".to_owned()).among("-", &taken);
        assert_eq!(among(NewName::Derived), "github-3");
        assert_eq!(among(NewName::Entered), "github");
    }
}
