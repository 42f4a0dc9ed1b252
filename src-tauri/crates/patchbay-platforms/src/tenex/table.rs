//! The table of routes and words: assumed defaults, each of which a setting of the account replaces.
//!
//! Nothing of 10ex's connectors API is public. A real answer that contradicts a default has to be
//! fixable without a new build.
//!
//! Source: 10ex contract, sections 3 and 4.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::settings::Settings;
use crate::Error;

/// Method and path of each operation under the base path.
pub(super) const ROUTES: [(&str, Method, &str); 13] = [
    ("list_providers", Method::GET, "/providers"),
    ("list", Method::GET, ""),
    ("get", Method::GET, "/{id}"),
    ("start_oauth", Method::POST, "/oauth/start"),
    ("get_status", Method::GET, "/{id}/status"),
    ("submit_byok", Method::POST, "/byok"),
    ("update", Method::PATCH, "/{id}"),
    ("disable", Method::PATCH, "/{id}"),
    ("enable", Method::PATCH, "/{id}"),
    ("refresh", Method::POST, "/{id}/refresh"),
    ("revoke", Method::POST, "/{id}/revoke"),
    ("test", Method::POST, "/{id}/test"),
    ("delete", Method::DELETE, "/{id}"),
];

/// How one operation is called.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    /// Below the base path; names in braces are segments filled from the arguments.
    pub(super) path: String,
    is_enabled: bool,
}

/// Everything that could be otherwise than assumed.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) base_path: String,
    routes: BTreeMap<&'static str, Route>,
    pub(super) items_key: String,
    pub(super) cursor_key: String,
    pub(super) cursor_param: String,
    pub(super) limit_param: String,
    filter_params: BTreeMap<String, String>,
    pub(super) redirect_keys: Vec<String>,
    pub(super) id_keys: Vec<String>,
    pub(super) states: States,
    pub(super) poll_interval: Duration,
    pub(super) poll_limit: Duration,
    pub(super) uses_mcp: bool,
}

/// Words for how a connector is.
#[derive(Clone, Debug)]
pub(super) struct States {
    pub(super) pending: Vec<String>,
    pub(super) success: Vec<String>,
    pub(super) failure: Vec<String>,
}

/// What a setting changes of a route.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    method: Option<String>,
    path: Option<String>,
    enabled: Option<bool>,
}

impl Table {
    /// The defaults with the account's settings in their place.
    ///
    /// # Errors
    /// [`Error::Usage`] when a setting cannot be used.
    pub(super) fn read(settings: &Settings<'_>) -> Result<Self, Error> {
        let text = |name, default: &str| settings.text_or(name, default);
        let words = |name, default: &[&str]| settings.words_or(name, default);
        let base_path = text("base_path", "/api/v1/connectors")?;
        Ok(Self {
            base_path: format!("/{}", base_path.trim_matches('/')),
            routes: routes(settings)?,
            items_key: text("list.items_key", "items")?,
            cursor_key: text("list.cursor_key", "next_cursor")?,
            cursor_param: text("list.cursor_param", "cursor")?,
            limit_param: text("list.limit_param", "limit")?,
            filter_params: settings.json("list.filter_params")?.unwrap_or_default(),
            redirect_keys: words(
                "oauth.redirect_keys",
                &["redirect_url", "auth_url", "authorization_url", "url"],
            )?,
            id_keys: words("oauth.id_keys", &["connector_id", "id"])?,
            states: States {
                pending: words("status.pending", &["pending"])?,
                success: words("status.success", &["connected"])?,
                failure: words(
                    "status.failure",
                    &["error", "revoked", "disabled", "needs_reauth"],
                )?,
            },
            poll_interval: settings.seconds_or("poll.interval_s", 2.0)?,
            poll_limit: settings.seconds_or("poll.limit_s", 300.0)?,
            uses_mcp: settings.flag("use_mcp")?,
        })
    }

    /// How an operation is called.
    ///
    /// # Errors
    /// [`Error::NotSupported`] when it is switched off.
    pub(super) fn route(&self, operation: &str) -> Result<&Route, Error> {
        let route = self.routes.get(operation);
        route
            .filter(|route| route.is_enabled)
            .ok_or_else(|| Error::NotSupported(operation.to_owned()))
    }

    /// What a filter of a list is called in the query.
    pub(super) fn filter_param<'a>(&'a self, filter: &'a str) -> &'a str {
        self.filter_params
            .get(filter)
            .map_or(filter, String::as_str)
    }
}

fn routes(settings: &Settings<'_>) -> Result<BTreeMap<&'static str, Route>, Error> {
    let mut changes: BTreeMap<String, Value> = settings.json("routes")?.unwrap_or_default();
    let mut routes = BTreeMap::new();
    for (name, method, path) in ROUTES {
        let mut route = Route {
            method,
            path: path.to_owned(),
            is_enabled: true,
        };
        if let Some(change) = changes.remove(name) {
            change_route(&mut route, change)
                .map_err(|what| Error::Usage(format!("the route of {name} {what}")))?;
        }
        // Without it, the operation would be done to all connectors, or to none.
        if path.contains("{id}") && !route.path.split('/').any(|segment| segment == "{id}") {
            return Err(Error::Usage(format!(
                "the route of {name} has to hold {{id}} as a segment"
            )));
        }
        routes.insert(name, route);
    }
    match changes.keys().next() {
        Some(name) => Err(Error::Usage(format!(
            "there is no operation {name:?} to route"
        ))),
        None => Ok(routes),
    }
}

fn change_route(route: &mut Route, change: Value) -> Result<(), &'static str> {
    let change: Change =
        serde_json::from_value(change).map_err(|_| "has to be {method, path, enabled}")?;
    if let Some(method) = change.method {
        route.method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
            .map_err(|_| "has no usable method")?;
    }
    if let Some(path) = change.path {
        route.path = path;
    }
    route.is_enabled = change.enabled.unwrap_or(true);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(settings: Value) -> Result<Table, Error> {
        Table::read(&Settings(settings.as_object().unwrap()))
    }

    #[test]
    fn settings_stand_in_place_of_the_defaults() {
        let table = table(json!({
            "base_path": "edge/v2/", "list.items_key": "data", "status.success": "connected, active",
            "list.filter_params": {"status": "state"}, "poll.interval_s": "0.5", "use_mcp": "true",
            "routes": {"test": {"enabled": false}, "get": {"method": "post", "path": "/one/{id}"}}
        }))
        .unwrap();
        assert_eq!(table.base_path, "/edge/v2");
        assert_eq!(table.items_key, "data");
        assert_eq!(table.cursor_key, "next_cursor");
        assert_eq!(table.states.success, ["connected", "active"]);
        assert_eq!(table.filter_param("status"), "state");
        assert_eq!(table.filter_param("role"), "role");
        assert_eq!(table.poll_interval, Duration::from_millis(500));
        assert!(table.uses_mcp);
        assert_eq!(table.route("test").unwrap_err().kind(), "not_supported");
        let get = table.route("get").unwrap();
        assert_eq!(
            (&get.method, get.path.as_str()),
            (&Method::POST, "/one/{id}")
        );
    }

    #[test]
    fn a_table_that_cannot_be_used_is_refused() {
        for settings in [
            json!({"routes": {"nope": {}}}),
            json!({"routes": {"get": {"path": "/"}}}),
            json!({"routes": {"get": {"path": "/x{id}"}}}),
            json!({"routes": {"get": {"method": "GE T"}}}),
            json!({"routes": {"get": {"paths": "/{id}"}}}),
            json!({"routes": "{"}),
            json!({"poll.interval_s": 0}),
            json!({"poll.limit_s": "soon"}),
            json!({"status.pending": 1}),
            json!({"use_mcp": "perhaps"}),
            json!({"base_path": 7}),
        ] {
            let refused = table(settings.clone()).map(drop);
            assert!(matches!(refused, Err(Error::Usage(_))), "{settings}");
        }
    }
}
