//! Sessions of browsers, and links that sign in once.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::user::User;

use super::SqlStore;
use super::audit;
use super::conn::Conn;
use super::statement::sql;
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

/// Opens a session, and removes those of the same user that have expired.
async fn create(session: &SessionRecord, tx: &mut Tx) -> Result<()> {
    sql("DELETE FROM sessions WHERE user_id = $1 AND expires_at <= $2")
        .bind(session.user)
        .bind(session.created_at)
        .run(&mut tx.conn)
        .await?;
    insert(&mut tx.conn, INSERT_SESSION, session).await
}

async fn use_link(
    (link_sha256, session, now): &(String, SessionRecord, Time),
    tx: &mut Tx,
) -> Result<Option<User>> {
    let link = sql("DELETE FROM signin_links WHERE token_sha256 = $1 \
                    RETURNING user_id, expires_at")
    .bind(link_sha256)
    .one::<(String, i64)>(&mut tx.conn)
    .await?;
    let Some((user_id, _)) = link.filter(|(_, expires_at)| *expires_at > now.micros()) else {
        return Ok(None);
    };
    let mut user = select();
    user.push(" WHERE u.disabled_at IS NULL AND u.id = ").push_bind(user_id);
    let Some(user) = user.one::<UserRow>(&mut tx.conn).await? else { return Ok(None) };
    let user = user.user()?;
    create(&SessionRecord { user: user.id, ..session.clone() }, tx).await?;
    Ok(Some(user))
}

#[async_trait::async_trait]
impl SessionStore for SqlStore {
    async fn create_session(&self, session: SessionRecord) -> Result<()> {
        self.write(session, |session, tx| Box::pin(create(session, tx))).await
    }

    async fn session_user(&self, token_sha256: &str, now: Time) -> Result<Option<User>> {
        let mut query = select();
        query.push(" JOIN sessions s ON s.user_id = u.id WHERE u.disabled_at IS NULL");
        query.push(" AND s.token_sha256 = ").push_bind(token_sha256);
        query.push(" AND s.expires_at > ").push_bind(now);
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

    async fn use_signin_link(
        &self,
        link_sha256: &str,
        session: SessionRecord,
        now: Time,
    ) -> Result<Option<User>> {
        let arguments = (link_sha256.to_owned(), session, now);
        self.write(arguments, |arguments, tx| Box::pin(use_link(arguments, tx))).await
    }
}
