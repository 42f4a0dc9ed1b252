//! A field of a form: how it is asked for, and how what is typed becomes its value.

use patchbay_model::Question;
use patchbay_ops::{is_marked, question_problems};
use serde_json::{Map, Value};

use super::{MAX_ROWS, Prompter, say_lines};
use crate::output::text;
use crate::tool_arguments::has_oversized_number;

pub(super) struct Field<'a> {
    pub(super) question: &'a Question,
    pub(super) name: &'a str,
    pub(super) schema: &'a Value,
    pub(super) is_required: bool,
}

impl Field<'_> {
    /// Reads the value, which may be left out; `None` at the end of input.
    pub(super) fn ask(&self, prompter: &mut impl Prompter) -> Option<Option<Value>> {
        let schema = self.schema;
        if let Some(description) = schema["description"].as_str() {
            say_lines(prompter, description, MAX_ROWS);
        }
        let choices = self.choices();
        for (number, choice) in choices.iter().enumerate() {
            let title = choice["title"].as_str().unwrap_or_default();
            prompter.say(&format!("  {:>3}  {}", number + 1, text::line(title)));
        }
        let prompt = self.prompt();
        loop {
            let typed = match is_marked(schema) {
                true => prompter.read_hidden(&prompt)?,
                false => prompter.line(&prompt)?,
            };
            let read = match (typed.trim().is_empty(), schema.get("default")) {
                (true, None) if self.is_required => Err("Required. Ctrl-D cancels.".to_owned()),
                (true, None) => return Some(None),
                // The server's own default may break the server's own rules.
                (true, Some(default)) => self.check(default.clone()),
                (false, _) => self.read(&typed),
            };
            match read {
                Ok(value) => return Some(Some(value)),
                Err(problem) => prompter.say(&format!("  {}", text::line(&problem))),
            }
        }
    }

    fn prompt(&self) -> String {
        let schema = self.schema;
        let title = schema["title"].as_str().unwrap_or(self.name);
        let kind = match (schema["type"].as_str(), self.choices().is_empty()) {
            (Some("array"), _) => ", numbers with commas between",
            (_, false) => ", number",
            (Some("boolean"), _) => ", y/n",
            (Some("string"), _) => "",
            (Some("integer"), _) => ", whole number",
            (Some("number"), _) => ", number",
            _ => ", JSON",
        };
        let default = match schema.get("default") {
            Some(_) if is_marked(schema) => " [filled in]".to_owned(),
            Some(default) => format!(" [{}]", text::line(&self.format_default(default))),
            None if self.is_required => String::new(),
            None => " (optional)".to_owned(),
        };
        format!("{}{kind}{default}: ", text::line(title))
    }

    /// Renders a default as the user would type it.
    fn format_default(&self, value: &Value) -> String {
        let number = |value: &Value| {
            let mut choices = self.choices().iter();
            let index = choices.position(|choice| choice["const"] == *value)?;
            Some((index + 1).to_string())
        };
        match value {
            Value::Array(values) => {
                let numbers: Vec<_> = values.iter().filter_map(number).collect();
                numbers.join(", ")
            }
            value => match (number(value), value) {
                (Some(number), _) => number,
                (None, Value::Bool(is_so)) => if *is_so { "y" } else { "n" }.to_owned(),
                (None, Value::String(words)) => words.clone(),
                (None, other) => other.to_string(),
            },
        }
    }

    fn choices(&self) -> &[Value] {
        let own = self.schema["oneOf"].as_array();
        let listed = own.or(self.schema["items"]["oneOf"].as_array());
        listed.map_or(&[], Vec::as_slice)
    }

    /// Parses and validates a typed value.
    ///
    /// # Errors
    /// A message for the user.
    fn read(&self, typed: &str) -> Result<Value, String> {
        let trimmed = typed.trim();
        let kind = self.schema["type"].as_str();
        let value = if kind == Some("array") {
            let words = trimmed.split(',').map(str::trim);
            let words = words.filter(|word| !word.is_empty());
            words
                .map(|word| self.choice(word))
                .collect::<Result<_, _>>()?
        } else if !self.choices().is_empty() {
            self.choice(trimmed)?
        } else {
            match kind {
                Some("string") => Value::from(typed),
                Some("integer" | "number") | None if has_oversized_number(trimmed) => {
                    return Err("A whole number of more than 64 bits would be rounded.".to_owned());
                }
                Some("boolean") => match trimmed.to_lowercase().as_str() {
                    "y" | "yes" | "true" => true.into(),
                    "n" | "no" | "false" => false.into(),
                    _ => return Err("Enter y or n.".to_owned()),
                },
                Some(_) => serde_json::from_str::<serde_json::Number>(trimmed)
                    .map(Value::Number)
                    .map_err(|_| "Enter a number.".to_owned())?,
                None => serde_json::from_str(trimmed)
                    .map_err(|_| "Enter JSON; text goes in double quotes.".to_owned())?,
            }
        };
        self.check(value)
    }

    /// # Errors
    /// A message for the user.
    fn check(&self, value: Value) -> Result<Value, String> {
        let values = Value::Object(Map::from_iter([(self.name.to_owned(), value.clone())]));
        let pointer = patchbay_model::pointer::member("", self.name);
        let problems = question_problems(self.question, &values);
        let own = problems.into_iter().find(|problem| {
            let below = problem.path.strip_prefix(&pointer);
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        });
        own.map_or(Ok(value), |problem| Err(problem.message))
    }

    /// Finds a choice by number or name.
    fn choice(&self, word: &str) -> Result<Value, String> {
        let choices = self.choices();
        let number = word.parse::<usize>().ok();
        let by_number = number.and_then(|number| choices.get(number.checked_sub(1)?));
        let by_name = || {
            let mut all = choices.iter();
            all.find(|choice| choice["title"] == word || choice["const"] == word)
        };
        let found = by_number.or_else(by_name);
        let found = found.ok_or_else(|| format!("Enter a number from 1 to {}.", choices.len()))?;
        Ok(found["const"].clone())
    }
}
