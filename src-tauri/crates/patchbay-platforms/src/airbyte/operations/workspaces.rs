//! Workspaces of the organization.

use std::collections::HashSet;

use patchbay_http::{CallOptions, Path, Request};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use serde_with::apply;
use url::Url;

use super::{empty_as_none, find_named};
use crate::airbyte::client::Airbyte;
use crate::airbyte::wire::WorkspacePage;
use crate::operations::{Contract, Operation};
use crate::{Output, Raw, Result};

/// Longer lists are truncated.
const MAX_PAGES: usize = 1000;

fn workspaces() -> Path {
    Path::new("/api/v1/workspaces")
}

fn workspace(id: &str) -> Result<Path> {
    workspaces().value("workspace_id", id)
}

/// List workspaces.
///
/// Source: Airbyte contract, section 5.
#[apply(Option<_> => #[serde(
    default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none"
)])]
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListWorkspaces {
    /// Part of the name.
    pub name_contains: Option<String>,
    /// `active` or `inactive`.
    pub status: Option<String>,
}

impl ListWorkspaces {
    /// Lists active workspaces whose name contains the text.
    pub(in crate::airbyte) fn active(name_contains: Option<&str>) -> Self {
        Self {
            name_contains: name_contains.map(str::to_owned),
            status: Some("active".to_owned()),
        }
    }

    /// The workspaces of all pages.
    pub(in crate::airbyte) async fn all(
        &self,
        client: &Airbyte,
        options: &CallOptions,
    ) -> Result<Vec<Value>> {
        let mut request = self.request(client)?;
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        for _ in 0..MAX_PAGES {
            let answer = client.api.send(request, options).await?;
            let page = Raw::<WorkspacePage>::read(&answer, Self::CONTRACT.name)?.value;
            all.extend(page.data);
            let Some(next) = page.next.filter(|next| seen.insert(next.clone())) else {
                break;
            };
            let next = Url::parse(&next);
            let next = next.map_err(|_| answer.unexpected("next page isn't a URL"))?;
            request = page_at(client, &next);
        }
        Ok(all)
    }
}

/// The request of a page that the platform names by its URL. Only path and query are used, so that the token is sent to the
/// account's own address only.
fn page_at(client: &Airbyte, url: &Url) -> Request {
    // The client adds the path of the base URL again.
    let base = client.api.base.path().trim_end_matches('/');
    let path = url.path().strip_prefix(base).unwrap_or(url.path());
    let request = Request::get(Path::new(path));
    let pairs = url.query_pairs();
    pairs.fold(request, |request, (name, value)| {
        request.query(&name, value)
    })
}

impl Operation<Airbyte> for ListWorkspaces {
    const CONTRACT: Contract = Contract::read("list_workspaces");
    type Output = Value;

    fn request(&self, _: &Airbyte) -> Result<Request> {
        Ok(Request::get(workspaces())
            .query_if("name_contains", self.name_contains.as_deref())
            .query_if("status", self.status.as_deref()))
    }

    async fn run(&self, client: &Airbyte, options: &CallOptions) -> Result<Value> {
        Ok(self.all(client, options).await?.into())
    }
}

/// Find a workspace by name.
///
/// Source: Airbyte contract, section 5.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindWorkspace {
    /// The whole name.
    pub name: String,
}

impl Operation<Airbyte> for FindWorkspace {
    const CONTRACT: Contract = Contract::read("find_workspace");
    type Output = Value;

    async fn run(&self, client: &Airbyte, options: &CallOptions) -> Result<Value> {
        let found = ListWorkspaces::active(Some(&self.name))
            .all(client, options)
            .await?;
        find_named(found, "workspace", &self.name, |name| name == self.name)
    }
}

/// Update a workspace.
///
/// Source: Airbyte contract, section 5.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWorkspace {
    /// Id of the workspace, a UUID.
    pub workspace_id: String,
    /// Fields to change, such as `{"name": "…"}`
    pub changes: Map<String, Value>,
}

impl Operation<Airbyte> for UpdateWorkspace {
    const CONTRACT: Contract = Contract::write("update_workspace");
    type Output = Value;

    fn request(&self, _: &Airbyte) -> Result<Request> {
        Request::put(workspace(&self.workspace_id)?).json(&self.changes)
    }
}

/// Delete a workspace.
///
/// Source: Airbyte contract, section 5.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteWorkspace {
    /// Id of the workspace, a UUID.
    pub workspace_id: String,
}

impl Operation<Airbyte> for DeleteWorkspace {
    const CONTRACT: Contract = Contract::irreversible("delete_workspace");
    type Output = Value;

    fn request(&self, _: &Airbyte) -> Result<Request> {
        Ok(Request::delete(workspace(&self.workspace_id)?))
    }
}
