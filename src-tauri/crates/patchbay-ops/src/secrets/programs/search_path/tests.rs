#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// A shell with a profile.
fn shell(home: &Path, profile: &str) -> PathBuf {
    let file = home.join("shell");
    let script = format!("#!/bin/sh\n{profile}\n[ \"$1 $2\" = '-l -c' ] && exec sh -c \"$3\"\n");
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}

#[tokio::test]
async fn a_login_shell_returns_its_variables_whatever_its_profile_prints() {
    let home = tempfile::tempdir().unwrap();
    let profile =
        "echo Welcome; export PATH=/opt/homebrew/bin:$PATH JAVA_HOME='/opt/java a=b' MY_TOKEN=x";
    let answer = ask_login_shell(&shell(home.path(), profile), TIMEOUT).await;
    let ShellVariables { path, others } = answer.unwrap();
    assert_eq!(join_paths(&[path])[0], Path::new("/opt/homebrew/bin"));
    assert!(others.contains(&("JAVA_HOME".into(), "/opt/java a=b".into())));
    assert!(others.iter().all(|(name, _)| name != "MY_TOKEN"));
}

#[tokio::test]
async fn a_shell_that_fails_or_hangs_returns_nothing() {
    let home = tempfile::tempdir().unwrap();
    let missing = home.path().join("none");
    assert_eq!(ask_login_shell(&missing, TIMEOUT).await, None);
    let failing = shell(home.path(), "exit 1");
    assert_eq!(ask_login_shell(&failing, TIMEOUT).await, None);
    let waiting = shell(home.path(), "exec sleep 100");
    let patience = Duration::from_millis(50);
    assert_eq!(ask_login_shell(&waiting, patience).await, None);
}

#[tokio::test]
async fn a_banner_in_another_encoding_and_a_program_in_the_background_do_not_matter() {
    let home = tempfile::tempdir().unwrap();
    let background = home.path().join("background");
    let profile = format!(
        "printf 'Sch\\366n'; export PATH=/opt/bin:$PATH; sleep 600 & echo $! > {}",
        background.display()
    );
    let limit = Duration::from_secs(60);
    let shell = shell(home.path(), &profile);
    let asked = ask_login_shell(&shell, limit);
    let path = tokio::time::timeout(limit / 2, asked).await.unwrap();
    assert_eq!(join_paths(&[path.unwrap().path])[0], Path::new("/opt/bin"));
    let left = process_in(&background);
    assert!(is_running(left), "it was meant to go on");
    rustix::process::kill_process(left, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn a_shell_that_hangs_is_ended_with_what_it_waits_for() {
    let home = tempfile::tempdir().unwrap();
    let child = home.path().join("child");
    let profile = format!("sleep 600 & echo $! > {}; wait", child.display());
    let limit = Duration::from_secs(1);
    let shell = shell(home.path(), &profile);
    let asked = ask_login_shell(&shell, limit);
    assert_eq!(asked.await, None);
    let child = process_in(&child);
    let ended = async {
        while is_running(child) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.is_ok(), "an orphan is left");
}

#[tokio::test]
async fn shells_of_other_families_are_asked_in_their_own_way() {
    let home = tempfile::tempdir().unwrap();
    let script = "#!/bin/sh\nPATH=/opt/csh:$PATH\n[ \"$1\" = -ic ] && exec sh -c \"$2\"\n";
    for name in ["tcsh", "csh", "nu", "elvish", "pwsh"] {
        let file = home.path().join(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        for path in [
            ask_interactive_shell(&file).await,
            ask_login_shell(&file, TIMEOUT).await,
        ] {
            let folders = join_paths(&[path.unwrap().path]);
            let is_own = folders[0] == Path::new("/opt/csh");
            assert_eq!(is_own, name.ends_with("csh"), "{name}: {folders:?}");
        }
    }
}

fn process_in(file: &Path) -> rustix::process::Pid {
    let id = fs::read_to_string(file).unwrap().trim().parse().unwrap();
    rustix::process::Pid::from_raw(id).unwrap()
}

/// Whether it runs. The first process of the system may not have waited for one that has ended.
fn is_running(process: rustix::process::Pid) -> bool {
    let id = process.as_raw_nonzero().to_string();
    let listed = std::process::Command::new("ps")
        .args(["-o", "stat=", "-p", &id])
        .output();
    let listed = listed.unwrap().stdout;
    !listed.is_empty() && !listed.starts_with(b"Z")
}

#[tokio::test]
async fn a_shell_is_asked_once_and_again_when_its_answer_may_be_outdated() {
    let known = ShellAnswer(Mutex::const_new(None));
    let variables = |path: &str| {
        Some(ShellVariables {
            path: path.into(),
            others: Vec::new(),
        })
    };
    let answer = |path: &'static str| std::future::ready(variables(path));
    assert_eq!(known.get(answer("/a")).await, variables("/a"));
    assert_eq!(known.get(answer("/b")).await, variables("/a"));
    assert!(!known.forget(FRESH).await, "it is a moment old");
    assert_eq!(known.get(answer("/b")).await, variables("/a"));
    assert!(known.forget(Duration::ZERO).await);
    assert_eq!(known.get(answer("/b")).await, variables("/b"));
}

#[test]
fn a_desktop_app_is_started_in_a_shell_only_if_it_has_a_terminal() {
    for (is_desktop_app, is_in_terminal, is_started) in [
        (false, false, true),
        (false, true, true),
        (true, false, false),
        (true, true, true),
    ] {
        let found = is_started_in_shell(is_desktop_app, is_in_terminal);
        assert_eq!(found, is_started, "{is_desktop_app} {is_in_terminal}");
    }
}

#[tokio::test]
async fn programs_of_secrets_are_searched_in_our_own_path_first_and_only_there_if_a_shell_set_it() {
    let own = process_search_path();
    let folders = folders().await;
    assert_eq!(folders[..own.len()], own);
    if has_path_of_shell() {
        assert_eq!(folders, own);
    }
}

#[test]
fn usual_folders_are_those_that_exist_and_the_newest_node_of_nvm() {
    let home = tempfile::tempdir().unwrap();
    let nvm = home.path().join("nvm");
    for folder in [".volta/bin", ".asdf/shims"] {
        fs::create_dir_all(home.path().join(folder)).unwrap();
    }
    for version in ["v9.11.2", "v20.9.0", "v20.10.0", "v100", "system"] {
        let folder = nvm.join("versions/node").join(version).join("bin");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("node"), "").unwrap();
    }
    fs::create_dir_all(nvm.join("versions/node/v22.0.0/bin")).unwrap();
    let folders = usual_folders(home.path(), &nvm);
    let ours: Vec<_> = folders
        .iter()
        .filter_map(|folder| folder.strip_prefix(home.path()).ok())
        .collect();
    let expected = [
        ".asdf/shims",
        ".volta/bin",
        "nvm/versions/node/v20.10.0/bin",
    ];
    assert_eq!(ours, expected.map(Path::new));
    assert!(folders.iter().all(|folder| folder.is_dir()));
    assert!(
        usual_folders(Path::new(""), Path::new("none"))
            .iter()
            .all(|it| it.is_absolute())
    );
}

#[test]
fn each_absolute_folder_is_listed_once() {
    let paths = ["/usr/bin:bin:/bin".into(), "/opt/bin:/bin::/usr/bin".into()];
    let all = ["/usr/bin", "/bin", "/opt/bin"].map(PathBuf::from);
    assert_eq!(join_paths(&paths), all);
}
