//! Checks licences and sources of all dependencies offline against `.deny.toml`.
//!
//! The hosted checks use `cargo deny`, which takes minutes to compile.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

use crate::{
    cargo::{list, text},
    paths,
};

/// Allowed licences and sources.
struct Policy {
    licences: Vec<Licensee>,
    registries: Vec<String>,
}

/// Checks all dependencies in the output of `cargo metadata`.
pub(super) fn check(metadata: &Value) -> Result<()> {
    let settings = fs::read_to_string(paths::root().join(".deny.toml"))?;
    let policy = Policy::parse(&settings)?;
    let objections: Vec<String> = list(metadata, "packages")
        .filter_map(|package| policy.objection(package))
        .collect();
    ensure!(
        objections.is_empty(),
        "not allowed by .deny.toml:\n  {}",
        objections.join("\n  ")
    );
    Ok(())
}

impl Policy {
    fn parse(settings: &str) -> Result<Self> {
        let settings: toml::Table = settings.parse()?;
        let texts = |table: &str, key: &str| -> Result<Vec<String>> {
            let value = settings.get(table).and_then(|table| table.get(key));
            let found = value.with_context(|| format!(".deny.toml has no {table}.{key}"))?;
            Ok(found.clone().try_into()?)
        };
        let licences = texts("licenses", "allow")?;
        Ok(Self {
            licences: licences
                .iter()
                .map(|text| Ok(Licensee::parse(text)?))
                .collect::<Result<_>>()?,
            registries: texts("sources", "allow-registry")?,
        })
    }

    /// Why `package` may not be used; `None` for our own packages.
    fn objection(&self, package: &Value) -> Option<String> {
        let source = package["source"].as_str()?;
        let name = format!("{} {}", text(package, "name"), text(package, "version"));
        let known = |registry: &String| source.strip_prefix("registry+") == Some(registry);
        if !self.registries.iter().any(known) {
            return Some(format!("{name}: comes from {source}"));
        }
        let licence = text(package, "license");
        match Expression::parse_mode(licence, ParseMode::LAX) {
            Err(_) => Some(format!("{name}: has no readable licence ({licence:?})")),
            Ok(terms) if self.allows(&terms) => None,
            Ok(_) => Some(format!("{name}: {licence}")),
        }
    }

    fn allows(&self, terms: &Expression) -> bool {
        terms.evaluate(|wanted| {
            self.licences
                .iter()
                .any(|licence| licence.satisfies(wanted))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SETTINGS: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0"]
        [sources]
        allow-registry = ["https://example.org/index"]
    "#;

    fn objection(source: &str, licence: &str) -> Option<String> {
        let policy = Policy::parse(SETTINGS).expect("settings are valid");
        policy
            .objection(&json!({"name": "a", "version": "1", "source": source, "license": licence}))
    }

    #[test]
    fn a_choice_needs_one_allowed_licence_and_a_sum_needs_all() {
        let registry = "registry+https://example.org/index";
        assert_eq!(objection(registry, "MIT/GPL-3.0"), None);
        assert_eq!(objection(registry, "MIT OR GPL-3.0-only"), None);
        assert_eq!(
            objection(registry, "MIT AND GPL-3.0-only").as_deref(),
            Some("a 1: MIT AND GPL-3.0-only")
        );
        assert!(objection(registry, "").is_some());
    }

    #[test]
    fn another_source_is_refused() {
        let git = "git+https://example.org/repository";
        assert_eq!(
            objection(git, "MIT"),
            Some(format!("a 1: comes from {git}"))
        );
    }
}
