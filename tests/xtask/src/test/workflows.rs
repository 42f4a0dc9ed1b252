//! Checks that the hosted workflows pin their actions and pass on every setting of a release.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{bundle, paths};

/// Every action is pinned by a commit digest, since its owner can move a tag; and a release passes on every setting
/// that `cargo xtask bundle` reads.
pub(super) fn check() -> Result<()> {
    let mut loose = Vec::new();
    for entry in std::fs::read_dir(paths::root().join(".github/workflows"))? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        let found = text.lines().filter(|line| is_unpinned(line));
        loose.extend(found.map(|line| words(&path, line)));
    }
    ensure!(
        loose.is_empty(),
        "actions without a digest and its version:\n{}",
        loose.join("\n")
    );
    let release = std::fs::read_to_string(paths::root().join(".github/workflows/release.yml"))?;
    let settings = bundle::SETTINGS.into_iter();
    let missing: Vec<_> = settings
        .filter(|name| !sets_variable(&release, name))
        .collect();
    ensure!(
        missing.is_empty(),
        "the release does not pass on {}",
        missing.join(", ")
    );
    Ok(())
}

fn sets_variable(workflow: &str, name: &str) -> bool {
    let mut lines = workflow.lines();
    lines.any(|line| {
        line.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(": ${{"))
    })
}

fn words(path: &Path, line: &str) -> String {
    format!("{}: {}", path.display(), line.trim())
}

fn is_unpinned(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    let Some(action) = line.strip_prefix("uses:") else {
        return false;
    };
    let (action, version) = action.split_once('#').unwrap_or((action, ""));
    let digest = action
        .trim()
        .rsplit_once('@')
        .map_or("", |(_, digest)| digest);
    let is_digest = digest.len() == 40 && digest.bytes().all(|sign| sign.is_ascii_hexdigit());
    !is_digest || !version.trim().starts_with('v')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_a_branch_and_a_digest_without_its_version_are_loose() {
        let digest = "11d5960a326750d5838078e36cf38b85af677262";
        assert!(is_unpinned("      - uses: actions/checkout@v4"));
        assert!(is_unpinned("        uses: actions/checkout@main # v4"));
        assert!(is_unpinned(&format!("- uses: actions/checkout@{digest}")));
        assert!(!is_unpinned(&format!(
            "- uses: actions/checkout@{digest} # v4.4.0"
        )));
        assert!(!is_unpinned("      - run: cargo xtask test"));
    }

    #[test]
    fn a_setting_is_passed_on_by_its_whole_name() {
        let step =
            "  env:\n    APPLE_ID_OF_ANOTHER: ${{ secrets.A }}\n    TEAM: ${{ secrets.B }}\n";
        assert!(sets_variable(step, "TEAM"));
        assert!(!sets_variable(step, "APPLE_ID"));
    }
}
