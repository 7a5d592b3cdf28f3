//! From which pages feedback may come.

use vouch_domain::audit::NewAudit;
use vouch_domain::id::ProjectId;
use vouch_domain::origins::AllowedOrigins;

use super::statement::sql;
use super::tx::Tx;
use super::{SqlStore, audit};
use crate::error::corrupt;
use crate::{OriginStore, Result, StoreError};

#[async_trait::async_trait]
impl OriginStore for SqlStore {
    async fn allowed_origins(&self, project: ProjectId) -> Result<AllowedOrigins> {
        let kept = sql("SELECT feedback_origins FROM projects WHERE id = $1").bind(project);
        let kept = kept.one::<(Option<String>,)>(&mut self.readers.acquire().await?).await?;
        let (list,) = kept.ok_or(StoreError::NotFound("project"))?;
        let read = |list: String| serde_json::from_str(&list).map_err(|e| corrupt("origins", e));
        Ok(AllowedOrigins { origins: list.map(read).transpose()? })
    }

    async fn put_allowed_origins(
        &self,
        project: ProjectId,
        origins: AllowedOrigins,
        audit: NewAudit,
    ) -> Result<AllowedOrigins> {
        let put = (project, origins.check()?, audit);
        self.write(put, |put, tx| Box::pin(self::put(put, tx))).await
    }
}

async fn put(
    (project, origins, entry): &(ProjectId, AllowedOrigins, NewAudit),
    tx: &mut Tx,
) -> Result<AllowedOrigins> {
    audit::append(tx, entry).await?;
    let list = origins.origins.as_ref().map(serde_json::to_string).transpose();
    let changed = sql("UPDATE projects SET feedback_origins = $1 WHERE id = $2")
        .bind(list.map_err(|e| corrupt("origins", e))?)
        .bind(*project)
        .run(&mut tx.conn)
        .await?;
    if changed == 0 { Err(StoreError::NotFound("project")) } else { Ok(origins.clone()) }
}
