//! The objects of the contract.
//!
//! Source: Mistral contract, sections 4 and 9.

use super::shape::{Form, Shape};
use super::{AuthMethod, AuthUrl, Connector, Credentials, Message, Page, Shaped, Tool, ToolResult};

macro_rules! shaped {
    ($($object:ident: $shape:ident,)*) => {$(
        impl Shaped for $object {
            const SHAPE: Shape = $shape;
        }
    )*};
}

shaped! {
    AuthMethod: AUTH_METHOD,
    AuthUrl: AUTH_URL,
    Connector: CONNECTOR,
    Credentials: CREDENTIALS,
    Message: MESSAGE,
    Page: PAGE,
    Tool: TOOL,
    ToolResult: TOOL_RESULT,
}

const CONNECTOR: Shape = Shape {
    needed: &["id", "name", "description", "created_at", "modified_at"],
    form: |name| match name {
        "id" | "name" | "description" | "protocol" | "title" | "server" | "visibility" => {
            Some(Form::Text)
        }
        "created_at" | "modified_at" => Some(Form::Moment),
        "private_tool_execution" | "supports_mcp" | "mistral" | "active" | "is_authenticated" => {
            Some(Form::Flag)
        }
        "blocked_by" => Some(Form::List(None)),
        "server_card" => Some(Form::Object(&SERVER_CARD)),
        "connection_preferences" => Some(Form::List(Some(&PREFERENCE))),
        "tools" => Some(Form::List(Some(&STORED_TOOL))),
        "supported_auth_methods" => Some(Form::List(Some(&AUTH_METHOD))),
        "connection_credentials" => Some(Form::List(Some(&CREDENTIAL))),
        _ => None,
    },
};

const PREFERENCE: Shape = Shape {
    needed: &["tool_configuration"],
    form: |name| (name == "is_default").then_some(Form::Flag),
};

const STORED_TOOL: Shape = Shape {
    needed: &["id", "name", "description"],
    form: |name| match name {
        "id" | "name" | "description" => Some(Form::Text),
        "created_at" | "modified_at" => Some(Form::Moment),
        "active" => Some(Form::Flag),
        _ => None,
    },
};

const SERVER_CARD: Shape = Shape {
    needed: &["name", "version"],
    form: |name| match name {
        "name" | "version" => Some(Form::Text),
        "remotes" => Some(Form::List(Some(&REMOTE))),
        _ => None,
    },
};

const REMOTE: Shape = Shape {
    needed: &["type", "url"],
    form: |name| match name {
        "type" | "url" => Some(Form::Text),
        "authentication" => Some(Form::Object(&REMOTE_AUTHENTICATION)),
        _ => None,
    },
};

const REMOTE_AUTHENTICATION: Shape = Shape {
    needed: &["required"],
    form: |name| (name == "required").then_some(Form::Flag),
};

/// Its connectors are read one by one.
const PAGE: Shape = Shape {
    needed: &["items", "pagination"],
    form: |name| match name {
        "items" => Some(Form::List(None)),
        "pagination" => Some(Form::Object(&PAGINATION)),
        _ => None,
    },
};

const PAGINATION: Shape = Shape {
    needed: &["page_size"],
    form: |name| match name {
        "page_size" => Some(Form::Number),
        "next_cursor" => Some(Form::Text),
        _ => None,
    },
};

const AUTH_METHOD: Shape = Shape {
    needed: &["method_type"],
    form: |name| match name {
        "method_type" => Some(Form::Text),
        "headers" => Some(Form::List(Some(&AUTH_HEADER))),
        "has_default_credentials" => Some(Form::Flag),
        "global_headers" => Some(Form::Each(&GLOBAL_HEADER)),
        "oauth2_server_metadata" => Some(Form::Object(&METADATA)),
        _ => None,
    },
};

const GLOBAL_HEADER: Shape = Shape {
    needed: &["value"],
    form: |name| match name {
        "value" => Some(Form::Text),
        "is_secret" => Some(Form::Flag),
        _ => None,
    },
};

const METADATA: Shape = Shape {
    needed: &["issuer", "token_endpoint"],
    form: |name| match name {
        "issuer" | "token_endpoint" => Some(Form::Text),
        "client_id_metadata_document_supported"
        | "authorization_response_iss_parameter_supported" => Some(Form::Flag),
        _ => None,
    },
};

const AUTH_HEADER: Shape = Shape {
    needed: &["name"],
    form: |name| match name {
        "name" => Some(Form::Text),
        "is_required" | "is_secret" => Some(Form::Flag),
        _ => None,
    },
};

const CREDENTIALS: Shape = Shape {
    needed: &["credentials"],
    form: |name| (name == "credentials").then_some(Form::List(Some(&CREDENTIAL))),
};

const CREDENTIAL: Shape = Shape {
    needed: &["name", "authentication_type", "scope"],
    form: |name| match name {
        "name" | "authentication_type" | "scope" => Some(Form::Text),
        "status" => Some(Form::Object(&CREDENTIAL_STATUS)),
        "is_default" => Some(Form::Flag),
        _ => None,
    },
};

const CREDENTIAL_STATUS: Shape = Shape {
    needed: &["status_type"],
    form: |name| match name {
        "status_type" | "error_message" => Some(Form::Text),
        "last_checked_at" => Some(Form::Moment),
        "error_http_code" => Some(Form::Number),
        _ => None,
    },
};

const AUTH_URL: Shape = Shape {
    needed: &["auth_url", "ttl"],
    form: |name| match name {
        "auth_url" => Some(Form::Text),
        "ttl" => Some(Form::Number),
        _ => None,
    },
};

const MESSAGE: Shape = Shape {
    needed: &["message"],
    form: |name| (name == "message").then_some(Form::Text),
};

const TOOL_RESULT: Shape = Shape {
    needed: &["content"],
    form: |name| match name {
        "content" => Some(Form::List(Some(&CONTENT))),
        "metadata" => Some(Form::Object(&RESULT_METADATA)),
        _ => None,
    },
};

const CONTENT: Shape = Shape {
    needed: &[],
    form: |name| (name == "size").then_some(Form::Number),
};

const RESULT_METADATA: Shape = Shape {
    needed: &[],
    form: |name| (name == "mcp_meta").then_some(Form::Object(&MCP_META)),
};

const MCP_META: Shape = Shape {
    needed: &[],
    form: |name| (name == "isError").then_some(Form::Flag),
};

const TOOL: Shape = Shape {
    needed: &["name", "inputSchema"],
    form: |name| match name {
        "name" => Some(Form::Text),
        "inputSchema" => Some(Form::Object(&ANYTHING)),
        "annotations" => Some(Form::Object(&TOOL_ANNOTATIONS)),
        "_meta" => Some(Form::Object(&TOOL_META)),
        _ => None,
    },
};

const ANYTHING: Shape = Shape {
    needed: &[],
    form: |_| None,
};

const TOOL_ANNOTATIONS: Shape = Shape {
    needed: &[],
    form: |name| match name {
        "readOnlyHint" | "destructiveHint" | "idempotentHint" | "openWorldHint" => Some(Form::Flag),
        _ => None,
    },
};

const TOOL_META: Shape = Shape {
    needed: &[],
    form: |name| (name == "ai.mistral/turbine").then_some(Form::Object(&TURBINE)),
};

const TURBINE: Shape = Shape {
    needed: &[],
    form: |name| (name == "private_execution").then_some(Form::Flag),
};
