//! Objects whose members keep their order, which counts where they become a query.

use std::collections::BTreeMap;
use std::fmt::{Formatter, Result as Written};

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Members by the name of the object that holds them.
pub(crate) type Objects = BTreeMap<String, Vec<(String, Value)>>;

/// The objects in `config` of a line; what is no object is left out.
pub(crate) fn read(line: &str) -> Objects {
    #[derive(Deserialize)]
    struct Ordered {
        #[serde(default)]
        config: Option<BTreeMap<String, Members>>,
    }
    let ordered = serde_json::from_str::<Ordered>(line).ok();
    let config = ordered.and_then(|ordered| ordered.config);
    let members = config.into_iter().flatten();
    members
        .filter_map(|(name, Members(members))| Some((name, members?)))
        .collect()
}

/// The members of an object; `None` of anything else.
struct Members(Option<Vec<(String, Value)>>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

type Found = Option<Vec<(String, Value)>>;

impl<'de> Visitor<'de> for Reader {
    type Value = Found;

    fn expecting(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Some(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Found, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Found, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Found, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Found, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Found, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Found, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_keep_their_order_and_the_rest_is_left_out() {
        let read = read(
            r#"{"config": {"q": {"b": [1], "a": null}, "n": 1.5, "t": "x", "l": [{}], "z": null}}"#,
        );
        let members = vec![("b".to_owned(), json!([1])), ("a".to_owned(), json!(null))];
        assert_eq!(read, Objects::from([("q".to_owned(), members)]));
    }
}
