//! Saved views. Their names are unique in the project.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, ViewId};
use vouch_domain::view::{View, ViewUpdate};

use super::conn::Conn;
use super::statement::{Sql, sql};
use super::tx::Tx;
use super::{SqlStore, audit};
use crate::error::corrupt;
use crate::{MAX_VIEWS, Result, StoreError, ViewStore};

#[derive(sqlx::FromRow)]
struct ViewRow {
    id: String,
    name: String,
    q: String,
    filter: String,
    created_by: String,
    created_by_name: Option<String>,
    created_at: i64,
}

impl ViewRow {
    fn view(self) -> Result<View> {
        Ok(View {
            id: self.id.parse().map_err(|e| corrupt("view", e))?,
            name: self.name,
            q: self.q,
            filter: serde_json::from_str(&self.filter).map_err(|e| corrupt("view", e))?,
            created_by: self.created_by.parse().map_err(|e| corrupt("view", e))?,
            created_by_name: self.created_by_name,
            created_at: Time::from_micros(self.created_at),
        })
    }
}

/// The views of a project, as `v`. A maker is named after the person or the key (`user:ID` or
/// `key:ID`).
fn select(project: ProjectId) -> Sql {
    sql("SELECT v.id, v.name, v.q, v.filter, v.created_by, \
         COALESCE(u.name, a.name) AS created_by_name, v.created_at FROM views v \
         LEFT JOIN users u ON u.project = v.project AND u.id = SUBSTR(v.created_by, 6) \
         LEFT JOIN api_keys a ON a.project = v.project AND a.id = SUBSTR(v.created_by, 5) \
         WHERE v.project = $1")
    .bind(project)
}

async fn by_id(conn: &mut Conn, project: ProjectId, id: ViewId) -> Result<Option<View>> {
    let mut query = select(project);
    query.push(" AND v.id = ").push_bind(id);
    query.one::<ViewRow>(conn).await?.map(ViewRow::view).transpose()
}

/// Refuses a name that another view has.
async fn check_name(conn: &mut Conn, project: ProjectId, name: &str, id: ViewId) -> Result<()> {
    let other = sql("SELECT id FROM views WHERE project = $1 AND name = $2 AND id <> $3");
    let other = other.bind(project).bind(name).bind(id).one::<(String,)>(conn).await?;
    let taken = || StoreError::Conflict(format!("there is a view with the name {name} already"));
    other.map_or(Ok(()), |_| Err(taken()))
}

fn filter_text(view: &View) -> Result<String> {
    serde_json::to_string(&view.filter).map_err(|e| corrupt("view", e))
}

async fn create((project, view, entry): &(ProjectId, View, NewAudit), tx: &mut Tx) -> Result<()> {
    audit::append(tx, entry).await?;
    check_name(&mut tx.conn, *project, &view.name, view.id).await?;
    let count = sql("SELECT COUNT(*) FROM views WHERE project = $1").bind(*project);
    let count = count.one::<(i64,)>(&mut tx.conn).await?;
    if count.is_some_and(|(count,)| count >= i64::from(MAX_VIEWS)) {
        let text = format!("there are {MAX_VIEWS} views already, and no more may be kept");
        return Err(StoreError::Conflict(text));
    }
    sql("INSERT INTO views (project, id, name, q, filter, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(*project)
    .bind(view.id)
    .bind(&view.name)
    .bind(&view.q)
    .bind(filter_text(view)?)
    .bind(&view.created_by)
    .bind(view.created_at)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

async fn update(
    (project, id, update, entry): &(ProjectId, ViewId, ViewUpdate, NewAudit),
    tx: &mut Tx,
) -> Result<View> {
    audit::append(tx, entry).await?;
    let old = by_id(&mut tx.conn, *project, *id).await?.ok_or(StoreError::NotFound("view"))?;
    let view = update.clone().apply(old);
    check_name(&mut tx.conn, *project, &view.name, *id).await?;
    sql("UPDATE views SET name = $3, q = $4, filter = $5 WHERE project = $1 AND id = $2")
        .bind(*project)
        .bind(*id)
        .bind(&view.name)
        .bind(&view.q)
        .bind(filter_text(&view)?)
        .run(&mut tx.conn)
        .await?;
    Ok(view)
}

async fn delete((project, id, entry): &(ProjectId, ViewId, NewAudit), tx: &mut Tx) -> Result<()> {
    audit::append(tx, entry).await?;
    let gone = sql("DELETE FROM views WHERE project = $1 AND id = $2");
    let gone = gone.bind(*project).bind(*id).run(&mut tx.conn).await?;
    if gone == 0 { Err(StoreError::NotFound("view")) } else { Ok(()) }
}

#[async_trait::async_trait]
impl ViewStore for SqlStore {
    async fn views(&self, project: ProjectId) -> Result<Vec<View>> {
        let mut query = select(project);
        query.push(" ORDER BY LOWER(v.name), v.id");
        let rows = query.all::<ViewRow>(&mut self.readers.acquire().await?).await?;
        rows.into_iter().map(ViewRow::view).collect()
    }

    async fn view(&self, project: ProjectId, id: ViewId) -> Result<Option<View>> {
        by_id(&mut self.readers.acquire().await?, project, id).await
    }

    async fn create_view(&self, project: ProjectId, view: View, audit: NewAudit) -> Result<()> {
        self.write((project, view, audit), |arguments, tx| Box::pin(create(arguments, tx))).await
    }

    async fn update_view(
        &self,
        project: ProjectId,
        id: ViewId,
        update: ViewUpdate,
        audit: NewAudit,
    ) -> Result<View> {
        let arguments = (project, id, update, audit);
        self.write(arguments, |arguments, tx| Box::pin(self::update(arguments, tx))).await
    }

    async fn delete_view(&self, project: ProjectId, id: ViewId, audit: NewAudit) -> Result<()> {
        let arguments = (project, id, audit);
        self.write(arguments, |arguments, tx| Box::pin(delete(arguments, tx))).await
    }
}
