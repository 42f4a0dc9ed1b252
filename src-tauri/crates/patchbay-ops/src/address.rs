//! Addresses as people type them.

use patchbay_model::Connector;
use url::{Host, Url};

use crate::Error;

/// The address of an MCP server, from what somebody typed or pasted: a missing scheme becomes
/// `https`, or `http` for this computer.
///
/// # Errors
/// [`Error::Usage`] when it is no address, of another scheme, or carries a user name or password.
pub(crate) fn read_address(text: &str) -> Result<Url, Error> {
    let text = text.trim().trim_matches(['"', '<', '>', '`']);
    let usage = |what: &str| Error::Usage {
        what: what.to_owned(),
        hint: "Enter an address such as https://mcp.example.com/mcp.".to_owned(),
    };
    if text.is_empty() {
        return Err(usage("the address is empty"));
    }
    if text.chars().any(char::is_whitespace) {
        return Err(usage("the address has a space in it"));
    }
    let mut url = if text.contains("://") {
        Url::parse(text).map_err(|_| usage("this is not an address"))?
    } else {
        with_scheme(text).ok_or_else(|| usage("this is not an address"))?
    };
    if !matches!(url.scheme(), "https" | "http") {
        return Err(usage("MCP servers are reached by https or http"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(usage("the address carries a user name or password"));
    }
    if url.host().is_none() {
        return Err(usage("the address names no host"));
    }
    url.set_fragment(None);
    Ok(url)
}

fn with_scheme(text: &str) -> Option<Url> {
    let secure = Url::parse(&format!("https://{text}")).ok()?;
    if is_this_computer(&secure) {
        return Url::parse(&format!("http://{text}")).ok();
    }
    // A single word is a search, not a host.
    secure.host_str()?.contains('.').then_some(secure)
}

/// Whether the address leads to this computer.
pub(crate) fn is_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Host and port for people.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The address of a connector of this computer.
///
/// # Errors
/// [`Error::Usage`] when it has none that can be used.
pub(crate) fn endpoint_of(connector: &Connector) -> Result<Url, Error> {
    read_address(connector.endpoint.as_deref().unwrap_or_default())
}

/// A name for people, from the address: the telling part of the host.
pub(crate) fn title_of(url: &Url) -> String {
    if is_this_computer(url) || !matches!(url.host(), Some(Host::Domain(_))) {
        return host_of(url);
    }
    let host = url.host_str().unwrap_or_default();
    let parts: Vec<&str> = host.split('.').collect();
    let telling = parts
        .iter()
        .take(parts.len().saturating_sub(1))
        .find(|part| !matches!(**part, "www" | "mcp" | "api" | "app"))
        .unwrap_or(&host);
    let mut letters = telling.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A short name for the command line, from a name for people: lower case, digits and hyphens.
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

/// The first of `name`, `name-2`, `name-3` … that is not taken.
pub(crate) fn free_name(name: &str, separator: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.to_owned();
    let mut number = 2u32;
    while taken(&free) {
        free = format!("{name}{separator}{number}");
        number += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_scheme_is_filled_in() {
        let read = |text| read_address(text).unwrap().to_string();
        assert_eq!(read("mcp.example.com/mcp"), "https://mcp.example.com/mcp");
        assert_eq!(read("localhost:8931/mcp"), "http://localhost:8931/mcp");
        assert_eq!(read(" <http://127.0.0.1:1/> "), "http://127.0.0.1:1/");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "github",
            "two words",
            "ftp://x.example",
            "https://u:p@x.example",
            "javascript:alert(1)",
        ] {
            assert!(read_address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn titles_and_names_come_from_the_telling_part() {
        let title = |text| title_of(&Url::parse(text).unwrap());
        assert_eq!(title("https://mcp.linear.app/mcp"), "Linear");
        assert_eq!(title("https://api.githubcopilot.com/mcp"), "Githubcopilot");
        assert_eq!(title("http://127.0.0.1:8931/mcp"), "127.0.0.1:8931");
        assert_eq!(name_of("Patchbay Playground!"), "patchbay-playground");
        assert_eq!(name_of("日本"), "connector");
    }

    #[test]
    fn free_names_count_up() {
        let taken = ["github", "github-2"];
        assert_eq!(
            free_name("github", "-", |name| taken.contains(&name)),
            "github-3"
        );
    }
}
