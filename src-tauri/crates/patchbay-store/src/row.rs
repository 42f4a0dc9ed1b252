//! Model types as the JSON of a row.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// The JSON that a row carries.
pub(crate) fn to_body<T: Serialize>(table: &'static str, value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::row(table))
}

/// What the JSON of one row says.
pub(crate) fn from_body<T: DeserializeOwned>(table: &'static str, body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(Error::row(table))
}

/// What the JSON of a row in a list says; `None`, and a line in the log, when this version cannot
/// read it.
pub(crate) fn parse_row<T: DeserializeOwned>(table: &'static str, body: &str) -> Option<T> {
    match serde_json::from_str(body) {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::warn!(table, %error, "left out a row that cannot be read");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use patchbay_model::{Account, Connector, Secret, ToolRun, WalletEntry};
    use serde::Serialize;

    use crate::Registration;

    /// Tells whether a type can become the JSON of a row: the inherent method wins where it exists.
    struct Ask<T>(PhantomData<T>);

    trait Otherwise {
        fn can_be_stored(&self) -> bool {
            false
        }
    }

    impl<T> Otherwise for Ask<T> {}

    impl<T: Serialize> Ask<T> {
        fn can_be_stored(&self) -> bool {
            true
        }
    }

    #[test]
    fn secrets_cannot_be_stored() {
        assert!(!Ask::<Secret>(PhantomData).can_be_stored());
        assert!(Ask::<Account>(PhantomData).can_be_stored());
        assert!(Ask::<Connector>(PhantomData).can_be_stored());
        assert!(Ask::<Registration>(PhantomData).can_be_stored());
        assert!(Ask::<ToolRun>(PhantomData).can_be_stored());
        assert!(Ask::<WalletEntry>(PhantomData).can_be_stored());
    }
}
