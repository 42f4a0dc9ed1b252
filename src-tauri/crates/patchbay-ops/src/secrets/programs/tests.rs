#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use patchbay_model::{Code, Explain as _};

use super::*;
use crate::clock::{Clock, SystemClock};
use crate::secrets::reference::References;
use crate::testing::open;
use crate::{Context, forget_program, list_allowed_programs};

/// A person with a fixed answer, and the requests that they were shown.
#[derive(Clone, Default)]
struct Person {
    answer: Arc<Mutex<bool>>,
    requests: Arc<Mutex<Vec<Vec<String>>>>,
}

#[async_trait]
impl ProgramConsent for Person {
    async fn allows(&self, request: &ProgramRequest) -> bool {
        let program = &request.program;
        let mut shown = vec![program.file.clone()];
        shown.extend(program.arguments.iter().cloned());
        self.requests.lock().push(shown);
        *self.answer.lock()
    }
}

impl Person {
    fn set_answer(&self, answer: bool) {
        *self.answer.lock() = answer;
    }

    fn request_count(&self) -> usize {
        self.requests.lock().len()
    }
}

struct Fixture {
    home: tempfile::TempDir,
    cx: Context,
    person: Person,
    references: References,
}

async fn fixture() -> Fixture {
    let home = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let cx = open(home.path(), Arc::clone(&clock)).await;
    let person = Person::default();
    let references = References::new(cx.store().clone(), clock, Arc::new(person.clone()));
    Fixture {
        home,
        cx,
        person,
        references,
    }
}

fn script(folder: &Path, name: &str, body: &str) -> String {
    fs::create_dir_all(folder).unwrap();
    let file = folder.join(name);
    fs::write(
        &file,
        format!("#!/bin/sh\necho run >> \"$0.runs\"\n{body}\n"),
    )
    .unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file.to_str().unwrap().to_owned()
}

fn parse(text: &str) -> SecretReference {
    SecretReference::parse(text).unwrap()
}

impl Fixture {
    async fn resolve(&self, text: &str) -> Result<String, Code> {
        let found = self
            .references
            .resolve(&parse(text), Occasion::Needed)
            .await;
        found
            .map(|secret| secret.expose().to_owned())
            .map_err(|error| error.code())
    }
}

#[tokio::test]
async fn a_program_is_not_started_before_a_person_allowed_exactly_that() {
    let fixture = fixture().await;
    let program = script(fixture.home.path(), "keys", "echo key-of-$1");
    let runs = format!("{program}.runs");
    let reference = format!("cmd://{program} one");
    assert_eq!(
        fixture.resolve(&reference).await,
        Err(Code::ReferenceNotAllowed)
    );
    assert!(!Path::new(&runs).exists(), "it was started");

    fixture.person.set_answer(true);
    assert_eq!(
        fixture.resolve(&reference).await.as_deref(),
        Ok("key-of-one")
    );
    fixture.person.set_answer(false);
    assert_eq!(
        fixture.resolve(&reference).await.as_deref(),
        Ok("key-of-one")
    );
    assert_eq!(fixture.person.request_count(), 2, "the answer is saved");

    // Another argument is another program.
    for other in ["two", "one two", ""] {
        let other = format!("cmd://{program} {other}");
        assert_eq!(
            fixture.resolve(&other).await,
            Err(Code::ReferenceNotAllowed),
            "{other}"
        );
    }
    assert_eq!(fs::read_to_string(&runs).unwrap().lines().count(), 2);
    let shown = fixture.person.requests.lock().clone();
    assert_eq!(
        shown[3],
        [program.as_str(), "one", "two"],
        "all that would be started"
    );
}

#[tokio::test]
async fn a_program_that_was_forgotten_is_asked_for_again() {
    let fixture = fixture().await;
    let program = script(fixture.home.path(), "keys", "echo key");
    let reference = format!("cmd://{program}");
    fixture.person.set_answer(true);
    fixture.resolve(&reference).await.unwrap();
    let listed = list_allowed_programs(&fixture.cx).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].program.file, program);
    forget_program(&fixture.cx, &listed[0].id).await.unwrap();
    let again = forget_program(&fixture.cx, &listed[0].id)
        .await
        .unwrap_err();
    assert_eq!(again.code(), Code::NotFound);
    fixture.person.set_answer(false);
    assert_eq!(
        fixture.resolve(&reference).await,
        Err(Code::ReferenceNotAllowed)
    );
}

#[test]
fn another_file_or_split_of_the_arguments_is_another_program() {
    let program = |file: &str, arguments: &[&str]| Program {
        name: "keys".to_owned(),
        file: file.to_owned(),
        arguments: arguments.iter().map(|&one| one.to_owned()).collect(),
        server: None,
    };
    let all = [
        program("/usr/bin/keys", &["a", "b"]),
        program("/usr/bin/keys", &["a b"]),
        program("/usr/bin/keys", &["ab", ""]),
        program("/usr/local/bin/keys", &["a", "b"]),
        program("/usr/bin/keysa", &["b"]),
    ];
    let ids: std::collections::BTreeSet<_> = all.iter().map(program_id).collect();
    assert_eq!(ids.len(), all.len());
    let named_otherwise = Program {
        name: "/usr/bin/keys".to_owned(),
        ..all[0].clone()
    };
    assert_eq!(program_id(&named_otherwise), program_id(&all[0]));
}

#[tokio::test]
async fn the_current_folder_is_no_place_for_programs() {
    for name in [
        "./keys",
        "../keys",
        "bin/keys",
        "C:keys",
        "no-such-program-anywhere",
    ] {
        assert!(find(name).await.is_err(), "{name}");
    }
    let found = find("sh").await.unwrap();
    assert!(found.is_absolute(), "{}", found.display());
    let home = tempfile::tempdir().unwrap();
    let plain = home.path().join("keys");
    fs::write(&plain, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o644)).unwrap();
    let plain = plain.to_str().unwrap();
    assert!(find(plain).await.is_err(), "a file that cannot be run");
    assert!(find("/etc").await.is_err(), "a folder");
}

#[tokio::test]
async fn a_program_with_too_much_output_or_a_failure_is_an_error() {
    let fixture = fixture().await;
    fixture.person.set_answer(true);
    let home = fixture.home.path();
    for (name, body) in [
        ("endless", "exec cat /dev/zero"),
        ("failing", "echo key; exit 3"),
        ("silent", "true"),
        ("binary", "printf '\\377\\376'"),
    ] {
        let reference = format!("cmd://{}", script(home, name, body));
        assert_eq!(
            fixture.resolve(&reference).await,
            Err(Code::VaultReference),
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_a_program_leaves_running_is_not_waited_for() {
    let fixture = fixture().await;
    fixture.person.set_answer(true);
    let program = script(fixture.home.path(), "keys", "sleep 20 & echo key");
    let began = Instant::now();
    let key = fixture.resolve(&format!("cmd://{program}")).await;
    assert_eq!(key.as_deref(), Ok("key"));
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn a_group_that_takes_too_long_is_ended_as_a_whole() {
    let home = tempfile::tempdir().unwrap();
    let body = "sleep 600 & echo $! > \"$0.background\"; wait";
    let file = script(home.path(), "keys", body);
    let program = Program {
        name: "keys".to_owned(),
        file: file.clone(),
        arguments: Vec::new(),
        server: None,
    };
    let run = run_within(&program, true, Duration::from_secs(2)).await;
    assert_eq!(run.unwrap_err(), "keys timed out after 2 s");
    let background = fs::read_to_string(format!("{file}.background")).unwrap();
    let lives = || {
        let mut ps = std::process::Command::new("ps");
        let state = ps.args(["-o", "stat=", "-p", background.trim()]).output();
        let state = String::from_utf8(state.unwrap().stdout).unwrap();
        !matches!(state.trim().chars().next(), None | Some('Z'))
    };
    let began = Instant::now();
    while lives() {
        assert!(began.elapsed() < Duration::from_secs(20), "it is left");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn variables_need_no_consent() {
    let fixture = fixture().await;
    assert_eq!(
        fixture.resolve("env://PATCHBAY_TEST_UNSET").await,
        Err(Code::VaultReference)
    );
    assert!(fixture.resolve("env://PATH").await.is_ok());
    assert_eq!(fixture.person.request_count(), 0);
}

#[test]
fn only_paths_that_begin_with_a_drive_are_on_this_computer() {
    for path in [r"C:\bin\npx.cmd", "z:/bin"] {
        assert!(has_drive(Path::new(path)), "{path}");
    }
    for path in [
        r"\\evil\share\npx.exe",
        "//evil/share",
        r"\/evil\share",
        r"\\?\UNC\evil\share",
        r"\\?\C:\bin",
        r"\\.\pipe\x",
        r"\bin",
        "C:npx",
        "1:/bin",
    ] {
        assert!(!has_drive(Path::new(path)), "{path}");
    }
}

#[test]
fn what_is_wrong_with_the_file_at_a_path_is_told() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("text"), "").unwrap();
    for (name, why) in [
        ("none", "doesn't exist"),
        ("text", "isn't executable, which chmod +x changes"),
        ("text/none", "can't be read: Not a directory (os error 20)"),
        (".", "is a folder"),
    ] {
        let name = path(name);
        assert_eq!(find_in(&name, &[]), Err(format!("{name} {why}")));
    }
}

#[test]
fn what_an_app_image_sets_is_not_for_other_programs() {
    let variables = [
        ("APPDIR", "/tmp/.mount_a"),
        ("LD_LIBRARY_PATH", "/tmp/.mount_a/usr/lib/:"),
        ("PATH", "/tmp/.mount_a/usr/bin:/usr/local/bin:/usr/bin"),
        ("HOME", "/home/ada"),
        ("PLACE", "/tmp/.mount_ab"),
    ];
    let mut command = std::process::Command::new("x");
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    withhold_paths(
        &mut command,
        Path::new("/tmp/.mount_a"),
        variables.into_iter(),
    );
    let text = |value: &OsStr| value.to_str().unwrap().to_owned();
    let changed = command.get_envs();
    let changed: Vec<_> = changed
        .map(|(name, value)| (text(name), value.map(text)))
        .collect();
    let rest = Some("/usr/local/bin:/usr/bin".to_owned());
    let expected = [("APPDIR", None), ("LD_LIBRARY_PATH", None), ("PATH", rest)];
    assert_eq!(
        changed,
        expected.map(|(name, value)| (name.to_owned(), value))
    );
}
