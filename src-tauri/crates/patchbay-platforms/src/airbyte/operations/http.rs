//! A documented call without an operation of its own.
//!
//! Source: the wire contracts' README, "Operations without a counterpart in a client".

use http::Method;
use patchbay_http::{CallOptions, Path, Request};
use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::airbyte::client::Airbyte;
use crate::operations::{Contract, Effect, Operation};
use crate::{Error, Result};

/// Call any documented method and path.
///
/// Source: Wire contracts' README, operations without a counterpart in a client.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Method of the documented call: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Its path, from `/api/v1/` on; percent-encoded where a value holds a slash.
    pub path: String,
    /// Its query: a list repeats its name, null is left out.
    pub query: Option<Map<String, Value>>,
    /// Its body.
    pub json: Option<Value>,
}

impl Operation<Airbyte> for Http {
    const CONTRACT: Contract = Contract::write("http");
    type Output = Value;

    fn effect(&self) -> Effect {
        match self.method() {
            Ok(Method::GET) => Effect::Read,
            Ok(Method::DELETE) => Effect::Irreversible,
            _ => Self::CONTRACT.effect,
        }
    }

    fn request(&self, _: &Airbyte) -> Result<Request> {
        if !self.path.starts_with("/api/v1/") {
            return Err(Error::Usage("path must start with /api/v1/".to_owned()));
        }
        let mut request = Request::new(self.method()?, encoded_path(&self.path)?);
        for (name, value) in self.query.iter().flatten() {
            request = request.query_json(name, value);
        }
        match &self.json {
            Some(body) => request.json(body),
            None => Ok(request),
        }
    }

    /// Only a `DELETE` may have an empty response, and only a `GET` is retried.
    async fn send(&self, client: &Airbyte, options: &CallOptions) -> Result<Value> {
        let answer = client.api.send(self.request(client)?, options).await?;
        match self.method()? {
            Method::DELETE => answer.json_or_null(),
            _ => answer.json(),
        }
    }
}

impl Http {
    fn method(&self) -> Result<Method> {
        match self.method.to_ascii_uppercase().as_str() {
            "GET" => Ok(Method::GET),
            "POST" => Ok(Method::POST),
            "PUT" => Ok(Method::PUT),
            "PATCH" => Ok(Method::PATCH),
            "DELETE" => Ok(Method::DELETE),
            _ => {
                let words = "method must be GET, POST, PUT, PATCH or DELETE";
                Err(Error::Usage(words.to_owned()))
            }
        }
    }
}

/// Parses a percent-encoded path by segments.
fn encoded_path(encoded: &str) -> Result<Path> {
    let mut segments = encoded.split('/').skip(1);
    segments.try_fold(Path::new(""), |path, segment| {
        let segment = percent_decode_str(segment).decode_utf8();
        let segment = segment.map_err(|_| Error::Usage("path must be UTF-8".to_owned()))?;
        path.value("a part of path", &segment)
    })
}

#[cfg(test)]
mod tests;
