//! Sessions of browsers, and links that sign in once.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::user::User;

use super::SqlStore;
use super::audit;
use super::conn::Conn;
use super::statement::{Sql, sql};
use super::tx::Tx;
use super::user::{UserRow, select};
use crate::{Result, SessionRecord, SessionStore};

const INSERT_SESSION: &str =
    "INSERT INTO sessions (token_sha256, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
const INSERT_LINK: &str = "INSERT INTO signin_links (token_sha256, user_id, created_at, expires_at) \
                           VALUES ($1, $2, $3, $4)";

async fn insert(conn: &mut Conn, statement: &'static str, record: &SessionRecord) -> Result<()> {
    sql(statement)
        .bind(&record.token_sha256)
        .bind(record.user)
        .bind(record.created_at)
        .bind(record.expires_at)
        .run(conn)
        .await
        .map(|_| ())
}

/// The enabled user whose session or link, as `s` of `joined`, has not expired.
fn holder(joined: &'static str, token_sha256: &str, now: Time) -> Sql {
    let mut query = select();
    query.push(joined).push(" WHERE u.disabled_at IS NULL");
    query.push(" AND s.token_sha256 = ").push_bind(token_sha256);
    query.push(" AND s.expires_at > ").push_bind(now);
    query
}

/// Opens a session for its user if they are enabled, and removes those of theirs that have
/// expired.
pub(super) async fn open(session: &SessionRecord, entry: &NewAudit, tx: &mut Tx) -> Result<bool> {
    let mut enabled = select();
    enabled.push(" WHERE u.disabled_at IS NULL AND u.id = ").push_bind(session.user);
    if enabled.one::<UserRow>(&mut tx.conn).await?.is_none() {
        return Ok(false);
    }
    audit::append(tx, entry).await?;
    sql("DELETE FROM sessions WHERE user_id = $1 AND expires_at <= $2")
        .bind(session.user)
        .bind(session.created_at)
        .run(&mut tx.conn)
        .await?;
    insert(&mut tx.conn, INSERT_SESSION, session).await?;
    Ok(true)
}

async fn create(
    (session, verified_hash, entry): &(SessionRecord, Option<String>, NewAudit),
    tx: &mut Tx,
) -> Result<bool> {
    // A change of the password takes the same lock: it is seen here, or sees this session.
    tx.lock_audit(entry.project).await?;
    if let Some(verified) = verified_hash {
        let hash = sql("SELECT password_hash FROM users WHERE id = $1").bind(session.user);
        let hash = hash.one::<(Option<String>,)>(&mut tx.conn).await?;
        if hash.and_then(|(hash,)| hash).as_ref() != Some(verified) {
            return Ok(false);
        }
    }
    open(session, entry, tx).await
}

async fn use_link(
    (link_sha256, session, entry): &(String, SessionRecord, NewAudit),
    tx: &mut Tx,
) -> Result<bool> {
    tx.lock_audit(entry.project).await?;
    let used = sql("DELETE FROM signin_links WHERE token_sha256 = $1 AND user_id = $2 \
                    AND expires_at > $3")
    .bind(link_sha256)
    .bind(session.user)
    .bind(session.created_at)
    .run(&mut tx.conn)
    .await?;
    Ok(used > 0 && open(session, entry, tx).await?)
}

#[async_trait::async_trait]
impl SessionStore for SqlStore {
    async fn create_session(
        &self,
        session: SessionRecord,
        verified_hash: Option<String>,
        audit: NewAudit,
    ) -> Result<bool> {
        let arguments = (session, verified_hash, audit);
        self.write(arguments, |arguments, tx| Box::pin(create(arguments, tx))).await
    }

    async fn session_user(&self, token_sha256: &str, now: Time) -> Result<Option<User>> {
        let query = holder(" JOIN sessions s ON s.user_id = u.id", token_sha256, now);
        let row = query.one::<UserRow>(&mut self.readers.acquire().await?).await?;
        row.map(UserRow::user).transpose()
    }

    async fn delete_session(&self, token_sha256: &str) -> Result<()> {
        self.write(token_sha256.to_owned(), |token_sha256, tx| {
            Box::pin(async move {
                let delete = sql("DELETE FROM sessions WHERE token_sha256 = $1");
                delete.bind(token_sha256).run(&mut tx.conn).await.map(|_| ())
            })
        })
        .await
    }

    async fn create_signin_link(&self, link: SessionRecord, audit: NewAudit) -> Result<()> {
        self.write((link, audit), |(link, entry), tx| {
            Box::pin(async move {
                audit::append(tx, entry).await?;
                insert(&mut tx.conn, INSERT_LINK, link).await
            })
        })
        .await
    }

    async fn signin_link_user(&self, link_sha256: &str, now: Time) -> Result<Option<User>> {
        let query = holder(" JOIN signin_links s ON s.user_id = u.id", link_sha256, now);
        let row = query.one::<UserRow>(&mut self.readers.acquire().await?).await?;
        row.map(UserRow::user).transpose()
    }

    async fn use_signin_link(
        &self,
        link_sha256: &str,
        session: SessionRecord,
        audit: NewAudit,
    ) -> Result<bool> {
        let arguments = (link_sha256.to_owned(), session, audit);
        self.write(arguments, |arguments, tx| Box::pin(use_link(arguments, tx))).await
    }
}
