//! Connectors as they are stored: finding them, their status, their limits and their views.

pub(crate) mod blank_connector;
pub(crate) mod roots;
pub(crate) mod status;
pub(crate) mod time_limits;
pub(crate) mod view;

use patchbay_http::Reach;
use patchbay_model::{Connector, ConnectorId};
use patchbay_platforms::hosted;
use serde::Serialize;
use specta::Type;
use url::Url;

use crate::address::free_name;
use crate::connector_view::ConnectorView;
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::status::THIS_COMPUTER;
use crate::stored_connectors::view::view_connectors;

/// Lists all cached connectors by title.
pub async fn list_connectors(cx: &Context) -> Result<Vec<Connector>, Error> {
    Ok(cx.store().list_connectors().await?)
}

/// Number of connectors on the first page: more than the tallest window shows.
const FIRST: u32 = 100;

/// First page of the list of connectors.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FirstConnectors {
    /// First those that need the user's attention, then the others; each with favourites first, by title.
    pub connectors: Vec<ConnectorView>,
    /// Number of all connectors.
    pub total: u32,
}

/// Returns the first page of the cached connectors, which is fast however many there are. As in
/// [`list_connector_rows`], `native` is left out.
pub async fn first_connectors(cx: &Context) -> Result<FirstConnectors, Error> {
    let (connectors, total) = cx.store().first_connectors(FIRST).await?;
    let connectors = view_connectors(cx, connectors).await?;
    Ok(FirstConnectors { connectors, total })
}

/// Lists all cached connectors by title, with `null` for `native`, the platform's own JSON, which is most of the data
/// and not shown in lists. Never save these values.
pub async fn list_connector_rows(cx: &Context) -> Result<Vec<Connector>, Error> {
    Ok(cx.store().list_connector_rows().await?)
}

pub async fn find_connector(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let found = cx.store().find_connector(id).await?;
    found.ok_or_else(|| not_found(id.as_str()))
}

/// Finds a connector by id, by `ACCOUNT/NAME`, by a unique name or title, or by a unique kind as its platform's
/// documentation calls it (`stripe`).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Ambiguous`] when several connectors match; [`Error::Store`].
pub async fn resolve_connector(cx: &Context, text: &str) -> Result<Connector, Error> {
    pick_connector(&list_connectors(cx).await?, text).cloned()
}

pub(crate) fn pick_connector<'a>(
    connectors: &'a [Connector],
    text: &str,
) -> Result<&'a Connector, Error> {
    match matching(connectors, text).as_slice() {
        [] => Err(not_found(text)),
        [connector] => Ok(*connector),
        several => Err(Error::Ambiguous {
            things: "connectors",
            name: text.to_owned(),
            references: several
                .iter()
                .map(|it| reference_to(it, connectors))
                .collect(),
        }),
    }
}

/// The connectors that match by the first criterion that any of them meets.
fn matching<'a>(connectors: &'a [Connector], text: &str) -> Vec<&'a Connector> {
    let criteria: [fn(&Connector, &str) -> bool; 5] = [
        |connector, text| connector.id.as_str() == text,
        is_account_and_name,
        |connector, text| connector.name == text,
        // A server chooses its title, so it never wins over another connector's name in other letters.
        |connector, text| {
            let words = [&connector.name, &connector.title];
            words
                .into_iter()
                .any(|word| word.eq_ignore_ascii_case(text))
        },
        is_of_kind,
    ];
    for matches in criteria {
        let found: Vec<_> = connectors.iter().filter(|it| matches(it, text)).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The shortest text that means this one of `connectors`: its name, `ACCOUNT/NAME`, or its id.
pub(crate) fn reference_to(connector: &Connector, connectors: &[Connector]) -> String {
    let account = match connector.identity.account.as_str() {
        THIS_COMPUTER => "local",
        account => account,
    };
    let full = format!("{account}/{}", connector.name);
    let is_unique = |text: &String| match matching(connectors, text).as_slice() {
        [found] => found.id == connector.id,
        _ => false,
    };
    let mut names = [connector.name.clone(), full].into_iter();
    names
        .find(is_unique)
        .unwrap_or_else(|| connector.id.to_string())
}

/// Whether the text is the connector's kind, alone or as `ACCOUNT/KIND`.
fn is_of_kind(connector: &Connector, text: &str) -> bool {
    let rules = hosted(connector.identity.platform).map(|hosted| hosted.rules);
    let kind = rules.and_then(|rules| (rules.kind_of)(&connector.native));
    kind.is_some_and(|kind| match text.split_once('/') {
        Some((account, text)) => is_of_account(connector, account) && kind == text,
        None => kind == text,
    })
}

fn is_of_account(connector: &Connector, account: &str) -> bool {
    account == connector.account.as_str()
        || account == connector.identity.account
        || (account == "local" && connector.identity.account == THIS_COMPUTER)
}

fn is_account_and_name(connector: &Connector, text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(account, name)| connector.name == name && is_of_account(connector, account))
}

/// Returns `name`, or `name-2`, `name-3` … where other connectors have it.
pub(crate) async fn free_connector_name(cx: &Context, name: &str) -> Result<String, Error> {
    let connectors = list_connectors(cx).await?;
    let is_taken = |name: &str| connectors.iter().any(|connector| connector.name == name);
    Ok(free_name(name, "-", is_taken))
}

pub(crate) fn not_found(name: &str) -> Error {
    Error::not_found("connector", name)
}

/// Which addresses the server of a local connector may refer to: public ones, and those in the same kind of network as
/// its own.
pub(crate) fn reach_of(connector: &Connector) -> Reach {
    let own = match (&connector.command, &connector.endpoint) {
        // A program may refer to a page on this computer.
        (Some(_), _) => Url::parse("http://127.0.0.1/").ok(),
        (None, endpoint) => endpoint.as_deref().and_then(|it| Url::parse(it).ok()),
    };
    own.map_or_else(Reach::public, |own| Reach::of(&own))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn connector(id: &str, account: &str, name: &str, title: &str) -> Connector {
        let identity = json!({
            "platform": "local", "account": account, "credential": null, "level": null,
            "expiresAt": null,
        });
        Connector {
            name: name.to_owned(),
            ..Connector::new(
                serde_json::from_value(json!(id)).unwrap(),
                serde_json::from_value(json!(account)).unwrap(),
                title.to_owned(),
                serde_json::from_value(identity).unwrap(),
                serde_json::from_value(json!("2026-11-27T12:00:00Z")).unwrap(),
            )
        }
    }

    #[test]
    fn a_title_that_a_server_chose_takes_no_name_from_another_connector() {
        let mine = connector("con_1", THIS_COMPUTER, "github", "Work");
        let other = connector("con_2", THIS_COMPUTER, "github-2", "GitHub");
        let both = [mine, other];
        let found = |text| pick_connector(&both, text).map(|found| found.id.as_str());
        assert_eq!(found("github").unwrap(), "con_1");
        assert_eq!(found("work").unwrap(), "con_1");
        assert!(matches!(found("GitHub"), Err(Error::Ambiguous { .. })));
        let alone = pick_connector(&both[1..], "GitHub").unwrap();
        assert_eq!(alone.name, "github-2");
    }

    #[test]
    fn connectors_of_one_name_are_listed_by_what_names_each() {
        let all = [
            connector("con_1", THIS_COMPUTER, "wiki", "Wiki"),
            connector("con_2", "Acme", "wiki", "Wiki"),
            connector("con_3", "Twin", "wiki", "Wiki"),
            connector("con_4", "Twin", "wiki", "Wiki"),
            connector("con_5", "Acme", "notes", "Notes"),
        ];
        let Err(Error::Ambiguous { references, .. }) = pick_connector(&all, "wiki") else {
            panic!("one was picked");
        };
        let expected = ["local/wiki", "Acme/wiki", "con_3", "con_4"];
        assert_eq!(references, expected);
        for (connector, reference) in all.iter().zip(&references) {
            assert_eq!(pick_connector(&all, reference).unwrap().id, connector.id);
        }
        assert_eq!(reference_to(&all[4], &all), "notes");
    }
}
