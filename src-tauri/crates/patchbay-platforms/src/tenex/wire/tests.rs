use patchbay_http::Answer;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::operations::arguments;
use crate::tenex::operations::{SubmitByok, Update};
use crate::tenex::platform::SECRET_NAMES;
use crate::tenex::platform::tests::any_json;
use crate::tenex::quirks::settings::Settings;
use crate::tenex::quirks::table::Table;
use crate::testing;
use crate::{Output, Raw, Result};

fn answer(body: &Value) -> Answer {
    Answer {
        secret_names: &SECRET_NAMES,
        ..testing::answer(body)
    }
}

fn table() -> Table {
    Table::read(&Settings(&Map::new())).unwrap()
}

#[test]
fn what_is_required_is_missed_by_name() {
    for (body, what) in [
        (
            json!({"provider": "x", "status": "y"}),
            "missing field `id`",
        ),
        (
            json!({"id": "a", "status": "y"}),
            "missing field `provider`",
        ),
        (
            json!({"id": "a", "provider": "x", "status": 1}),
            "expected a string",
        ),
        (json!([]), "unknown format"),
    ] {
        let error = Connector::read(&answer(&body), "get").unwrap_err();
        assert!(error.to_string().ends_with(what), "{error}");
    }
    let page = |body| -> Result<Page<Connector>> { table().parse_page(&answer(&body)) };
    assert!(page(json!({"items": [{"id": "a"}]})).is_err());
    assert!(page(json!({"items": {}})).is_err());
    assert!(page(json!({"items": null})).unwrap().items.is_empty());
}

#[test]
fn a_secret_anywhere_in_a_page_is_dropped() {
    let connector = json!({"id": "a", "provider": "x", "status": "y"});
    let with_secret = |json: &Value| {
        let mut json = json.clone();
        json["api_key"] = "ak-1".into();
        json
    };
    let body =
        json!({"items": [with_secret(&connector)], "total": with_secret(&json!({"all": 1}))});
    let left = json!({"items": [connector], "next_cursor": null, "total": {"all": 1}});
    let page = table().parse_page::<Connector>(&answer(&body)).unwrap();
    assert_eq!(page.into_json(), left);
    let page = table().parse_page::<Value>(&answer(&body)).unwrap();
    assert_eq!(page.into_json(), left);
    let page = Page::<Value>::read(&answer(&body), "list").unwrap();
    assert_eq!(page.into_json(), left);
}

#[test]
fn started_is_read_from_the_first_page_member() {
    let body = json!({"redirect_url": null, "url": "https://b.example/", "auth_url": "https://a.example/", "id": 8});
    let started = table().parse_started(&answer(&body)).unwrap();
    assert_eq!(started.redirect_url.as_str(), "https://a.example/");
    assert_eq!(started.connector_id.as_deref(), Some("8"));
}

proptest! {
    #[test]
    fn no_json_breaks_a_reader(body in any_json()) {
        let (answer, table) = (answer(&body), table());
        drop(Connector::read(&answer, ""));
        drop(table.parse_page::<Connector>(&answer));
        drop(table.parse_page::<Value>(&answer).map(|page| page.providers().count()));
        drop(table.parse_started(&answer));
        drop(Grant::read(&answer, ""));
        drop(Raw::<Tested>::read(&answer, ""));
    }

    #[test]
    fn what_is_read_comes_back(id in "\\PC{0,20}", word in "\\PC{0,20}", more in any::<i64>()) {
        let body = json!({"id": id, "provider": word, "status": word, "more": [more]});
        let read = Connector::read(&answer(&body), "get").unwrap().into_json();
        prop_assert_eq!(read, body);
    }

    #[test]
    fn what_is_sent_is_what_was_given(word in "\\PC{0,20}", more in any::<i64>(), flag in any::<bool>()) {
        let given = json!({"provider": word, "api_key": word, "settings": {"n": more, "none": null}});
        let byok: SubmitByok = arguments(given.clone()).unwrap();
        prop_assert_eq!(patchbay_http::reveal_secrets(|| serde_json::to_value(byok)).0.unwrap(), given);
        let given = json!({"id": "a", "role": null, "is_primary": flag, "settings": {"n": more}});
        let update: Update = arguments(given.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(update).unwrap(), given);
    }
}
