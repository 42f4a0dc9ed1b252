//! Shapes of the contract's objects, by which JSON is normalized in place.

use serde_json::{Map, Value};

use super::lenient;

/// The known members of an object.
#[derive(Clone, Copy)]
pub struct Shape {
    pub(super) required: &'static [&'static str],
    /// The form of a member; `None` for unknown members.
    pub(super) form: fn(&str) -> Option<Form>,
}

/// The form of a member.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Kept as it is; must be text if it is required.
    Text,
    Flag,
    Number,
    Moment,
    Object(&'static Shape),
    /// A map of objects with the same shape.
    Each(&'static Shape),
    /// A list, of objects if there is a shape; null counts as an empty list.
    List(Option<&'static Shape>),
}

impl Shape {
    /// Normalizes every known member. Values that do not fit stay unchanged, and optional members that are null are removed.
    ///
    /// # Errors
    /// What is missing or wrong; nothing is changed then.
    pub(super) fn normalize(&self, members: &mut Map<String, Value>) -> Result<(), String> {
        self.check(members)?;
        members.retain(|name, value| {
            !value.is_null()
                || self.required.contains(&name.as_str())
                || (self.form)(name).is_none()
        });
        for (name, value) in members {
            if let Some(form) = (self.form)(name) {
                form.coerce(value);
            }
        }
        Ok(())
    }

    /// Normalizes each object; those that lack a required member stay unchanged.
    pub(super) fn normalize_each<'a>(&self, values: impl IntoIterator<Item = &'a mut Value>) {
        for members in values.into_iter().filter_map(Value::as_object_mut) {
            let _ = self.normalize(members);
        }
    }

    /// Checks that all required members are present and have their form.
    fn check(&self, members: &Map<String, Value>) -> Result<(), String> {
        for (name, value) in members {
            let is_required = self.required.contains(&name.as_str());
            if is_required && !(self.form)(name).is_none_or(|form| form.fits(value)) {
                return Err(format!("unexpected `{name}`"));
            }
        }
        let mut required = self.required.iter();
        match required.find(|name| !members.contains_key(**name)) {
            Some(missing) => Err(format!("`{missing}` missing")),
            None => Ok(()),
        }
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
