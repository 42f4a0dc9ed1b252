use std::sync::atomic::{AtomicUsize, Ordering};

use patchbay_model::{Content, Json, Origin, ServerTask, ToolResult};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::json;

use super::*;
use crate::migrations::migrate;
use crate::samples::{answered, open_again, run, store};
use crate::tables::TABLES;

/// The ids of the runs that the typed text finds, newest first.
async fn found(store: &Store, text: &str) -> Vec<String> {
    let query = RunQuery {
        text: Some(text.into()),
        ..RunQuery::default()
    };
    let page = store.list_runs(&query).await.unwrap();
    assert_eq!(page.total as usize, page.runs.len());
    page.runs.iter().map(|run| run.id.to_string()).collect()
}

fn changed(number: u64, change: impl FnOnce(&mut ToolRun)) -> ToolRun {
    let mut run = answered(run(number), "fine");
    change(&mut run);
    run
}

#[tokio::test]
async fn a_run_is_opened_then_closed() {
    let (_home, store) = store().await;
    let open = run(1);
    store.open_run(&open).await.unwrap();
    assert_eq!(
        store.find_run(&open.summary.id).await.unwrap(),
        Some(open.clone())
    );
    let over = answered(open, "three issues");
    store.close_run(over.clone().into()).await.unwrap();
    assert_eq!(
        store.find_run(&over.summary.id).await.unwrap(),
        Some(over.clone())
    );
    let page = store.list_runs(&RunQuery::default()).await.unwrap();
    assert_eq!(page.runs, [over.summary]);
}

#[tokio::test]
async fn a_run_removed_meanwhile_does_not_come_back() {
    let (_home, store) = store().await;
    let open = run(1);
    store.open_run(&open).await.unwrap();
    assert!(store.remove_run(&open.summary.id).await.unwrap());
    assert!(!store.remove_run(&open.summary.id).await.unwrap());
    let late = answered(open.clone(), "late");
    store.close_run(late.into()).await.unwrap();
    assert_eq!(store.find_run(&open.summary.id).await.unwrap(), None);
}

#[tokio::test]
async fn words_are_found_in_every_column() {
    let (_home, store) = store().await;
    let runs = [
        answered(run(1), "The zeppelin landed in Zürich"),
        changed(2, |run| run.summary.tool = "create_ticket".into()),
        changed(3, |run| run.summary.connector_title = "Linear Corp".into()),
        changed(4, |run| {
            run.arguments = Json(json!({"cities": [7, "Rome\nOslo"]}))
        }),
        changed(5, |run| {
            run.summary.identity.credential = Some("Grace".into())
        }),
        changed(6, |run| {
            run.summary.problem = Some(Problem::new(Code::NetworkTls, "the certificate is odd"));
        }),
        changed(7, |run| {
            let structured = Some(Json(json!({"colour": "vermilion"})));
            run.result = Some(ToolResult {
                content: vec![Content::text("one colour was found")],
                structured,
                ..ToolResult::default()
            });
        }),
        changed(8, |run| {
            let resource = Content::Resource {
                uri: "file:///notes.txt".into(),
                mime_type: None,
                text: Some("halibut".into()),
                blob: None,
                annotations: None,
            };
            run.result = Some(ToolResult {
                content: vec![resource],
                ..ToolResult::default()
            });
        }),
    ];
    for run in &runs {
        store.open_run(run).await.unwrap();
    }
    for (text, number) in [
        ("zeppelin landed", 1),
        ("zurich", 1),
        ("\"landed in\"", 1),
        ("create_tick", 2),
        ("LINEAR", 3),
        ("oslo", 4),
        ("cities 7", 4),
        ("grace", 5),
        ("certificate", 6),
        ("network.tls", 6),
        ("vermilion", 7),
        ("halib", 8),
    ] {
        assert_eq!(
            found(&store, text).await,
            [format!("run-{number:06}")],
            "{text}"
        );
    }
    for text in ["landed zepp oslo", "\"in landed\"", "zepp landed"] {
        assert_eq!(found(&store, text).await, [""; 0], "{text}");
    }
}

#[tokio::test]
async fn results_of_closed_runs_are_found_and_removed_runs_are_not() {
    let (_home, store) = store().await;
    let open = run(1);
    store.open_run(&open).await.unwrap();
    store
        .close_run(answered(open.clone(), "zeppelin").into())
        .await
        .unwrap();
    assert_eq!(found(&store, "zeppelin label").await.len(), 1);
    store.remove_run(&open.summary.id).await.unwrap();
    store.open_run(&run(2)).await.unwrap();
    assert_eq!(found(&store, "zeppelin").await.len(), 0);
}

#[tokio::test]
async fn filters_narrow_down() {
    let (_home, store) = store().await;
    let client = |name: &str| Origin::Client { name: name.into() };
    let runs = [
        run(1),
        changed(2, |run| run.summary.state = RunState::Failed),
        changed(3, |run| run.summary.origin = Origin::CommandLine),
        changed(4, |run| run.summary.origin = client("Claude Desktop")),
        changed(5, |run| run.summary.tool = "searchXissues".into()),
        changed(6, |run| {
            run.summary.connector_title = "100% Linear".into();
            run.summary.origin = client("Cursor");
        }),
    ];
    for run in &runs {
        store.open_run(run).await.unwrap();
    }
    for (text, numbers) in [
        ("status:running", &[1][..]),
        ("status:error status:running", &[2, 1]),
        ("source:cli", &[3]),
        ("source:claude", &[4]),
        ("source:client", &[6, 4]),
        ("tool:search_", &[6, 4, 3, 2, 1]),
        ("connector:100%", &[6]),
        ("connector:hub status:done tool:SearchX fine", &[5]),
        ("status:denied", &[]),
        ("!?", &[6, 5, 4, 3, 2, 1]),
    ] {
        let numbers: Vec<String> = numbers
            .iter()
            .map(|number| format!("run-{number:06}"))
            .collect();
        assert_eq!(found(&store, text).await, numbers, "{text}");
    }
    let exact = RunQuery {
        connector: Some("c1".into()),
        tool: Some("search".into()),
        ..RunQuery::default()
    };
    assert_eq!(store.list_runs(&exact).await.unwrap().total, 0);
}

#[tokio::test]
async fn runs_since_a_time_started_then_or_later() {
    let (_home, store) = store().await;
    for number in 1..=4 {
        store.open_run(&run(number)).await.unwrap();
    }
    let since = RunQuery {
        since: Some(run(3).summary.started_at),
        ..RunQuery::default()
    };
    let page = store.list_runs(&since).await.unwrap();
    let ids: Vec<&str> = page.runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!((ids, page.total), (vec!["run-000004", "run-000003"], 2));
}

#[tokio::test]
async fn each_run_is_on_one_page() {
    const RUNS: u64 = 10_000;
    let (_home, store) = store().await;
    store
        .write(|tx| {
            for number in 0..RUNS {
                let run = answered(run(number), if number % 2 == 0 { "even" } else { "odd" });
                let row = insert(tx, &run, "nobody")?.unwrap();
                insert_details(tx, row, &run)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    for (text, step) in [(None, 1), (Some("even"), 2)] {
        let mut query = RunQuery {
            text: text.map(Into::into),
            limit: 499,
            ..RunQuery::default()
        };
        let mut ids = Vec::new();
        loop {
            let page = store.list_runs(&query).await.unwrap();
            assert_eq!(u64::from(page.total), RUNS / step);
            ids.extend(page.runs.into_iter().map(|run| run.id));
            if page.next.is_none() {
                break;
            }
            query.before = page.next;
        }
        let newest_first = (0..RUNS).rev().filter(|number| number % step == 0);
        let expected: Vec<RunId> = newest_first.map(|number| run(number).summary.id).collect();
        assert_eq!(ids, expected);
    }
}

#[tokio::test]
async fn a_prefix_finds_every_word_with_that_prefix() {
    let (_home, store) = store().await;
    for number in 0..=201 {
        let text = format!(
            "Invoice{number} for {}",
            if number < 3 { "Zoë" } else { "Max" }
        );
        store.open_run(&answered(run(number), &text)).await.unwrap();
    }
    let first_three = ["run-000002", "run-000001", "run-000000"];
    assert_eq!(found(&store, "INVOICE2").await.len(), 1 + 10 + 2);
    assert_eq!(found(&store, "zoe invoi").await, first_three);
    assert_eq!(found(&store, "\"for zoe\" invoi").await, first_three);
    assert_eq!(found(&store, "invoice201").await, ["run-000201"]);
    assert_eq!(found(&store, "invoice2 ").await, ["run-000002"]);
    assert!(found(&store, "invoices").await.is_empty());
    // More words than the prefix is expanded to.
    let query = RunQuery::parse("invoic");
    assert_eq!(store.list_runs(&query).await.unwrap().total, 202);
}

#[tokio::test]
async fn only_the_newest_of_very_many_matches_are_counted() {
    let (_home, store) = store().await;
    let counted = async |text: &str| {
        let page = store.list_runs(&RunQuery::parse(text)).await.unwrap();
        (page.total, page.has_more_than_total)
    };
    for (runs, expected) in [(19_999, (19_999, false)), (2, (20_000, true))] {
        store
            .write(move |tx| {
                for number in 0..runs {
                    let run = answered(run(runs * 100_000 + number), "fine");
                    let row = insert(tx, &run, "nobody")?.unwrap();
                    insert_details(tx, row, &run)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(counted("fine").await, expected);
        assert_eq!(counted("fine status:done").await, expected);
    }
    assert_eq!(counted("fine status:failed").await, (0, true));
    assert_eq!(counted("status:done").await, (20_001, false));
}

#[tokio::test]
async fn paging_continues_when_the_last_run_was_removed() {
    let (_home, store) = store().await;
    for number in 1..=4 {
        store.open_run(&run(number)).await.unwrap();
    }
    let mut query = RunQuery {
        text: Some("bug".into()),
        limit: 2,
        ..RunQuery::default()
    };
    query.before = store.list_runs(&query).await.unwrap().next;
    let last = query.before.clone().unwrap();
    assert!(store.remove_run(&last).await.unwrap());
    let page = store.list_runs(&query).await.unwrap();
    let ids: Vec<&str> = page.runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!((ids, page.total), (vec!["run-000002", "run-000001"], 3));
}

#[test]
fn lists_and_counts_need_no_sorting_and_no_summaries() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, TABLES).unwrap();
    let plan = |sql: &str| -> String {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let values = vec![rusqlite::types::Null; statement.parameter_count()];
        let steps = statement
            .query_map(params_from_iter(values), |row| {
                row.get::<_, String>("detail")
            })
            .unwrap();
        steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
    };
    let page = plan("SELECT id, summary FROM tool_runs WHERE id < 'x' ORDER BY id DESC LIMIT 51");
    assert!(page.contains("SEARCH tool_runs USING INDEX"), "{page}");
    assert!(!page.contains("TEMP B-TREE"), "{page}");
    let query = RunQuery {
        text: Some("word".into()),
        tool: Some("a*".into()),
        ..RunQuery::default()
    };
    let mut searched = Conditions::of(&query);
    searched.after(&RunId::new("x"));
    let searched = plan(&searched.page());
    assert!(
        searched.contains("SCAN tool_run_texts VIRTUAL TABLE"),
        "{searched}"
    );
    assert!(!searched.contains("TEMP B-TREE"), "{searched}");
    let filtered = plan("SELECT count(*) FROM tool_runs WHERE state = 'done' AND tool LIKE 'a%'");
    assert!(filtered.contains("USING COVERING INDEX"), "{filtered}");
    let all = format!("EXPLAIN {}", Conditions::default().count());
    let mut statement = connection.prepare(&all).unwrap();
    let steps = statement.query_map([], |row| row.get::<_, String>("opcode"));
    let steps: Vec<_> = steps.unwrap().map(Result::unwrap).collect();
    assert!(steps.contains(&"Count".to_owned()), "{steps:?}");
}

#[tokio::test]
async fn the_length_of_a_page_is_limited() {
    let (_home, store) = store().await;
    for number in 0..60 {
        store.open_run(&run(number)).await.unwrap();
    }
    let length = async |limit| {
        let query = RunQuery {
            limit,
            ..RunQuery::default()
        };
        store.list_runs(&query).await.unwrap().runs.len()
    };
    assert_eq!(
        (length(0).await, length(7).await, length(u32::MAX).await),
        (50, 7, 60)
    );
}

#[tokio::test]
async fn running_runs_of_ended_processes_fail() {
    let (_home, store) = store().await;
    let (open, over) = (run(1), answered(run(2), "fine"));
    for run in [&open, &over] {
        store.open_run(run).await.unwrap();
    }
    let own = store.liveness();
    assert_eq!(store.close_orphans(own).await.unwrap(), []);
    let closed = store.close_orphans(|_| false).await.unwrap();
    assert_eq!(closed, std::slice::from_ref(&open.summary.id));
    let found = store.find_run(&open.summary.id).await.unwrap().unwrap();
    assert_eq!(found.summary.state, RunState::Failed);
    assert_eq!(
        found.summary.problem.map(|problem| problem.code),
        Some(Code::Cancelled)
    );
    assert_eq!(store.find_run(&over.summary.id).await.unwrap(), Some(over));
    assert_eq!(store.close_orphans(|_| false).await.unwrap(), []);
}

#[tokio::test]
async fn an_owner_of_several_runs_is_looked_for_once() {
    let (_home, store) = store().await;
    for number in 1..=3 {
        store.open_run(&run(number)).await.unwrap();
    }
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let gone = move |_: &str| {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    assert_eq!(store.close_orphans(gone).await.unwrap().len(), 3);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn others_write_while_it_is_found_out_whether_an_owner_is_gone() {
    let (home, store) = store().await;
    store.open_run(&run(1)).await.unwrap();
    let other = open_again(&home).await;
    let (began, asked) = tokio::sync::oneshot::channel();
    let began = std::sync::Mutex::new(Some(began));
    let (answer, answered) = std::sync::mpsc::channel();
    let is_alive = move |_: &str| {
        let began = began.lock().unwrap().take();
        began.into_iter().for_each(|began| began.send(()).unwrap());
        answered.recv().unwrap()
    };
    let writing = async {
        asked.await.unwrap();
        other.open_run(&run(2)).await.unwrap();
        answer.send(false).unwrap();
    };
    let (closed, ()) = tokio::join!(store.close_orphans(is_alive), writing);
    // The second run began too late to be judged.
    assert_eq!(closed.unwrap(), [run(1).summary.id]);
}

#[tokio::test]
async fn an_orphaned_task_can_be_claimed_once() {
    let (_home, store) = store().await;
    let task = ServerTask {
        id: "t".to_owned(),
        extension: true,
    };
    let (mut open, plain) = (run(1), run(2));
    open.task = Some(task);
    for run in [&open, &plain] {
        store.open_run(run).await.unwrap();
    }
    let claim = async |id: &RunId, alive: bool| store.claim_task(id, move |_| alive).await;
    let id = &open.summary.id;
    assert_eq!(claim(id, true).await.unwrap(), None, "its owner is alive");
    assert_eq!(store.list_abandoned_tasks(|_| true).await.unwrap(), []);
    let closed = store.close_orphans(|_| false).await.unwrap();
    assert_eq!(closed, std::slice::from_ref(&plain.summary.id));
    let left = store.list_abandoned_tasks(|_| false).await.unwrap();
    assert_eq!(left, std::slice::from_ref(id));
    assert_eq!(claim(&plain.summary.id, false).await.unwrap(), None);
    assert_eq!(claim(id, false).await.unwrap().as_ref(), Some(&open));

    // A released task can be claimed again, also by the store that released it.
    let claimed = store.claim_task(id, store.liveness()).await.unwrap();
    assert_eq!(claimed, None);
    store.release_task(id).await.unwrap();
    let claimed = store.claim_task(id, store.liveness()).await.unwrap();
    assert_eq!(claimed.as_ref(), Some(&open));
    let over = answered(open.clone(), "fine");
    store.close_run(over.into()).await.unwrap();
    assert_eq!(claim(id, false).await.unwrap(), None);
}

#[tokio::test]
async fn words_are_found_in_what_is_written_without_spaces() {
    let (_home, store) = store().await;
    for (number, text) in [
        (1, "今日は東京の天気"),
        (2, "東の京"),
        (3, "Wetter in 東京"),
    ] {
        store.open_run(&answered(run(number), text)).await.unwrap();
    }
    for (text, numbers) in [
        ("天気", vec![1]),
        ("東京", vec![3, 1]),
        ("東京の天", vec![1]),
        ("wetter 東", vec![3]),
    ] {
        let numbers = numbers.iter().map(|number| format!("run-{number:06}"));
        assert_eq!(
            found(&store, text).await,
            numbers.collect::<Vec<_>>(),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_very_long_text_can_be_searched() {
    let (_home, store) = store().await;
    let page = "word ".repeat(10_000);
    store.open_run(&answered(run(1), &page)).await.unwrap();
    assert_eq!(found(&store, &page).await.len(), 1);
    for filter in ["", "tool:", "connector:", "source:"] {
        assert_eq!(
            found(&store, &format!("{filter}{}", "x".repeat(100_000)))
                .await
                .len(),
            0
        );
    }
    assert_eq!(found(&store, &"status:done ".repeat(40_000)).await.len(), 1);
}

proptest! {
    #[test]
    fn typed_text_is_never_an_error(text in "([\"*:^(){}+\\-,.\\\\ \0'%_]|AND|OR|NOT|NEAR|status:|tool:|\\PC){0,12}") {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, TABLES).unwrap();
        let tx = connection.transaction().unwrap();
        insert(&tx, &run(1), "nobody").unwrap();
        let query = RunQuery::parse(&text);
        count(&tx, &Conditions::of(&query)).unwrap();
    }
}
