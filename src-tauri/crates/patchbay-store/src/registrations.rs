//! OAuth client registrations: which client Patchbay is at which authorization server.

use patchbay_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::migrations::Migration;
use crate::row::{list_bodies, to_body};
use crate::{Error, Store};

const TABLE: &str = "registrations";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    older_may_use: false,
    sql: "
        CREATE TABLE registrations (
            id TEXT PRIMARY KEY,
            server TEXT NOT NULL,
            issuer TEXT NOT NULL,
            -- Milliseconds since 1970.
            created_at INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX registrations_server ON registrations (server, issuer);
    ",
}];

/// Patchbay's client registration at one authorization server. The client secret is in the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    pub id: String,
    /// Absolute URL of the MCP server that it was made for.
    pub server: String,
    /// Absolute URL of the authorization server. A registration is never sent to another one.
    pub issuer: String,
    /// Absolute URL; it fixes the port of the loopback listener.
    pub redirect_uri: String,
    pub client_id: String,
    /// Whether the vault holds a client secret for it.
    pub has_secret: bool,
    /// How the client authenticates at the token endpoint, such as `none` or `client_secret_basic`.
    pub auth_method: String,
    /// Scopes it was registered with.
    pub scopes: Vec<String>,
    pub kind: RegistrationKind,
    pub created_at: Timestamp,
}

/// How a client registration came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationKind {
    /// Dynamic client registration (RFC 7591).
    Dynamic,
    /// The address of Patchbay's client-id metadata document.
    MetadataDocument,
    /// The user's own OAuth app.
    Own,
}

impl Store {
    /// Returns the registrations for a server at one issuer, newest first.
    pub async fn find_registrations(
        &self,
        server: &str,
        issuer: &str,
    ) -> Result<Vec<Registration>, Error> {
        let key = [server.to_owned(), issuer.to_owned()];
        let sql = "SELECT body FROM registrations WHERE server = ?1 AND issuer = ?2
                   ORDER BY created_at DESC, id DESC";
        self.read(move |tx| list_bodies(tx, TABLE, sql, key)).await
    }

    /// Returns the registrations for a server at all issuers, newest first.
    pub async fn list_registrations(&self, server: &str) -> Result<Vec<Registration>, Error> {
        let server = server.to_owned();
        let sql = "SELECT body FROM registrations WHERE server = ?1
                   ORDER BY created_at DESC, id DESC";
        self.read(move |tx| list_bodies(tx, TABLE, sql, [server]))
            .await
    }

    /// Returns the registrations for servers that no connector has, not even one that can be restored.
    pub async fn list_unused_registrations(&self) -> Result<Vec<Registration>, Error> {
        let sql = "SELECT body FROM registrations WHERE server NOT IN
                   (SELECT endpoint FROM (SELECT json_extract(body, '$.endpoint') AS endpoint FROM connectors)
                    WHERE endpoint IS NOT NULL)";
        self.read(move |tx| list_bodies(tx, TABLE, sql, [])).await
    }

    /// Inserts the registration, or replaces the one with the same id.
    pub async fn save_registration(&self, registration: &Registration) -> Result<(), Error> {
        let row = (
            registration.id.clone(),
            registration.server.clone(),
            registration.issuer.clone(),
            registration.created_at.unix_millis(),
            to_body(TABLE, registration)?,
        );
        self.execute(
            "INSERT INTO registrations (id, server, issuer, created_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET
                 server = excluded.server, issuer = excluded.issuer,
                 created_at = excluded.created_at, body = excluded.body",
            row,
        )
        .await
    }

    /// Removes the registrations for a server at one issuer.
    pub async fn remove_registrations(&self, server: &str, issuer: &str) -> Result<(), Error> {
        let key = [server.to_owned(), issuer.to_owned()];
        let sql = "DELETE FROM registrations WHERE server = ?1 AND issuer = ?2";
        self.execute(sql, key).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, store};

    fn registration(id: &str, issuer: &str, seconds: u64) -> Registration {
        Registration {
            id: id.into(),
            server: "https://mcp.example/mcp".into(),
            issuer: issuer.into(),
            redirect_uri: "http://127.0.0.1:41417/callback".into(),
            client_id: format!("client-{id}"),
            has_secret: false,
            auth_method: "none".into(),
            scopes: vec!["read".into()],
            kind: RegistrationKind::Dynamic,
            created_at: at(seconds),
        }
    }

    #[tokio::test]
    async fn registrations_belong_to_one_issuer_and_come_newest_first() {
        let (_home, store) = store().await;
        let one = "https://auth.example";
        let old = registration("r1", one, 0);
        let new = registration("r2", one, 9);
        let other = registration("r3", "https://other.example", 5);
        for registration in [&old, &new, &other, &old] {
            store.save_registration(registration).await.unwrap();
        }
        let found = store.find_registrations(&old.server, one).await.unwrap();
        assert_eq!(found, [new.clone(), old.clone()]);
        let all = store.list_registrations(&old.server).await.unwrap();
        assert_eq!(all, [new.clone(), other.clone(), old.clone()]);

        store.remove_registrations(&old.server, one).await.unwrap();
        assert_eq!(
            store.find_registrations(&old.server, one).await.unwrap(),
            []
        );
        let left = store
            .find_registrations(&other.server, &other.issuer)
            .await
            .unwrap();
        assert_eq!(left, [other]);
    }
}
