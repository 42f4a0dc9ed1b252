//! Resources and prompts of connectors.

use patchbay_model::{
    CompletionRequest, ConnectorId, Content, FilledPrompt, Json, Prompt, Resource, WatchId,
};
use patchbay_ops as ops;

commands! { cx =>
    /// Lists the resources of a connector from its server.
    fn list_resources(connector: ConnectorId) -> Vec<Resource> =
        ops::list_resources(&cx, &connector).await?;

    /// Reads a resource of a connector; each part of the answer has its own URI.
    fn read_resource(connector: ConnectorId, uri: String) -> Vec<Content> =
        ops::read_resource(&cx, &connector, &uri).await?;

    /// Sends an event whenever a resource changes, until its server stops or [`end_watch`] is called with `watch`.
    fn watch_resource(connector: ConnectorId, uri: String, watch: WatchId) -> () =
        ops::watch_resource_until_ended(&cx, &connector, &uri, &watch).await?;

    /// Ends a [`watch_resource`]; does nothing if it is over.
    fn end_watch(watch: WatchId) -> () = ops::end_watch(&cx, &watch);

    /// Lists the prompts of a connector from its server.
    fn list_prompts(connector: ConnectorId) -> Vec<Prompt> =
        ops::list_prompts(&cx, &connector).await?;

    /// Lets the server fill in a prompt; `values` is a JSON object of strings.
    fn fill_prompt(connector: ConnectorId, prompt: String, values: Json) -> FilledPrompt =
        ops::fill_prompt(&cx, &connector, &prompt, values).await?;

    /// Returns the server's completions for a text that is being typed.
    fn complete(connector: ConnectorId, request: CompletionRequest) -> Vec<String> =
        ops::complete(&cx, &connector, request).await?;
}

commands! {
    /// Fills in a resource template; `values` is a JSON object of strings.
    fn fill_resource_template(uri: String, values: Json) -> String =
        ops::fill_resource_template(&uri, values)?;
}
