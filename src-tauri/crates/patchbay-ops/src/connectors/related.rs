//! Copies of a connector: the same service on other accounts, their differences, and creating another copy.

use patchbay_model::{
    AccountId, Connector, ConnectorId, Definition, Difference, Form, Json, Platform,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use specta::Type;
use url::Url;

use crate::abilities::{abilities, platform_abilities};
use crate::accounts::{find_account, list_accounts};
use crate::argument_check::check_arguments;
use crate::connector_view::ConnectorView;
use crate::connectors::create::{creation_form, list_definitions};
use crate::context::Context;
use crate::differences::differences;
use crate::error::Error;
use crate::forms::put;
use crate::stored_connectors::view::view_connectors;
use crate::stored_connectors::{find_connector, list_connectors};

/// Another connector for the same service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorCopy {
    pub connector: ConnectorView,
    /// Differences from the requested connector.
    pub differences: Vec<Difference>,
}

/// Form to create a copy of a connector on another account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CopyForm {
    /// Id of the definition to use.
    pub definition: String,
    /// Its form, with known values filled in.
    pub form: Form,
}

/// An account to which a connector could be copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CopyTarget {
    pub account: AccountId,
    /// Why a copy would not work there; `None` if it may.
    pub obstacle: Option<String>,
}

/// Lists the other connectors for the same service.
pub async fn list_copies(cx: &Context, id: &ConnectorId) -> Result<Vec<ConnectorCopy>, Error> {
    let connector = find_connector(cx, id).await?;
    let Some(service) = service_of(&connector) else {
        return Ok(Vec::new());
    };
    let own_facts = facts(&connector);
    let mut others = list_connectors(cx).await?;
    others.retain(|other| other.id != *id && service_of(other).as_ref() == Some(&service));
    let copies = view_connectors(cx, others).await?.into_iter();
    let copies = copies.map(|connector| ConnectorCopy {
        differences: differences(&own_facts, &facts(&connector)),
        connector,
    });
    Ok(copies.collect())
}

/// Lists the accounts to which a connector could be copied; nothing is sent.
pub async fn list_copy_targets(cx: &Context, id: &ConnectorId) -> Result<Vec<CopyTarget>, Error> {
    let connector = find_connector(cx, id).await?;
    let accounts = list_accounts(cx).await?.into_iter();
    let others = accounts.filter(|account| account.id != connector.account);
    let targets = others.map(|account| CopyTarget {
        obstacle: find_copy_address(&connector, account.platform).err(),
        account: account.id,
    });
    Ok(targets.collect())
}

/// Returns the address of a copy on a platform, or why a copy would not work there as far as is known offline.
fn find_copy_address(connector: &Connector, platform: Platform) -> Result<&str, String> {
    let target = platform_abilities(platform);
    let is_server = abilities(connector).takes_mcp_servers;
    match connector.endpoint.as_deref() {
        None => Err("no address to copy".to_owned()),
        Some(_) if is_server && !target.takes_mcp_servers => {
            let creates = patchbay_platforms::look(platform).creates;
            Err(format!("{creates}, not MCP servers"))
        }
        Some(_) if !is_server && target.configured_here => Err("MCP servers only".to_owned()),
        Some(address) => Ok(address),
    }
}

/// Returns the form to create a copy on an account.
///
/// # Errors
/// [`Error::Usage`] if a copy would not work there, before anything is sent, or if the account cannot create
/// connectors for addresses; [`Error::NotFound`]; [`Error::Platform`].
pub async fn copy_form(
    cx: &Context,
    id: &ConnectorId,
    account: &AccountId,
) -> Result<CopyForm, Error> {
    let connector = find_connector(cx, id).await?;
    let hint = match connector.endpoint {
        Some(_) => "Choose a connector type of that account.",
        None => "Choose a connector with an address.",
    };
    let usage = |what: String| Error::usage(what, hint);
    let target = find_account(cx, account).await?;
    let endpoint = find_copy_address(&connector, target.platform).map_err(|obstacle| {
        let title = &connector.title;
        usage(format!(
            "connector {title} can't be copied to {}: {obstacle}",
            target.label
        ))
    })?;
    let definitions = list_definitions(cx, account).await?;
    let is_same_service = |definition: &&Definition| {
        let address = definition.endpoint.as_deref().and_then(normalize_address);
        address.is_some() && address == normalize_address(endpoint)
    };
    let specific = definitions.iter().find(is_same_service);
    let generic = definitions.iter().find(|it| it.endpoint_field.is_some());
    let definition = specific.or(generic).ok_or_else(|| {
        usage("this account can't create connectors for custom addresses".to_owned())
    })?;
    let mut form = creation_form(cx, account, &definition.id).await?;
    if let Some(pointer) = &definition.endpoint_field {
        put(&mut form.values, pointer, Value::from(endpoint))?;
    }
    let words = [
        ("name", Some(connector.name)),
        ("title", Some(connector.title)),
        ("description", connector.description),
    ];
    fill_words(&mut form, words);
    Ok(CopyForm {
        definition: definition.id.clone(),
        form,
    })
}

/// Fills the members that the form has and whose values its schema accepts.
fn fill_words(form: &mut Form, words: [(&str, Option<String>); 3]) {
    let schema = form.schema.clone();
    if form.values.is_null() {
        form.values = Json(Value::Object(Map::new()));
    }
    for (member, word) in words {
        let property = schema.pointer(&format!("/properties/{member}"));
        if let (Some(word), Some(property)) = (word.map(Value::from), property)
            && check_arguments(property, &word).is_empty()
        {
            form.values[member] = word;
        }
    }
}

/// Properties that are compared between copies.
fn facts(connector: &Connector) -> Value {
    json!({
        "account": connector.identity.account,
        "title": connector.title,
        "description": connector.description,
        "endpoint": connector.endpoint,
        "visibility": connector.visibility,
        "status": connector.status.status,
        "credential": connector.identity.credential,
        "user": connector.identity.user,
        "level": connector.identity.level,
        "tools": connector.tool_count,
    })
}

fn service_of(connector: &Connector) -> Option<String> {
    normalize_address(connector.endpoint.as_deref()?)
}

/// Normalizes an address for comparison: ignores case of the host, default ports, trailing slashes and fragments.
fn normalize_address(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    url.set_fragment(None);
    Some(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[test]
    fn equivalent_addresses_are_equal() {
        let expected = normalize_address("https://mcp.example/mcp");
        for other in [
            "HTTPS://MCP.example:443/mcp/",
            "https://mcp.example/mcp#part",
        ] {
            assert_eq!(normalize_address(other), expected, "{other}");
        }
        assert_ne!(normalize_address("https://mcp.example/other"), expected);
        assert_ne!(
            normalize_address("https://mcp.example/mcp?team=1"),
            expected
        );
        assert_eq!(normalize_address("no address"), None);
    }

    #[tokio::test]
    async fn obstacles_to_a_copy_are_known_beforehand() {
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        let search = "Search services for Cohere chat, not MCP servers".to_owned();
        assert_eq!(find_copy_address(&connector, Platform::Cohere), Err(search));
        assert_eq!(
            find_copy_address(&connector, Platform::Mistral),
            Ok(UNREACHABLE_URL)
        );
        assert!(find_copy_address(&connector, Platform::Tenex).is_err());
        connector.identity.platform = Platform::Cohere;
        assert_eq!(
            find_copy_address(&connector, Platform::Cohere),
            Ok(UNREACHABLE_URL)
        );
        assert_eq!(
            find_copy_address(&connector, Platform::Local),
            Err("MCP servers only".to_owned())
        );
        connector.endpoint = None;
        assert!(find_copy_address(&connector, Platform::Cohere).is_err());
    }

    #[test]
    fn words_fill_matching_fields() {
        let mut form = Form {
            schema: Json(json!({ "type": "object", "properties": {
                "name": { "type": "string", "pattern": "^[a-z]+$" },
                "title": { "type": "string" },
            } })),
            ..Form::default()
        };
        let words = [
            ("name", "Notes 2"),
            ("title", "Notes"),
            ("description", "Keeps notes"),
        ];
        fill_words(
            &mut form,
            words.map(|(name, word)| (name, Some(word.to_owned()))),
        );
        assert_eq!(form.values.0, json!({ "title": "Notes" }));
    }
}
