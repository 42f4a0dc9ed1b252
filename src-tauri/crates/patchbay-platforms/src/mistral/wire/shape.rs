//! Shapes of the contract's objects, which are normalized in place: nothing is copied.

use serde_json::{Map, Value};

use super::lenient;

/// What an object holds that is known.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Members without which it is none.
    pub(super) required: &'static [&'static str],
    /// How a member is read; `None` of one that is not known.
    pub(super) form: fn(&str) -> Option<Form>,
}

/// How a member is read.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// As it is; where it is needed, it has to be text.
    Text,
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// A time.
    Moment,
    /// An object.
    Object(&'static Shape),
    /// Objects of one shape by names of their own.
    Each(&'static Shape),
    /// A list, of objects where there is a shape; where it is needed, null is an empty one.
    List(Option<&'static Shape>),
}

impl Shape {
    /// Normalizes every known member. What does not fit stays as it was sent, and an optional member that is null is
    /// removed.
    ///
    /// # Errors
    /// What of it is missing or wrong; nothing is changed then.
    pub(super) fn normalize(&self, members: &mut Map<String, Value>) -> Result<(), String> {
        self.check(members)?;
        let is_needless = |name: &str, value: &Value| {
            value.is_null() && !self.required.contains(&name) && (self.form)(name).is_some()
        };
        members.retain(|name, value| !is_needless(name, value));
        for (name, value) in members {
            if let Some(form) = (self.form)(name) {
                form.coerce(value);
            }
        }
        Ok(())
    }

    /// Brings each object into its one form; one that lacks something stays as it was sent.
    pub(super) fn normalize_each<'a>(&self, values: impl IntoIterator<Item = &'a mut Value>) {
        for members in values.into_iter().filter_map(Value::as_object_mut) {
            let _ = self.normalize(members);
        }
    }

    /// Whether everything that is needed is there, in some form.
    fn check(&self, members: &Map<String, Value>) -> Result<(), String> {
        let mut found = 0;
        for (name, value) in members {
            if self.required.contains(&name.as_str()) {
                found += 1;
                if !(self.form)(name).is_none_or(|form| form.fits(value)) {
                    return Err(format!("unexpected `{name}`"));
                }
            }
        }
        if found == self.required.len() {
            return Ok(());
        }
        let missing = self
            .required
            .iter()
            .find(|name| !members.contains_key(**name));
        Err(format!("`{}` missing", missing.unwrap_or(&"a member")))
    }
}

impl Form {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => lenient::flag(value).is_some(),
            Self::Number => lenient::number(value).is_some(),
            Self::Moment => lenient::moment(value).is_some(),
            Self::Object(shape) => value
                .as_object()
                .is_some_and(|members| shape.check(members).is_ok()),
            Self::Each(_) => value.is_object(),
            Self::List(_) => value.is_array() || value.is_null(),
        }
    }

    fn coerce(self, value: &mut Value) {
        let coerced = match self {
            Self::Text => None,
            Self::Flag => lenient::flag(value).map(Value::from),
            Self::Number => lenient::number(value).map(Value::from),
            Self::Moment => lenient::moment(value).map(|at| Value::from(at.to_string())),
            Self::Object(shape) => return shape.normalize_each([value]),
            Self::Each(shape) => {
                shape.normalize_each(value.as_object_mut().into_iter().flat_map(Map::values_mut));
                None
            }
            Self::List(shape) => match value {
                Value::Null => Some(Value::Array(Vec::new())),
                Value::Array(items) => {
                    if let Some(shape) = shape {
                        shape.normalize_each(items);
                    }
                    None
                }
                _ => None,
            },
        };
        if let Some(coerced) = coerced {
            *value = coerced;
        }
    }
}
