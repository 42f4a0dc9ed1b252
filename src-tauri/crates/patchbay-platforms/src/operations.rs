//! Documented operations by name: what the command line's `api` and the windows offer of a platform.
//!
//! Each platform folder has one table of them, in its `operations.rs`.

use std::any::Any;

use async_trait::async_trait;
use futures::future::BoxFuture;
use patchbay_http::{Api, CallOptions, Request, RetryClass, StreamedAnswer};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use patchbay_model::OperationEffect as Effect;
use patchbay_model::{SECRET_MARK, SentRequest};

use crate::{
    Client, Connectors, Consents, Creation, Credentials, Details, Disconnects, Error, Output,
    Prompts, Resources, Result, SavedObservations, Settings, Tools,
};

/// What a contract says of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// Its name there.
    pub name: &'static str,
    /// What it does to the platform.
    pub effect: Effect,
    /// Whether it may be sent again after a failure. By default only a read may.
    pub retry: RetryClass,
}

impl Contract {
    /// A read.
    pub const fn read(name: &'static str) -> Self {
        Self::new(name, Effect::Read, RetryClass::Freely)
    }

    /// An operation that creates or changes something.
    pub const fn write(name: &'static str) -> Self {
        Self::new(name, Effect::Write, RetryClass::Never)
    }

    /// An operation that removes something that can be had again.
    pub const fn destructive(name: &'static str) -> Self {
        Self::new(name, Effect::Destructive, RetryClass::Never)
    }

    /// An operation that removes something for good.
    pub const fn irreversible(name: &'static str) -> Self {
        Self::new(name, Effect::Irreversible, RetryClass::Never)
    }

    /// One that may be sent again otherwise.
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

/// One documented operation: the type is its arguments, and says what is sent, what comes back, what it may do
/// and when it may be repeated.
///
/// The first paragraph of the type's documentation is the summary that people read, one that starts with
/// `Source:` names document and operation.
pub trait Operation<C: AsRef<Api> + Send + Sync + 'static = Client>:
    DeserializeOwned + JsonSchema + Send + Sync + 'static
{
    /// What its contract says of it.
    const CONTRACT: Contract;
    /// What comes back.
    type Output: Output;
    /// Whether that can be had as it comes ([`Operation::stream`]).
    const IS_STREAMED: bool = false;

    /// The one request that it is. What is made of several has none, and implements [`Operation::run`].
    ///
    /// # Errors
    /// [`Error::Usage`] when the arguments do not fit each other.
    fn request(&self, _client: &C) -> Result<Request> {
        Err(Error::NotSupported(
            "showing this as one request".to_owned(),
        ))
    }

    /// Calls it as an account.
    ///
    /// # Errors
    /// Those of [`Operation::request`] and of [`Api::send`](patchbay_http::Api::send);
    /// [`Error::UnexpectedAnswer`] when the answer is not what is documented.
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

    /// Sends its one request and reads what comes back.
    ///
    /// # Errors
    /// As [`Operation::run`].
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

    /// Calls it as an account, and hands the answer on as it comes: status and headers are there even when the body
    /// is empty. Dropping the answer closes the connection.
    ///
    /// # Errors
    /// As [`Operation::run`]; [`Error::NotSupported`] where it is none that [is streamed](Operation::IS_STREAMED).
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

    /// Notes what a success tells about a connector and the platform itself does not.
    fn observe(&self, _client: &C, _output: &Self::Output) {}

    /// What [`Operation::run`] would send first.
    ///
    /// # Errors
    /// Those of [`Operation::request`].
    fn plan(
        &self,
        client: &C,
        options: &CallOptions,
    ) -> impl Future<Output = Result<SentRequest>> + Send {
        async move { client.as_ref().plan(&self.request(client)?, options) }
    }
}

/// An operation in the table of its platform.
#[derive(Clone, Copy, Debug)]
pub struct OperationEntry {
    /// Its name in the contract.
    pub name: &'static str,
    /// What it does to the platform.
    pub effect: Effect,
    /// Whether its answer can be had as it comes.
    pub is_streamed: bool,
    schema: fn() -> Schema,
    call: for<'a> fn(&'a AnyClient, Value, &'a CallOptions) -> CallFuture<'a, Value>,
    stream: for<'a> fn(&'a AnyClient, Value, &'a CallOptions) -> CallFuture<'a, StreamedAnswer>,
}

type CallFuture<'a, T> = BoxFuture<'a, Result<T>>;

/// The client of a platform, which only its own operations know.
pub type AnyClient = dyn Any + Send + Sync;

fn downcast<C: 'static>(client: &AnyClient) -> Result<&C> {
    let none = || Error::Usage("the operation is of another platform".to_owned());
    client.downcast_ref().ok_or_else(none)
}

/// The table of a platform whose operations are these types.
macro_rules! operations {
    ($($operation:ty),* $(,)?) => {
        &[$($crate::operations::entry::<$operation, _>()),*]
    };
}
pub(crate) use operations;

/// Declares operations that are done to a connector and take nothing else: what the contract says of each, what comes
/// back, the request, and what is noted of a success, where anything is.
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

/// The entry of an operation that is a type.
pub(crate) const fn entry<O: Operation<C>, C: AsRef<Api> + Send + Sync + 'static>() -> OperationEntry
{
    OperationEntry {
        name: O::CONTRACT.name,
        effect: O::CONTRACT.effect,
        is_streamed: O::IS_STREAMED,
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
    /// What it does, one sentence without a full stop.
    pub fn summary(&self) -> String {
        let words = self.paragraph(|_| true);
        words.trim_end_matches('.').to_owned()
    }

    /// Document and operation it comes from.
    pub fn source(&self) -> String {
        const SOURCE: &str = "Source: ";
        let words = self.paragraph(|words| words.starts_with(SOURCE));
        words
            .trim_start_matches(SOURCE)
            .trim_end_matches('.')
            .to_owned()
    }

    /// JSON Schema of its arguments, an object.
    pub fn parameters(&self) -> Schema {
        let mut schema = (self.schema)();
        // It is shown as the summary.
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

/// A platform, signed in to by one account.
#[async_trait]
pub trait Platform: Send + Sync {
    /// Every documented operation.
    fn operations(&self) -> &'static [OperationEntry];

    /// What its operations are called with.
    fn client(&self) -> &AnyClient;

    /// Calls an operation by name. `arguments` is a JSON object that fits its parameters; the answer
    /// is the platform's own JSON, as the contract says what the caller gets.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such operation, or the arguments do not fit; then those of
    /// the operation itself, as in [`Api::send`].
    ///
    /// [`Api::send`]: patchbay_http::Api::send
    async fn call(
        &self,
        operation: &str,
        arguments: Value,
        options: &CallOptions,
    ) -> Result<Value> {
        let entry = find(self.operations(), operation)?;
        (entry.call)(self.client(), arguments, options).await
    }

    /// As [`Platform::call`], with the answer as it comes.
    ///
    /// # Errors
    /// As [`Platform::call`]; [`Error::NotSupported`] when the operation has no stream.
    async fn stream(
        &self,
        operation: &str,
        arguments: Value,
        options: &CallOptions,
    ) -> Result<StreamedAnswer> {
        let entry = find(self.operations(), operation)?;
        (entry.stream)(self.client(), arguments, options).await
    }

    /// A light read that shows whether the sign-in works.
    ///
    /// # Errors
    /// Those of the read.
    async fn check(&self, options: &CallOptions) -> Result<()> {
        match self.connectors() {
            Some(connectors) => connectors.list_connectors(options).await.map(drop),
            None => Ok(()),
        }
    }

    /// Flushes pending notifications to servers before the process ends. Nothing is called afterwards.
    async fn settle(&self) {}

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
    fn details(&self) -> Option<&dyn Details> {
        None
    }

    /// What was found out here about connectors that the platform itself does not tell, such as how a test
    /// went or until when a consent is waited for.
    fn observations(&self) -> Option<&dyn SavedObservations> {
        None
    }

    /// Reading what a connector holds.
    fn resources(&self) -> Option<&dyn Resources> {
        None
    }

    /// Messages that a connector has prepared.
    fn prompts(&self) -> Option<&dyn Prompts> {
        None
    }
}

fn find(table: &'static [OperationEntry], operation: &str) -> Result<&'static OperationEntry> {
    let unknown = || Error::Usage(format!("operation {operation:?} not found"));
    let found = table.iter().find(|entry| entry.name == operation);
    found.ok_or_else(unknown)
}

/// The schema of an operation's arguments, with the documentation of the type. `writeOnly` in it marks secrets,
/// and nothing else.
pub(crate) fn parameters<T: JsonSchema>() -> Schema {
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
pub fn arguments<T: DeserializeOwned>(arguments: Value) -> Result<T> {
    if !arguments.is_object() {
        return Err(Error::Usage("arguments must be a JSON object".to_owned()));
    }
    // serde's messages quote values of the wrong type, one of which may be a misplaced secret; only member names are
    // kept.
    serde_json::from_value(arguments)
        .map_err(|error| Error::Usage(redact_quoted(&error.to_string())))
}

/// The words of serde with what stands in its double quotes left out.
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
