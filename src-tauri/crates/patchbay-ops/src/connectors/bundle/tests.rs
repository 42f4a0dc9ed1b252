use std::fs;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;

use patchbay_model::{Authentication, Code, Explain as _, Secret};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::testing;

struct Fixture {
    home: tempfile::TempDir,
    cx: Context,
}

impl Fixture {
    async fn new() -> Self {
        let (home, cx) = testing::open_temporary().await;
        Self { home, cx }
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let file = self.home.path().join("given.mcpb");
        fs::write(&file, bytes).unwrap();
        file
    }

    /// Returns the error of reading these bytes, or of adding them without values.
    async fn refusal(&self, bytes: &[u8]) -> String {
        let file = self.file(bytes);
        let refused = match read_bundle(&self.cx, &file).await {
            Err(error) => error,
            Ok(bundle) => {
                let added = add_bundle(&self.cx, &file, request(&bundle)).await;
                added.unwrap_err()
            }
        };
        assert_eq!(refused.code(), Code::UsageInvalid, "{refused:?}");
        assert_eq!(self.names(), Vec::<String>::new());
        refused.to_string()
    }

    /// Lists the folder of servers.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.cx.paths().servers()) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect()
    }
}

fn request(bundle: &Bundle) -> AddBundle {
    AddBundle {
        sha256: bundle.sha256.clone(),
        values: BTreeMap::new(),
        secrets: BTreeMap::new(),
        name: None,
        title: None,
    }
}

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn bundle_of(manifest: &Value, files: &[(&str, &[u8])]) -> Vec<u8> {
    let text = manifest.to_string();
    packed(&[&[("manifest.json", text.as_bytes())], files].concat())
}

fn manifest() -> Value {
    json!({
        "manifest_version": "0.3",
        "name": "notes",
        "display_name": "My notes",
        "version": "1.2.3",
        "description": "Reads notes",
        "author": { "name": "Ada" },
        "server": {
            "type": "node",
            "entry_point": "server/index.js",
            "mcp_config": {
                "command": "node",
                "args": ["${__dirname}/server/index.js", "--folders", "${user_config.folders}", "${user_config.limit}"],
                "env": { "API_KEY": "${user_config.api_key}", "MODE": "x-${user_config.fast}", "NONE": "${user_config.limit}" }
            }
        },
        "user_config": {
            "folders": { "type": "directory", "title": "Folders", "multiple": true, "required": true },
            "api_key": { "type": "string", "title": "Key", "sensitive": true, "required": true },
            "limit": { "type": "number", "title": "Limit" },
            "fast": { "type": "boolean", "title": "Fast", "default": false }
        },
        "compatibility": { "runtimes": { "node": ">=18" } }
    })
}

/// Returns an absolute path on any system.
fn full(name: &str) -> String {
    std::env::temp_dir().join(name).to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_bundle_is_unpacked_with_its_settings_and_deleted_with_its_connector() {
    let fixture = Fixture::new().await;
    let file = fixture.file(&bundle_of(
        &manifest(),
        &[("server/index.js", b"code"), ("a/b/c.txt", b"")],
    ));
    let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
    assert_eq!(
        (bundle.title.as_str(), bundle.version.as_str()),
        ("My notes", "1.2.3")
    );
    assert_eq!(
        bundle.command[..2],
        ["node", "${__dirname}/server/index.js"]
    );
    assert_eq!(bundle.runtimes, ["node >=18"]);
    let keys: Vec<_> = bundle.settings.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["folders", "api_key", "limit", "fast"]);
    assert_eq!(fixture.names(), Vec::<String>::new());

    // A value that looks like a variable is not expanded.
    let tricky = full("${user_config.api_key}${HOME}");
    let mut asked = request(&bundle);
    asked
        .values
        .insert("folders".to_owned(), vec![full("one"), tricky.clone()]);
    let secret = Secret::new("hunter2-hunter2");
    asked.secrets.insert("api_key".to_owned(), secret.into());
    let added = add_bundle(&fixture.cx, &file, asked).await.unwrap();
    assert_eq!(
        (added.name.as_str(), added.title.as_str()),
        ("my-notes", "My notes")
    );
    assert!(matches!(
        added.authentication,
        Authentication::Variables { .. }
    ));
    let folder = fixture.cx.paths().server_folder(&added.id);
    let script = format!("{}/server/index.js", folder.display());
    let command = added.command.unwrap();
    assert_eq!(
        command.arguments,
        [script.as_str(), "--folders", &full("one"), &tricky]
    );
    assert_eq!(
        command.variables,
        BTreeMap::from([("MODE".to_owned(), "x-false".to_owned())])
    );
    assert_eq!(fs::read(&script).unwrap(), b"code");
    assert_eq!(fixture.names(), [added.id.as_str()]);

    crate::servers::remove_own_files(&fixture.cx, &added.id)
        .await
        .unwrap();
    assert_eq!(fixture.names(), Vec::<String>::new());
}

#[tokio::test]
async fn missing_and_invalid_settings_are_refused() {
    let fixture = Fixture::new().await;
    let file = fixture.file(&bundle_of(&manifest(), &[]));
    let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
    let folders = || ("folders".to_owned(), vec![full("one")]);
    let key = || {
        (
            "api_key".to_owned(),
            SecretValue::from(Secret::new("hunter2-hunter2")),
        )
    };
    let with =
        |values: Vec<(String, Vec<String>)>, secrets: Vec<(String, SecretValue)>| AddBundle {
            values: values.into_iter().collect(),
            secrets: secrets.into_iter().collect(),
            ..request(&bundle)
        };
    let one = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
    for (asked, refusal) in [
        (with(vec![folders()], vec![]), "enter a value for Key"),
        (with(vec![], vec![key()]), "enter a value for Folders"),
        (with(vec![one("folders", "here")], vec![key()]), "Folders"),
        (
            with(vec![folders(), one("limit", "many")], vec![key()]),
            "Limit",
        ),
        (with(vec![folders(), one("fast", "1")], vec![key()]), "Fast"),
        (
            with(vec![folders(), one("more", "1")], vec![key()]),
            "no setting more",
        ),
        (
            with(vec![folders(), one("api_key", "1")], vec![key()]),
            "setting Key is a secret",
        ),
        (
            AddBundle {
                sha256: "0".repeat(64),
                ..with(vec![folders()], vec![key()])
            },
            "has changed",
        ),
    ] {
        let refused = add_bundle(&fixture.cx, &file, asked).await.unwrap_err();
        assert!(refused.to_string().contains(refusal), "{refused}");
        assert_eq!(fixture.names(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_reference_within_a_longer_text_is_refused() {
    let fixture = Fixture::new().await;
    let mut manifest = manifest();
    manifest["server"]["mcp_config"]["env"]["API_KEY"] = "Bearer ${user_config.api_key}".into();
    let file = fixture.file(&bundle_of(&manifest, &[]));
    let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
    let mut asked = request(&bundle);
    let folders = vec![full("one")];
    asked.values.insert("folders".to_owned(), folders);
    let reference = "env://KEY".to_owned();
    let reference = SecretValue::Reference { reference };
    asked.secrets.insert("api_key".to_owned(), reference);
    let refused = add_bundle(&fixture.cx, &file, asked).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "setting api_key can't be a secret reference, as the bundle puts it into a longer text"
    );
}

#[tokio::test]
async fn a_bundled_program_has_its_full_path_and_is_executable() {
    let fixture = Fixture::new().await;
    let mut manifest = manifest();
    manifest["dxt_version"] = manifest["manifest_version"].take();
    manifest.as_object_mut().unwrap().remove("manifest_version");
    manifest["user_config"] = json!({});
    let own = json!({ "command": "bin/own", "args": [], "env": {} });
    manifest["server"] = json!({
        "type": "binary",
        "entry_point": "bin/usual",
        "mcp_config": {
            "command": "bin/usual",
            "args": ["usual"],
            "platform_overrides": { "win32": own, "darwin": own, "linux": own }
        }
    });
    let mut bytes = bundle_of(&manifest, &[("bin/own", b"#!"), ("bin/usual", b"")]);
    // As signed by the `mcpb` tool.
    bytes.extend(b"MCPB_SIG_V1\x04\0\0\0PK\x05\x06MCPB_SIG_END");
    let file = fixture.file(&bytes);
    let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
    assert!(
        bundle.notes.iter().any(|note| note.contains("signature")),
        "{bundle:?}"
    );
    let added = add_bundle(&fixture.cx, &file, request(&bundle))
        .await
        .unwrap();
    let command = added.command.unwrap();
    let program = fixture
        .cx
        .paths()
        .server_folder(&added.id)
        .join("bin")
        .join("own");
    assert_eq!(command.program, program.to_str().unwrap());
    assert!(command.arguments.is_empty() && command.variables.is_empty());
    assert!(find_in(&command.program, &[]).is_ok() || cfg!(windows));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&program), mode(&program.with_file_name("usual"))),
            (0o700, 0o600)
        );
        assert_eq!(mode(program.parent().unwrap()), 0o700);
    }
}

#[tokio::test]
async fn a_command_is_reviewed_whole() {
    let fixture = Fixture::new().await;
    let mut manifest = manifest();
    let script = format!("true # docs\ntouch {}", "x".repeat(1_000));
    manifest["server"]["mcp_config"] = json!({
        "command": "bash",
        "args": ["-c", script],
        "env": { "A": format!("1{}B=2", " ".repeat(3_000)) },
    });
    manifest["user_config"] = json!({});
    let file = fixture.file(&bundle_of(&manifest, &[]));
    let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
    let shown = script.replace('\n', "<U+000A>");
    assert_eq!(bundle.command, ["bash", "-c", &shown]);
    assert_eq!(bundle.variables, ["A=1<3000 spaces>B=2"]);
}

#[tokio::test]
async fn a_setting_may_name_the_program() {
    let fixture = Fixture::new().await;
    let mut manifest = manifest();
    manifest["server"]["mcp_config"] =
        json!({ "command": "${user_config.python}", "args": ["-m", "notes"] });
    manifest["user_config"] = json!({ "python": { "type": "file", "title": "Python" } });
    let file = fixture.file(&bundle_of(&manifest, &[]));
    let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
    assert_eq!(bundle.command, ["${user_config.python}", "-m", "notes"]);
    assert_eq!((bundle.program, bundle.notes.len()), (None, 0));
    let mut asked = AddBundle {
        sha256: bundle.sha256,
        values: BTreeMap::new(),
        secrets: BTreeMap::new(),
        name: None,
        title: None,
    };
    let missing = add_bundle(&fixture.cx, &file, asked.clone()).await;
    let missing = missing.unwrap_err().to_string();
    assert_eq!(missing, "the bundle's program isn't chosen");
    let python = full("python");
    asked
        .values
        .insert("python".to_owned(), vec![python.clone()]);
    let added = add_bundle(&fixture.cx, &file, asked).await.unwrap();
    assert_eq!(added.command.unwrap().program, python);
}

#[tokio::test]
async fn a_missing_runtime_is_named_with_its_version() {
    let fixture = Fixture::new().await;
    for (runtimes, hint) in [
        (json!({ "jbang": ">=0.100" }), "Install JBang >=0.100"),
        (json!({ "node": ">=18" }), "Install JBang"),
    ] {
        let mut manifest = manifest();
        manifest["server"]["mcp_config"]["command"] = json!("jbang");
        manifest["compatibility"] = json!({ "runtimes": runtimes });
        let file = fixture.file(&bundle_of(&manifest, &[]));
        let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
        let note = format!("It can't start yet: jbang isn't in PATH. {hint}");
        assert_eq!(bundle.notes, [note]);
    }
}

#[tokio::test]
async fn an_older_runtime_is_named_with_the_version_that_is_needed() {
    let fixture = Fixture::new().await;
    let folder = fixture.home.path().join("v16.1.0/bin");
    fs::create_dir_all(&folder).unwrap();
    for name in ["node", "node.exe"] {
        let program = folder.join(name);
        fs::write(&program, "").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let mut manifest = manifest();
    manifest["server"]["mcp_config"]["env"] = json!({ "PATH": folder.to_str().unwrap() });
    let file = fixture.file(&bundle_of(&manifest, &[]));
    let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
    let note = "It needs Node.js >=18, and 16.1.0 is installed. Install a newer Node.js";
    assert_eq!(bundle.notes, [note]);
}

#[tokio::test]
async fn hostile_archives_leave_nothing_behind() {
    let fixture = Fixture::new().await;
    let mut manifest = manifest();
    manifest["user_config"] = json!({});
    manifest["server"]["mcp_config"] = json!({ "command": "node", "args": [] });
    for name in [
        "../out",
        "a/../../out",
        "/etc/out",
        "C:/out",
        "a\\..\\out",
        "a//b",
        "./../out",
        "a/./b",
        "a\u{1b}[2J",
        "nul.",
        "a ",
        "a:b",
        &"x/".repeat(50),
        &"x".repeat(600),
    ] {
        // The ZIP writer would normalize such names.
        let plain = "Q".repeat(name.len());
        let mut bytes = bundle_of(&manifest, &[(&plain, b"x")]);
        replace(&mut bytes, plain.as_bytes(), name.as_bytes());
        let refusal = fixture.refusal(&bytes).await;
        assert!(refusal.contains("isn't safe"), "{name}: {refusal}");
        assert!(!refusal.contains('\u{1b}'));
    }
    assert!(!fixture.cx.paths().data.join("out").exists());

    let bomb = vec![0; 40 * 1024 * 1024];
    let refusal = fixture
        .refusal(&bundle_of(&manifest, &[("zeros", &bomb)]))
        .await;
    assert!(refusal.contains("far more comes out"), "{refusal}");

    let text = manifest.to_string();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("manifest.json", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.add_symlink("link", "/etc", SimpleFileOptions::default())
        .unwrap();
    let refusal = fixture.refusal(&zip.finish().unwrap().into_inner()).await;
    assert!(refusal.contains("link or device"), "{refusal}");

    let mut twice = bundle_of(&manifest, &[("aa", b"1"), ("ab", b"2")]);
    replace(&mut twice, b"ab", b"aa");
    let refusal = fixture.refusal(&twice).await;
    assert!(refusal.contains("same file twice"), "{refusal}");
    for names in [["A", "A/x"], ["A/x", "A"], ["A", "A/x/y/z"]] {
        let bytes = bundle_of(&manifest, &names.map(|name| (name, b"1".as_slice())));
        let refusal = fixture.refusal(&bytes).await;
        assert!(refusal.contains("a file and a folder"), "{refusal}");
    }
    let mut damaged = bundle_of(&manifest, &[("code", &b"some code ".repeat(100))]);
    let at = damaged
        .windows(4)
        .position(|window| window == b"code")
        .unwrap();
    damaged[at + 6] ^= 0xff;
    fixture.refusal(&damaged).await;
}

#[tokio::test]
async fn an_unsafe_file_name_is_told_before_anything_is_asked() {
    let fixture = Fixture::new().await;
    let mut bytes = bundle_of(&manifest(), &[("QQQout", b"x")]);
    replace(&mut bytes, b"QQQ", b"../");
    let file = fixture.file(&bytes);
    let refused = read_bundle(&fixture.cx, &file).await.unwrap_err();
    assert!(refused.to_string().contains("isn't safe"), "{refused}");
}

fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    for at in 0..=bytes.len() - old.len() {
        if bytes[at..].starts_with(old) {
            bytes[at..at + new.len()].copy_from_slice(new);
        }
    }
}

#[tokio::test]
async fn hostile_manifests_are_refused_and_shown_as_text() {
    let fixture = Fixture::new().await;
    for bytes in [
        Vec::new(),
        b"no archive".to_vec(),
        packed(&[("other.json", b"{}")]),
        packed(&[("manifest.json", b"{")]),
        packed(&[("manifest.json", "[".repeat(100_000).as_bytes())]),
        packed(&[("manifest.json", &b" ".repeat(300_000))]),
    ] {
        fixture.refusal(&bytes).await;
    }
    let changed = |path: &str, value: Value| {
        let mut manifest = manifest();
        manifest["user_config"] = json!({});
        manifest["server"]["mcp_config"] = json!({ "command": "node", "args": [] });
        *manifest.pointer_mut(path).unwrap() = value;
        bundle_of(&manifest, &[])
    };
    let config = "/server/mcp_config";
    let many: serde_json::Map<_, _> = (0..200)
        .map(|at| (at.to_string(), json!({ "type": "string" })))
        .collect();
    for (path, value) in [
        ("/manifest_version", json!("1.0")),
        ("/server/type", json!("shell")),
        (config, json!({ "args": [] })),
        (config, json!({ "command": "${__dirname}/../../../bin/sh" })),
        (config, json!({ "command": "./missing" })),
        (config, json!({ "command": "node", "args": [["a"]] })),
        (config, json!({ "command": "node", "env": { "A=B": "x" } })),
        (
            config,
            json!({ "command": "node", "args": ["${user_config.unknown}"] }),
        ),
        (config, json!({ "command": "node", "args": ["\u{1b}[2J"] })),
        ("/user_config", json!(many)),
        ("/user_config", json!({ "a": { "type": "program" } })),
        ("/user_config", json!({ "a}": { "type": "string" } })),
    ] {
        fixture.refusal(&changed(path, value)).await;
    }
    // Nobody fills in settings of what can't be added.
    let file = fixture.file(&changed(
        "/compatibility",
        json!({ "platforms": ["plan9"] }),
    ));
    let refused = read_bundle(&fixture.cx, &file).await.unwrap_err();
    assert!(refused.to_string().ends_with("it is made for plan9"));
    let mut leaks = manifest();
    leaks["server"]["mcp_config"]["args"] = json!(["--key=${user_config.api_key}"]);
    leaks["user_config"]["folders"]["required"] = json!(false);
    leaks["user_config"]["api_key"]["required"] = json!(false);
    let refusal = fixture.refusal(&bundle_of(&leaks, &[])).await;
    assert!(
        refusal.contains("where other programs can read it"),
        "{refusal}"
    );

    let file = fixture.file(&changed("/display_name", json!("\u{1b}[2Jx\u{202e}y")));
    let bundle = read_bundle(&fixture.cx, &file).await.unwrap();
    assert_eq!(bundle.title, "[2Jxy");
}

#[test]
fn an_empty_list_of_systems_names_none() {
    let mut manifest = manifest();
    manifest["compatibility"]["platforms"] = json!([]);
    let manifest = Manifest::parse(manifest.to_string().as_bytes());
    assert_eq!(manifest.unwrap().other_systems(), None);
}

#[test]
fn a_manifest_may_have_its_version_under_both_names() {
    let mut both = manifest();
    both["dxt_version"] = json!("9.9");
    let parse = |manifest: &Value| Manifest::parse(manifest.to_string().as_bytes());
    assert!(parse(&both).is_ok(), "the newer name counts");
    both["manifest_version"] = Value::Null;
    let refused = parse(&both).err().unwrap().to_string();
    assert!(refused.contains("version 9.9"), "{refused}");
    both["dxt_version"] = Value::Null;
    let refused = parse(&both).err().unwrap().to_string();
    assert!(refused.contains("has no version"), "{refused}");
}

#[test]
fn a_broken_manifest_is_described_in_plain_words() {
    let refusal = |text: &str| {
        let refused = Manifest::parse(text.as_bytes()).err().unwrap();
        assert_eq!(refused.code(), Code::UsageInvalid);
        assert!(refused.hint().is_some());
        let refused = refused.to_string();
        refused
            .strip_prefix("can't add this bundle: its manifest.json ")
            .unwrap()
            .to_owned()
    };
    let changed = |path: &str, value: Option<Value>| {
        let mut manifest = manifest();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = manifest.pointer_mut(parent).unwrap();
        let parent = parent.as_object_mut().unwrap();
        match value {
            Some(value) => drop(parent.insert(name.to_owned(), value)),
            None => drop(parent.remove(name)),
        }
        refusal(&manifest.to_string())
    };
    assert_eq!(
        refusal("{\n  \"name\": }"),
        "isn't valid JSON (line 2, column 11)"
    );
    assert_eq!(refusal("[]"), "doesn't follow the format of MCP bundles");
    assert_eq!(changed("/name", None), "has no name");
    assert_eq!(changed("/server", None), "has no server");
    assert_eq!(changed("/server/type", None), "has no server.type");
    assert_eq!(changed("/author", Some(json!({}))), "has no author.name");
    for (path, value, flaw) in [
        ("/version", json!(1.2), "version must be text"),
        ("/author", json!("Ada"), "author must be an object"),
        (
            "/server/type",
            json!("shell"),
            "server.type must be node, python, uv or binary",
        ),
        (
            "/server/mcp_config/args",
            json!(["a", 1]),
            "server.mcp_config.args must be a list of texts",
        ),
        (
            "/server/mcp_config/env",
            json!({ "PORT": 80 }),
            "server.mcp_config.env must be an object with texts",
        ),
    ] {
        assert_eq!(changed(path, Some(value)), format!("isn't valid: {flaw}"));
    }
}

#[test]
fn a_number_is_checked_by_its_limits() {
    let mut limited = manifest();
    limited["user_config"]["limit"]["min"] = json!(1);
    limited["user_config"]["limit"]["max"] = json!(9.5);
    let limited = Manifest::parse(limited.to_string().as_bytes());
    let settings = limited.unwrap().settings().unwrap();
    let setting = settings.iter().find(|one| one.key == "limit").unwrap();
    for (value, hint) in [
        ("1", None),
        ("9.5", None),
        ("0.5", Some("Enter at least 1.")),
        ("10", Some("Enter at most 9.5.")),
        ("many", Some("Enter a number.")),
    ] {
        let checked = check_value(setting, value);
        let found = checked.err().and_then(|error| error.hint());
        assert_eq!(found.as_deref(), hint, "{value}");
    }
}
