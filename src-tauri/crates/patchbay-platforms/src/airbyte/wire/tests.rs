use bytes::Bytes;
use http::HeaderMap;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Raw;
use crate::airbyte::operations::Execute;
use crate::airbyte::platform::tests::any_json;

fn answer(body: impl Into<Bytes>) -> Answer {
    Answer {
        status: 200,
        headers: HeaderMap::new(),
        body: body.into(),
        ..Answer::default()
    }
}

#[test]
fn a_token_lives_as_long_as_the_platform_says() {
    let valid_for = |expires_in: Value| {
        let body = json!({"access_token": "t", "expires_in": expires_in});
        let token: ExchangedToken = serde_json::from_value(body).unwrap();
        token.expires_in
    };
    assert_eq!(valid_for(json!(900)), Some(900));
    assert_eq!(valid_for(json!(5.9)), Some(5));
    assert_eq!(valid_for(json!("900")), Some(900));
    assert_eq!(valid_for(json!(-3)), Some(0));
    assert_eq!(valid_for(json!(null)), None);
    assert_eq!(valid_for(json!("soon")), None);
}

#[test]
fn a_list_without_data_or_ids_cannot_be_read() {
    let kind = |body: Value| {
        let read = Connectors::read(&answer(body.to_string()), "list_connectors");
        read.map(|Connectors(all)| all.len())
            .map_err(|error| error.kind())
    };
    assert_eq!(kind(json!({"data": null})), Ok(0));
    assert_eq!(kind(json!({"items": []})), Err("decode"));
    assert_eq!(kind(json!({"data": {}})), Err("decode"));
    assert_eq!(kind(json!({"data": [{"name": "a"}]})), Err("decode"));
    assert_eq!(kind(json!([])), Err("decode"));
}

#[test]
fn the_next_page_is_found_in_every_spelling() {
    let next = |metadata: Value| {
        let envelope = json!({"result": [], "connector_metadata": metadata});
        let envelope = Envelope::read(&answer(envelope.to_string())).unwrap();
        envelope.next_cursor().map(str::to_owned)
    };
    for (metadata, cursor) in [
        (json!({"has_next_page": true, "end_cursor": "a"}), Some("a")),
        (json!({"hasNextPage": true, "endCursor": "b"}), Some("b")),
        (json!({"has_more": true, "next_cursor": "c"}), Some("c")),
        (json!({"end_cursor": "d"}), Some("d")),
        (json!({"has_next_page": false, "end_cursor": "e"}), None),
        (json!({"has_next_page": true, "end_cursor": ""}), None),
        (json!({"has_next_page": true}), None),
        (json!(null), None),
    ] {
        assert_eq!(next(metadata.clone()).as_deref(), cursor, "{metadata}");
    }
}

#[test]
fn a_uuid_has_many_spellings() {
    let id = "e094cb9a-26de-4645-8761-65c0c425d1de";
    assert!(same_id("E094CB9A26DE4645876165C0C425D1DE", id));
    assert!(!same_id("e094cb9a-26de-4645-8761-65c0c425d1df", id));
    assert!(!same_id("a", "A") && same_id("a", "a"));
}

/// Whatever an answer is, it is read or refused.
fn read_all(answer: &Answer) {
    let _ = (
        read_json(&answer.body).map(serde_json::from_value::<ExchangedToken>),
        Connectors::read(answer, "list_connectors"),
        Parsed::<Connector>::read(answer, "get_connector_detail"),
        Raw::<Inspection>::read(answer, "inspect"),
        Raw::<CheckResult>::read(answer, "check"),
        Raw::<WorkspacePage>::read(answer, "list_workspaces"),
        DeletionJob::read(answer, "delete_connector"),
    );
}

proptest! {
    #[test]
    fn a_connector_comes_back_as_it_was(mut json in any_json()) {
        let read = |json: &Value| Parsed::<Connector>::read(&answer(json.to_string()), "detail");
        let Some(members) = json.as_object_mut() else {
            prop_assert!(read(&json).is_err());
            return Ok(());
        };
        members.insert("id".to_owned(), json!("a"));
        let connector = read(&json).unwrap();
        let _ = (connector.slug(), connector.definition_id());
        prop_assert_eq!(connector.into_json(), json);
    }

    #[test]
    fn any_json_is_read_or_refused(json in any_json()) {
        let answer = answer(json.to_string());
        read_all(&answer);
        if let Some(envelope) = Envelope::read(&answer) {
            let _ = envelope.next_cursor();
            let json = envelope.into_json();
            prop_assert!(json.get("data").is_some() && json.get("meta").is_some());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        read_all(&answer(bytes));
    }

    #[test]
    fn a_body_of_execute_holds_what_was_given_and_no_null(
        entity in "\\PC{0,8}", intent in prop::option::of("\\PC{0,8}"), skip in any::<bool>(),
    ) {
        let body = json!(Execute {
            entity: entity.clone(),
            action: "list".to_owned(),
            skip_truncation: Some(skip),
            intent: intent.clone(),
            ..Execute::default()
        });
        prop_assert_eq!(&body["skip_truncation"], &json!(skip));
        prop_assert_eq!(&body["entity"], &json!(entity));
        prop_assert_eq!(body["intent"].as_str(), intent.as_deref());
        prop_assert!(body.as_object().unwrap().values().all(|value| !value.is_null()));
    }
}
