use std::collections::BTreeMap;
use std::fs;

use patchbay_model::{Code, ServerCommand};

use super::*;
use crate::testing::{UNREACHABLE_URL, add, open_temporary};

#[tokio::test]
async fn a_report_has_failures_but_neither_secrets_nor_names() {
    let (_home, cx) = open_temporary().await;
    let mut connector = add(&cx, UNREACHABLE_URL).await;
    let own = std::env::home_dir().unwrap();
    let own = own.to_str().unwrap();
    connector.endpoint = Some("https://mcp.example.com/s/path-secret/mcp".to_owned());
    connector.command = Some(ServerCommand {
        program: format!("{own}/bin/server"),
        arguments: [
            "--api-key",
            "argument-secret",
            "https://hook.example/s/url-secret",
        ]
        .map(str::to_owned)
        .to_vec(),
        folder: None,
        variables: BTreeMap::from([("MODE".to_owned(), "variable-secret".to_owned())]),
    });
    cx.store().save_connector(&connector).await.unwrap();
    let log = cx.paths().server_log(&connector.id);
    fs::create_dir_all(log.parent().unwrap()).unwrap();
    let lines: String = (0..50)
        .map(|number| format!("2026-01-01T00:00:00Z {number} {own}/x ghp_logsecret\n"))
        .collect();
    fs::write(&log, lines).unwrap();
    let problem = Problem {
        detail: Some(
            "first\nhttps://mcp.example.com/s/path-secret/mcp?code=query-secret".to_owned(),
        ),
        ..Problem::new(Code::ProgramEnded, "the program ended")
    };
    let step = |name: &str, state, problem| CheckStep {
        name: name.to_owned(),
        state,
        note: None,
        problem,
        duration_ms: Some(7),
    };
    let steps = vec![
        step("found", CheckState::Passed, None),
        step("started", CheckState::Failed, Some(problem)),
    ];
    let report = check_report(&cx, &[(connector.id, steps)]).await.unwrap();
    for expected in [
        concat!("Patchbay ", env!("CARGO_PKG_VERSION")),
        "Command: ~/bin/server --api-key <redacted> https://hook.example\n",
        "Variables: MODE\n",
        "Address: https://mcp.example.com\n",
        "ok  found        7 ms\n!!  started      7 ms\n    program.ended: the program ended\n    | first\n",
        "49 ~/x <redacted>\n",
    ] {
        assert!(report.contains(expected), "{expected}\n{report}");
    }
    for hidden in ["-secret", "logsecret", own, " 9 ~/x"] {
        assert!(!report.contains(hidden), "{hidden}\n{report}");
    }
}
