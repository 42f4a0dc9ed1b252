//! Airbyte's operations by name.

use futures::future::{BoxFuture, FutureExt};
use http::Method;
use patchbay_http::CallOptions;
use serde_json::{Value, json};

use super::Airbyte;
use super::arguments::{self, given};
use crate::operations::{arguments as read, parameters};
use crate::{Effect, Error, Operation};

/// Every operation that the contract documents.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "list_connectors",
        summary: "Connectors of a workspace, without paging",
        parameters: parameters::<arguments::ListConnectors>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, list",
    },
    Operation {
        name: "create_connector",
        summary: "Creates a connector; its credentials are not verified yet",
        parameters: parameters::<arguments::CreateConnector>,
        effect: Effect::Write,
        source: "Airbyte contract, section 3, create",
    },
    Operation {
        name: "get_connector",
        summary: "The id of a connector, looked up by the slug of its kind",
        parameters: parameters::<arguments::GetConnector>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, get",
    },
    Operation {
        name: "get_connector_detail",
        summary: "One connector with its template, settings and entities",
        parameters: parameters::<arguments::OneConnector>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, get, REST",
    },
    Operation {
        name: "update_connector",
        summary: "Changes name, settings or entities of a connector",
        parameters: parameters::<arguments::UpdateConnector>,
        effect: Effect::Write,
        source: "Airbyte contract, section 3, get, PUT",
    },
    Operation {
        name: "inspect",
        summary: "What a connector holds and which of it can be searched",
        parameters: parameters::<arguments::OneConnector>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, inspect",
    },
    Operation {
        name: "check",
        summary: "Has the platform try the credentials of a connector",
        parameters: parameters::<arguments::OneConnector>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, check",
    },
    Operation {
        name: "delete_connector",
        summary: "Starts the deletion of a connector and names its job",
        parameters: parameters::<arguments::OneConnector>,
        effect: Effect::Irreversible,
        source: "Airbyte contract, section 3, delete",
    },
    Operation {
        name: "wait_for_deletion",
        summary: "Waits until a connector is in the list no more",
        parameters: parameters::<arguments::WaitForDeletion>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, delete",
    },
    Operation {
        name: "connect",
        summary: "Finds the one connector of a kind by its slug",
        parameters: parameters::<arguments::Connect>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, connect",
    },
    Operation {
        name: "execute",
        summary: "Runs an action on an entity of a connector",
        parameters: parameters::<arguments::Execute>,
        effect: Effect::Write,
        source: "Airbyte contract, section 3, execute",
    },
    Operation {
        name: "execute_all",
        summary: "Runs an action and follows its cursor over all pages",
        parameters: parameters::<arguments::Execute>,
        effect: Effect::Write,
        source: "Airbyte contract, section 3, execute, paging",
    },
    Operation {
        name: "list_definitions",
        summary: "Kinds of connectors that can be created",
        parameters: parameters::<arguments::Definitions>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, definitions",
    },
    Operation {
        name: "find_definition",
        summary: "The one kind of connector of exactly that name",
        parameters: parameters::<arguments::NamedDefinition>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, definitions",
    },
    Operation {
        name: "get_definition",
        summary: "One kind of connector with the form of its credentials",
        parameters: parameters::<arguments::OneDefinition>,
        effect: Effect::Read,
        source: "Airbyte contract, section 3, definitions",
    },
    Operation {
        name: "list_workspaces",
        summary: "Workspaces, over all pages",
        parameters: parameters::<arguments::Workspaces>,
        effect: Effect::Read,
        source: "Airbyte contract, section 5",
    },
    Operation {
        name: "find_workspace",
        summary: "The one workspace of exactly that name",
        parameters: parameters::<arguments::NamedWorkspace>,
        effect: Effect::Read,
        source: "Airbyte contract, section 5",
    },
    Operation {
        name: "update_workspace",
        summary: "Changes a workspace",
        parameters: parameters::<arguments::UpdateWorkspace>,
        effect: Effect::Write,
        source: "Airbyte contract, section 5",
    },
    Operation {
        name: "delete_workspace",
        summary: "Deletes a workspace",
        parameters: parameters::<arguments::OneWorkspace>,
        effect: Effect::Irreversible,
        source: "Airbyte contract, section 5",
    },
    Operation {
        name: "create_scoped_token",
        summary: "A token for one workspace, which is made when there is none",
        parameters: parameters::<arguments::ScopedToken>,
        effect: Effect::Write,
        source: "Airbyte contract, section 2, other tokens",
    },
    Operation {
        name: "scoped_token_info",
        summary: "What the token that is sent reaches",
        parameters: parameters::<arguments::None>,
        effect: Effect::Read,
        source: "Airbyte contract, section 2, other tokens",
    },
    Operation {
        name: "create_widget_token",
        summary: "A token for the platform's widget",
        parameters: parameters::<arguments::WidgetToken>,
        effect: Effect::Write,
        source: "Airbyte contract, section 2, other tokens",
    },
    Operation {
        name: "http",
        summary: "A documented call by its method and path",
        parameters: parameters::<arguments::Http>,
        effect: Effect::Write,
        source: "Wire contracts' README, operations without a counterpart in a client",
    },
];

impl Airbyte {
    /// Calls an operation by name.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such operation, the arguments do not fit, or the account has no
    /// credentials; then those of the operation.
    // What is frequent has a future of its own: one of all operations would be as large as the largest.
    pub(super) fn dispatch<'a>(
        &'a self,
        operation: &'a str,
        given: Value,
        options: &'a CallOptions,
    ) -> BoxFuture<'a, Result<Value, Error>> {
        match operation {
            "list_connectors" => self.list(given, options).boxed(),
            "execute" => self.execute(given, options),
            "get_connector_detail" | "inspect" | "check" | "delete_connector" => {
                self.of_connector(operation, given, options).boxed()
            }
            _ => self.rarer(operation, given, options).boxed(),
        }
    }

    async fn rarer(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        match operation {
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
