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
async fn a_login_shell_returns_its_path_whatever_its_profile_prints() {
    let home = tempfile::tempdir().unwrap();
    let profile = "echo Welcome; export PATH=/opt/homebrew/bin:$PATH";
    let path = path_of_login_shell(&shell(home.path(), profile), TIMEOUT).await;
    let folders = join_paths(&[path.unwrap()]);
    assert_eq!(folders[0], Path::new("/opt/homebrew/bin"));
}

#[tokio::test]
async fn a_shell_that_fails_or_hangs_returns_no_path() {
    let home = tempfile::tempdir().unwrap();
    let missing = home.path().join("none");
    assert_eq!(path_of_login_shell(&missing, TIMEOUT).await, None);
    let failing = shell(home.path(), "exit 1");
    assert_eq!(path_of_login_shell(&failing, TIMEOUT).await, None);
    let waiting = shell(home.path(), "exec sleep 100");
    let patience = Duration::from_millis(50);
    assert_eq!(path_of_login_shell(&waiting, patience).await, None);
}

#[tokio::test]
async fn a_shell_is_asked_once_and_again_when_its_answer_may_be_outdated() {
    let shell_path = ShellPath(Mutex::const_new(None));
    let answer = |path: &'static str| async move { Some(OsString::from(path)) };
    assert_eq!(shell_path.get(answer("/a")).await, Some("/a".into()));
    assert_eq!(shell_path.get(answer("/b")).await, Some("/a".into()));
    assert!(!shell_path.forget(FRESH).await, "it is a moment old");
    assert_eq!(shell_path.get(answer("/b")).await, Some("/a".into()));
    assert!(shell_path.forget(Duration::ZERO).await);
    assert_eq!(shell_path.get(answer("/b")).await, Some("/b".into()));
}

#[test]
fn each_absolute_folder_is_listed_once() {
    let paths = ["/usr/bin:bin:/bin".into(), "/opt/bin:/bin::/usr/bin".into()];
    let all = ["/usr/bin", "/bin", "/opt/bin"].map(PathBuf::from);
    assert_eq!(join_paths(&paths), all);
}
