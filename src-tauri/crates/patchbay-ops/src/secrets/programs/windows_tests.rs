use std::fs;

use super::*;

#[tokio::test]
async fn a_name_without_its_extension_is_a_program_and_its_arguments_are_no_commands() {
    let home = tempfile::tempdir().unwrap();
    for extension in ["txt", "ps1", "cmd"] {
        let file = home.path().join(format!("keys.{extension}"));
        fs::write(file, "@echo key of %1\r\n").unwrap();
    }
    let name = home.path().join("keys");
    let reference = format!("cmd://{} me&whoami", name.display());
    let reference = SecretReference::parse(&reference).unwrap();
    let program = program_of(&reference).await.unwrap().unwrap();
    assert!(program.file.ends_with("keys.cmd"), "{}", program.file);
    let secret = run(&program).await.unwrap();
    assert_eq!(secret.expose().trim().replace('"', ""), "key of me&whoami");
}

#[tokio::test]
async fn a_batch_file_runs_nothing_of_the_current_folder() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("keys.cmd");
    fs::write(&file, "@echo %NoDefaultCurrentDirectoryInExePath%\r\n").unwrap();
    let reference = SecretReference::parse(&format!("cmd://{}", file.display())).unwrap();
    let program = program_of(&reference).await.unwrap().unwrap();
    assert_eq!(run(&program).await.unwrap().expose().trim(), "1");
}

#[tokio::test]
async fn the_current_folder_is_no_place_for_programs() {
    for name in [r".\keys", r"bin\keys", "C:keys", "no-such-program-anywhere"] {
        assert!(find(name).await.is_err(), "{name}");
    }
    let found = find("cmd").await.unwrap();
    assert!(found.is_absolute(), "{}", found.display());
}

#[test]
fn a_program_on_another_computer_is_not_looked_for() {
    for name in [
        r"\\127.0.0.1\none\keys.exe",
        r"\\?\C:\Windows\System32\cmd.exe",
    ] {
        let why = find_in(name, &[]).unwrap_err();
        assert!(why.contains("isn't on a drive"), "{why}");
    }
}

#[tokio::test]
async fn a_path_from_outside_adds_only_folders_on_drives() {
    let given = r"\\127.0.0.1\none;C:\ours".to_owned();
    let folders = search_path::server_search_path(Some(&given)).await;
    assert_eq!(folders[0], Path::new(r"C:\ours"));
}

#[test]
fn folders_of_installers_are_searched_if_they_exist() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(r"AppData\Roaming\npm");
    fs::create_dir_all(&folder).unwrap();
    let found = search_path::usual_folders(home.path(), Path::new("none"));
    let ours = found.iter().filter(|it| it.starts_with(home.path()));
    assert_eq!(ours.collect::<Vec<_>>(), [&folder]);
}
