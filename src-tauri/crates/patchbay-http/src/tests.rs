//! Requests against servers on loopback, with a clock that jumps.

mod repeats;
mod sending;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use patchbay_model::{Secret, Timestamp};
use tokio::net::TcpListener;

use crate::testing::{JumpingClock, Server, api, api_with, cancellable_options, json};
use crate::{
    Answer, Api, BoxError, CallOptions, Clients, Clock, Error, Headers, NoToken, Path, Request,
    TokenSource,
};

fn get() -> Request {
    Request::new(Method::GET, Path::new("/v1/things"))
}

fn post() -> Request {
    Request::new(Method::POST, Path::new("/v1/things"))
}

async fn send(api: &Api, request: Request) -> Result<Answer, Error> {
    api.send(request, &CallOptions::default()).await
}

/// Gives `Bearer key-<n>`, where `n` counts the refusals.
struct Renewing {
    refusals: Mutex<u32>,
    renews: bool,
}

impl Renewing {
    fn new(renews: bool) -> Arc<Self> {
        Arc::new(Self {
            refusals: Mutex::new(0),
            renews,
        })
    }
}

#[async_trait]
impl TokenSource for Renewing {
    async fn headers(&self) -> Result<Headers, BoxError> {
        let key = format!("Bearer key-{}", self.refusals.lock().unwrap());
        Ok(Arc::new([("authorization".to_owned(), Secret::new(key))]))
    }

    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        _: Option<String>,
    ) -> Result<bool, BoxError> {
        let key = format!("Bearer key-{}", self.refusals.lock().unwrap());
        assert_eq!(sent[0].1.expose(), key, "what was refused is what was sent");
        *self.refusals.lock().unwrap() += 1;
        Ok(self.renews)
    }
}
