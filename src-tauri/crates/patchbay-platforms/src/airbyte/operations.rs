//! Airbyte's operations by name.

use http::Method;
use patchbay_http::CallOptions;
use serde_json::{Value, json};

use super::Airbyte;
use super::arguments::{self, given};
use crate::operations::{OperationEntry, arguments as read, listed, parameters};
use crate::{Effect, Error};

/// Every operation that the contract documents.
pub(super) static OPERATIONS: &[OperationEntry] = &[
    listed(
        "list_connectors",
        "Connectors of a workspace, without paging",
        parameters::<arguments::ListConnectors>,
        Effect::Read,
        "Airbyte contract, section 3, list",
    ),
    listed(
        "create_connector",
        "Creates a connector; its credentials are not verified yet",
        parameters::<arguments::CreateConnector>,
        Effect::Write,
        "Airbyte contract, section 3, create",
    ),
    listed(
        "get_connector",
        "The id of a connector, looked up by the slug of its kind",
        parameters::<arguments::GetConnector>,
        Effect::Read,
        "Airbyte contract, section 3, get",
    ),
    listed(
        "get_connector_detail",
        "One connector with its template, settings and entities",
        parameters::<arguments::OneConnector>,
        Effect::Read,
        "Airbyte contract, section 3, get, REST",
    ),
    listed(
        "update_connector",
        "Changes name, settings or entities of a connector",
        parameters::<arguments::UpdateConnector>,
        Effect::Write,
        "Airbyte contract, section 3, get, PUT",
    ),
    listed(
        "inspect",
        "What a connector holds and which of it can be searched",
        parameters::<arguments::OneConnector>,
        Effect::Read,
        "Airbyte contract, section 3, inspect",
    ),
    listed(
        "check",
        "Has the platform try the credentials of a connector",
        parameters::<arguments::OneConnector>,
        Effect::Read,
        "Airbyte contract, section 3, check",
    ),
    listed(
        "delete_connector",
        "Starts the deletion of a connector and names its job",
        parameters::<arguments::OneConnector>,
        Effect::Irreversible,
        "Airbyte contract, section 3, delete",
    ),
    listed(
        "wait_for_deletion",
        "Waits until a connector is in the list no more",
        parameters::<arguments::WaitForDeletion>,
        Effect::Read,
        "Airbyte contract, section 3, delete",
    ),
    listed(
        "connect",
        "Finds the one connector of a kind by its slug",
        parameters::<arguments::Connect>,
        Effect::Read,
        "Airbyte contract, section 3, connect",
    ),
    listed(
        "execute",
        "Runs an action on an entity of a connector",
        parameters::<arguments::Execute>,
        Effect::Write,
        "Airbyte contract, section 3, execute",
    ),
    listed(
        "execute_all",
        "Runs an action and follows its cursor over all pages",
        parameters::<arguments::Execute>,
        Effect::Write,
        "Airbyte contract, section 3, execute, paging",
    ),
    listed(
        "list_definitions",
        "Kinds of connectors that can be created",
        parameters::<arguments::Definitions>,
        Effect::Read,
        "Airbyte contract, section 3, definitions",
    ),
    listed(
        "find_definition",
        "The one kind of connector of exactly that name",
        parameters::<arguments::NamedDefinition>,
        Effect::Read,
        "Airbyte contract, section 3, definitions",
    ),
    listed(
        "get_definition",
        "One kind of connector with the form of its credentials",
        parameters::<arguments::OneDefinition>,
        Effect::Read,
        "Airbyte contract, section 3, definitions",
    ),
    listed(
        "list_workspaces",
        "Workspaces, over all pages",
        parameters::<arguments::Workspaces>,
        Effect::Read,
        "Airbyte contract, section 5",
    ),
    listed(
        "find_workspace",
        "The one workspace of exactly that name",
        parameters::<arguments::NamedWorkspace>,
        Effect::Read,
        "Airbyte contract, section 5",
    ),
    listed(
        "update_workspace",
        "Changes a workspace",
        parameters::<arguments::UpdateWorkspace>,
        Effect::Write,
        "Airbyte contract, section 5",
    ),
    listed(
        "delete_workspace",
        "Deletes a workspace",
        parameters::<arguments::OneWorkspace>,
        Effect::Irreversible,
        "Airbyte contract, section 5",
    ),
    listed(
        "create_scoped_token",
        "A token for one workspace, which is made when there is none",
        parameters::<arguments::ScopedToken>,
        Effect::Write,
        "Airbyte contract, section 2, other tokens",
    ),
    listed(
        "scoped_token_info",
        "What the token that is sent reaches",
        parameters::<arguments::None>,
        Effect::Read,
        "Airbyte contract, section 2, other tokens",
    ),
    listed(
        "create_widget_token",
        "A token for the platform's widget",
        parameters::<arguments::WidgetToken>,
        Effect::Write,
        "Airbyte contract, section 2, other tokens",
    ),
    listed(
        "http",
        "A documented call by its method and path",
        parameters::<arguments::Http>,
        Effect::Write,
        "Wire contracts' README, operations without a counterpart in a client",
    ),
];

impl Airbyte {
    /// Calls an operation by name.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such operation, the arguments do not fit, or the account has no
    /// credentials; then those of the operation.
    pub(super) async fn dispatch(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        match operation {
            "list_connectors" => self.list(given, options).await,
            "execute" => self.execute(given, options).await,
            "get_connector_detail" | "inspect" | "check" | "delete_connector" => {
                self.of_connector(operation, given, options).await
            }
            "create_connector" => self.create(read(given)?, options).await,
            "get_connector" => self.get(read(given)?, options).await,
            "update_connector" => self.update(read(given)?, options).await,
            "wait_for_deletion" => self.wait(read(given)?, options).await,
            "connect" => self.connect(read(given)?, options).await,
            "execute_all" => self.execute_all(given, options).await,
            "http" => self.http(read(given)?, options).await,
            _ => self.around(operation, given, options).await,
        }
    }

    /// Operations whose only argument is a connector.
    async fn of_connector(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let one: arguments::OneConnector = read(given)?;
        let (client, id) = (self.client()?, &one.connector_id);
        match operation {
            "inspect" => client.inspect(id, options).await,
            "check" => self.check(id, options).await,
            "delete_connector" => Ok(Value::Object(self.start_deletion(id, options).await?)),
            _ => {
                let detail = client.get_connector_detail(id, options).await?;
                Ok(Value::Object(detail.into_json()))
            }
        }
    }

    /// Operations around connectors: definitions, workspaces and other tokens.
    async fn around(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        match operation {
            "list_definitions" => self.definitions(read(given)?, options).await,
            "find_definition" => self.find_definition(read(given)?, options).await,
            "get_definition" => {
                let one: arguments::OneDefinition = read(given)?;
                let id = &one.definition_id;
                self.client()?.get_definition(id, options).await
            }
            "list_workspaces" => self.workspaces(read(given)?, options).await,
            "find_workspace" => self.find_workspace(read(given)?, options).await,
            "update_workspace" => {
                let one: arguments::UpdateWorkspace = read(given)?;
                let client = self.client()?;
                client
                    .update_workspace(&one.workspace_id, one.changes, options)
                    .await
            }
            "delete_workspace" => {
                let one: arguments::OneWorkspace = read(given)?;
                let client = self.client()?;
                client.delete_workspace(&one.workspace_id, options).await
            }
            "create_scoped_token" => self.scoped_token(read(given)?, options).await,
            "scoped_token_info" => {
                read::<arguments::None>(given)?;
                self.client()?.scoped_token_info(options).await
            }
            "create_widget_token" => {
                let widget: arguments::WidgetToken = read(given)?;
                self.client()?
                    .create_widget_token(widget.json, options)
                    .await
            }
            _ => Err(Error::Usage(format!(
                "Airbyte has no operation {operation:?}"
            ))),
        }
    }

    async fn definitions(
        &self,
        arguments: arguments::Definitions,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let name = given(arguments.name);
        self.client()?
            .list_definitions(name.as_deref(), options)
            .await
    }

    /// The platform matches parts of names; here the whole name counts.
    async fn find_definition(
        &self,
        arguments: arguments::NamedDefinition,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let name = arguments.name;
        let client = self.client()?;
        let mut answer = client.list_definitions(Some(&name), options).await?;
        let all = match answer["definitions"].take() {
            Value::Array(all) => all,
            _ => Vec::new(),
        };
        let wanted = name.to_lowercase();
        let is_it = |text: &str| text.to_lowercase() == wanted;
        named(all, "definition", &name, is_it)
    }

    async fn workspaces(
        &self,
        arguments: arguments::Workspaces,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let name = given(arguments.name_contains);
        let status = given(arguments.status);
        let client = self.client()?;
        let all = client
            .list_workspaces(name.as_deref(), status.as_deref(), options)
            .await?;
        Ok(Value::Array(all))
    }

    async fn find_workspace(
        &self,
        arguments: arguments::NamedWorkspace,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let name = arguments.name;
        let client = self.client()?;
        let all = client
            .list_workspaces(Some(&name), Some("active"), options)
            .await?;
        named(all, "workspace", &name, |text| text == name)
    }

    async fn scoped_token(
        &self,
        arguments: arguments::ScopedToken,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let workspace = given(arguments.workspace_name);
        let workspace = workspace.as_deref().unwrap_or(&self.workspace);
        let mut body = json!({"workspace_name": workspace});
        if let Some(region) = given(arguments.region_id) {
            body["region_id"] = Value::String(region);
        }
        self.client()?.create_scoped_token(body, options).await
    }

    async fn http(
        &self,
        arguments: arguments::Http,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let method = match arguments.method.to_ascii_uppercase().as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => {
                return Err(Error::Usage(
                    "method has to be GET, POST, PUT, PATCH or DELETE".to_owned(),
                ));
            }
        };
        let mut query: Vec<(String, Value)> = arguments.query.into_iter().flatten().collect();
        query.extend(options.query.iter().cloned());
        let options = CallOptions {
            query,
            ..options.clone()
        };
        let client = self.client()?;
        client
            .http(method, &arguments.path, arguments.json, &options)
            .await
    }
}

/// The one item of that name.
fn named(
    all: Vec<Value>,
    what: &str,
    name: &str,
    is_it: impl Fn(&str) -> bool,
) -> Result<Value, Error> {
    let is_it = |item: &Value| item["name"].as_str().is_some_and(&is_it);
    let mut found: Vec<Value> = all.into_iter().filter(is_it).collect();
    let name = patchbay_model::clean_text(name, 200);
    match (found.pop(), found.len()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(Error::NoneFound(format!("{what} {name}"))),
        (Some(_), more) => Err(Error::ManyFound {
            name,
            count: more + 1,
        }),
    }
}
