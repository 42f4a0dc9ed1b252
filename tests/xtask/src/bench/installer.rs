//! How much a person downloads.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{Goal, Outcome};
use crate::bundle;

/// Builds the Debian package and weighs it.
pub(super) fn measure() -> Result<Outcome> {
    let packages = bundle::build_packages(&["deb".to_owned()])?;
    let (package, bytes) = packages
        .iter()
        .find(|(file, _)| file.extension().is_some_and(|ending| ending == "deb"))
        .context("Tauri built no Debian package")?;
    let mebibytes = bundle::mebibytes(*bytes);
    Ok(Outcome {
        bench: "installer",
        kind: "value",
        number: mebibytes,
        unit: "MiB",
        goal: Goal::AtMost(10.0),
        detail: json!({
            "package": package.file_name().map(|name| name.to_string_lossy()),
            "bytes": bytes,
        }),
    })
}
