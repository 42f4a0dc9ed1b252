//! Queries whose rows carry a model type as JSON.

use std::collections::HashSet;

use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// Serializes the body of a row.
pub(crate) fn to_body<T: Serialize>(table: &'static str, value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::row(table))
}

/// Parses the body of a row.
pub(crate) fn from_body<T: DeserializeOwned>(table: &'static str, body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(Error::row(table))
}

/// Parses the body of a row in a list. Logs and returns `None` when this version cannot read it.
pub(crate) fn parse_row<T: DeserializeOwned>(table: &'static str, body: &str) -> Option<T> {
    match serde_json::from_str(body) {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::warn!(table, %error, "left out a row that cannot be read");
            None
        }
    }
}

/// Runs a statement with a cached plan and returns the number of changed rows.
pub(crate) fn execute(
    tx: &Transaction<'_>,
    sql: &str,
    params: impl Params,
) -> Result<usize, rusqlite::Error> {
    tx.prepare_cached(sql)?.execute(params)
}

/// Returns the first column of the first row.
pub(crate) fn get<T: FromSql>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<T, rusqlite::Error> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row(params, |row| row.get(0))
}

/// Returns the first column of the first row, if there is a row.
pub(crate) fn find<T: FromSql>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Option<T>, rusqlite::Error> {
    get(connection, sql, params).optional()
}

/// Returns what `read` makes of each row.
pub(crate) fn list_rows<T>(
    tx: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>,
) -> Result<Vec<T>, Error> {
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the texts in the first column, also of rows whose body this version cannot read.
pub(crate) fn list_names(
    tx: &Transaction<'_>,
    sql: &str,
    params: impl Params,
) -> Result<HashSet<String>, Error> {
    let names = list_rows(tx, sql, params, |row| row.get(0))?;
    Ok(names.into_iter().collect())
}

/// Returns the bodies in the first column, without those that this version cannot read.
pub(crate) fn list_bodies<T: DeserializeOwned>(
    tx: &Transaction<'_>,
    table: &'static str,
    sql: &str,
    params: impl Params,
) -> Result<Vec<T>, Error> {
    let rows = list_rows(tx, sql, params, |row| {
        Ok(parse_row(table, row.get_ref(0)?.as_str()?))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// Returns the body in the first column of the first row, if there is a row.
pub(crate) fn find_body<T: DeserializeOwned>(
    tx: &Transaction<'_>,
    table: &'static str,
    sql: &str,
    params: impl Params,
) -> Result<Option<T>, Error> {
    let body: Option<String> = find(tx, sql, params)?;
    body.map(|body| from_body(table, &body)).transpose()
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use patchbay_model::{Account, Connector, Secret, ToolRun, WalletEntry};
    use serde::Serialize;

    use crate::Registration;

    /// Tells whether a type is `Serialize`: the inherent method takes precedence where it exists.
    struct Probe<T>(PhantomData<T>);

    trait Fallback {
        fn can_be_stored(&self) -> bool {
            false
        }
    }

    impl<T> Fallback for Probe<T> {}

    impl<T: Serialize> Probe<T> {
        fn can_be_stored(&self) -> bool {
            true
        }
    }

    #[test]
    fn secrets_cannot_be_stored() {
        assert!(!Probe::<Secret>(PhantomData).can_be_stored());
        assert!(Probe::<Account>(PhantomData).can_be_stored());
        assert!(Probe::<Connector>(PhantomData).can_be_stored());
        assert!(Probe::<Registration>(PhantomData).can_be_stored());
        assert!(Probe::<ToolRun>(PhantomData).can_be_stored());
        assert!(Probe::<WalletEntry>(PhantomData).can_be_stored());
    }
}
