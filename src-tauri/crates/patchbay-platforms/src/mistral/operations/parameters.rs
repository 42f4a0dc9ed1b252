//! Paths, and defaults of parameters, that several operations share.

use patchbay_http::Path;
use patchbay_model::RemoteId;

use super::scope::Scope;
use crate::Result;

pub(super) fn all() -> Path {
    Path::new("/v1/connectors")
}

pub(super) fn by_id(id: &RemoteId) -> Result<Path> {
    all().value("connector_id", id.as_str())
}

pub(super) fn by_ref(id_or_name: &RemoteId) -> Result<Path> {
    all().value("connector_id_or_name", id_or_name.as_str())
}

pub(super) fn for_scope(id: &RemoteId, scope: Scope, verb: &str) -> Result<Path> {
    Ok(by_id(id)?.then("/").then(scope.as_str()).then(verb))
}

pub(super) fn credentials_path(id_or_name: &RemoteId, scope: Scope) -> Result<Path> {
    let path = by_ref(id_or_name)?.then("/").then(scope.as_str());
    Ok(path.then("/credentials"))
}

/// The size of a page where none is given.
pub(super) fn default_page_size() -> Option<i64> {
    Some(100)
}

/// What holds of a question of yes or no where nothing is given.
pub(super) fn default_false() -> Option<bool> {
    Some(false)
}
