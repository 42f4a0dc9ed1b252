//! Files: of a registry, of the vault, of the database.

use std::sync::Arc;

use patchbay_model::Secret;
use patchbay_ops::read_registry_file;
use patchbay_vault::{MemoryKeychain, SecretName, Vault};

use super::{Taker, runtime, texts};

pub(super) fn registry_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"name":"com.example/weather","title":"Weather","description":"Tells the weather","version":"1.0.0","repository":{"url":"https://git.example/weather","source":"git"},"remotes":[{"type":"streamable-http","url":"https://weather.example/{tenant}/mcp","headers":[{"name":"X-Key","value":"{key}"}]}],"packages":[{"registryType":"npm","identifier":"weather-mcp","version":"1.0.0","runtimeHint":"npx","transport":{"type":"stdio"},"runtimeArguments":[{"type":"positional","value":"-y"}],"packageArguments":[{"type":"named","name":"--port","valueHint":"port"}],"environmentVariables":[{"name":"KEY","default":"x"}]}]}"#,
        r#"{"servers":[{"server":{"name":"a/b","remotes":[{"transport_type":"sse","url":"https://a.example/sse"}]},"_meta":{}}],"metadata":{"nextCursor":"x"}}"#,
        r#"[{"name":"a/c","packages":[{"registry_name":"oci","name":"docker.io/a/c:1","version":"1"},{"registry_type":"pypi","identifier":"c","version":""}]}]"#,
    ])
}

pub(super) fn registry() -> Taker {
    Box::new(|input| {
        let text = String::from_utf8_lossy(input);
        for entry in read_registry_file(&text).unwrap_or_default() {
            let shown = [
                Some(&entry.title),
                entry.description.as_ref(),
                entry.note.as_ref(),
            ];
            for text in shown.into_iter().flatten() {
                assert!(!text.contains(char::is_control), "{text:?}");
            }
        }
    })
}

/// A vault with a secret, and how it is opened.
struct SavedVault {
    folder: tempfile::TempDir,
    keychain: MemoryKeychain,
}

impl SavedVault {
    fn new() -> Self {
        let kept = Self {
            folder: tempfile::tempdir().unwrap(),
            keychain: MemoryKeychain::new(),
        };
        let (vault, secret) = (kept.vault(), Secret::new("kept"));
        runtime().block_on(vault.write(&name(), &secret)).unwrap();
        kept
    }

    fn vault(&self) -> Vault {
        let keychain = Arc::new(self.keychain.clone());
        Vault::new(self.folder.path().to_owned(), keychain)
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("vault.json")
    }
}

fn name() -> SecretName {
    SecretName::new("wallet/fuzz")
}

/// What is sealed differs from run to run, so that it stands as a word in the seeds.
pub(super) fn vault_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"version":1,"vault":"VAULT","protection":{"kind":"keychain","check":"CHECK","entry":"ENTRY"},"records":{"wallet/fuzz":"RECORD"}}"#,
        r#"{"version":1,"vault":"VAULT","protection":{"kind":"keychain","check":"CHECK","entry":"ENTRY"},"records":{"wallet/other":"RECORD","wallet/fuzz":"CHECK"}}"#,
        r#"{"version":1,"vault":"VAULT","protection":{"kind":"passphrase","check":"CHECK","wrapped":{"salt":"AAAAAAAAAAAAAAAAAAAAAA==","memory":19456,"passes":2,"key":"CHECK"}},"records":{}}"#,
        r#"{"version":2}"#,
        r#"{"version":4294967296}"#,
    ])
}

/// The input is the vault's file, or one of its records beside the right check.
pub(super) fn vault() -> Taker {
    let (kept, runtime) = (SavedVault::new(), runtime());
    let right = std::fs::read(kept.file()).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&right).unwrap();
    let words = [
        ("VAULT", "/vault"),
        ("CHECK", "/protection/check"),
        ("ENTRY", "/protection/entry"),
        ("RECORD", "/records/wallet~1fuzz"),
    ]
    .map(|(word, pointer)| {
        (
            word,
            json.pointer(pointer).unwrap().as_str().unwrap().to_owned(),
        )
    });
    Box::new(move |input| {
        let mut input = input.to_vec();
        if let Ok(text) = std::str::from_utf8(&input) {
            let with = |text: String, (word, sealed): &(&str, String)| text.replace(word, sealed);
            input = words.iter().fold(text.to_owned(), with).into_bytes();
        }
        std::fs::write(kept.file(), &input).unwrap();
        let vault = kept.vault();
        runtime.block_on(async {
            drop(vault.status().await);
            if let Ok(Some(secret)) = vault.read(&name()).await {
                assert_eq!(secret.expose(), "kept", "only what was sealed is opened");
            }
        });
        assert_eq!(std::fs::read(kept.file()).unwrap(), input, "left as it is");
        std::fs::write(kept.file(), &right).unwrap();
    })
}
