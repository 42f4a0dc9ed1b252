//! Programs that a person allowed to be started to read a secret.

use patchbay_model::AllowedProgram;

use crate::migrations::Migration;
use crate::row::{execute, list_bodies, to_body};
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
    /// Returns every allowed program, the most recently allowed first.
    pub async fn list_allowed_programs(&self) -> Result<Vec<AllowedProgram>, Error> {
        let mut programs: Vec<AllowedProgram> = self
            .read(|tx| list_bodies(tx, TABLE, "SELECT body FROM allowed_programs", []))
            .await?;
        programs.sort_by_key(|program| std::cmp::Reverse(program.allowed_at));
        Ok(programs)
    }

    pub async fn is_program_allowed(&self, id: &str) -> Result<bool, Error> {
        let id = id.to_owned();
        let sql = "SELECT 1 FROM allowed_programs WHERE id = ?1";
        self.read(move |tx| Ok(tx.prepare_cached(sql)?.exists([&id])?))
            .await
    }

    pub async fn allow_program(&self, program: &AllowedProgram) -> Result<(), Error> {
        let row = (program.id.clone(), to_body(TABLE, program)?);
        self.execute(
            "INSERT INTO allowed_programs (id, body) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            row,
        )
        .await
    }

    /// Forgets that a program was allowed. Returns whether it was. Counts as a change of connectors, so that other
    /// processes end the sessions that it serves.
    pub async fn forget_allowed_program(&self, id: &str) -> Result<bool, Error> {
        let id = id.to_owned();
        self.write(move |tx| {
            let is_forgotten = execute(tx, "DELETE FROM allowed_programs WHERE id = ?1", [id])? > 0;
            if is_forgotten {
                execute(
                    tx,
                    "UPDATE changes SET number = number + 1 WHERE list = 'connectors'",
                    [],
                )?;
            }
            Ok(is_forgotten)
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
        let before = store.changes().await.unwrap().connectors;
        assert!(store.forget_allowed_program("a").await.unwrap());
        assert_ne!(store.changes().await.unwrap().connectors, before);
        assert!(!store.forget_allowed_program("a").await.unwrap());
        assert!(!store.is_program_allowed("a").await.unwrap());
    }
}
