//! API keys of programs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use vouch_domain::Time;
use vouch_domain::access::Scope;
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{KeyId, ProjectId};
use vouch_domain::rate::RequestsPerMinute;
use vouch_domain::user::ApiKey;

use super::op::{Act, Op};
use super::statement::sql;
use super::tx::Tx;
use super::{SqlStore, audit, invitation};
use crate::error::corrupt;
use crate::{KeyStore, Result, StoreError};

/// A key's use is noted at most this often.
const TOUCH_S: i64 = 60;

/// When each key's use was noted last by this node.
#[derive(Default)]
pub(crate) struct Touched(Mutex<HashMap<KeyId, Time>>);

impl Touched {
    /// Whether the use of `id` at `at` is to be noted.
    fn is_due(&self, id: KeyId, at: Time) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = noted.get(&id).is_none_or(|last| at >= last.plus_s(TOUCH_S));
        if due {
            noted.insert(id, at);
        }
        due
    }
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    project: String,
    id: String,
    name: String,
    prefix: String,
    scopes: String,
    requests_per_minute: Option<i64>,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

const SELECT: &str = "SELECT project, id, name, prefix, scopes, requests_per_minute, created_at, \
                      last_used_at, revoked_at FROM api_keys WHERE ";

impl KeyRow {
    fn key(self) -> Result<ApiKey> {
        let limit = |n: i64| {
            let limit = u64::try_from(n).ok().and_then(RequestsPerMinute::new);
            limit.ok_or_else(|| corrupt("key", format!("{n} requests per minute")))
        };
        let scope = |word: &str| Scope::parse(word).ok_or_else(|| corrupt("key", word.to_owned()));
        Ok(ApiKey {
            id: self.id.parse().map_err(|e| corrupt("key", e))?,
            project: self.project.parse().map_err(|e| corrupt("key", e))?,
            name: self.name,
            prefix: self.prefix,
            scopes: self.scopes.split_whitespace().map(scope).collect::<Result<_>>()?,
            requests_per_minute: self.requests_per_minute.map(limit).transpose()?,
            created_at: Time::from_micros(self.created_at),
            last_used_at: self.last_used_at.map(Time::from_micros),
            revoked_at: self.revoked_at.map(Time::from_micros),
        })
    }
}

async fn create((key, sha256, entry): &(ApiKey, String, NewAudit), tx: &mut Tx) -> Result<()> {
    audit::append(tx, entry).await?;
    let scopes = key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    let inserted = sql("INSERT INTO api_keys \
         (project, id, sha256, name, prefix, scopes, requests_per_minute, created_at, last_used_at, \
         revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (sha256) DO NOTHING")
    .bind(key.project)
    .bind(key.id)
    .bind(sha256)
    .bind(&key.name)
    .bind(&key.prefix)
    .bind(scopes)
    .bind(key.requests_per_minute.map(count))
    .bind(key.created_at)
    .bind(key.last_used_at)
    .bind(key.revoked_at)
    .run(&mut tx.conn)
    .await?;
    if inserted == 0 {
        Err(StoreError::Conflict("this key is there already".into()))
    } else {
        Ok(())
    }
}

fn count(limit: RequestsPerMinute) -> i64 {
    limit.get().into()
}

type Limited = (ProjectId, KeyId, Option<RequestsPerMinute>, NewAudit);

async fn limit((project, id, limit, entry): &Limited, tx: &mut Tx) -> Result<ApiKey> {
    audit::append(tx, entry).await?;
    sql("UPDATE api_keys SET requests_per_minute = $3 WHERE project = $1 AND id = $2")
        .bind(*project)
        .bind(*id)
        .bind(limit.map(count))
        .run(&mut tx.conn)
        .await?;
    let mut query = sql(SELECT);
    query.push("project = ").push_bind(*project).push(" AND id = ").push_bind(*id);
    let row = query.one::<KeyRow>(&mut tx.conn).await?;
    row.ok_or(StoreError::NotFound("key"))?.key()
}

async fn revoke(
    (project, id, at, entry): &(ProjectId, KeyId, Time, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let changed = sql("UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $3) \
                       WHERE project = $1 AND id = $2")
    .bind(*project)
    .bind(*id)
    .bind(*at)
    .run(&mut tx.conn)
    .await?;
    if changed == 0 {
        return Err(StoreError::NotFound("key"));
    }
    invitation::close_by(tx, *project, &Actor::Key(*id)).await
}

async fn touch((project, id, at): &(ProjectId, KeyId, Time), tx: &mut Tx) -> Result<()> {
    sql("UPDATE api_keys SET last_used_at = $3 WHERE project = $1 AND id = $2 \
         AND (last_used_at IS NULL OR last_used_at < $3)")
    .bind(*project)
    .bind(*id)
    .bind(*at)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

#[async_trait::async_trait]
impl KeyStore for SqlStore {
    async fn keys(&self, project: ProjectId) -> Result<Vec<ApiKey>> {
        let mut query = sql(SELECT);
        query.push("project = ").push_bind(project);
        query.push(" ORDER BY created_at DESC, id DESC");
        let rows = query.all::<KeyRow>(&mut self.readers.acquire().await?).await?;
        rows.into_iter().map(KeyRow::key).collect()
    }

    async fn key_by_hash(&self, sha256: &str) -> Result<Option<ApiKey>> {
        let mut query = sql(SELECT);
        query.push("revoked_at IS NULL AND sha256 = ").push_bind(sha256);
        let row = query.one::<KeyRow>(&mut self.readers.acquire().await?).await?;
        row.map(KeyRow::key).transpose()
    }

    async fn create_key(&self, key: ApiKey, sha256: String, audit: NewAudit) -> Result<()> {
        self.write((key, sha256, audit), |arguments, tx| Box::pin(create(arguments, tx))).await
    }

    async fn limit_key(
        &self,
        project: ProjectId,
        id: KeyId,
        requests_per_minute: Option<RequestsPerMinute>,
        audit: NewAudit,
    ) -> Result<ApiKey> {
        let arguments = (project, id, requests_per_minute, audit);
        self.write(arguments, |arguments, tx| Box::pin(limit(arguments, tx))).await
    }

    async fn revoke_key(
        &self,
        project: ProjectId,
        id: KeyId,
        at: Time,
        audit: NewAudit,
    ) -> Result<()> {
        let arguments = (project, id, at, audit);
        self.write(arguments, |arguments, tx| Box::pin(revoke(arguments, tx))).await
    }

    async fn touch_key(&self, project: ProjectId, id: KeyId, at: Time) -> Result<()> {
        if self.touched.is_due(id, at) {
            self.writer.leave(|slot| {
                let arguments = (project, id, at);
                Op::Other(Box::new(Act {
                    arguments,
                    lock: None,
                    action: |arguments, tx| Box::pin(touch(arguments, tx)),
                    slot,
                }))
            });
        }
        Ok(())
    }
}
