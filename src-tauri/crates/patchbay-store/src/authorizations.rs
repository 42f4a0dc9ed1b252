//! Authorizations: sign-ins that are in progress or have ended.

use patchbay_model::{Authorization, AuthorizationId, AuthorizationState, Code, Problem};
use rusqlite::Transaction;

use crate::migrations::Migration;
use crate::row::{execute, find_body, list_bodies, list_rows, parse_row, to_body};
use crate::{Error, Store};

const TABLE: &str = "authorizations";

/// Maximum number of ended authorizations that are kept, the newest.
const MAX_ENDED: u32 = 200;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    older_may_use: false,
    sql: "
        CREATE TABLE authorizations (
            id TEXT PRIMARY KEY,
            -- Milliseconds since 1970.
            started_at INTEGER NOT NULL,
            -- The open store that works on it; none once it is over.
            owner TEXT,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX authorizations_started_at ON authorizations (started_at);
        CREATE INDEX authorizations_owner ON authorizations (owner) WHERE owner IS NOT NULL;
    ",
}];

impl Store {
    /// Inserts or updates the authorization. Until it has ended this store owns it, see
    /// [`Store::expire_open_authorizations`].
    pub async fn save_authorization(&self, authorization: &Authorization) -> Result<(), Error> {
        let authorization = authorization.clone();
        let owner = self.owner().to_owned();
        self.write(move |tx| save(tx, &authorization, &owner)).await
    }

    pub async fn find_authorization(
        &self,
        id: &AuthorizationId,
    ) -> Result<Option<Authorization>, Error> {
        let id = id.to_string();
        let sql = "SELECT body FROM authorizations WHERE id = ?1";
        self.read(move |tx| find_body(tx, TABLE, sql, [id])).await
    }

    /// Returns the newest authorizations, at most `limit`.
    pub async fn list_authorizations(&self, limit: u32) -> Result<Vec<Authorization>, Error> {
        let sql = "SELECT body FROM authorizations ORDER BY started_at DESC, id DESC LIMIT ?1";
        self.read(move |tx| list_bodies(tx, TABLE, sql, [limit]))
            .await
    }

    /// Returns the authorizations that have not ended, of any process.
    pub async fn list_open_authorizations(&self) -> Result<Vec<Authorization>, Error> {
        let sql = "SELECT body FROM authorizations WHERE owner IS NOT NULL";
        self.read(move |tx| list_bodies(tx, TABLE, sql, [])).await
    }

    /// Expires the open authorizations whose owner is gone, with the code `auth.timed_out`. Returns their ids.
    ///
    /// `is_alive` tells whether an owner still exists; use [`Store::liveness`].
    pub async fn expire_open_authorizations(
        &self,
        is_alive: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<AuthorizationId>, Error> {
        let gone = self.find_gone_owners(TABLE, is_alive).await?;
        let owner = self.owner().to_owned();
        self.write(move |tx| {
            let sql = "SELECT owner, body FROM authorizations WHERE owner IS NOT NULL";
            let owned: Vec<(String, String)> =
                list_rows(tx, sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut expired = Vec::new();
            let orphans = owned.iter().filter(|(owner, _)| gone.contains(owner));
            let readable = orphans.filter_map(|(_, body)| parse_row::<Authorization>(TABLE, body));
            for mut authorization in readable {
                authorization.state = AuthorizationState::Expired;
                authorization.problem = Some(interrupted_problem());
                save(tx, &authorization, &owner)?;
                expired.push(authorization.id);
            }
            Ok(expired)
        })
        .await
    }
}

fn interrupted_problem() -> Problem {
    Problem::new(
        Code::AuthTimedOut,
        "Patchbay quit before the sign-in finished",
    )
    .with_hint("Try again.")
}

fn save(tx: &Transaction<'_>, authorization: &Authorization, owner: &str) -> Result<(), Error> {
    execute(
        tx,
        "INSERT INTO authorizations (id, started_at, owner, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, body = excluded.body",
        (
            authorization.id.as_str(),
            authorization.started_at.unix_millis(),
            (!authorization.state.is_over()).then_some(owner),
            to_body(TABLE, authorization)?,
        ),
    )?;
    if authorization.state.is_over() {
        execute(
            tx,
            "DELETE FROM authorizations WHERE owner IS NULL AND id NOT IN (
                 SELECT id FROM authorizations WHERE owner IS NULL
                 ORDER BY started_at DESC, id DESC LIMIT ?1)",
            [MAX_ENDED],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{authorization, store};

    #[tokio::test]
    async fn the_newest_are_listed() {
        let (_home, store) = store().await;
        for (id, seconds) in [("z1", 0), ("a3", 2), ("m2", 1)] {
            store
                .save_authorization(&authorization(id, seconds))
                .await
                .unwrap();
        }
        let listed = store.list_authorizations(2).await.unwrap();
        assert_eq!(listed, [authorization("a3", 2), authorization("m2", 1)]);
    }

    #[tokio::test]
    async fn the_newest_of_those_that_ended_are_kept() {
        let (_home, store) = store().await;
        store
            .save_authorization(&authorization("open", 0))
            .await
            .unwrap();
        for number in 0..=u64::from(MAX_ENDED) {
            let over = Authorization {
                state: AuthorizationState::Authorized,
                ..authorization(&format!("over-{number}"), number)
            };
            store.save_authorization(&over).await.unwrap();
        }
        let mut listed = store.list_authorizations(u32::MAX).await.unwrap();
        assert_eq!(listed.len(), 1 + MAX_ENDED as usize);
        assert_eq!(listed.pop(), Some(authorization("open", 0)));
        assert_eq!(listed.pop().unwrap().id.as_str(), "over-1");
    }

    #[tokio::test]
    async fn open_authorizations_of_ended_processes_expire() {
        let (_home, store) = store().await;
        let open = authorization("open", 0);
        let over = Authorization {
            state: AuthorizationState::Authorized,
            ..authorization("over", 1)
        };
        for authorization in [&open, &over] {
            store.save_authorization(authorization).await.unwrap();
        }
        let listed = store.list_open_authorizations().await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&open));
        let own = store.liveness();
        assert_eq!(store.expire_open_authorizations(own).await.unwrap(), []);
        let expired = store.expire_open_authorizations(|_| false).await.unwrap();
        assert_eq!(expired, std::slice::from_ref(&open.id));

        let found = store.find_authorization(&open.id).await.unwrap().unwrap();
        assert_eq!(found.state, AuthorizationState::Expired);
        assert_eq!(
            found.problem.map(|problem| problem.code),
            Some(Code::AuthTimedOut)
        );
        assert_eq!(
            store.find_authorization(&over.id).await.unwrap(),
            Some(over)
        );
        assert_eq!(
            store.expire_open_authorizations(|_| false).await.unwrap(),
            []
        );
    }
}
