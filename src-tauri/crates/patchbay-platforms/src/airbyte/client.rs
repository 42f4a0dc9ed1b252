//! One function for each documented operation, named as in the contract.

use std::sync::Arc;

use http::Method;
use patchbay_http::{
    Answer, Api, CallOptions, Path, PlannedRequest, Request, StreamedAnswer, text,
};
use patchbay_model::Secret;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use url::Url;

use super::token::{CallTokens, Tokens};
use super::wire;
use crate::Error;

const CONNECTORS: &str = "/api/v1/integrations/connectors";
const DEFINITIONS: &str = "/api/v1/integrations/definitions/sources";
const WORKSPACES: &str = "/api/v1/workspaces";
const APPLICATIONS: &str = "/api/v1/account/applications";

/// Most pages of one list: a list that never ends is no list.
const MOST_PAGES: usize = 1000;

/// The way to the platform as one identity: an application, or a pasted token, in one organization.
#[derive(Clone)]
pub(super) struct Client {
    /// Sends without credentials; each call adds its own.
    api: Arc<Api>,
    tokens: Arc<Tokens>,
    organization_id: Option<String>,
}

/// Where to look for connectors.
pub(super) enum Workspace<'a> {
    Named(&'a str),
    Id(&'a str),
}

impl Client {
    /// `api` has no credentials and no headers of an organization.
    pub(super) fn new(mut api: Api, tokens: Arc<Tokens>, organization_id: Option<String>) -> Self {
        if let Some(organization) = &organization_id {
            api.headers
                .push(("x-organization-id".to_owned(), organization.clone()));
        }
        Self {
            api: Arc::new(api),
            tokens,
            organization_id,
        }
    }

    pub(super) fn organization_id(&self) -> Option<&str> {
        self.organization_id.as_deref()
    }

    /// Whether it acts as that application in that organization.
    pub(super) fn is_of(&self, id: &str, secret: &str, organization: Option<&str>) -> bool {
        self.organization_id() == organization && self.tokens.are_of(id, secret)
    }

    /// Whether its token was pasted.
    pub(super) fn is_pasted(&self) -> bool {
        self.tokens.are_pasted()
    }

    /// The tokens it sends.
    pub(super) fn tokens(&self) -> &Arc<Tokens> {
        &self.tokens
    }

    pub(super) fn clock(&self) -> &dyn patchbay_http::Clock {
        &*self.api.clock
    }

    /// The credentials of one call.
    pub(super) fn tokens_for<'a>(&'a self, options: &'a CallOptions) -> CallTokens<'a> {
        CallTokens::new(&self.tokens, &self.api, options)
    }

    async fn send(&self, request: Request, options: &CallOptions) -> Result<Answer, Error> {
        let tokens = self.tokens_for(options);
        self.api.send_as(&tokens, request, options).await
    }

    /// Connectors of a workspace; there is no paging.
    ///
    /// # Errors
    /// Those of [`Api::send`]; [`Error::NotFound`] when there is no such workspace.
    ///
    /// Source: Airbyte contract, section 3, `list`.
    pub(super) async fn list_connectors(
        &self,
        workspace: &Workspace<'_>,
        definition_id: Option<&str>,
        options: &CallOptions,
    ) -> Result<Vec<wire::Connector>, Error> {
        let request = Request::new(Method::GET, Path::new(CONNECTORS));
        let request = match workspace {
            Workspace::Named(name) => request.query("workspace_name", name),
            Workspace::Id(id) => request.query("workspace_id", id),
        };
        let request = request.query_if("definition_id", definition_id);
        wire::connectors(&self.send(request, options).await?)
    }

    /// Creates a connector. Never repeated: a second one would make the slug ambiguous.
    ///
    /// # Errors
    /// Those of [`Api::send`]; [`Error::Invalid`] names the fields.
    ///
    /// Source: Airbyte contract, section 3, `create`.
    pub(super) async fn create_connector(
        &self,
        body: &wire::Create,
        options: &CallOptions,
    ) -> Result<wire::Connector, Error> {
        let request = Request::new(Method::POST, Path::new(CONNECTORS)).json(body)?;
        wire::detail(&self.send(request, options).await?)
    }

    /// The detail of a connector.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 3, `get`, REST.
    pub(super) async fn get_connector_detail(
        &self,
        id: &str,
        options: &CallOptions,
    ) -> Result<wire::Connector, Error> {
        let request = Request::new(Method::GET, connector(id)?);
        wire::detail(&self.send(request, options).await?)
    }

    /// Changes what `body` holds, and gives the detail.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 3, `get`, `PUT`.
    pub(super) async fn update_connector(
        &self,
        id: &str,
        body: &wire::Update,
        options: &CallOptions,
    ) -> Result<wire::Connector, Error> {
        let request = Request::new(Method::PUT, connector(id)?).json(body)?;
        wire::detail(&self.send(request, options).await?)
    }

    /// Starts the deletion of a connector: `{"job_id"}`, null when the platform names none.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 3, `delete`.
    pub(super) async fn delete_connector(
        &self,
        id: &str,
        options: &CallOptions,
    ) -> Result<Map<String, Value>, Error> {
        let request = Request::new(Method::DELETE, connector(id)?);
        let mut answer = match self.send(request, options).await?.json_or_null()? {
            Value::Object(answer) => answer,
            _ => Map::new(),
        };
        answer.entry("job_id").or_insert(Value::Null);
        Ok(answer)
    }

    /// What a connector holds and which of it can be searched.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 3, `inspect`.
    pub(super) async fn inspect(&self, id: &str, options: &CallOptions) -> Result<Value, Error> {
        let path = connector(id)?.then("/inspect");
        self.get(path, options).await
    }

    /// Has the platform try the connector's credentials.
    ///
    /// # Errors
    /// Those of [`Api::send`]. That the check failed is an answer.
    ///
    /// Source: Airbyte contract, section 3, `check`.
    pub(super) async fn check(&self, id: &str, options: &CallOptions) -> Result<Value, Error> {
        let request = Request::new(Method::POST, connector(id)?.then("/check"));
        self.send(request, options).await?.json()
    }

    /// Runs an action; the answer is an envelope, or the bytes of a download.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 3, `execute`.
    pub(super) async fn execute(
        &self,
        id: &str,
        body: &wire::Execute,
        options: &CallOptions,
    ) -> Result<Answer, Error> {
        let tokens = self.tokens_for(options);
        let request = execute(id, body)?;
        self.api.send_as(&tokens, request, options).await
    }

    /// What [`Client::execute`] would send.
    ///
    /// # Errors
    /// Those of [`Api::plan`].
    pub(super) fn plan_execute(
        &self,
        id: &str,
        body: &wire::Execute,
        options: &CallOptions,
    ) -> Result<PlannedRequest, Error> {
        let tokens = self.tokens_for(options);
        self.api.plan_as(&tokens, &execute(id, body)?, options)
    }

    /// As [`Client::execute`], piece by piece.
    ///
    /// # Errors
    /// Those of [`Api::stream`].
    pub(super) async fn execute_streamed(
        &self,
        id: &str,
        body: &wire::Execute,
        options: &CallOptions,
    ) -> Result<StreamedAnswer, Error> {
        let tokens = self.tokens_for(options);
        let request = execute(id, body)?;
        self.api.stream_as(&tokens, request, options).await
    }

    /// Kinds of connectors, `{"definitions": […]}`.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 3, `definitions`.
    pub(super) async fn list_definitions(
        &self,
        name: Option<&str>,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let request = Request::new(Method::GET, Path::new(DEFINITIONS)).query_if("name", name);
        let answer = self.send(request, options).await?;
        let body: Value = answer.json()?;
        match body.get("definitions") {
            None | Some(Value::Null | Value::Array(_)) => Ok(body),
            Some(_) => Err(answer.unexpected("definitions is no list")),
        }
    }

    /// One kind of connector, with the form of its credentials.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 3, `definitions`.
    pub(super) async fn get_definition(
        &self,
        id: &str,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let path = Path::new(DEFINITIONS).value("definition_id", id)?;
        self.get(path, options).await
    }

    /// Workspaces, over all pages.
    ///
    /// # Errors
    /// Those of [`Api::send`]; [`Error::UnexpectedAnswer`] when the next page is no URL.
    ///
    /// Source: Airbyte contract, section 5.
    pub(super) async fn list_workspaces(
        &self,
        name_contains: Option<&str>,
        status: Option<&str>,
        options: &CallOptions,
    ) -> Result<Vec<Value>, Error> {
        let mut request = Request::new(Method::GET, Path::new(WORKSPACES))
            .query_if("name_contains", name_contains)
            .query_if("status", status);
        let (mut all, mut seen) = (Vec::new(), Vec::new());
        loop {
            let answer = self.send(request, options).await?;
            all.extend(wire::data(&answer, "the list of workspaces")?);
            let next = answer.json()?["next"].take();
            let Some(next) = text::filled(&next).map(str::to_owned) else {
                return Ok(all);
            };
            if seen.contains(&next) || seen.len() == MOST_PAGES {
                return Ok(all);
            }
            let url = Url::parse(&next);
            let url = url.map_err(|_| answer.unexpected("the next page is no URL"))?;
            request = self.page(&url)?;
            seen.push(next);
        }
    }

    /// The request of a page that the platform names by its URL. Only path and query of it count: the
    /// token goes to the account's own address and nowhere else.
    fn page(&self, url: &Url) -> Result<Request, Error> {
        // The path in front of every operation's is put there again.
        let base = self.api.base.path().trim_end_matches('/');
        let path = url.path().strip_prefix(base).unwrap_or(url.path());
        let request = Request::new(Method::GET, path_of(path)?);
        let pairs = url.query_pairs();
        Ok(pairs.fold(request, |request, (name, value)| {
            request.query(&name, value)
        }))
    }

    /// Changes a workspace.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 5.
    pub(super) async fn update_workspace(
        &self,
        id: &str,
        changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let path = Path::new(WORKSPACES).value("workspace_id", id)?;
        let request = Request::new(Method::PUT, path).json(&changes)?;
        self.send(request, options).await?.json_or_null()
    }

    /// Deletes a workspace.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 5.
    pub(super) async fn delete_workspace(
        &self,
        id: &str,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let path = Path::new(WORKSPACES).value("workspace_id", id)?;
        let request = Request::new(Method::DELETE, path);
        self.send(request, options).await?.json_or_null()
    }

    /// A token for one workspace, good for 20 minutes.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 2, other tokens.
    pub(super) async fn create_scoped_token(
        &self,
        body: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let path = Path::new(APPLICATIONS).then("/scoped-token");
        let request = Request::new(Method::POST, path).json(&body)?;
        self.send(request, options).await?.json()
    }

    /// What the token that is sent reaches.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 2, other tokens.
    pub(super) async fn scoped_token_info(&self, options: &CallOptions) -> Result<Value, Error> {
        let path = Path::new(APPLICATIONS).then("/scoped-token/info");
        self.get(path, options).await
    }

    /// A token for the platform's widget.
    ///
    /// # Errors
    /// Those of [`Api::send`].
    ///
    /// Source: Airbyte contract, section 2, other tokens.
    pub(super) async fn create_widget_token(
        &self,
        body: Option<Map<String, Value>>,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let path = Path::new(APPLICATIONS).then("/widget-token");
        let request = Request::new(Method::POST, path);
        let request = match body {
            Some(body) => request.json(&body)?,
            None => request,
        };
        self.send(request, options).await?.json()
    }

    /// A documented call by its path. Only `DELETE` may answer with nothing.
    ///
    /// # Errors
    /// [`Error::Usage`] when the path does not lie under the API; those of [`Api::send`].
    ///
    /// Source: the wire contracts' README, "Operations without a counterpart in a client".
    pub(super) async fn http(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        if !path.starts_with("/api/v1/") {
            return Err(Error::Usage("path has to start with /api/v1/".to_owned()));
        }
        let only_acknowledges = method == Method::DELETE;
        let request = Request::new(method, path_of(path)?);
        let request = match body {
            Some(body) => request.json(&body)?,
            None => request,
        };
        let answer = self.send(request, options).await?;
        match only_acknowledges {
            true => answer.json_or_null(),
            false => answer.json(),
        }
    }

    async fn get(&self, path: Path, options: &CallOptions) -> Result<Value, Error> {
        let request = Request::new(Method::GET, path);
        self.send(request, options).await?.json()
    }
}

/// Exchanges id and secret of an application for a token.
///
/// # Errors
/// Those of [`Api::send`]; [`Error::UnexpectedAnswer`] when there is no token in the answer.
///
/// Source: Airbyte contract, section 2.
pub(super) async fn exchange(
    api: &Api,
    client_id: &str,
    client_secret: &Secret,
    options: &CallOptions,
) -> Result<wire::ExchangedToken, Error> {
    let path = Path::new(APPLICATIONS).then("/token");
    let body = json!({"client_id": client_id, "client_secret": client_secret.expose()});
    let request = Request::new(Method::POST, path)
        .json(&body)?
        .secret(client_secret.clone())
        .anonymous();
    // What the caller adds belongs to the operation that waits for the token.
    let options = CallOptions {
        timeout: options.timeout,
        cancel: options.cancel.clone(),
        ..CallOptions::default()
    };
    let answer = api.send(request, &options).await?;
    wire::ExchangedToken::read(&answer.body)
        .ok_or_else(|| answer.unexpected("the token exchange gave no access_token"))
}

fn connector(id: &str) -> Result<Path, Error> {
    Path::new(CONNECTORS).value("connector_id", id)
}

fn execute(id: &str, body: &wire::Execute) -> Result<Request, Error> {
    let path = connector(id)?.then("/execute");
    Request::new(Method::POST, path).json(body)
}

/// A path that is percent-encoded already, segment by segment.
fn path_of(encoded: &str) -> Result<Path, Error> {
    encoded
        .split('/')
        .skip(1)
        .try_fold(Path::new(""), |path, segment| {
            let segment = percent_decode_str(segment).decode_utf8();
            let segment =
                segment.map_err(|_| Error::Usage("path has to be UTF-8 text".to_owned()))?;
            path.value("a part of path", &segment)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_its_segments() {
        for (given, sent) in [
            ("/api/v1/workspaces", "/api/v1/workspaces"),
            ("/api/v1/a%2Fb/c d", "/api/v1/a%2Fb/c%20d"),
            ("/api/v1/x?y=1", "/api/v1/x%3Fy%3D1"),
        ] {
            assert_eq!(path_of(given).unwrap(), Path::new(sent), "{given}");
        }
        for refused in [
            "/api/v1/../x",
            "/api//v1",
            "/api/v1/%2e%2e/x",
            "/api/v1/%ff",
        ] {
            assert!(path_of(refused).is_err(), "{refused}");
        }
    }
}
