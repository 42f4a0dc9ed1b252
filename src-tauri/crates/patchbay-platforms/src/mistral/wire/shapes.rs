//! The objects of the contract.
//!
//! Source: Mistral contract, sections 4 and 9.

use super::shape::{Form, Shape};

pub(super) const CONNECTOR: Shape = Shape {
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
        "supported_auth_methods" => Some(Form::List(Some(&AUTH_METHOD))),
        "connection_credentials" => Some(Form::List(Some(&CREDENTIAL))),
        _ => None,
    },
};

/// Its connectors are read one by one.
pub(super) const PAGE: Shape = Shape {
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

pub(super) const AUTH_METHOD: Shape = Shape {
    needed: &["method_type"],
    form: |name| match name {
        "method_type" => Some(Form::Text),
        "headers" => Some(Form::List(Some(&AUTH_HEADER))),
        "has_default_credentials" => Some(Form::Flag),
        _ => None,
    },
};

pub(super) const AUTH_HEADER: Shape = Shape {
    needed: &["name"],
    form: |name| match name {
        "name" => Some(Form::Text),
        "is_required" | "is_secret" => Some(Form::Flag),
        _ => None,
    },
};

pub(super) const CREDENTIALS: Shape = Shape {
    needed: &["credentials"],
    form: |name| (name == "credentials").then_some(Form::List(Some(&CREDENTIAL))),
};

pub(super) const CREDENTIAL: Shape = Shape {
    needed: &["name", "authentication_type", "scope"],
    form: |name| match name {
        "name" | "authentication_type" | "scope" => Some(Form::Text),
        "status" => Some(Form::Object(&CREDENTIAL_STATUS)),
        "is_default" => Some(Form::Flag),
        _ => None,
    },
};

pub(super) const CREDENTIAL_STATUS: Shape = Shape {
    needed: &["status_type"],
    form: |name| match name {
        "status_type" | "error_message" => Some(Form::Text),
        "last_checked_at" => Some(Form::Moment),
        "error_http_code" => Some(Form::Number),
        _ => None,
    },
};

pub(super) const AUTH_URL: Shape = Shape {
    needed: &["auth_url", "ttl"],
    form: |name| match name {
        "auth_url" => Some(Form::Text),
        "ttl" => Some(Form::Number),
        _ => None,
    },
};

pub(super) const MESSAGE: Shape = Shape {
    needed: &["message"],
    form: |name| (name == "message").then_some(Form::Text),
};

pub(super) const TOOL_RESULT: Shape = Shape {
    needed: &["content"],
    form: |name| (name == "content").then_some(Form::List(None)),
};
