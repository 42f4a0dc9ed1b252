#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use patchbay_model::{Code, Explain as _};

use super::*;
use crate::clock::{Clock, SystemClock};
use crate::secrets::reference::References;
use crate::testing::open;
use crate::{Context, forget_program, list_allowed_programs};

/// A person who answers, and what they were shown.
#[derive(Clone, Default)]
struct Person {
    says: Arc<Mutex<bool>>,
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

#[async_trait]
impl ProgramConsent for Person {
    async fn allows(&self, request: &ProgramRequest) -> bool {
        let program = &request.program;
        let mut shown = vec![program.file.clone()];
        shown.extend(program.arguments.iter().cloned());
        self.asked.lock().unwrap().push(shown);
        *self.says.lock().unwrap()
    }
}

impl Person {
    fn will_say(&self, answer: bool) {
        *self.says.lock().unwrap() = answer;
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

struct Bench {
    home: tempfile::TempDir,
    cx: Context,
    person: Person,
    references: References,
}

async fn bench() -> Bench {
    let home = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let cx = open(home.path(), Arc::clone(&clock)).await;
    let person = Person::default();
    let references = References::new(cx.store().clone(), clock, Arc::new(person.clone()));
    Bench {
        home,
        cx,
        person,
        references,
    }
}

fn script(folder: &Path, name: &str, says: &str) -> String {
    fs::create_dir_all(folder).unwrap();
    let file = folder.join(name);
    fs::write(
        &file,
        format!("#!/bin/sh\necho run >> \"$0.runs\"\n{says}\n"),
    )
    .unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file.to_str().unwrap().to_owned()
}

fn parse(text: &str) -> SecretReference {
    SecretReference::parse(text).unwrap()
}

impl Bench {
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
    let bench = bench().await;
    let program = script(bench.home.path(), "keys", "echo key-of-$1");
    let runs = format!("{program}.runs");
    let reference = format!("cmd://{program} one");
    assert_eq!(
        bench.resolve(&reference).await,
        Err(Code::ReferenceNotAllowed)
    );
    assert!(!Path::new(&runs).exists(), "it was started");

    bench.person.will_say(true);
    assert_eq!(bench.resolve(&reference).await.as_deref(), Ok("key-of-one"));
    bench.person.will_say(false);
    assert_eq!(bench.resolve(&reference).await.as_deref(), Ok("key-of-one"));
    assert_eq!(bench.person.asked(), 2, "the answer is kept");

    // Another argument is another program.
    for other in ["two", "one two", ""] {
        let other = format!("cmd://{program} {other}");
        assert_eq!(
            bench.resolve(&other).await,
            Err(Code::ReferenceNotAllowed),
            "{other}"
        );
    }
    assert_eq!(fs::read_to_string(&runs).unwrap().lines().count(), 2);
    let shown = bench.person.asked.lock().unwrap().clone();
    assert_eq!(
        shown[3],
        [program.as_str(), "one", "two"],
        "all that would be started"
    );
}

#[tokio::test]
async fn a_program_that_was_forgotten_is_asked_for_again() {
    let bench = bench().await;
    let program = script(bench.home.path(), "keys", "echo key");
    let reference = format!("cmd://{program}");
    bench.person.will_say(true);
    bench.resolve(&reference).await.unwrap();
    let listed = list_allowed_programs(&bench.cx).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].program.file, program);
    forget_program(&bench.cx, &listed[0].id).await.unwrap();
    let again = forget_program(&bench.cx, &listed[0].id).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound);
    bench.person.will_say(false);
    assert_eq!(
        bench.resolve(&reference).await,
        Err(Code::ReferenceNotAllowed)
    );
}

#[test]
fn another_file_or_another_cut_of_the_arguments_is_another_program() {
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
async fn a_program_that_says_too_much_or_fails_is_an_error() {
    let bench = bench().await;
    bench.person.will_say(true);
    let home = bench.home.path();
    for (name, says) in [
        ("endless", "exec cat /dev/zero"),
        ("failing", "echo key; exit 3"),
        ("silent", "true"),
        ("binary", "printf '\\377\\376'"),
    ] {
        let reference = format!("cmd://{}", script(home, name, says));
        assert_eq!(
            bench.resolve(&reference).await,
            Err(Code::VaultReference),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_environment_needs_no_consent() {
    let bench = bench().await;
    assert_eq!(
        bench.resolve("env://PATCHBAY_TEST_UNSET").await,
        Err(Code::VaultReference)
    );
    assert!(bench.resolve("env://PATH").await.is_ok());
    assert_eq!(bench.person.asked(), 0);
}
