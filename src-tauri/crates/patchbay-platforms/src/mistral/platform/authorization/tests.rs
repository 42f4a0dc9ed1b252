//! Consents on a fake.

use patchbay_model::Status;
use serde_json::json;

use super::*;
use crate::form::test_support::{assert_fits, members};
use crate::mistral::platform::tests::fixture::{Fixture, token};

async fn open(page: &Url) -> reqwest::Response {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    client.get(page.as_str()).send().await.unwrap()
}

async fn status(fixture: &Fixture, id: &RemoteId) -> Status {
    let connectors = fixture.platform.connectors().unwrap();
    let found = connectors.find_connector(id, &fixture.options);
    found.await.unwrap().status
}

#[tokio::test]
async fn a_sign_in_under_a_name_is_waited_for_by_that_name() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    fixture.save(&id, token("other", None)).await.unwrap();
    let consents = fixture.platform.consents().unwrap();
    let form = consents
        .consent_form(&id, &fixture.options)
        .await
        .unwrap()
        .unwrap();
    let choices = json!({
        "method_type": "oauth2", "credentials_name": "personal", "credentials_title": "Mine",
        "github_installation_link": true,
    });
    assert_fits(&form, &choices);
    let back = Url::parse("http://127.0.0.1:1/done").unwrap();
    let request = ConsentRequest::new(&id, Some(&back), members(choices));
    let started = consents
        .start_consent(request, &fixture.options)
        .await
        .unwrap();
    // Another credential lets the user in; this one is not there yet.
    let state = consents.consent_state(&id, &fixture.options).await.unwrap();
    assert_eq!(state, ConsentState::Waiting);
    let answer = open(&started.page.unwrap()).await;
    assert_eq!(answer.headers()["location"], back.as_str());
    let state = consents.consent_state(&id, &fixture.options).await.unwrap();
    assert_eq!(state, ConsentState::Given);
    let log = fixture.fake.log();
    let asked = log
        .iter()
        .find(|seen| seen.path.last().is_some_and(|part| part == "auth_url"));
    let asked = asked.unwrap();
    assert_eq!(asked.parameter("github_installation_link"), Some("true"));
    assert_eq!(asked.parameter("credentials_title"), Some("Mine"));
    fixture.over();
}

#[tokio::test]
async fn an_abandoned_sign_in_is_over() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    let consents = fixture.platform.consents().unwrap();
    let request = ConsentRequest::new(&id, None, members(json!({"credentials_name": "mine"})));
    consents
        .start_consent(request, &fixture.options)
        .await
        .unwrap();
    assert_eq!(status(&fixture, &id).await, Status::Authorizing);
    consents.abandon_consent(&id);
    assert_eq!(status(&fixture, &id).await, Status::NeedsAuthorization);
    fixture.over();
}

#[tokio::test]
async fn a_method_has_to_be_chosen_where_there_are_several() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    let methods = json!([
        {"method_type": "bearer"}, {"method_type": "oauth2"}, {"method_type": "github_app"},
        {"method_type": "oauth2", "grant_type": "client_credentials"},
    ]);
    fixture.show("supported_auth_methods", methods);
    let consents = fixture.platform.consents().unwrap();
    let form = consents
        .consent_form(&id, &fixture.options)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(form.schema["required"], json!(["method_type"]));
    let words = &form.schema["properties"]["method_type"]["oneOf"];
    assert_eq!(
        words[1],
        json!({"const": "github_app", "title": "GitHub app"})
    );
    assert_eq!(words.as_array().map(Vec::len), Some(2));
    fixture.over();
}

#[tokio::test]
async fn choices_outside_the_rules_are_refused_before_anything_is_sent() {
    for (surface, choices) in [
        ("current", json!({"credentials_name": "two words"})),
        (
            "current",
            json!({"method_type": "github_app", "github_installation_link": true}),
        ),
        ("current", json!({"scope": "all"})),
        ("seed", json!({"credentials_title": "Mine"})),
    ] {
        let fixture = Fixture::new(surface).await;
        let id = fixture.created(json!({})).await;
        fixture.fake.clear_log();
        let consents = fixture.platform.consents().unwrap();
        let request = ConsentRequest::new(&id, None, members(choices.clone()));
        let started = consents.start_consent(request, &fixture.options);
        assert_eq!(started.await.unwrap_err().kind(), "usage", "{choices}");
        assert!(fixture.fake.log().is_empty(), "{choices}");
    }
}

#[tokio::test]
async fn a_page_without_a_lifetime_does_not_expire_at_once() {
    for ttl in [0, -1] {
        let fixture = Fixture::new("current").await;
        let id = fixture.created(json!({})).await;
        fixture.fake.tamper(move |asked, answer| {
            if asked.path.last().is_some_and(|part| part == "auth_url") {
                let page = json!({"auth_url": "https://id.example/", "ttl": ttl});
                answer.body = page.to_string().into();
            }
        });
        let consents = fixture.platform.consents().unwrap();
        let request = ConsentRequest::new(&id, None, members(json!({})));
        let started = consents.start_consent(request, &fixture.options).await;
        assert_eq!(started.unwrap().valid_for, None);
        let state = consents.consent_state(&id, &fixture.options).await;
        assert_eq!(state.unwrap(), ConsentState::Waiting);
    }
}

#[tokio::test]
async fn a_sign_in_again_under_a_name_waits_for_the_browser() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    fixture.save(&id, token("work", None)).await.unwrap();
    let consents = fixture.platform.consents().unwrap();
    let request = ConsentRequest::new(&id, None, members(json!({"credentials_name": "work"})));
    let started = consents.start_consent(request, &fixture.options).await;
    assert!(started.unwrap().was_given);
    // The same credential lets the user in as before, and is still the one that is waited for.
    let state = consents.consent_state(&id, &fixture.options).await.unwrap();
    assert_eq!(state, ConsentState::Given);
    assert_eq!(status(&fixture, &id).await, Status::Authorizing);
    consents.abandon_consent(&id);
    assert_eq!(
        status(&fixture, &id).await,
        Status::Unknown,
        "no tools are listed yet"
    );
    fixture.over();
}
