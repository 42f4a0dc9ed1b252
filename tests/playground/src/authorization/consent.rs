//! The answer to the consent page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{authorize, page};
use crate::parameters::Parameters;
use crate::shared::{Shared, lock};

/// Takes the form: `ticket`, `decision` (`allow` or `deny`) and, if the person chose, `subject`.
///
/// The ticket was only on the page, so another site cannot answer in the person's name.
pub(crate) async fn decide(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let switches = shared.switches();
    let form = Parameters::parse(&body);
    let decision = form.find("decision");
    if !matches!(decision, Some("allow" | "deny")) {
        return refuse("The form holds no decision.");
    }
    let asked = form
        .find("ticket")
        .and_then(|ticket| lock(&shared.store).take_consent(ticket));
    let Some(asked) = asked else {
        return refuse("This page was answered already. Start the sign-in again in the app.");
    };
    if decision == Some("deny") {
        return authorize::deny(&shared, &switches, &asked);
    }
    let subject = form
        .find("subject")
        .or(switches.people.first().map(String::as_str))
        .unwrap_or_default()
        .to_owned();
    if !switches.people.contains(&subject) {
        return refuse("Nobody of that name can sign in here.");
    }
    authorize::allow(&shared, &switches, asked, subject)
}

fn refuse(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, page::refusal(reason)).into_response()
}
