//! Links on web pages that install a server in Patchbay or another app.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use patchbay_model::{clean_text, is_variable_name};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::blanks::{Blanks, value};
use super::command::{Command, header};
use super::{Draft, MAX_VALUES, PasteError, PastedPlace, PastedServers, mcp_servers};

/// Parses an install link; `None` for any other text.
pub(super) fn read(text: &str, home: &str) -> Option<Result<PastedServers, PasteError>> {
    let (scheme, rest) = text.split_once(':')?;
    match scheme {
        "cursor" | "lmstudio" => Some(url(text).and_then(|url| parse_cursor_link(&url, home))),
        "vscode" | "vscode-insiders" | "raycast" => Some(parse_vscode_link(rest, home)),
        "patchbay" => Some(url(text).and_then(|url| parse_patchbay_link(&url, home))),
        "goose" => Some(url(text).and_then(|url| parse_goose_link(&url, home))),
        "https" => {
            let url = Url::parse(text).ok()?;
            // Buttons escape the slashes of the path.
            let path = percent_decode_str(url.path()).decode_utf8().ok()?;
            match (url.host_str()?, path.as_ref()) {
                ("cursor.com" | "www.cursor.com", path)
                    if path.ends_with("/install-mcp") || path.ends_with("/link/mcp/install") =>
                {
                    Some(parse_cursor_link(&url, home))
                }
                ("lmstudio.ai", "/install-mcp") => Some(parse_cursor_link(&url, home)),
                ("vscode.dev" | "insiders.vscode.dev", "/redirect/mcp/install")
                | ("kiro.dev", "/launch/mcp/add") => Some(parse_vscode_page_link(&url, home)),
                ("vscode.dev" | "insiders.vscode.dev", "/redirect") => {
                    let link = parameter(&url, "url")?;
                    let (_, rest) = link.split_once(':')?;
                    Some(parse_vscode_link(rest, home))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn url(text: &str) -> Result<Url, PasteError> {
    Url::parse(text).map_err(|_| link_error("it isn't complete"))
}

fn link_error(why: &'static str) -> PasteError {
    PasteError::Link { why }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    let pair = pairs.find(|(key, _)| key == name);
    pair.map(|(_, value)| value.into_owned())
}

/// Parses `patchbay://install?url=ADDRESS&name=…`, or with `config` as in a Cursor link instead of `url`.
fn parse_patchbay_link(url: &Url, home: &str) -> Result<PastedServers, PasteError> {
    if !is_install_link(url) {
        return Err(link_error("it doesn't install a server"));
    }
    let Some(address) = parameter(url, "url") else {
        return parse_cursor_link(url, home);
    };
    let title = parameter(url, "name").map(|title| clean_text(&title, 100));
    ensure_web_address(&address)?;
    let draft = Draft::new(home, Blanks::default());
    let place = PastedPlace::address(&address, Vec::new());
    Ok(draft.finish(title, place)?.into())
}

/// Whether a `patchbay:` link proposes a server; [`read_pasted`](super::read_pasted) parses it.
pub fn is_install_link(link: &Url) -> bool {
    link.scheme() == "patchbay" && link.host_str() == Some("install")
}

fn ensure_web_address(address: &str) -> Result<(), PasteError> {
    match address.starts_with("http://") || address.starts_with("https://") {
        true => Ok(()),
        false => Err(link_error("its address isn't http or https")),
    }
}

/// Parses `cursor://anysphere.cursor-deeplink/mcp/install?name=…&config=BASE64`: the JSON of an entry, alone or under
/// its name. The pages that open such a link and `lmstudio://add_mcp` have the same parameters.
fn parse_cursor_link(url: &Url, home: &str) -> Result<PastedServers, PasteError> {
    let config = parameter(url, "config").ok_or_else(|| link_error("it has no configuration"))?;
    // An unescaped plus sign was decoded to a space.
    let config = config.replace([' ', '-'], "+").replace('_', "/");
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, lenient);
    let json = engine.decode(config.trim()).ok();
    let json = json.and_then(|bytes| String::from_utf8(bytes).ok());
    let json = json.ok_or_else(|| link_error("its configuration can't be decoded"))?;
    let name = parameter(url, "name");
    mcp_servers::read(&json, name.as_deref(), home)
}

/// Parses `vscode:mcp/install?JSON`: an entry with its name, percent-encoded or not. Raycast has the same.
fn parse_vscode_link(rest: &str, home: &str) -> Result<PastedServers, PasteError> {
    let rest = rest.trim_start_matches('/');
    let json = rest
        .strip_prefix("mcp/install?")
        .ok_or_else(|| link_error("it doesn't install a server"))?;
    let json = percent_decode_str(json).decode_utf8();
    let json = json.map_err(|_| link_error("its configuration can't be decoded"))?;
    mcp_servers::read(json.trim(), None, home)
}

/// Parses `https://vscode.dev/redirect/mcp/install?name=…&config=JSON&inputs=JSON`. Kiro's page has the same parameters.
fn parse_vscode_page_link(url: &Url, home: &str) -> Result<PastedServers, PasteError> {
    let json = |name: &str| {
        let text = parameter(url, name)?;
        serde_json::from_str::<Value>(&text).ok()
    };
    let config = json("config").ok_or_else(|| link_error("it has no configuration"))?;
    let name = parameter(url, "name").unwrap_or_default();
    let whole = serde_json::json!({ "servers": { name: config }, "inputs": json("inputs") });
    mcp_servers::read(&whole.to_string(), None, home)
}

/// Parses `goose://extension?cmd=…&arg=…&env=NAME=description&name=…`, or with `url` and `header` instead of a command.
fn parse_goose_link(url: &Url, home: &str) -> Result<PastedServers, PasteError> {
    if url.host_str() != Some("extension") {
        return Err(link_error("it doesn't install a server"));
    }
    let all = |name: &'static str| {
        let pairs = url.query_pairs();
        let named = pairs.filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.into_owned())
    };
    let mut draft = Draft::new(home, Blanks::default());
    let title = parameter(url, "name").or_else(|| parameter(url, "id"));
    let title = title.map(|title| clean_text(&title, 100));
    if let Some(address) = parameter(url, "url") {
        ensure_web_address(&address)?;
        let lines = all("header").take(MAX_VALUES + 1);
        let headers = lines.filter_map(|line| header(&line.replacen('=', ":", 1)));
        let place = PastedPlace::address(&address, headers.collect());
        return Ok(draft.finish(title, place)?.into());
    }
    let mut words: Vec<String> = all("cmd").take(1).collect();
    words.extend(all("arg"));
    if words.is_empty() {
        return Err(link_error("it has neither a command nor an address"));
    }
    let mut variables = Vec::new();
    for variable in all("env").take(MAX_VALUES + 1) {
        let (name, description) = variable.split_once('=').unwrap_or((&variable, ""));
        if !is_variable_name(name) {
            continue;
        }
        if !description.is_empty() {
            draft.note(format!("{name}: {}", clean_text(description, 200)));
        }
        variables.push(value(name, String::new()));
    }
    let command = Command {
        words,
        variables,
        folder: None,
    };
    Ok(command.into_server(title, draft)?.into())
}
