//! `cargo xtask update-manifest`: tells installed apps where the newest signed bundles lie.
//!
//! Source: tauri-plugin-updater, static JSON file; a platform is `OS-ARCHITECTURE-FORMAT`.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::shell;

/// Endings of what the updater can install, with the platform's system and format.
const FORMATS: [(&str, &str, &str); 6] = [
    (".AppImage", "linux", "appimage"),
    (".deb", "linux", "deb"),
    (".rpm", "linux", "rpm"),
    (".app.tar.gz", "darwin", "app"),
    ("-setup.exe", "windows", "nsis"),
    (".msi", "windows", "msi"),
];

/// Words for an architecture in the names of bundles, with the updater's own.
const ARCHITECTURES: [(&str, &str); 5] = [
    ("x86_64", "x86_64"),
    ("amd64", "x86_64"),
    ("x64", "x86_64"),
    ("aarch64", "aarch64"),
    ("arm64", "aarch64"),
];

/// Writes `latest.json` beside the bundles in `folder`, which will be found below `base_url`, with the
/// notes of the release where there are any.
pub(crate) fn write(folder: &Path, base_url: &str, notes: Option<&Path>) -> Result<()> {
    let mut platforms = BTreeMap::new();
    for file in fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))? {
        let file = file?.path();
        let name = file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let Some(bundle) = name.strip_suffix(".sig") else {
            continue;
        };
        let platform = platform(bundle).with_context(|| format!("what system is {bundle} for?"))?;
        let signature = fs::read_to_string(&file)?;
        platforms.insert(platform, entry(base_url, bundle, &signature));
    }
    ensure!(
        !platforms.is_empty(),
        "{} holds no signed bundle",
        folder.display()
    );
    let mut manifest = json!({ "version": env!("CARGO_PKG_VERSION"), "platforms": platforms });
    if let Some(file) = notes {
        let notes = fs::read_to_string(file);
        let notes = notes.with_context(|| format!("no notes in {}", file.display()))?;
        manifest["notes"] = notes.trim().into();
    }
    let file = folder.join("latest.json");
    fs::write(&file, serde_json::to_string_pretty(&manifest)?)?;
    shell::print_result(file.display());
    Ok(())
}

fn entry(base_url: &str, bundle: &str, signature: &str) -> Value {
    json!({ "url": format!("{}/{bundle}", base_url.trim_end_matches('/')), "signature": signature.trim() })
}

fn platform(bundle: &str) -> Option<String> {
    let (_, system, format) = FORMATS
        .iter()
        .find(|(ending, ..)| bundle.ends_with(ending))?;
    let (_, architecture) = ARCHITECTURES
        .iter()
        .find(|(word, _)| bundle.contains(word))?;
    Some(format!("{system}-{architecture}-{format}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundle_is_known_by_its_name() {
        for (bundle, expected) in [
            ("Patchbay_0.1.0_amd64.deb", "linux-x86_64-deb"),
            ("Patchbay-0.1.0-1.x86_64.rpm", "linux-x86_64-rpm"),
            ("Patchbay_0.1.0_amd64.AppImage", "linux-x86_64-appimage"),
            ("Patchbay_0.1.0_aarch64.app.tar.gz", "darwin-aarch64-app"),
            ("Patchbay_0.1.0_x64-setup.exe", "windows-x86_64-nsis"),
            ("Patchbay_0.1.0_x64_en-US.msi", "windows-x86_64-msi"),
        ] {
            assert_eq!(platform(bundle).as_deref(), Some(expected));
        }
        assert_eq!(platform("Patchbay.app.tar.gz"), None);
    }

    #[test]
    fn the_manifest_names_signed_bundles_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let put =
            |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
        put("Patchbay_0.1.0_amd64.deb", "package");
        put("Patchbay_0.1.0_amd64.deb.sig", "signature\n");
        put("Patchbay_0.1.0_aarch64.dmg", "image");
        put("notes.md", "Lists are faster\n");
        let notes = folder.path().join("notes.md");
        write(folder.path(), "https://example.org/v1/", Some(&notes)).expect("a manifest");
        let text = fs::read_to_string(folder.path().join("latest.json")).expect("written");
        let manifest: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            manifest["platforms"],
            json!({"linux-x86_64-deb": {
                "url": "https://example.org/v1/Patchbay_0.1.0_amd64.deb", "signature": "signature"
            }})
        );
        assert_eq!(manifest["notes"], "Lists are faster");
    }

    #[test]
    fn nothing_signed_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(write(folder.path(), "https://example.org", None).is_err());
    }
}
