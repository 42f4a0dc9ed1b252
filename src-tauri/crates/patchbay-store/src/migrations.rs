//! Numbered migrations from an empty file to the current schema.
//!
//! A migration stays with its table and is never edited once it was released. Migrations of several tables may have the
//! same version: they are applied together, in the order of the tables. A version that only adds what older programs
//! need not know is marked so, and older programs keep opening the file.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::Error;

/// One migration of one table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    /// The version it leads to, from 1.
    pub(crate) version: u32,
    /// Whether programs that do not know this migration can still use the file.
    pub(crate) older_may_use: bool,
    pub(crate) sql: &'static str,
}

/// Migrates the file to the newest version that `tables` know, in one exclusive transaction.
///
/// # Errors
/// [`Error::TooNew`] as in [`check`]; the file stays as it is.
pub(crate) fn migrate(connection: &mut Connection, tables: &[&[Migration]]) -> Result<(), Error> {
    // Another process may be migrating too: only the version read inside the transaction counts.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    check(&tx, tables)?;
    for version in version_of(&tx)? + 1..=newest_version(tables) {
        apply_version(&tx, tables, version)?;
    }
    tx.commit()?;
    Ok(())
}

/// Checks that a program that knows these migrations can use the file.
///
/// # Errors
/// [`Error::TooNew`] when a version above theirs is not marked as compatible.
pub(crate) fn check(connection: &Connection, tables: &[&[Migration]]) -> Result<(), Error> {
    let known = newest_version(tables);
    let found = version_of(connection)?;
    if found <= known {
        return Ok(());
    }
    let compatible = count_compatible_above(connection, known)?;
    if compatible == found - known {
        Ok(())
    } else {
        Err(Error::TooNew { found, known })
    }
}

pub(crate) fn newest_version(tables: &[&[Migration]]) -> u32 {
    let numbers = tables.iter().copied().flatten().map(|step| step.version);
    numbers.max().unwrap_or(0)
}

/// Applies all migrations of one version and records it.
fn apply_version(tx: &Transaction<'_>, tables: &[&[Migration]], version: u32) -> Result<(), Error> {
    let steps = || tables.iter().copied().flatten();
    for step in steps().filter(|step| step.version == version) {
        tx.execute_batch(step.sql)?;
    }
    let older_may_use = steps()
        .filter(|step| step.version == version)
        .all(|step| step.older_may_use);
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS versions (
             version INTEGER PRIMARY KEY,
             older_may_use INTEGER NOT NULL
         ) STRICT;",
    )?;
    tx.execute(
        "INSERT INTO versions (version, older_may_use) VALUES (?1, ?2)",
        (version, older_may_use),
    )?;
    tx.pragma_update(None, "user_version", version)?;
    Ok(())
}

fn version_of(connection: &Connection) -> Result<u32, Error> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Number of versions above `known` that are marked as compatible; 0 for a file without such marks.
fn count_compatible_above(connection: &Connection, known: u32) -> Result<u32, Error> {
    if !connection.table_exists(None, "versions")? {
        return Ok(0);
    }
    let sql = "SELECT count(*) FROM versions WHERE version > ?1 AND older_may_use";
    Ok(connection.query_row(sql, [known], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::TABLES;

    const FIRST: &[Migration] = &[Migration {
        version: 1,
        older_may_use: false,
        sql: "CREATE TABLE one (a TEXT); INSERT INTO one VALUES ('kept');",
    }];

    fn with_second(older_may_use: bool) -> [Migration; 2] {
        let second = Migration {
            version: 2,
            older_may_use,
            sql: "ALTER TABLE one ADD COLUMN b TEXT;",
        };
        [FIRST[0], second]
    }

    #[test]
    fn versions_have_no_gap_and_are_sorted_in_each_table() {
        for version in 1..=newest_version(TABLES) {
            assert!(
                TABLES
                    .iter()
                    .copied()
                    .flatten()
                    .any(|step| step.version == version)
            );
        }
        for steps in TABLES {
            assert!(steps.is_sorted_by(|a, b| a.version < b.version));
        }
    }

    #[test]
    fn a_migrated_file_keeps_its_rows() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &[FIRST]).unwrap();
        let steps = with_second(true);
        migrate(&mut connection, &[&steps]).unwrap();
        migrate(&mut connection, &[&steps]).unwrap();
        let row: (String, Option<String>) = connection
            .query_row("SELECT a, b FROM one", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(row, ("kept".into(), None));
    }

    #[test]
    fn older_programs_open_compatible_files() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &[&with_second(true)]).unwrap();
        migrate(&mut connection, &[FIRST]).unwrap();
        assert_eq!(version_of(&connection).unwrap(), 2);
    }

    #[test]
    fn older_programs_reject_incompatible_files() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &[&with_second(false)]).unwrap();
        let refused = migrate(&mut connection, &[FIRST]).unwrap_err();
        assert!(matches!(refused, Error::TooNew { found: 2, known: 1 }));
    }

    #[test]
    fn a_failing_step_leaves_the_file_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = [
            FIRST[0],
            Migration {
                sql: "CREATE TABLE two (a); nonsense",
                ..with_second(true)[1]
            },
        ];
        migrate(&mut connection, &[&broken]).unwrap_err();
        assert_eq!(version_of(&connection).unwrap(), 0);
        assert!(!connection.table_exists(None, "one").unwrap());
    }
}
