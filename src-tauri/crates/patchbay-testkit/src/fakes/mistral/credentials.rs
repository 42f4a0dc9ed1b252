//! Credentials of a connector at three levels.

use serde_json::{Map, Value, json};

use super::{Connector, message, refusal};
use crate::fakes::{Answer, FakeResult, RecordedRequest};

const GIVEN: &str = "name:text! title:text? is_default:bool? credentials:object?";
const SEED_GIVEN: &str = "name:text! is_default:bool? credentials:object?";

impl Connector {
    pub(super) fn credentials(
        &mut self,
        recorded: &RecordedRequest,
        scope: &str,
        rest: &[&str],
        seed: bool,
    ) -> FakeResult {
        match (recorded.method.as_str(), rest) {
            ("GET", []) => {
                recorded.check_query("auth_type fetch_default")?;
                let of_scope = self.credentials.iter().filter(|(level, _)| level == scope);
                let kind = recorded.parameter("auth_type");
                let only_default = recorded.parameter("fetch_default") == Some("true");
                let wanted = of_scope
                    .filter(|(_, one)| kind.is_none_or(|kind| method_of(one) == kind))
                    .filter(|(_, one)| !only_default || is_default(one));
                let found: Vec<_> = wanted.map(shown).collect();
                Ok(Answer::json(200, &json!({ "credentials": found })))
            }
            ("POST" | "PATCH", []) => self.put(recorded, scope, seed),
            ("DELETE", []) if scope == "user" && !seed => {
                recorded.check_no_body()?;
                self.credentials.retain(|(level, _)| level != scope);
                self.settle_default();
                Ok(message("deleted"))
            }
            ("DELETE", [name]) => {
                recorded.check_no_body()?;
                let before = self.credentials.len();
                if self.is_needed(scope, name) {
                    return Ok(refusal(409, "promote other credentials to default first"));
                }
                self.credentials
                    .retain(|(level, one)| level != scope || one["name"] != *name);
                self.settle_default();
                if self.credentials.len() == before {
                    return Ok(refusal(404, "no such credentials"));
                }
                Ok(message("deleted"))
            }
            _ => Err("no such operation".to_owned()),
        }
    }

    fn put(&mut self, recorded: &RecordedRequest, scope: &str, seed: bool) -> FakeResult {
        if seed && recorded.method == "PATCH" {
            return Err("no such operation".to_owned());
        }
        let given = recorded.object(if seed { SEED_GIVEN } else { GIVEN })?;
        let is_it = |(level, one): &&mut (String, Map<String, Value>)| {
            level == scope && one["name"] == given["name"]
        };
        let name = given["name"].as_str().unwrap_or_default().to_owned();
        if given.get("is_default") == Some(&false.into()) && !self.may_be_no_default(scope, &given)
        {
            return Ok(refusal(400, "a default must exist"));
        }
        let makes_default = given.get("is_default") == Some(&true.into());
        match (
            self.credentials.iter_mut().find(is_it),
            recorded.method.as_str(),
        ) {
            (Some(_), "POST") if !seed => {
                return Ok(refusal(409, "credentials of that name exist"));
            }
            (None, "PATCH") => return Ok(refusal(404, "no such credentials")),
            (Some((_, known)), _) => known.extend(given),
            (None, _) => self.credentials.push((scope.to_owned(), given)),
        }
        self.one_default(scope, &name, makes_default);
        self.settle_default();
        Ok(message("saved"))
    }

    /// Records a sign-in of the user.
    pub(super) fn consented(&mut self, name: &str, method: &str, title: Option<&str>) {
        let given = json!({ "name": name, "title": title, "method": method });
        self.credentials
            .retain(|(level, one)| level != "user" || one["name"] != name);
        if let Value::Object(given) = given {
            self.credentials.push(("user".to_owned(), given));
        }
        self.one_default("user", name, false);
        self.settle_default();
    }

    fn alike(&self, scope: &str, method: &str) -> impl Iterator<Item = &Map<String, Value>> {
        let of_scope = self
            .credentials
            .iter()
            .filter(move |(level, _)| level == scope);
        of_scope
            .map(|(_, one)| one)
            .filter(move |one| method_of(one) == method)
    }

    /// Whether the credential is the default and others exist for the same method, so that it cannot be deleted.
    fn is_needed(&self, scope: &str, name: &str) -> bool {
        let mut of_scope = self.credentials.iter().filter(|(level, _)| level == scope);
        let Some((_, one)) = of_scope.find(|(_, one)| one["name"] == name) else {
            return false;
        };
        is_default(one) && self.alike(scope, method_of(one)).count() > 1
    }

    /// Whether another credential is the default of the same method.
    fn may_be_no_default(&self, scope: &str, given: &Map<String, Value>) -> bool {
        let mut alike = self.alike(scope, method_of(given));
        alike.any(|one| is_default(one) && one["name"] != given["name"])
    }

    /// Keeps one default for each method: the first unless another was chosen.
    fn one_default(&mut self, scope: &str, name: &str, chosen: bool) {
        let saved = self
            .credentials
            .iter()
            .find(|(level, one)| level == scope && one["name"] == name);
        let Some(method) = saved.map(|(_, one)| method_of(one).to_owned()) else {
            return;
        };
        let is_first = !self.alike(scope, &method).any(|one| one["name"] != name);
        for (level, one) in &mut self.credentials {
            if level == scope && method_of(one) == method && (chosen || is_first) {
                let is_it = one["name"] == name;
                one.insert("is_default".to_owned(), is_it.into());
            }
        }
    }

    /// A connector with a credential is authenticated.
    pub(super) fn settle_default(&mut self) {
        let is_in = !self.credentials.is_empty();
        self.shown
            .insert("is_authenticated".to_owned(), is_in.into());
    }
}

/// A credential as answers show it: without secrets.
pub(super) fn shown((level, given): &(String, Map<String, Value>)) -> Value {
    json!({
        "name": given["name"], "title": given.get("title"), "scope": word_of(level),
        "authentication_type": method_of(given), "is_default": is_default(given),
        "status": { "status_type": "valid", "last_checked_at": super::NOW },
    })
}

/// The name of a level in answers.
pub(super) fn word_of(level: &str) -> &str {
    match level {
        "organization" => "org",
        other => other,
    }
}

fn is_default(given: &Map<String, Value>) -> bool {
    given.get("is_default").is_some_and(|value| value == true)
}

/// The method that a credential belongs to.
fn method_of(given: &Map<String, Value>) -> &str {
    if let Some(method) = given.get("method").and_then(Value::as_str) {
        return method;
    }
    let has = |name: &str| {
        let credentials = given.get("credentials");
        credentials.is_some_and(|credentials| !credentials[name].is_null())
    };
    match () {
        () if has("bearer_token") => "bearer",
        () if has("github_installation_id") => "github_app",
        () if has("oauth") => "oauth2",
        () if has("headers") => "none",
        () => "oauth2",
    }
}
