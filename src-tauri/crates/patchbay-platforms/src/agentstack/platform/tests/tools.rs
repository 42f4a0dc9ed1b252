use patchbay_model::{Content, Status};

use super::fake::Fake;
use super::*;
use crate::ToolRequest;

async fn names(platform: &dyn Platform) -> Result<Vec<String>> {
    let tools = platform.tools().unwrap();
    let tools = tools.list_tools(&id(), &options()).await?;
    Ok(tools.into_iter().map(|tool| tool.name).collect())
}

#[tokio::test]
async fn tools_are_listed_and_run_in_one_session_as_the_account() {
    let fake = Fake::start(Some("connected")).await;
    let account = account(
        &value!({"base_url": fake.base}),
        &[("token", "t-1")],
        JumpingClock::new(),
    );
    let platform = (AGENTSTACK.sign_in)(account).unwrap();
    assert_eq!(shown(&*platform).await.0, Status::Unknown);
    assert_eq!(names(&*platform).await.unwrap(), ["echo"]);
    assert_eq!(shown(&*platform).await, (Status::Ready, None));
    let arguments = value!({"text": "hé"}).as_object().unwrap().clone();
    let tools = platform.tools().unwrap();
    let outcome = tools
        .call_tool(ToolRequest::new(&id(), "echo", arguments), &options())
        .await
        .unwrap();
    let text = Content::text("hé");
    assert_eq!(outcome.result.content, [text]);
    let got = fake.fake_state.got();
    assert!(
        got.iter()
            .all(|(_, sent)| sent.as_deref() == Some("Bearer t-1"))
    );
    let starts = got.iter().filter(|(method, _)| method == "initialize");
    assert_eq!(starts.count(), 1, "{got:?}");
}

/// The platform renews a token only at its next look.
#[tokio::test]
async fn a_token_that_lapsed_is_asked_for_once_more_after_the_next_look() {
    let clock = JumpingClock::new();
    let fake = Fake::start(Some("connected")).await;
    let platform = signed_in(&fake.base, Arc::clone(&clock));
    let lapsed = value!({"error": "invalid_token"});
    fake.fake_state.fault(401, lapsed.clone());
    assert_eq!(names(&*platform).await.unwrap(), ["echo"]);
    assert_eq!(clock.waits(), [31.0]);
    call(&*platform, "connect", value!({"connector": "c-1"}))
        .await
        .unwrap();
    for _ in 0..2 {
        fake.fake_state.fault(401, lapsed.clone());
    }
    assert!(matches!(
        names(&*platform).await,
        Err(Error::Unauthorized { .. })
    ));
    assert_eq!(shown(&*platform).await.0, Status::NeedsAuthorization);
    // Left meanwhile, and let in again: what was found out before does not count any more.
    fake.fake_state.set(Some("disconnected"));
    assert_eq!(shown(&*platform).await.0, Status::Disconnected);
    fake.fake_state.set(Some("connected"));
    assert_eq!(shown(&*platform).await.0, Status::Unknown);
}

#[tokio::test]
async fn a_connector_without_a_token_is_not_waited_for() {
    let clock = JumpingClock::new();
    let fake = Fake::start(Some("created")).await;
    let platform = signed_in(&fake.base, Arc::clone(&clock));
    fake.fake_state
        .fault(401, value!({"error": "invalid_token"}));
    assert!(matches!(
        names(&*platform).await,
        Err(Error::Unauthorized { .. })
    ));
    assert!(clock.waits().is_empty());
}

#[tokio::test]
async fn a_relay_that_fails_tells_the_words_of_the_platform() {
    let fake = Fake::start(Some("connected")).await;
    let platform = signed_in(&fake.base, JumpingClock::new());
    let words = "[('ConnectError', 'All connection attempts failed')]";
    // Asked once: there is no second way to begin.
    fake.fake_state.fault(500, value!({"detail": words}));
    let error = names(&*platform).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().text.as_deref(), Some(words));
    let host = fake.base.trim_start_matches("http://");
    let reason = format!("{host} returned an error (HTTP 500): {words}");
    assert_eq!(shown(&*platform).await, (Status::Failing, Some(reason)));
    assert_eq!(names(&*platform).await.unwrap(), ["echo"]);
    assert_eq!(shown(&*platform).await.0, Status::Ready);
}

#[tokio::test]
async fn a_connector_that_is_gone_is_called_so() {
    let fake = Fake::start(None).await;
    let platform = signed_in(&fake.base, JumpingClock::new());
    let error = names(&*platform).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error:?}");
    let words = error.refusal().unwrap().text.as_deref();
    assert_eq!(words, Some("connector with id c-1 not found"));
}

/// A person who asks to be connected does not wait for a platform that may renew a token by itself.
#[tokio::test]
async fn only_who_is_patient_waits_for_the_next_look_and_hears_of_it() {
    let clock = JumpingClock::new();
    let fake = Fake::start(Some("connected")).await;
    let platform = signed_in(&fake.base, Arc::clone(&clock));
    let lapsed = value!({"error": "invalid_token"});
    fake.fake_state.fault(401, lapsed.clone());
    let hurried = CallOptions {
        max_retry_wait: Some(Duration::from_secs(10)),
        ..options()
    };
    let tools = platform.tools().unwrap();
    let refused = tools.list_tools(&id(), &hurried).await;
    assert!(matches!(refused, Err(Error::Unauthorized { .. })));
    assert!(clock.waits().is_empty());

    fake.fake_state.fault(401, lapsed);
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    let patient = CallOptions {
        progress: Some(Arc::new(move |step: patchbay_http::CallProgress| {
            hearing.lock().unwrap().push(step.message);
        })),
        ..options()
    };
    tools
        .call_tool(ToolRequest::new(&id(), "echo", Map::new()), &patient)
        .await
        .unwrap();
    assert_eq!(clock.waits(), [31.0]);
    let said = heard.lock().unwrap()[0].clone().unwrap();
    assert!(said.contains("waiting 31 s"), "{said}");
}
