//! The example platform, which exists in tests only: this is its contract.

use serde_json::{Map, Value, json};

use super::{Answer, FakePlatform, FakeResult, RecordedRequest, bearer};

/// An account of the example platform, whose connectors have one tool, `echo`.
#[derive(Debug)]
pub struct FakeExample {
    pub key: String,
    /// Connectors, oldest first.
    pub connectors: Vec<Map<String, Value>>,
}

impl FakeExample {
    /// An account without connectors.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            connectors: Vec::new(),
        }
    }

    fn create(&mut self, recorded: &RecordedRequest) -> FakeResult {
        let mut made = recorded.object("name:text! url:text!")?;
        let id = format!("connector-{}", self.connectors.len() + 1);
        made.insert("id".to_owned(), id.into());
        made.insert("state".to_owned(), "ready".into());
        self.connectors.push(made.clone());
        Ok(Answer::json(201, &made.into()))
    }
}

impl FakePlatform for FakeExample {
    fn answer(&mut self, recorded: &RecordedRequest, _: &str) -> FakeResult {
        if bearer(recorded) != Some(&self.key) {
            return Ok(Answer::json(401, &json!({ "message": "unknown key" })));
        }
        let (method, path) = recorded.route();
        let ["connectors", rest @ ..] = path.as_slice() else {
            return Err("no such operation".to_owned());
        };
        match (method, rest) {
            ("GET", []) => return Answer::ok(json!({"connectors": self.connectors})),
            ("POST", []) => return self.create(recorded),
            _ => {}
        }
        let is_meant = |one: &Map<String, Value>| rest.first().is_some_and(|id| one["id"] == *id);
        let Some(index) = self.connectors.iter().position(is_meant) else {
            return Ok(Answer::json(
                404,
                &json!({ "message": "no such connector" }),
            ));
        };
        match (method, &rest[1..]) {
            ("GET", []) => Answer::ok(json!(self.connectors[index])),
            ("DELETE", []) => {
                self.connectors.remove(index);
                Ok(Answer::empty(204))
            }
            ("GET", ["tools"]) => {
                let schema = json!({
                    "type": "object", "required": ["text"],
                    "properties": { "text": { "type": "string" } },
                });
                let echo = json!({
                    "name": "echo", "description": "Says it again", "inputSchema": schema,
                    "annotations": { "readOnlyHint": true },
                });
                Answer::ok(json!({ "tools": [echo] }))
            }
            ("POST", ["tools", "echo"]) => {
                let given = recorded.object("text:text!")?;
                let content = json!([{ "type": "text", "text": given["text"] }]);
                Answer::ok(json!({ "content": content }))
            }
            ("POST", ["tools", _]) => Ok(Answer::json(404, &json!({ "message": "no such tool" }))),
            _ => Err("no such operation".to_owned()),
        }
    }
}
