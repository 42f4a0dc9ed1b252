use patchbay_http::CallOptions;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::operations::arguments;

#[test]
fn a_body_keeps_the_order_of_the_contract() {
    let given = json!({
        "service_auth": {"token": "t", "type": "digest"}, "active": true, "url": "u", "name": "n"
    });
    let create: Create = arguments(given).unwrap();
    let client = Client::new(patchbay_http::testing::api("http://127.0.0.1:1"));
    let request = create.request(&client).unwrap();
    let planned = client.api.plan(&request, &CallOptions::default());
    assert_eq!(
        planned.unwrap().body.unwrap(),
        r#"{"name":"n","url":"u","active":true,"service_auth":{"type":"digest","token":"t"}}"#
    );
}

proptest! {
    #[test]
    fn what_is_sent_is_what_was_given(
        name in "\\PC{0,20}", excludes in prop::collection::vec("\\PC{0,5}", 0..3), active in any::<bool>()
    ) {
        let given = json!({"name": name, "url": name, "excludes": excludes, "active": active});
        let create: Create = arguments(given.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(create).unwrap(), given);
    }
}
