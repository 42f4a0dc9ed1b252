//! The table of routes and names: assumed defaults, each of which a setting of the account can replace.
//!
//! 10ex's connectors API is not public. If a real response contradicts a default, users must be able to fix it without a
//! new build.
//!
//! Source: 10ex contract, sections 3 and 4.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use patchbay_http::text::non_empty;
use patchbay_http::{Answer, Path, Request, reveal_secrets};
use patchbay_model::{RemoteId, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::settings::Settings;
use crate::capabilities::web_page;
use crate::output::object;
use crate::tenex::wire::{Item, Page, Started, id};
use crate::{Error, Result};

/// Operation, method, and path below the base path.
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

#[derive(Clone, Debug)]
struct Route {
    method: Method,
    /// Below the base path; names in braces are replaced by arguments.
    path: String,
    is_enabled: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    base_path: String,
    routes: BTreeMap<&'static str, Route>,
    items_key: String,
    cursor_key: String,
    cursor_param: String,
    limit_param: String,
    filter_params: BTreeMap<String, String>,
    redirect_keys: Vec<String>,
    id_keys: Vec<String>,
    pub(crate) states: States,
    pub(crate) poll_interval: Duration,
    pub(crate) poll_limit: Duration,
    pub(crate) uses_mcp: bool,
}

/// Status words of connectors and consents.
#[derive(Clone, Debug)]
pub(crate) struct States {
    pub(crate) pending: Vec<String>,
    pub(crate) success: Vec<String>,
    pub(crate) failure: Vec<String>,
}

/// What a setting changes of a route.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    /// HTTP method.
    #[schemars(title = "Method")]
    method: Option<String>,
    /// Relative to the base path; {braces} are filled in.
    #[schemars(title = "Path")]
    path: Option<String>,
    /// Turn off to hide this operation.
    #[schemars(title = "Enabled", extend("default" = true))]
    enabled: Option<bool>,
}

impl Table {
    /// Reads the defaults and the account's settings.
    pub(crate) fn read(settings: &Settings<'_>) -> Result<Self> {
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

    pub(crate) fn offers(&self, operation: &str) -> bool {
        self.route(operation).is_ok()
    }

    fn route(&self, operation: &str) -> Result<&Route> {
        let route = self.routes.get(operation);
        let route = route.filter(|route| route.is_enabled);
        route.ok_or_else(|| Error::NotSupported(operation.to_owned()))
    }

    /// The table for operations that the MCP server covers.
    ///
    /// # Errors
    /// [`Error::NotSupported`] if they use the MCP server, so that there is no request to show.
    pub(crate) fn without_mcp(&self) -> Result<&Self> {
        match self.uses_mcp {
            true => Err(Error::NotSupported("one request".to_owned())),
            false => Ok(self),
        }
    }

    /// Builds the request of an operation. Arguments fill in the path, and all except the id are sent in the body, or in the
    /// query of a GET.
    ///
    /// # Errors
    /// [`Error::NotSupported`] when the operation is disabled; [`Error::Usage`] when the path cannot be filled in.
    pub(crate) fn request(&self, operation: &str, arguments: &impl Serialize) -> Result<Request> {
        let (mut members, secrets) = members(arguments);
        let (request, is_get) = self.build_request(operation, &members)?;
        let request = secrets.into_iter().fold(request, Request::secret);
        members.shift_remove("id");
        match members.is_empty() {
            true => Ok(request),
            false if is_get => Ok(append_query(request, members)),
            false => request.json(&members),
        }
    }

    /// Builds the request of an operation whose only argument is a connector.
    pub(crate) fn request_on(&self, operation: &str, id: &RemoteId) -> Result<Request> {
        self.request(operation, &BTreeMap::from([("id", id)]))
    }

    /// Builds the request of a list, with its arguments in the query.
    pub(crate) fn list_request(
        &self,
        operation: &str,
        arguments: &impl Serialize,
    ) -> Result<Request> {
        let (request, _) = self.build_request(operation, &members(arguments).0)?;
        Ok(append_query(request, self.parameters(arguments)))
    }

    /// Renames the arguments of a list according to the settings.
    pub(crate) fn parameters(&self, arguments: &impl Serialize) -> Map<String, Value> {
        let members = members(arguments).0.into_iter();
        let named = members.map(|(name, value)| match name.as_str() {
            "cursor" => (self.cursor_param.clone(), value),
            "limit" => (self.limit_param.clone(), value),
            _ => (
                self.filter_params.get(&name).cloned().unwrap_or(name),
                value,
            ),
        });
        named.collect()
    }

    /// Returns the request without arguments, and whether it is a GET.
    fn build_request(
        &self,
        operation: &str,
        members: &Map<String, Value>,
    ) -> Result<(Request, bool)> {
        let route = self.route(operation)?;
        let find = |name: &str| match members.get(name)? {
            Value::String(text) => Some(Cow::Borrowed(&**text)),
            value @ (Value::Bool(_) | Value::Number(_)) => Some(value.to_string().into()),
            _ => None,
        };
        let path = Path::new(&self.base_path).template(&route.path, find)?;
        let request = Request::new(route.method.clone(), path);
        Ok((request, route.method == Method::GET))
    }

    pub(crate) fn parse_page<T: Item>(&self, answer: &Answer) -> Result<Page<T>> {
        let page = match answer.json()? {
            page @ Value::Object(_) => page,
            // Tools often return a bare list.
            items @ Value::Array(_) if self.uses_mcp => {
                Value::from_iter([(self.items_key.clone(), items)])
            }
            _ => return Err(answer.unexpected("not an object")),
        };
        Page::of(page, &self.items_key, &self.cursor_key, answer)
    }

    /// # Errors
    /// [`Error::UnexpectedAnswer`] without a redirect URL; [`Error::UnsafeUrl`] when it is not a web address.
    pub(crate) fn parse_started(&self, answer: &Answer) -> Result<Started> {
        let mut json = object(answer)?;
        let mut keys = self.redirect_keys.iter();
        let page = keys.find_map(|key| non_empty(json.get(key)?));
        let page = page.ok_or_else(|| answer.unexpected("no redirect URL"))?;
        let redirect_url = web_page(page, answer.status)?;
        let mut keys = self.id_keys.iter();
        let connector_id = keys.find_map(|key| id(json.get_mut(key)?.take()));
        Ok(Started {
            connector_id,
            redirect_url,
            state: json["state"].take(),
            expires_at: json["expires_at"].take(),
        })
    }
}

/// Serializes arguments; also returns the secrets among them.
pub(crate) fn members(arguments: &impl Serialize) -> (Map<String, Value>, Vec<Secret>) {
    match reveal_secrets(|| serde_json::to_value(arguments)) {
        (Ok(Value::Object(members)), secrets) => (members, secrets),
        // Arguments serialize to an object.
        (_, secrets) => (Map::new(), secrets),
    }
}

fn append_query(request: Request, members: Map<String, Value>) -> Request {
    let add = |request: Request, (name, value): (String, Value)| match value {
        Value::String(text) => request.query(&name, text),
        value => request.query(&name, value),
    };
    members.into_iter().fold(request, add)
}

fn routes(settings: &Settings<'_>) -> Result<BTreeMap<&'static str, Route>> {
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
                .map_err(|what| Error::Usage(format!("route {name} {what}")))?;
        }
        // Without an id, the operation would affect all connectors or none.
        if path.contains("{id}") && !route.path.split('/').any(|segment| segment == "{id}") {
            return Err(Error::Usage(format!("route {name} must contain {{id}}")));
        }
        routes.insert(name, route);
    }
    match changes.keys().next() {
        Some(name) => Err(Error::Usage(format!("unknown operation {name:?}"))),
        None => Ok(routes),
    }
}

fn change_route(route: &mut Route, change: Value) -> Result<(), &'static str> {
    let change: Change =
        serde_json::from_value(change).map_err(|_| "must be {method, path, enabled}")?;
    if let Some(method) = change.method {
        route.method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
            .map_err(|_| "has an unsupported method")?;
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

    fn table(settings: Value) -> Result<Table> {
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
        let filters = json!({"status": "a", "role": "b"});
        let parameters = Value::Object(table.parameters(&filters));
        assert_eq!(parameters, json!({"state": "a", "role": "b"}));
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
