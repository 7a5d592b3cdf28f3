//! Providers. A sealed key is kept beside the row's JSON, which never holds it.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::ProjectId;
use vouch_domain::provider::{Provider, ProviderKey, ProviderKind};

use super::statement::sql;
use super::tx::Tx;
use super::{SqlStore, audit};
use crate::error::corrupt;
use crate::{ProviderStore, Result, StoreError};

#[derive(sqlx::FromRow)]
struct ProviderRow {
    name: String,
    id: String,
    kind: String,
    base_url: Option<String>,
    key: String,
    sealed: Option<Vec<u8>>,
    created_at: i64,
}

impl ProviderRow {
    fn provider(self) -> Result<Provider> {
        let key = serde_json::from_str(&self.key).map_err(|e| corrupt("provider", e))?;
        Ok(Provider {
            id: self.id.parse().map_err(|e| corrupt("provider", e))?,
            name: self.name,
            kind: ProviderKind::parse(&self.kind).ok_or_else(|| corrupt("provider", self.kind))?,
            base_url: self.base_url,
            key: match key {
                ProviderKey::Sealed { .. } => {
                    ProviderKey::Sealed { sealed: self.sealed.unwrap_or_default() }
                }
                other => other,
            },
            created_at: Time::from_micros(self.created_at),
        })
    }
}

async fn put(
    (project, provider, entry): &(ProjectId, Provider, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let sealed = match &provider.key {
        ProviderKey::Sealed { sealed } => Some(sealed.clone()),
        ProviderKey::None | ProviderKey::Environment { .. } => None,
    };
    sql("INSERT INTO providers (project, name, id, kind, base_url, key, sealed, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (project, name) DO UPDATE SET \
         kind = excluded.kind, base_url = excluded.base_url, key = excluded.key, \
         sealed = excluded.sealed")
    .bind(*project)
    .bind(&provider.name)
    .bind(provider.id)
    .bind(provider.kind.as_str())
    .bind(provider.base_url.clone())
    .bind(serde_json::to_string(&provider.key).map_err(|e| corrupt("provider", e))?)
    .bind(sealed)
    .bind(provider.created_at)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

async fn delete((project, name, entry): &(ProjectId, String, NewAudit), tx: &mut Tx) -> Result<()> {
    audit::append(tx, entry).await?;
    let gone = sql("DELETE FROM providers WHERE project = $1 AND name = $2");
    let gone = gone.bind(*project).bind(name).run(&mut tx.conn).await?;
    if gone == 0 { Err(StoreError::NotFound("provider")) } else { Ok(()) }
}

#[async_trait::async_trait]
impl ProviderStore for SqlStore {
    async fn providers(&self, project: ProjectId) -> Result<Vec<Provider>> {
        let rows = sql("SELECT name, id, kind, base_url, key, sealed, created_at FROM providers \
                        WHERE project = $1 ORDER BY name")
        .bind(project)
        .all::<ProviderRow>(&mut self.readers.acquire().await?)
        .await?;
        rows.into_iter().map(ProviderRow::provider).collect()
    }

    async fn put_provider(
        &self,
        project: ProjectId,
        provider: Provider,
        audit: NewAudit,
    ) -> Result<()> {
        self.write((project, provider, audit), |arguments, tx| Box::pin(put(arguments, tx))).await
    }

    async fn delete_provider(&self, project: ProjectId, name: &str, audit: NewAudit) -> Result<()> {
        let arguments = (project, name.to_owned(), audit);
        self.write(arguments, |arguments, tx| Box::pin(delete(arguments, tx))).await
    }
}
