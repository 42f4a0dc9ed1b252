//! Credentials of a connector at three levels.

use serde_json::{Map, Value, json};

use super::{Connector, message, said};
use crate::fakes::{Answer, Judged, Seen};

const GIVEN: &str = "name:text! title:text? is_default:bool? credentials:object?";
const SEED_GIVEN: &str = "name:text! is_default:bool? credentials:object?";

impl Connector {
    pub(super) fn credentials(
        &mut self,
        seen: &Seen,
        scope: &str,
        rest: &[&str],
        seed: bool,
    ) -> Judged {
        match (seen.method.as_str(), rest) {
            ("GET", []) => {
                seen.only_query("auth_type fetch_default")?;
                let of_scope = self.credentials.iter().filter(|(level, _)| level == scope);
                let found: Vec<_> = of_scope.map(shown).collect();
                Ok(Answer::json(200, &json!({ "credentials": found })))
            }
            ("POST" | "PATCH", []) => self.put(seen, scope, seed),
            ("DELETE", []) if scope == "user" && !seed => {
                seen.no_body()?;
                self.credentials.retain(|(level, _)| level != scope);
                self.settle();
                Ok(message("deleted"))
            }
            ("DELETE", [name]) => {
                seen.no_body()?;
                let before = self.credentials.len();
                self.credentials
                    .retain(|(level, one)| level != scope || one["name"] != *name);
                self.settle();
                if self.credentials.len() == before {
                    return Ok(said(404, "no such credentials"));
                }
                Ok(message("deleted"))
            }
            _ => Err("no such operation".to_owned()),
        }
    }

    fn put(&mut self, seen: &Seen, scope: &str, seed: bool) -> Judged {
        if seed && seen.method == "PATCH" {
            return Err("no such operation".to_owned());
        }
        let given = seen.object(if seed { SEED_GIVEN } else { GIVEN })?;
        let is_it = |(level, one): &&mut (String, Map<String, Value>)| {
            level == scope && one["name"] == given["name"]
        };
        match (
            self.credentials.iter_mut().find(is_it),
            seen.method.as_str(),
        ) {
            (Some(_), "POST") if !seed => return Ok(said(409, "credentials of that name exist")),
            (None, "PATCH") => return Ok(said(404, "no such credentials")),
            (Some((_, known)), _) => known.extend(given),
            (None, _) => self.credentials.push((scope.to_owned(), given)),
        }
        self.settle();
        Ok(message("saved"))
    }

    /// Whoever has a credential is let in.
    pub(super) fn settle(&mut self) {
        let is_in = !self.credentials.is_empty();
        self.shown
            .insert("is_authenticated".to_owned(), is_in.into());
    }
}

/// A credential as the platform shows it: without what is secret.
pub(super) fn shown((level, given): &(String, Map<String, Value>)) -> Value {
    let word = if level == "organization" {
        "org"
    } else {
        level
    };
    let has_token = given
        .get("credentials")
        .is_some_and(|credentials| !credentials["bearer_token"].is_null());
    json!({
        "name": given["name"], "title": given.get("title"), "scope": word,
        "authentication_type": if has_token { "bearer" } else { "oauth2" },
        "is_default": given.get("is_default").is_some_and(|value| value == true),
        "status": { "status_type": "valid", "last_checked_at": super::NOW },
    })
}
