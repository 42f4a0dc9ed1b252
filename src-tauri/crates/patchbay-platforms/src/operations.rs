//! Documented operations by name: what the command line's `api` and the windows offer of a platform.
//!
//! Each platform folder has one table of them, in its `operations.rs`.

use async_trait::async_trait;
use futures::future::BoxFuture;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use patchbay_http::CallOptions;
pub use patchbay_model::OperationEffect as Effect;
use patchbay_model::SECRET_MARK;

use crate::{
    Connectors, Consents, Creation, Credentials, Disconnects, Error, Peculiar, Prompts, Resources,
    Settings, Streams, Tools,
};

/// One documented operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its name in the contract.
    pub name: &'static str,
    /// What it does, one sentence without a full stop.
    pub summary: &'static str,
    /// JSON Schema of its arguments, an object.
    pub parameters: fn() -> Schema,
    /// What it does to the platform.
    pub effect: Effect,
    /// Document and operation it comes from.
    pub source: &'static str,
}

/// A platform, signed in to by one account.
#[async_trait]
pub trait Platform: Send + Sync {
    /// Every documented operation.
    fn operations(&self) -> &'static [Operation];

    /// Calls an operation by name. `arguments` is a JSON object that fits its parameters; the answer
    /// is the platform's own JSON, as the contract says what the caller gets.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such operation, or the arguments do not fit; then those of
    /// the operation itself, as in [`Api::send`].
    ///
    /// [`Api::send`]: patchbay_http::Api::send
    // The future of the operation itself, where an async function would wait for it in one of its own.
    fn call<'a>(
        &'a self,
        operation: &'a str,
        arguments: Value,
        options: &'a CallOptions,
    ) -> BoxFuture<'a, Result<Value, Error>>;

    /// A light read that shows whether the sign-in works.
    ///
    /// # Errors
    /// Those of the read.
    async fn check(&self, options: &CallOptions) -> Result<(), Error> {
        match self.connectors() {
            Some(connectors) => connectors.list_connectors(options).await.map(drop),
            None => Ok(()),
        }
    }

    /// Listing, looking at and deleting connectors.
    fn connectors(&self) -> Option<&dyn Connectors> {
        None
    }

    /// Listing and running the tools of a connector.
    fn tools(&self) -> Option<&dyn Tools> {
        None
    }

    /// Connecting by a consent on the platform's page.
    fn consents(&self) -> Option<&dyn Consents> {
        None
    }

    /// Giving up the sign-in of a connector that stays.
    fn disconnects(&self) -> Option<&dyn Disconnects> {
        None
    }

    /// Creating connectors from definitions.
    fn creation(&self) -> Option<&dyn Creation> {
        None
    }

    /// Changing connectors.
    fn settings(&self) -> Option<&dyn Settings> {
        None
    }

    /// Credentials that the platform keeps.
    fn credentials(&self) -> Option<&dyn Credentials> {
        None
    }

    /// Facts and switches that no other platform has.
    fn peculiar(&self) -> Option<&dyn Peculiar> {
        None
    }

    /// Answers that are streams of bytes.
    fn streams(&self) -> Option<&dyn Streams> {
        None
    }

    /// What was found out here about connectors that the platform itself does not tell, such as how a test
    /// went or until when a consent is waited for; to be given to [`Platform::recall`] by another
    /// process. Holds no secret; null when there is nothing.
    fn remembered(&self) -> Value {
        Value::Null
    }

    /// Takes up what [`Platform::remembered`] gave before, in place of what was found out so far. What
    /// cannot be read any more is as if never known.
    fn recall(&self, _remembered: Value) {}

    /// Reading what a connector holds.
    fn resources(&self) -> Option<&dyn Resources> {
        None
    }

    /// Messages that a connector has prepared.
    fn prompts(&self) -> Option<&dyn Prompts> {
        None
    }
}

/// The schema of an operation's arguments, for [`Operation::parameters`]. `writeOnly` in it marks secrets, and
/// nothing else.
pub fn parameters<T: JsonSchema>() -> Schema {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<T>();
    schema.ensure_object().values_mut().for_each(mark_secrets);
    schema
}

/// Takes `writeOnly` from what is no secret, and the mark that tells them apart.
fn mark_secrets(schema: &mut Value) {
    match schema {
        Value::Object(parts) => {
            // A member may have the name of a keyword; its schema is no flag.
            if parts.remove(SECRET_MARK).is_none() && parts.get("writeOnly") == Some(&true.into()) {
                parts.remove("writeOnly");
            }
            parts.values_mut().for_each(mark_secrets);
        }
        Value::Array(parts) => parts.iter_mut().for_each(mark_secrets),
        _ => {}
    }
}

/// Reads the arguments of an operation. Their type should deny unknown fields: an argument that the
/// operation does not have is refused, never dropped.
///
/// # Errors
/// [`Error::Usage`] when they do not fit.
pub fn arguments<T: DeserializeOwned>(arguments: Value) -> Result<T, Error> {
    if !arguments.is_object() {
        return Err(Error::Usage(
            "the arguments have to be a JSON object".to_owned(),
        ));
    }
    // The words of serde quote values of the wrong type, and one of them may be a secret in the wrong
    // place; they are kept for member names only.
    serde_json::from_value(arguments)
        .map_err(|error| Error::Usage(without_values(&error.to_string())))
}

/// As [`arguments`], with the object under `free`, which may hold anything, handed to `keep` as it is:
/// reading it would only build it anew.
///
/// # Errors
/// Those of [`arguments`].
pub fn arguments_with<T: DeserializeOwned>(
    mut given: Value,
    free: &str,
    keep: impl FnOnce(&mut T, Map<String, Value>),
) -> Result<T, Error> {
    let free = given.get_mut(free).and_then(Value::as_object_mut);
    // What stays in its place is an empty object, so that it is missed nowhere.
    let taken = free.map(std::mem::take);
    let mut read = arguments(given)?;
    if let Some(taken) = taken {
        keep(&mut read, taken);
    }
    Ok(read)
}

/// The words of serde with what stands in its double quotes left out.
pub(crate) fn without_values(words: &str) -> String {
    let parts: Vec<&str> = words.split('"').collect();
    match parts.as_slice() {
        [before, .., after] if parts.len() >= 3 => format!("{before}…{after}"),
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use patchbay_http::SecretArgument;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Get {
        /// Id of the connector.
        #[expect(dead_code, reason = "only its presence is looked at")]
        id: String,
        #[expect(dead_code, reason = "only its type is looked at")]
        page: Option<u32>,
    }

    fn refusal(given: Value) -> String {
        let Err(Error::Usage(words)) = arguments::<Get>(given) else {
            panic!("accepted")
        };
        words
    }

    #[test]
    fn what_an_operation_does_not_have_is_refused() {
        assert!(arguments::<Get>(json!({"id": "a", "page": 2})).is_ok());
        assert!(refusal(json!({"id": "a", "other": 1})).contains("unknown field `other`"));
        assert!(refusal(json!({})).contains("missing field `id`"));
        assert!(refusal(json!([])).contains("JSON object"));
    }

    #[test]
    fn a_free_object_is_taken_over_as_it_is() {
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(deny_unknown_fields)]
        struct Call {
            name: String,
            free: Option<Map<String, Value>>,
        }
        let read = |given: Value| {
            arguments_with(given, "free", |call: &mut Call, free| {
                call.free = Some(free);
            })
        };
        for free in [json!({"b": {"c": [1]}, "a": null}), json!({}), json!(null)] {
            let call = read(json!({"name": "a", "free": free})).unwrap();
            assert_eq!(json!(call.free), free);
        }
        assert_eq!(read(json!({"name": "a"})).unwrap().free, None);
        assert!(read(json!({"name": "a", "free": []})).is_err());
        assert!(read(json!({"free": {}})).is_err());
        assert!(read(json!([])).is_err());
    }

    #[test]
    fn a_value_of_the_wrong_type_is_not_repeated() {
        let words = refusal(json!({"id": "a", "page": "sec\"ret-token"}));
        assert!(!words.contains("ret-token"), "{words}");
        assert!(words.contains("expected u32"), "{words}");
    }

    #[test]
    fn only_secrets_are_marked_and_not_all_that_is_not_sent() {
        #[derive(JsonSchema, serde::Serialize)]
        #[expect(dead_code, reason = "only its schema is looked at")]
        struct Keep {
            #[serde(skip_serializing)]
            id: String,
            token: SecretArgument,
        }
        let schema = parameters::<Keep>().to_value();
        assert_eq!(
            schema["properties"]["token"],
            json!({"type": "string", "writeOnly": true})
        );
        assert_eq!(schema["properties"]["id"], json!({"type": "string"}));
    }

    #[test]
    fn parameters_are_a_schema_of_the_rust_type() {
        let schema = parameters::<Get>().to_value();
        assert_eq!(schema["required"], json!(["id"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        assert_eq!(
            schema["properties"]["id"]["description"],
            "Id of the connector."
        );
    }
}
