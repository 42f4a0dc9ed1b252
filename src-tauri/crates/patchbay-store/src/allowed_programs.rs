//! Programs that a person allowed to be started for a secret.

use patchbay_model::AllowedProgram;
use rusqlite::OptionalExtension;

use crate::migrations::Migration;
use crate::row::{parse_row, to_body};
use crate::{Error, Store};

const TABLE: &str = "allowed_programs";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 7,
    older_may_use: true,
    sql: "
        CREATE TABLE allowed_programs (
            id TEXT PRIMARY KEY,
            body TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
}];

impl Store {
    /// Every program that was allowed, the latest first.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn list_allowed_programs(&self) -> Result<Vec<AllowedProgram>, Error> {
        let mut programs: Vec<AllowedProgram> = self
            .read(|tx| {
                tx.prepare_cached("SELECT body FROM allowed_programs")?
                    .query_map([], |row| row.get::<_, String>(0))?
                    .filter_map(|body| body.map(|body| parse_row(TABLE, &body)).transpose())
                    .collect::<Result<_, _>>()
                    .map_err(Error::from)
            })
            .await?;
        programs.sort_by_key(|program| std::cmp::Reverse(program.allowed_at));
        Ok(programs)
    }

    /// Whether that program was allowed.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn is_program_allowed(&self, id: &str) -> Result<bool, Error> {
        let id = id.to_owned();
        self.read(move |tx| {
            let found = tx
                .prepare_cached("SELECT 1 FROM allowed_programs WHERE id = ?1")?
                .query_row([&id], |_| Ok(()))
                .optional()?;
            Ok(found.is_some())
        })
        .await
    }

    /// Notes that a program was allowed.
    ///
    /// # Errors
    /// [`Error::Failed`], [`Error::Row`].
    pub async fn allow_program(&self, program: &AllowedProgram) -> Result<(), Error> {
        let (id, body) = (program.id.clone(), to_body(TABLE, program)?);
        self.write(move |tx| {
            tx.prepare_cached(
                "INSERT INTO allowed_programs (id, body) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            )?
            .execute((&id, &body))?;
            Ok(())
        })
        .await
    }

    /// Forgets that a program was allowed; `false` when it was not.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub async fn forget_allowed_program(&self, id: &str) -> Result<bool, Error> {
        let id = id.to_owned();
        self.write(move |tx| {
            let removed = tx
                .prepare_cached("DELETE FROM allowed_programs WHERE id = ?1")?
                .execute([&id])?;
            Ok(removed > 0)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::Program;

    use super::*;
    use crate::samples::{at, store};

    #[tokio::test]
    async fn a_program_is_allowed_until_it_is_forgotten() {
        let (_home, store) = store().await;
        let program = |id: &str, minute| AllowedProgram {
            id: id.to_owned(),
            program: Program {
                name: "pass".to_owned(),
                file: "/usr/bin/pass".to_owned(),
                arguments: vec!["show".to_owned(), id.to_owned()],
                server: None,
            },
            allowed_at: at(minute),
        };
        let [first, second] = [program("a", 1), program("b", 2)];
        for program in [&first, &second, &first] {
            store.allow_program(program).await.unwrap();
        }
        let listed = store.list_allowed_programs().await.unwrap();
        assert_eq!(listed, [second, first]);
        assert!(store.is_program_allowed("a").await.unwrap());
        assert!(store.forget_allowed_program("a").await.unwrap());
        assert!(!store.forget_allowed_program("a").await.unwrap());
        assert!(!store.is_program_allowed("a").await.unwrap());
    }
}
