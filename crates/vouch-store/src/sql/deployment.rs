//! Deployments and their versions. A version that has served a call never changes.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::deployment::{Deployment, DeploymentUpdate, DeploymentVersion};
use vouch_domain::id::ProjectId;

use super::conn::Conn;
use super::statement::{Sql, sql};
use super::tx::Tx;
use super::{SqlStore, audit};
use crate::error::corrupt;
use crate::{DeploymentStore, Result, StoreError};

#[derive(sqlx::FromRow)]
struct DeploymentRow {
    id: String,
    key: String,
    description: String,
    active_version: Option<i64>,
    created_at: i64,
    archived_at: Option<i64>,
}

impl DeploymentRow {
    fn deployment(self) -> Result<Deployment> {
        Ok(Deployment {
            id: self.id.parse().map_err(|e| corrupt("deployment", e))?,
            key: self.key,
            description: self.description,
            active_version: self.active_version.and_then(|n| u32::try_from(n).ok()),
            created_at: Time::from_micros(self.created_at),
            archived_at: self.archived_at.map(Time::from_micros),
        })
    }
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    number: i64,
    spec: String,
    created_at: i64,
    created_by: String,
    used_at: Option<i64>,
}

impl VersionRow {
    fn version(self) -> Result<DeploymentVersion> {
        Ok(DeploymentVersion {
            number: u32::try_from(self.number).map_err(|e| corrupt("version", e))?,
            spec: serde_json::from_str(&self.spec).map_err(|e| corrupt("version", e))?,
            created_at: Time::from_micros(self.created_at),
            created_by: self.created_by.parse().map_err(|e| corrupt("version", e))?,
            used_at: self.used_at.map(Time::from_micros),
        })
    }
}

fn select_deployments(project: ProjectId) -> Sql {
    sql("SELECT id, key, description, active_version, created_at, archived_at FROM deployments \
         WHERE project = $1")
    .bind(project)
}

fn select_versions(project: ProjectId, key: &str) -> Sql {
    sql("SELECT number, spec, created_at, created_by, used_at FROM deployment_versions \
         WHERE project = $1 AND deployment = $2")
    .bind(project)
    .bind(key)
}

async fn create(
    (project, deployment, first, entry): &(ProjectId, Deployment, DeploymentVersion, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let inserted = sql("INSERT INTO deployments \
         (project, key, id, description, active_version, created_at, archived_at) \
         VALUES ($1, $2, $3, $4, 1, $5, $6) ON CONFLICT (project, key) DO NOTHING")
    .bind(*project)
    .bind(&deployment.key)
    .bind(deployment.id)
    .bind(&deployment.description)
    .bind(deployment.created_at)
    .bind(deployment.archived_at)
    .run(&mut tx.conn)
    .await?;
    if inserted == 0 {
        return Err(StoreError::Conflict(format!("the key {} is taken", deployment.key)));
    }
    insert_version(&mut tx.conn, *project, &deployment.key, 1, first).await
}

async fn insert_version(
    conn: &mut Conn,
    project: ProjectId,
    key: &str,
    number: i64,
    version: &DeploymentVersion,
) -> Result<()> {
    sql("INSERT INTO deployment_versions \
         (project, deployment, number, spec, created_at, created_by, used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(project)
    .bind(key)
    .bind(number)
    .bind(serde_json::to_string(&version.spec).map_err(|e| corrupt("version", e))?)
    .bind(version.created_at)
    .bind(&version.created_by)
    .bind(version.used_at)
    .run(conn)
    .await
    .map(|_| ())
}

type Update = (ProjectId, String, DeploymentUpdate, NewAudit);

async fn update((project, key, update, entry): &Update, tx: &mut Tx) -> Result<Deployment> {
    audit::append(tx, entry).await?;
    if let Some(number) = update.active_version {
        let mut version = select_versions(*project, key);
        version.push(" AND number = ").push_bind(number);
        let version = version.one::<VersionRow>(&mut tx.conn).await?;
        version.ok_or(StoreError::NotFound("version"))?;
    }
    let mut old = select_deployments(*project);
    old.push(" AND key = ").push_bind(key);
    let old = old.one::<DeploymentRow>(&mut tx.conn).await?;
    let old = old.ok_or(StoreError::NotFound("deployment"))?.deployment()?;
    let deployment = update.clone().apply(old, entry.at);
    sql("UPDATE deployments SET description = $3, active_version = $4, archived_at = $5 \
         WHERE project = $1 AND key = $2")
    .bind(*project)
    .bind(key)
    .bind(&deployment.description)
    .bind(deployment.active_version)
    .bind(deployment.archived_at)
    .run(&mut tx.conn)
    .await?;
    Ok(deployment)
}

async fn add_version(
    (project, key, version, entry): &(ProjectId, String, DeploymentVersion, NewAudit),
    tx: &mut Tx,
) -> Result<u32> {
    audit::append(tx, entry).await?;
    let mut deployment = select_deployments(*project);
    deployment.push(" AND key = ").push_bind(key);
    let deployment = deployment.one::<DeploymentRow>(&mut tx.conn).await?;
    deployment.ok_or(StoreError::NotFound("deployment"))?;
    let last = sql("SELECT MAX(number) FROM deployment_versions \
                    WHERE project = $1 AND deployment = $2");
    let last = last.bind(*project).bind(key).one::<(Option<i64>,)>(&mut tx.conn).await?;
    let number = last.and_then(|(last,)| last).unwrap_or(0) + 1;
    insert_version(&mut tx.conn, *project, key, number, version).await?;
    u32::try_from(number).map_err(|e| corrupt("version", e))
}

async fn replace_version(
    (project, key, version, entry): &(ProjectId, String, DeploymentVersion, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let changed =
        sql("UPDATE deployment_versions SET spec = $4, created_at = $5, created_by = $6 \
                       WHERE project = $1 AND deployment = $2 AND number = $3 AND used_at IS NULL")
        .bind(*project)
        .bind(key)
        .bind(version.number)
        .bind(serde_json::to_string(&version.spec).map_err(|e| corrupt("version", e))?)
        .bind(version.created_at)
        .bind(&version.created_by)
        .run(&mut tx.conn)
        .await?;
    if changed > 0 {
        return Ok(());
    }
    let mut used = select_versions(*project, key);
    used.push(" AND number = ").push_bind(version.number);
    let used = used.one::<VersionRow>(&mut tx.conn).await?;
    used.ok_or(StoreError::NotFound("version"))?;
    let text = format!("version {} of {key} has served calls", version.number);
    Err(StoreError::Conflict(text))
}

async fn mark_used(
    (project, key, number, at): &(ProjectId, String, u32, Time),
    tx: &mut Tx,
) -> Result<()> {
    sql("UPDATE deployment_versions SET used_at = $4 \
         WHERE project = $1 AND deployment = $2 AND number = $3 AND used_at IS NULL")
    .bind(*project)
    .bind(key)
    .bind(*number)
    .bind(*at)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

#[async_trait::async_trait]
impl DeploymentStore for SqlStore {
    async fn deployments(&self, project: ProjectId) -> Result<Vec<Deployment>> {
        let mut query = select_deployments(project);
        query.push(" ORDER BY CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END, key");
        let rows = query.all::<DeploymentRow>(&mut self.readers.acquire().await?).await?;
        rows.into_iter().map(DeploymentRow::deployment).collect()
    }

    async fn deployment(&self, project: ProjectId, key: &str) -> Result<Option<Deployment>> {
        let mut query = select_deployments(project);
        query.push(" AND key = ").push_bind(key);
        let row = query.one::<DeploymentRow>(&mut self.readers.acquire().await?).await?;
        row.map(DeploymentRow::deployment).transpose()
    }

    async fn create_deployment(
        &self,
        project: ProjectId,
        deployment: Deployment,
        first: DeploymentVersion,
        audit: NewAudit,
    ) -> Result<()> {
        let arguments = (project, deployment, first, audit);
        self.write(arguments, |arguments, tx| Box::pin(create(arguments, tx))).await
    }

    async fn update_deployment(
        &self,
        project: ProjectId,
        key: &str,
        change: DeploymentUpdate,
        audit: NewAudit,
    ) -> Result<Deployment> {
        let arguments = (project, key.to_owned(), change, audit);
        self.write(arguments, |arguments, tx| Box::pin(update(arguments, tx))).await
    }

    async fn versions(&self, project: ProjectId, key: &str) -> Result<Vec<DeploymentVersion>> {
        let mut query = select_versions(project, key);
        query.push(" ORDER BY number DESC");
        let rows = query.all::<VersionRow>(&mut self.readers.acquire().await?).await?;
        rows.into_iter().map(VersionRow::version).collect()
    }

    async fn version(
        &self,
        project: ProjectId,
        key: &str,
        number: u32,
    ) -> Result<Option<DeploymentVersion>> {
        let mut query = select_versions(project, key);
        query.push(" AND number = ").push_bind(number);
        let row = query.one::<VersionRow>(&mut self.readers.acquire().await?).await?;
        row.map(VersionRow::version).transpose()
    }

    async fn add_version(
        &self,
        project: ProjectId,
        key: &str,
        version: DeploymentVersion,
        audit: NewAudit,
    ) -> Result<u32> {
        let arguments = (project, key.to_owned(), version, audit);
        self.write(arguments, |arguments, tx| Box::pin(add_version(arguments, tx))).await
    }

    async fn replace_version(
        &self,
        project: ProjectId,
        key: &str,
        version: DeploymentVersion,
        audit: NewAudit,
    ) -> Result<()> {
        let arguments = (project, key.to_owned(), version, audit);
        self.write(arguments, |arguments, tx| Box::pin(replace_version(arguments, tx))).await
    }

    async fn mark_used(&self, project: ProjectId, key: &str, number: u32, at: Time) -> Result<()> {
        match self.version(project, key, number).await? {
            None => Err(StoreError::NotFound("version")),
            Some(version) if version.used_at.is_some() => Ok(()),
            Some(_) => {
                let arguments = (project, key.to_owned(), number, at);
                self.write(arguments, |arguments, tx| Box::pin(mark_used(arguments, tx))).await
            }
        }
    }
}
