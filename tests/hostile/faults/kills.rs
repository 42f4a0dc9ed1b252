//! Kills, spread evenly over the whole course of a sign-in, a refresh, a rotation, runs, and local programs.

mod programs;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{Authentication, Code, RunId, RunQuery, RunState, Secret, WalletEntryId};
use patchbay_ops::{
    Context, RunTool, WalletSecret, find_connector, find_run, finish_rotation, list_runs,
    plan_rotation, roll_back_rotation, rotate_wallet_entry, run_tool,
};
use patchbay_playground::Playground;
use patchbay_store::Store;
use patchbay_testkit::FolderKeychain;
use patchbay_vault::{SecretName, Vault};
use serde_json::json;

use super::process::{DONE, Killed, Role};
use super::{Home, assert_nothing_is_stuck, open, playground, sign_in, try_sign_in};
use crate::support::{Child, assert_done, echo, receive_line, request, run_in, send_line};

/// How many kills each course takes among the tests; `cargo xtask test faults` asks for more.
const KILLS: u32 = 10;
/// Says how many instead.
const ASKED: &str = "PATCHBAY_FAULTS_KILLS";

fn kills() -> u32 {
    let asked = std::env::var(ASKED).ok();
    asked.map_or(KILLS, |kills| kills.parse().unwrap())
}

/// What processes in a role do, cut off again and again.
struct Course {
    /// How long all of it takes.
    whole: Duration,
    kills: u32,
    /// Those that hit a living process before it had acknowledged everything.
    in_the_middle: u32,
    /// Those after which a person has to sign in again: the server had rotated the token, and nobody had the
    /// next one.
    sign_ins_lost: u32,
}

impl Course {
    fn lasting(whole: Duration) -> Self {
        Self {
            whole,
            kills: 0,
            in_the_middle: 0,
            sign_ins_lost: 0,
        }
    }

    /// The course of a role over a home, by how long it takes when nothing cuts it off.
    async fn measure(role: &str, home: &Home) -> Self {
        Self::lasting(Child::start(role, home).run_to_end().await)
    }

    /// The moments at which it is cut off: one in each of as many equal parts, and a little beyond its end.
    fn moments(&self, kills: u32) -> impl Iterator<Item = Duration> + use<> {
        let part = self.whole.mul_f64(1.1) / kills;
        let random = RandomState::new();
        (0..kills).map(move |kill| {
            let within = random.hash_one(kill) % 1000;
            part * kill + part.mul_f64(within as f64 / 1000.0)
        })
    }

    /// Begins the course over a home, and cuts it off.
    async fn cut_off(&mut self, role: &str, home: &Home, moment: Duration) -> Killed {
        let killed = Child::start(role, home).killed_after(moment).await;
        self.add(&killed);
        killed
    }

    fn add(&mut self, killed: &Killed) {
        self.kills += 1;
        self.in_the_middle += u32::from(killed.was_alive && !killed.was_done());
    }

    fn print(&self, course: &str) {
        println!(
            "{course}: {} kills, {} of them in the middle, {} sign-ins lost",
            self.kills, self.in_the_middle, self.sign_ins_lost
        );
    }

    /// Prints the numbers. Kills that come before or after everything would prove nothing.
    fn close(&self, course: &str) {
        self.print(course);
        assert!(
            self.in_the_middle >= self.kills / 5,
            "too few kills hit the course of {course}: {} of {}",
            self.in_the_middle,
            self.kills
        );
    }
}

#[tokio::test]
async fn a_kill_at_any_step_of_a_sign_in_leaves_one_that_can_be_done_again() {
    let playground = playground().await;
    let lasting = Home::new(&playground).await;
    let role = "faults::kills::signs_in";
    let mut course = Course::measure(role, &lasting).await;
    for (number, moment) in course.moments(kills()).enumerate() {
        // Every other one is a first sign-in, with the first key of a vault.
        let fresh = Home::new(&playground).await;
        let home = if number % 2 == 0 { &fresh } else { &lasting };
        let killed = course.cut_off(role, home, moment).await;
        let cx = home.open().await;
        assert_nothing_is_stuck(&cx, &home.connector).await;
        if !killed.was_done() {
            sign_in(&cx, &home.connector).await;
        }
        assert_done(&echo(&cx, &home.connector).await);
        assert_no_leftovers(home);
        cx.close().await;
    }
    course.close("sign-in");
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn signs_in() {
    let Some(role) = Role::take() else { return };
    let cx = open(&role.folder).await;
    Role::ready();
    let outcome = try_sign_in(&cx, &role.connector()).await;
    send_line(if outcome.problem.is_none() {
        DONE
    } else {
        "failed"
    });
    receive_line();
}

#[tokio::test]
async fn a_kill_at_any_step_of_a_refresh_loses_nothing_that_was_acknowledged() {
    let playground = playground().await;
    let home = Home::signed_in(&playground).await;
    let role = "faults::kills::refreshes";
    playground.expire_access_tokens();
    let mut course = Course::measure(role, &home).await;
    for moment in course.moments(kills()) {
        playground.expire_access_tokens();
        let killed = course.cut_off(role, &home, moment).await;
        let lost = assert_refreshed_or_asked_for(&playground, &home).await;
        assert!(
            !(lost && killed.was_done()),
            "an acknowledged token is gone"
        );
        course.sign_ins_lost += u32::from(lost);
    }
    course.close("refresh");
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn refreshes() {
    let Some(role) = Role::take() else { return };
    let cx = open(&role.folder).await;
    Role::ready();
    let run = echo(&cx, &role.connector()).await;
    send_line(match run.summary.state {
        RunState::Done => DONE,
        _ => "failed",
    });
    receive_line();
}

/// Refreshes with the token that is on disk; whether a person had to sign in again, as when a kill fell
/// between the server's answer and our disk. Then the spent token is sent once and never again.
async fn assert_refreshed_or_asked_for(playground: &Playground, home: &Home) -> bool {
    playground.expire_access_tokens();
    let cx = home.open().await;
    assert_nothing_is_stuck(&cx, &home.connector).await;
    let run = echo(&cx, &home.connector).await;
    let lost = run.summary.state != RunState::Done;
    if lost {
        let code = run.summary.problem.map(|problem| problem.code);
        assert_eq!(code, Some(Code::AuthExpired));
        cx.close().await;
        let refused = playground.refreshes();
        for _ in 0..2 {
            let cx = home.open().await;
            let run = echo(&cx, &home.connector).await;
            assert_eq!(run.summary.problem.unwrap().code, Code::AuthExpired);
            cx.close().await;
        }
        assert_eq!(
            playground.refreshes(),
            refused,
            "a dead token is sent again"
        );
        let cx = home.open().await;
        sign_in(&cx, &home.connector).await;
        assert_done(&echo(&cx, &home.connector).await);
        cx.close().await;
    } else {
        cx.close().await;
    }
    assert_no_leftovers(home);
    lost
}

#[tokio::test]
async fn a_kill_of_one_of_two_that_refresh_leaves_the_other_at_work() {
    let playground = playground().await;
    let home = Home::signed_in(&playground).await;
    let role = "faults::kills::refreshes";
    playground.expire_access_tokens();
    let mut course = Course::measure(role, &home).await;
    for moment in course.moments(kills()) {
        playground.expire_access_tokens();
        let mut other = Child::start(role, &home);
        assert_eq!(other.receive_line().await, "ready");
        let killing = Child::start(role, &home).killed_after(moment);
        let survived = async {
            other.send_line("go").await;
            let output = other.receive_line().await;
            other.end().await;
            output
        };
        let (killed, output) = tokio::join!(killing, survived);
        course.add(&killed);
        let lost = assert_refreshed_or_asked_for(&playground, &home).await;
        assert!(!(lost && output == DONE), "an acknowledged token is gone");
        course.sign_ins_lost += u32::from(lost || output != DONE);
    }
    // The other one may be the first to finish.
    course.print("two at once");
    assert!(course.in_the_middle > 0);
}

#[tokio::test]
async fn a_kill_at_any_step_of_a_rotation_leaves_the_old_or_the_new_secret() {
    let playground = playground().await;
    let home = Home::with_bearer(&playground, "secret-0000").await;
    let role = "faults::kills::rotates";
    let mut course = Course::measure(role, &home).await;
    for moment in course.moments(kills()) {
        finish(&home).await;
        let before = saved(&home).await;
        let killed = course.cut_off(role, &home, moment).await;
        let next = next_secret(&before);
        let after = saved(&home).await;
        assert!([&before, &next].contains(&&after), "{after}");
        assert!(!killed.was_done() || after == next, "acknowledged and gone");
        let cx = home.open().await;
        assert_nothing_is_stuck(&cx, &home.connector).await;
        let entry = entry(&cx, &home).await;
        if plan_rotation(&cx, &entry).await.unwrap().can_go_back {
            roll_back_rotation(&cx, &entry, |_| ()).await.unwrap();
            assert_eq!(saved(&home).await, before, "the way back leads elsewhere");
            assert_no_leftovers(&home);
        }
        cx.close().await;
    }
    course.close("rotation");
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn rotates() {
    let Some(role) = Role::take() else { return };
    let cx = open(&role.folder).await;
    let connector = find_connector(&cx, &role.connector()).await.unwrap();
    let Authentication::Bearer { entry } = connector.authentication else {
        panic!("it sends a token");
    };
    let token = next_secret(&saved_in(&role.folder, &entry).await);
    Role::ready();
    let token = Secret::new(token);
    let rotated = rotate_wallet_entry(&cx, &entry, WalletSecret::Bearer { token }, |_| ()).await;
    rotated.unwrap();
    send_line(DONE);
    receive_line();
}

/// Ends the rotation before, so that the way back leads to the secret as it is now.
async fn finish(home: &Home) {
    let cx = home.open().await;
    let entry = entry(&cx, home).await;
    finish_rotation(&cx, &entry).await.unwrap();
    cx.close().await;
}

fn next_secret(former: &str) -> String {
    let number: u32 = former.rsplit('-').next().unwrap().parse().unwrap();
    format!("secret-{:04}", number + 1)
}

async fn entry(cx: &Context, home: &Home) -> WalletEntryId {
    let connector = find_connector(cx, &home.connector).await.unwrap();
    match connector.authentication {
        Authentication::Bearer { entry } => entry,
        other => panic!("{other:?}"),
    }
}

/// The secret as a process finds it that was just started.
async fn saved(home: &Home) -> String {
    let cx = home.open().await;
    let entry = entry(&cx, home).await;
    cx.close().await;
    saved_in(home.path(), &entry).await
}

async fn saved_in(folder: &std::path::Path, entry: &WalletEntryId) -> String {
    let keychain = Arc::new(FolderKeychain::new(folder.join("keychain")));
    let vault = Vault::new(folder.join("home/data"), keychain);
    let secret = vault.read(&SecretName::wallet(entry)).await.unwrap();
    secret.unwrap().expose().to_owned()
}

#[tokio::test]
async fn a_kill_at_any_moment_leaves_an_honest_history() {
    let playground = playground().await;
    let home = Home::signed_in(&playground).await;
    let role = "faults::kills::runs";
    let mut course = Course::measure(role, &home).await;
    for moment in course.moments(kills()) {
        let killed = course.cut_off(role, &home, moment).await;
        let cx = home.open().await;
        assert_nothing_is_stuck(&cx, &home.connector).await;
        let running = RunQuery {
            states: vec![RunState::Running],
            ..RunQuery::default()
        };
        assert_eq!(list_runs(&cx, &running).await.unwrap().total, 0);
        for acknowledged in killed
            .output
            .iter()
            .filter_map(|it| it.strip_prefix("ran "))
        {
            let run = find_run(&cx, &RunId::new(acknowledged)).await.unwrap();
            assert_done(&run);
            assert!(run.result.is_some(), "an acknowledged answer is gone");
        }
        // What may destroy something left its trace before it was sent.
        let deletions = RunQuery {
            tool: Some("delete_note".to_owned()),
            ..RunQuery::default()
        };
        let noted = list_runs(&cx, &deletions).await.unwrap().total as usize;
        let sent = playground.count(|it| it.body.contains("\"delete_note\""));
        assert!(noted >= sent, "{sent} calls and {noted} traces");
        cx.close().await;
    }
    course.close("runs");
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn runs() {
    let Some(role) = Role::take() else { return };
    let cx = open(&role.folder).await;
    let connector = role.connector();
    let file = role.folder.join("home/data/patchbay.db");
    let file = Store::open(&file).await.unwrap();
    Role::ready();
    for _ in 0..5 {
        let added = run_in(&cx, &connector, "add_note", json!({ "text": "a" })).await;
        let id = added.result.unwrap().structured.unwrap().0["id"].clone();
        let deletion = RunTool {
            confirmed: true,
            ..request(&connector, "delete_note", json!({ "id": id }))
        };
        let run = run_tool(&cx, deletion, |_| {}).await.unwrap();
        in_the_file(&file, &run.summary.id).await;
        send_line(&format!("ran {}", run.summary.id));
    }
    send_line(DONE);
    receive_line();
}

/// Waits until others find the end of a run in the file: it is written a little later than it is answered, see
/// `Store::queue_run`.
async fn in_the_file(file: &Store, run: &RunId) {
    let is_over = async || {
        let found = file.find_run(run).await.unwrap();
        found.is_some_and(|run| run.summary.state == RunState::Done)
    };
    while !is_over().await {
        tokio::task::yield_now().await;
    }
}

/// A kill may leave a half-written file of secrets behind; the next change took it away.
fn assert_no_leftovers(home: &Home) {
    let data = std::fs::read_dir(home.path().join("home/data")).unwrap();
    let names = data.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = names.filter(|name| name.contains(".next")).collect();
    assert_eq!(left, Vec::<String>::new());
}
