//! Connections whose settings change.

use super::*;
use crate::connectors::edit::remove_connector;
use crate::credentials::edit::replace_wallet_secret;
use crate::credentials::programs::{forget_program, list_allowed_programs};
use crate::credentials::secret::WalletSecret;
use crate::runs::run_tool::{RunTool, run_tool};
use crate::servers::sessions::settings::close_outdated;
use crate::stored_connectors::find_connector;

#[tokio::test]
async fn a_connection_with_settings_that_another_process_changed_is_not_used() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let other = Context::open(fixture.options.clone()).await.unwrap();
    let rename = |connector: &mut Connector| {
        let command = connector.command.as_mut().unwrap();
        command
            .variables
            .insert("TOOL".to_owned(), "new".to_owned());
    };
    let store = other.store();
    store.change_connector(&connector.id, rename).await.unwrap();
    let tools = refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(tools[0].name, "new-hunter2-hunter2-none");

    close_outdated(&fixture.cx).await.unwrap();
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.starts(&connector), 2, "it is up to date");

    store.remove_connector(&connector.id).await.unwrap();
    close_outdated(&fixture.cx).await.unwrap();
    let guard = fixture.cx.guard();
    guard.wait_until_empty(Duration::from_secs(10)).await;
    assert!(guard.is_empty());
    other.close().await;
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_secret_that_another_process_replaced_ends_the_connection() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let other = Context::open(fixture.options.clone()).await.unwrap();
    let entry = other.store().list_wallet().await.unwrap().remove(0).id;
    let value = SecretValue::from(Secret::new("hunter3-hunter3"));
    let secret = WalletSecret::Variables {
        values: BTreeMap::from([("API_KEY".to_owned(), value)]),
    };
    replace_wallet_secret(&other, &entry, secret).await.unwrap();
    close_outdated(&fixture.cx).await.unwrap();
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.starts(&connector), 2);
    other.close().await;
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_program_that_was_forgotten_is_ended_and_asked_about_again() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    let other = Context::open(fixture.options.clone()).await.unwrap();
    let guard = fixture.cx.guard();
    for (number, by) in [&fixture.cx, &other].into_iter().enumerate() {
        refresh_tools(&fixture.cx, &connector.id).await.unwrap();
        assert_eq!(fixture.counts(&connector), (number + 1, number + 1));
        let allowed = list_allowed_programs(by).await.unwrap().remove(0);
        forget_program(by, &allowed.id).await.unwrap();
        if number == 1 {
            assert!(!guard.is_empty(), "it is of this process");
            close_outdated(&fixture.cx).await.unwrap();
        }
        guard.wait_until_empty(Duration::from_secs(10)).await;
        assert!(guard.is_empty());
    }
    *fixture.consent.refuses.lock().unwrap() = true;
    let refused = refresh_tools(&fixture.cx, &connector.id).await.unwrap_err();
    assert_eq!(refused.code(), Code::ProgramNotAllowed);
    other.close().await;
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_program_that_was_forgotten_is_ended_for_whoever_uses_it() {
    let fixture = Fixture::new().await;
    fixture.cx.host_sessions_here();
    let connector = fixture.add().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let other = Context::open(fixture.options.clone()).await.unwrap();
    let allowed = list_allowed_programs(&other).await.unwrap().remove(0);
    forget_program(&other, &allowed.id).await.unwrap();
    assert!(list_sessions(&other).await.unwrap().is_empty());
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.counts(&connector), (2, 2));
    other.close().await;
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_run_that_patchbay_interrupts_is_not_blamed_on_the_program() {
    for is_held in [false, true] {
        let fixture = Fixture::new().await;
        if is_held {
            fixture.cx.host_sessions_here();
        }
        let connector = fixture.add().await;
        let tools = refresh_tools(&fixture.cx, &connector.id).await.unwrap();
        let folder = fixture.cx.paths().server_folder(&connector.id);
        let cx = fixture.cx.clone();
        let request = RunTool {
            confirmed: true,
            ..waiting::request(&connector, &tools[0])
        };
        let running = tokio::spawn(async move { run_tool(&cx, request, |_| {}).await });
        while !folder.join("called").exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        end_session(&fixture.cx, &connector.id).await;
        let run = running.await.unwrap().unwrap();
        let problem = run.summary.problem.unwrap();
        let words = "Patchbay ended the program";
        assert!(problem.message.starts_with(words), "{problem:?}");
        let after = find_connector(&fixture.cx, &connector.id).await.unwrap();
        assert_eq!(after.status.status, Status::Ready);
        fixture.cx.close().await;
    }
}

#[tokio::test]
async fn ending_a_session_does_not_wait_for_those_who_wait_for_its_start() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    let folder = fixture.cx.paths().server_folder(&connector.id);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("slow"), "").unwrap();
    let list = || {
        let (cx, id) = (fixture.cx.clone(), connector.id.clone());
        tokio::spawn(async move { refresh_tools(&cx, &id).await })
    };
    let first = list();
    while fixture.starts(&connector) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let waiting = list();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let ending = end_session(&fixture.cx, &connector.id);
    let ended = tokio::time::timeout(Duration::from_secs(20), ending).await;
    ended.unwrap();
    for listing in [first, waiting] {
        let stopped = listing.await.unwrap().unwrap_err();
        assert_eq!(stopped.code(), Code::Cancelled, "{stopped}");
    }
    assert_eq!(fixture.starts(&connector), 1);
    fixture.cx.close().await;
}

#[tokio::test]
async fn removing_a_connector_does_not_wait_for_its_start() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    let folder = fixture.cx.paths().server_folder(&connector.id);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("slow"), "").unwrap();
    let (cx, id) = (fixture.cx.clone(), connector.id.clone());
    let listing = tokio::spawn(async move { refresh_tools(&cx, &id).await });
    while fixture.starts(&connector) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let removing = remove_connector(&fixture.cx, &connector.id);
    let removed = tokio::time::timeout(Duration::from_secs(30), removing).await;
    removed.unwrap().unwrap();
    let stopped = listing.await.unwrap().unwrap_err();
    assert_eq!(stopped.code(), Code::Cancelled, "{stopped}");
    fixture.cx.close().await;
}
