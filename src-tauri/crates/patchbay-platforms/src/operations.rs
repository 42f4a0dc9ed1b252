//! Documented operations by name, as the command line's `api` and the windows offer them.
//!
//! Each platform has one table of them, in its `operations.rs`.

use std::any::Any;

use async_trait::async_trait;
use futures::future::BoxFuture;
use patchbay_http::{Api, CallOptions, Request, RetryClass, StreamedAnswer};
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use patchbay_model::OperationEffect as Effect;
use patchbay_model::{SECRET_MARK, SentRequest};

use crate::capabilities::may_offer;
use crate::{Client, Error, Output, Result, SavedObservations};

/// What the contract says about an operation.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    pub name: &'static str,
    pub effect: Effect,
    /// By default, only reads are retried.
    pub retry: RetryClass,
}

impl Contract {
    pub const fn read(name: &'static str) -> Self {
        Self::new(name, Effect::Read, RetryClass::Freely)
    }

    pub const fn write(name: &'static str) -> Self {
        Self::new(name, Effect::Write, RetryClass::Never)
    }

    /// An operation that removes something that can be restored.
    pub const fn destructive(name: &'static str) -> Self {
        Self::new(name, Effect::Destructive, RetryClass::Never)
    }

    /// An operation that removes something permanently.
    pub const fn irreversible(name: &'static str) -> Self {
        Self::new(name, Effect::Irreversible, RetryClass::Never)
    }

    pub const fn retry(self, retry: RetryClass) -> Self {
        Self { retry, ..self }
    }

    const fn new(name: &'static str, effect: Effect, retry: RetryClass) -> Self {
        Self {
            name,
            effect,
            retry,
        }
    }
}

/// A documented operation. The type holds the arguments, and defines the request, the output, the effect and the retry
/// class.
///
/// The first paragraph of the type's documentation is the summary shown to users; a paragraph that starts with `Source:`
/// names document and operation.
pub trait Operation<C: AsRef<Api> + Send + Sync + 'static = Client>:
    DeserializeOwned + JsonSchema + Send + Sync + 'static
{
    const CONTRACT: Contract;
    type Output: Output;
    /// Whether [`Operation::stream`] is supported.
    const IS_STREAMED: bool = false;

    /// The effect with these arguments.
    fn effect(&self) -> Effect {
        Self::CONTRACT.effect
    }

    /// Builds the request. An operation of several requests implements [`Operation::run`] instead.
    ///
    /// # Errors
    /// [`Error::Usage`] when the arguments contradict each other.
    fn request(&self, _client: &C) -> Result<Request> {
        Err(Error::NotSupported(
            "showing this as one request".to_owned(),
        ))
    }

    /// Runs the operation.
    ///
    /// # Errors
    /// Those of [`Operation::request`] and [`Api::send`](patchbay_http::Api::send); [`Error::UnexpectedAnswer`] when the
    /// response differs from the documentation.
    fn run(
        &self,
        client: &C,
        options: &CallOptions,
    ) -> impl Future<Output = Result<Self::Output>> + Send {
        async move {
            let output = self.send(client, options).await?;
            self.observe(client, &output);
            Ok(output)
        }
    }

    /// Sends the request and reads the response.
    fn send(
        &self,
        client: &C,
        options: &CallOptions,
    ) -> impl Future<Output = Result<Self::Output>> + Send {
        async move {
            let request = self.request(client)?.repeat(Self::CONTRACT.retry);
            let answer = client.as_ref().send(request, options).await?;
            Self::Output::read(&answer, Self::CONTRACT.name)
        }
    }

    /// Runs the operation and returns the response as it arrives. Status and headers are present even when the body is
    /// empty. Dropping the response closes the connection.
    ///
    /// # Errors
    /// As [`Operation::run`]; [`Error::NotSupported`] unless it [is streamed](Operation::IS_STREAMED).
    fn stream(
        &self,
        _client: &C,
        _options: &CallOptions,
    ) -> impl Future<Output = Result<StreamedAnswer>> + Send {
        async {
            Err(Error::NotSupported(format!(
                "streaming {}",
                Self::CONTRACT.name
            )))
        }
    }

    /// Records what a success tells about a connector that the platform itself does not.
    fn observe(&self, _client: &C, _output: &Self::Output) {}

    /// The first request that [`Operation::run`] would send.
    fn plan(
        &self,
        client: &C,
        options: &CallOptions,
    ) -> impl Future<Output = Result<SentRequest>> + Send {
        async move { client.as_ref().plan(&self.request(client)?, options) }
    }
}

/// An entry in a platform's table of operations.
#[derive(Clone, Copy, Debug)]
pub struct OperationEntry {
    pub name: &'static str,
    pub effect: Effect,
    pub is_streamed: bool,
    retry: RetryClass,
    effect_of: fn(&Value) -> Effect,
    check: fn(&Value) -> Result<()>,
    schema: fn() -> Schema,
    call: for<'a> fn(&'a AnyClient, Value, &'a CallOptions) -> CallFuture<'a, Value>,
    stream: for<'a> fn(&'a AnyClient, Value, &'a CallOptions) -> CallFuture<'a, StreamedAnswer>,
}

type CallFuture<'a, T> = BoxFuture<'a, Result<T>>;

/// The client of a platform; its operations downcast it.
pub type AnyClient = dyn Any + Send + Sync;

fn downcast<C: 'static>(client: &AnyClient) -> Result<&C> {
    let none = || Error::Usage("the operation is of another platform".to_owned());
    client.downcast_ref().ok_or_else(none)
}

/// Builds a platform's table from its operation types.
macro_rules! operations {
    ($($operation:ty),* $(,)?) => {
        &[$($crate::operations::entry::<$operation, _>()),*]
    };
}
pub(crate) use operations;

/// Declares operations whose only argument is a connector: contract, output, request, and optionally what to record on
/// success.
macro_rules! on_connector {
    ($client:ty, $id:ident: $kind:ty = $about:literal => $(
        $(#[$words:meta])*
        $operation:ident($contract:expr) -> $output:ty: $request:expr $(, noting $note:expr)?;
    )*) => {$(
        $(#[$words])*
        #[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $operation {
            #[doc = $about]
            pub $id: $kind,
        }

        impl $crate::Operation<$client> for $operation {
            const CONTRACT: $crate::Contract = $contract;
            type Output = $output;

            fn request(&self, client: &$client) -> $crate::Result<patchbay_http::Request> {
                let request: fn(&$kind, &$client) -> $crate::Result<patchbay_http::Request> = $request;
                request(&self.$id, client)
            }

            $(fn observe(&self, client: &$client, output: &$output) {
                let note: fn(&$kind, &$client, &$output) = $note;
                note(&self.$id, client, output);
            })?
        }
    )*};
}
pub(crate) use on_connector;

pub(crate) const fn entry<O: Operation<C>, C: AsRef<Api> + Send + Sync + 'static>() -> OperationEntry
{
    OperationEntry {
        name: O::CONTRACT.name,
        effect: O::CONTRACT.effect,
        is_streamed: O::IS_STREAMED,
        retry: O::CONTRACT.retry,
        effect_of: |given| {
            // Wrong arguments are refused when they are sent.
            let operation = arguments::<O>(given.clone());
            operation.map_or(O::CONTRACT.effect, |operation| operation.effect())
        },
        check: |given| arguments::<O>(given.clone()).map(drop),
        schema: parameters::<O>,
        call: |client, given, options| {
            Box::pin(async move {
                let operation: O = arguments(given)?;
                Ok(operation.run(downcast(client)?, options).await?.into_json())
            })
        },
        stream: |client, given, options| {
            Box::pin(async move {
                arguments::<O>(given)?
                    .stream(downcast(client)?, options)
                    .await
            })
        },
    }
}

impl OperationEntry {
    /// One sentence without a full stop.
    pub fn summary(&self) -> String {
        let words = self.paragraph(|_| true);
        words.trim_end_matches('.').to_owned()
    }

    /// Document and operation in it.
    pub fn source(&self) -> String {
        const SOURCE: &str = "Source: ";
        let words = self.paragraph(|words| words.starts_with(SOURCE));
        words
            .trim_start_matches(SOURCE)
            .trim_end_matches('.')
            .to_owned()
    }

    /// The effect of a call with these arguments.
    pub fn effect_of(&self, arguments: &Value) -> Effect {
        (self.effect_of)(arguments)
    }

    /// Whether a call with these arguments may be made twice.
    pub fn is_repeatable(&self, arguments: &Value) -> bool {
        self.retry == RetryClass::Freely || self.effect_of(arguments) == Effect::Read
    }

    /// Checks whether a call can have these arguments.
    ///
    /// # Errors
    /// [`Error::Usage`] when it cannot.
    pub fn check(&self, arguments: &Value) -> Result<()> {
        (self.check)(arguments)
    }

    /// JSON Schema of the arguments, an object.
    pub fn parameters(&self) -> Schema {
        let mut schema = (self.schema)();
        // Shown as the summary.
        schema.remove("description");
        schema
    }

    fn paragraph(&self, is_meant: impl Fn(&str) -> bool) -> String {
        let schema = (self.schema)();
        let words = schema.get("description").and_then(Value::as_str);
        let mut paragraphs = words.unwrap_or_default().split("\n\n");
        let found = paragraphs.find(|paragraph| is_meant(paragraph));
        found.unwrap_or_default().replace('\n', " ")
    }
}

/// A platform as used by one account.
#[async_trait]
pub trait Platform: Send + Sync {
    fn operations(&self) -> &'static [OperationEntry];

    fn client(&self) -> &AnyClient;

    /// Calls an operation by name. `arguments` is a JSON object that fits its parameters; returns the platform's own JSON
    /// as the contract specifies it for callers.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such operation, or the arguments do not fit; otherwise those of
    /// [`Operation::run`].
    async fn call(
        &self,
        operation: &str,
        arguments: Value,
        options: &CallOptions,
    ) -> Result<Value> {
        let entry = find(self.operations(), operation)?;
        (entry.call)(self.client(), arguments, options).await
    }

    /// As [`Platform::call`], but returns the response as it arrives.
    ///
    /// # Errors
    /// As [`Platform::call`]; [`Error::NotSupported`] when the operation cannot be streamed.
    async fn stream(
        &self,
        operation: &str,
        arguments: Value,
        options: &CallOptions,
    ) -> Result<StreamedAnswer> {
        let entry = find(self.operations(), operation)?;
        (entry.stream)(self.client(), arguments, options).await
    }

    /// Performs a light read to check the sign-in.
    async fn check(&self, options: &CallOptions) -> Result<()> {
        match self.connectors() {
            Some(connectors) => connectors.list_connectors(options).await.map(drop),
            None => Ok(()),
        }
    }

    /// Flushes pending notifications to servers before the process ends. Nothing is called afterwards.
    async fn flush(&self) {}

    /// What Patchbay itself found out about connectors, such as the outcome of a test or the deadline of a consent.
    fn observations(&self) -> Option<&dyn SavedObservations> {
        None
    }

    may_offer! {
        connectors: Connectors, tools: Tools, consents: Consents, disconnects: Disconnects,
        creation: Creation, settings: Settings, credentials: Credentials, details: Details,
        resources: Resources, prompts: Prompts,
    }
}

fn find(table: &'static [OperationEntry], operation: &str) -> Result<&'static OperationEntry> {
    let mut entries = table.iter();
    entries
        .find(|entry| entry.name == operation)
        .ok_or_else(|| Error::Usage(format!("operation {operation:?} not found")))
}

/// The schema of an operation's arguments, with the documentation of the type. In it, `writeOnly` marks secrets only.
pub(crate) fn parameters<T: JsonSchema>() -> Schema {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<T>();
    transform_subschemas(&mut mark_secrets, &mut schema);
    schema
}

/// Removes the internal mark of secrets, and `writeOnly` from everything that lacks it.
fn mark_secrets(schema: &mut Schema) {
    if schema.remove(SECRET_MARK).is_none() {
        schema.remove("writeOnly");
    }
    transform_subschemas(&mut mark_secrets, schema);
}

/// Reads the arguments of an operation. Their type should deny unknown fields, so that an unknown argument is rejected
/// instead of dropped.
pub fn arguments<T: DeserializeOwned>(arguments: Value) -> Result<T> {
    if !arguments.is_object() {
        return Err(Error::Usage("arguments must be a JSON object".to_owned()));
    }
    // serde's messages quote values of the wrong type, and such a value may be a misplaced secret.
    serde_json::from_value(arguments)
        .map_err(|error| Error::Usage(redact_quoted(&error.to_string())))
}

/// A message of serde without what it puts in double quotes.
pub(crate) fn redact_quoted(words: &str) -> String {
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

    /// Counts things.
    ///
    /// Slowly.
    ///
    /// Source: some contract, over
    /// two lines.
    #[derive(Deserialize, JsonSchema)]
    struct Count {}

    impl Operation for Count {
        const CONTRACT: Contract = Contract::read("count");
        type Output = Value;
    }

    #[test]
    fn the_documentation_of_a_type_is_what_people_read() {
        let entry = entry::<Count, _>();
        assert_eq!(entry.summary(), "Counts things");
        assert_eq!(entry.source(), "some contract, over two lines");
        assert_eq!(entry.parameters().get("description"), None);
    }
}
