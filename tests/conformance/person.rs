//! What a person does with a server: add it, sign in where it asks for that, run all it offers.

use anyhow::{Context as _, Result, bail};
use patchbay_model::{
    Authorization, AuthorizationState, Code, Connector, Explain as _, Json, OauthGrant, Origin,
    Problem, Question, QuestionAnswer, Redirect, Secret, Tool,
};
use patchbay_ops::{
    AddConnector, AuthenticationChoice, Context, Error, Event, OAuthClientInput, RunTool,
    StartAuthorization, add_connector, answer_question, inspect_address, list_questions,
    refresh_tools, run_tool, start_authorization, wait_for_authorization,
};
use serde_json::{Value, json};

use crate::arguments::{required_of, without_nulls};

/// How often one thing is tried again after signing in once more.
const MAX_TRIES: usize = 3;

/// How often tools are listed, so that a server sees a client that comes back.
const LISTINGS: usize = 3;

/// How long a consent or a tool may take; the suite waits for 30 s in all.
const SECONDS: u32 = 20;

/// Sends back what servers ask with whatever they filled in.
pub(crate) async fn answer_questions(cx: Context) {
    let mut events = cx.events();
    while let Ok(event) = events.recv().await {
        if !matches!(event, Event::QuestionsChanged) {
            continue;
        }
        for open in list_questions(&cx) {
            let values = match open.question {
                Question::Form(form) => form.form.values,
                Question::Page { .. } => Json(json!({})),
                Question::Sampling(_) => Json(json!({ "text": "x" })),
            };
            // One that does not fit is refused, and the suite says so.
            drop(answer_question(
                &cx,
                &open.id,
                QuestionAnswer::Accept { values },
            ));
        }
    }
}

pub(crate) struct Person<'a> {
    cx: &'a Context,
    scenario: Value,
}

impl<'a> Person<'a> {
    pub(crate) fn new(cx: &'a Context, scenario: Value) -> Self {
        Self { cx, scenario }
    }

    /// Does everything that can be done with the server at `address`.
    pub(crate) async fn use_server(&self, address: &str) -> Result<()> {
        let connector = self.add(address).await?;
        let mut tools = Vec::new();
        for _ in 0..LISTINGS {
            tools = self.list(&connector).await?;
        }
        for (tool, arguments) in self.calls(&tools) {
            self.run(&connector, &tool, arguments).await?;
        }
        Ok(())
    }

    async fn add(&self, address: &str) -> Result<Connector> {
        let found = inspect_address(self.cx, address).await?;
        let authentication = match found.needs_authorization {
            true => self.sign_in_method()?,
            false => AuthenticationChoice::None,
        };
        let request = AddConnector {
            name: Some(found.name),
            ..AddConnector::new(found.url, Some(authentication))
        };
        let connector = add_connector(self.cx, request).await?;
        if found.needs_authorization {
            self.sign_in(&connector).await?;
        }
        Ok(connector)
    }

    fn sign_in_method(&self) -> Result<AuthenticationChoice> {
        let text = |key: &str| self.scenario[key].as_str();
        let client = text("client_id").map(|id| OAuthClientInput::New {
            client_id: id.to_owned(),
            client_secret: text("client_secret").map(|text| Secret::new(text).into()),
        });
        // The suite runs scenarios side by side, and the port of one's own app has to be free.
        let callback_port = client.as_ref().map(|_| free_port()).transpose()?;
        Ok(AuthenticationChoice::Oauth {
            client,
            callback_port,
            callback_host: None,
            redirect: Redirect::Loopback,
            scopes: Vec::new(),
            grant: grant(),
        })
    }

    /// Signs in, once more where the new token is refused at once: a server may have moved meanwhile. Whoever
    /// answers for it by now is agreed to, as somebody would who knows of the move.
    async fn sign_in(&self, connector: &Connector) -> Result<()> {
        let mut over = self.authorize(connector, None).await?;
        if is_refused(over.problem.as_ref()) {
            over = self.authorize(connector, None).await?;
        }
        if let Some(change) = over.issuer_change.take() {
            over = self.authorize(connector, Some(change.issuer)).await?;
        }
        if over.state != AuthorizationState::Authorized {
            let state = over.state;
            bail!("the sign-in ended as {state:?}: {}", words(over.problem));
        }
        Ok(())
    }

    async fn authorize(
        &self,
        connector: &Connector,
        accept_issuer: Option<String>,
    ) -> Result<Authorization> {
        let request = StartAuthorization {
            connector: connector.id.clone(),
            choices: Json(Value::Null),
            redirect: None,
            timeout_seconds: Some(SECONDS),
            accept_issuer,
        };
        let begun = start_authorization(self.cx, request).await?;
        Ok(wait_for_authorization(self.cx, &begun.id).await?)
    }

    async fn list(&self, connector: &Connector) -> Result<Vec<Tool>> {
        for _ in 0..MAX_TRIES {
            match refresh_tools(self.cx, &connector.id).await {
                Ok(tools) => return Ok(tools),
                Err(error) if wants_sign_in(error.code()) => self.sign_in(connector).await?,
                Err(error) => return Err(error).context("the tools could not be listed"),
            }
        }
        bail!("the tools could not be listed after signing in {MAX_TRIES} times")
    }

    /// The calls that the scenario names, or one of every tool.
    fn calls(&self, tools: &[Tool]) -> Vec<(String, Value)> {
        if let Some(calls) = self.scenario["toolCalls"].as_array() {
            let named = |call: &Value| {
                let name = call["name"].as_str()?.to_owned();
                Some((name, without_nulls(&call["arguments"])))
            };
            return calls.iter().filter_map(named).collect();
        }
        let first = tools.first();
        let schema = first.map_or(Value::Null, |tool| tool.input_schema.0.clone());
        tools
            .iter()
            .map(|tool| match tool.name.as_str() {
                "json_schema_echo" => (tool.name.clone(), json!({ "schema": schema })),
                name => (name.to_owned(), required_of(&tool.input_schema)),
            })
            .collect()
    }

    async fn run(&self, connector: &Connector, tool: &str, arguments: Value) -> Result<()> {
        for _ in 0..MAX_TRIES {
            let arguments = Json(arguments.clone());
            let request = RunTool {
                timeout_seconds: Some(SECONDS),
                confirmed: true,
                ..RunTool::new(connector.id.clone(), tool, arguments, Origin::Window)
            };
            let problem = match run_tool(self.cx, request, |_| {}).await {
                Ok(run) => run.summary.problem,
                // They were made up here, so it says nothing of the server; a person would correct them.
                Err(error @ Error::Arguments { .. }) => Some(error.problem()),
                Err(error) => return Err(error).context("a run did not begin"),
            };
            if is_refused(problem.as_ref()) {
                self.sign_in(connector).await?;
                continue;
            }
            if problem.is_some() {
                // Tools that fail are part of some scenarios; the next one is run all the same.
                tracing::warn!("{tool}: {}", words(problem));
            }
            return Ok(());
        }
        bail!("{tool} still asks for more after signing in {MAX_TRIES} times")
    }
}

/// How a person signs in to the server of this scenario, who knows whether it is for people or for an app.
fn grant() -> OauthGrant {
    match std::env::var("MCP_CONFORMANCE_SCENARIO") {
        Ok(scenario) if scenario == "auth/client-credentials-basic" => {
            OauthGrant::ClientCredentials
        }
        _ => OauthGrant::AuthorizationCode,
    }
}

fn free_port() -> Result<u16> {
    let socket = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(socket.local_addr()?.port())
}

fn is_refused(problem: Option<&Problem>) -> bool {
    problem.is_some_and(|problem| wants_sign_in(problem.code))
}

fn wants_sign_in(code: Code) -> bool {
    matches!(
        code,
        Code::AuthNeeded | Code::AuthExpired | Code::AuthForbidden
    )
}

fn words(problem: Option<Problem>) -> String {
    problem.map_or_else(String::new, |problem| {
        let detail = problem.detail.unwrap_or_default();
        format!("{} {} {detail}", problem.code, problem.message)
    })
}
