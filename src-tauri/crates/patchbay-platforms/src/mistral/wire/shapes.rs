//! Shapes of the contract's objects.
//!
//! Source: Mistral contract, sections 4 and 9.

use super::shape::Form::{Each, Flag, List, Moment, Number, Object, Text};
use super::shape::Shape;
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

/// Declares shapes as `NAME[required members]: members => form`.
macro_rules! shapes {
    ($($(#[$words:meta])* $shape:ident[$($required:literal),*]: $($($member:literal)|+ => $form:expr),+;)*) => {$(
        $(#[$words])*
        const $shape: Shape = Shape {
            required: &[$($required),*],
            form: |name| match name {
                $($($member)|+ => Some($form),)+
                _ => None,
            },
        };
    )*};
}

const ANYTHING: Shape = Shape {
    required: &[],
    form: |_| None,
};

shapes! {
    CONNECTOR["id", "name", "description", "created_at", "modified_at"]:
        "id" | "name" | "description" | "protocol" | "title" | "server" | "visibility" => Text,
        "created_at" | "modified_at" => Moment,
        "private_tool_execution" | "supports_mcp" | "mistral" | "active" | "is_authenticated" => Flag,
        "blocked_by" => List(None),
        "server_card" => Object(&SERVER_CARD),
        "connection_preferences" => List(Some(&PREFERENCE)),
        "tools" => List(Some(&STORED_TOOL)),
        "supported_auth_methods" => List(Some(&AUTH_METHOD)),
        "connection_credentials" => List(Some(&CREDENTIAL));
    PREFERENCE["tool_configuration"]:
        "is_default" => Flag;
    STORED_TOOL["id", "name", "description"]:
        "id" | "name" | "description" => Text,
        "created_at" | "modified_at" => Moment,
        "active" => Flag;
    SERVER_CARD["name", "version"]:
        "name" | "version" => Text,
        "remotes" => List(Some(&REMOTE));
    REMOTE["type", "url"]:
        "type" | "url" => Text,
        "authentication" => Object(&REMOTE_AUTHENTICATION);
    REMOTE_AUTHENTICATION["required"]:
        "required" => Flag;
    // Its connectors are normalized one by one.
    PAGE["items", "pagination"]:
        "items" => List(None),
        "pagination" => Object(&PAGINATION);
    PAGINATION["page_size"]:
        "page_size" => Number,
        "next_cursor" => Text;
    AUTH_METHOD["method_type"]:
        "method_type" => Text,
        "headers" => List(Some(&AUTH_HEADER)),
        "has_default_credentials" => Flag,
        "global_headers" => Each(&GLOBAL_HEADER),
        "oauth2_server_metadata" => Object(&METADATA);
    GLOBAL_HEADER["value"]:
        "value" => Text,
        "is_secret" => Flag;
    METADATA["issuer", "token_endpoint"]:
        "issuer" | "token_endpoint" => Text,
        "client_id_metadata_document_supported" | "authorization_response_iss_parameter_supported" => Flag;
    AUTH_HEADER["name"]:
        "name" => Text,
        "is_required" | "is_secret" => Flag;
    CREDENTIALS["credentials"]:
        "credentials" => List(Some(&CREDENTIAL));
    CREDENTIAL["name", "authentication_type", "scope"]:
        "name" | "authentication_type" | "scope" => Text,
        "status" => Object(&CREDENTIAL_STATUS),
        "is_default" => Flag;
    CREDENTIAL_STATUS["status_type"]:
        "status_type" | "error_message" => Text,
        "last_checked_at" => Moment,
        "error_http_code" => Number;
    AUTH_URL["auth_url", "ttl"]:
        "auth_url" => Text,
        "ttl" => Number;
    MESSAGE["message"]:
        "message" => Text;
    TOOL_RESULT["content"]:
        "content" => List(Some(&CONTENT)),
        "metadata" => Object(&RESULT_METADATA);
    CONTENT[]:
        "size" => Number;
    RESULT_METADATA[]:
        "mcp_meta" => Object(&MCP_META);
    MCP_META[]:
        "isError" => Flag;
    TOOL["name", "inputSchema"]:
        "name" => Text,
        "inputSchema" => Object(&ANYTHING),
        "annotations" => Object(&TOOL_ANNOTATIONS),
        "_meta" => Object(&TOOL_META);
    TOOL_ANNOTATIONS[]:
        "readOnlyHint" | "destructiveHint" | "idempotentHint" | "openWorldHint" => Flag;
    TOOL_META[]:
        "ai.mistral/turbine" => Object(&TURBINE);
    TURBINE[]:
        "private_execution" => Flag;
}
