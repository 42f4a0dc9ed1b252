//! The folders that the server of a connector is told about (MCP roots).

use std::path::{Path, PathBuf};

use patchbay_model::Connector;
use patchbay_platforms::mcp::ClientFeatures;

use crate::context::Context;
use crate::error::Error;

/// Maximum number of folders of one connector.
const MAX_ROOTS: usize = 50;

/// Client features that the server of a connector is told about. It is told once for a session, so the server of one that
/// is shared may ask, whoever uses it first.
pub(crate) fn client_features(
    cx: &Context,
    connector: &Connector,
    is_shared: bool,
) -> ClientFeatures {
    ClientFeatures {
        asks: cx.can_ask() || is_shared,
        sampling: connector.sampling,
        log_level: connector.log_level,
        roots: connector.roots.iter().map(PathBuf::from).collect(),
    }
}

/// Checks that the roots are existing folders, and removes duplicates. Those in `before` are accepted even if the
/// folder is gone.
pub(crate) async fn validate_roots(
    roots: Vec<String>,
    before: &[String],
) -> Result<Vec<String>, Error> {
    let mut checked = Vec::new();
    for root in roots {
        if checked.contains(&root) {
            continue;
        }
        if !before.contains(&root) {
            check(&root).await?;
        }
        checked.push(root);
    }
    if checked.len() > MAX_ROOTS {
        return Err(Error::usage(
            "there are too many folders",
            "Choose up to 50.",
        ));
    }
    Ok(checked)
}

async fn check(root: &str) -> Result<(), Error> {
    let path = Path::new(root);
    if !path.is_absolute() || root.chars().any(char::is_control) {
        let what = format!("{root:?} isn't a full path");
        return Err(Error::usage(what, "Enter the full path of a folder."));
    }
    let is_folder = tokio::fs::metadata(path).await.is_ok_and(|it| it.is_dir());
    if !is_folder {
        let what = format!("folder {root} not found");
        return Err(Error::usage(what, "Choose a folder that exists."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, Explain as _};

    use super::*;
    use crate::connectors::edit::{ConnectorChanges, update_connector};
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[tokio::test]
    async fn roots_are_existing_folders_without_duplicates() {
        let (home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        assert!(client_features(&cx, &connector, false).roots.is_empty());
        let change = async |roots: &[&str]| {
            let roots = roots.iter().map(|&it| it.to_owned()).collect();
            let changes = ConnectorChanges {
                roots: Some(roots),
                ..ConnectorChanges::default()
            };
            update_connector(&cx, &connector.id, changes).await
        };
        let folder = home.path().join("notes");
        std::fs::create_dir(&folder).unwrap();
        let file = home.path().join("a.txt");
        std::fs::write(&file, "").unwrap();
        let (folder, file) = (folder.to_str().unwrap(), file.to_str().unwrap());
        let gone = home.path().join("gone");
        for wrong in ["notes", "", "~/notes", file, gone.to_str().unwrap()] {
            let refused = change(&[folder, wrong]).await.unwrap_err();
            assert_eq!(refused.code(), Code::UsageInvalid, "{refused}");
        }
        let saved = change(&[folder, folder]).await.unwrap();
        assert_eq!(saved.roots, [folder]);
        assert_eq!(
            client_features(&cx, &saved, false).roots,
            [Path::new(folder).to_owned()]
        );
        // A folder that was deleted stays until the user removes it.
        std::fs::remove_dir(folder).unwrap();
        let home = home.path().to_str().unwrap();
        assert_eq!(change(&[folder, home]).await.unwrap().roots, [folder, home]);
        assert!(change(&[]).await.unwrap().roots.is_empty());
        assert!(change(&[folder]).await.is_err());
    }
}
