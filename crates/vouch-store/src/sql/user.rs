//! Projects and people.

use vouch_domain::Time;
use vouch_domain::access::Role;
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, UserId};
use vouch_domain::metric::MetricDefinition;
use vouch_domain::project::Project;
use vouch_domain::user::{User, UserUpdate};

use super::statement::{Sql, sql};
use super::tx::Tx;
use super::{SqlStore, audit, invitation, metric, review};
use crate::error::corrupt;
use crate::{Result, StoreError, UserStore};

/// A row of `users` without the password's hash.
#[derive(sqlx::FromRow)]
pub(crate) struct UserRow {
    project: String,
    id: String,
    email: String,
    name: String,
    role: String,
    member_of: String,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl UserRow {
    pub(crate) fn user(self) -> Result<User> {
        Ok(User {
            id: self.id.parse().map_err(|e| corrupt("user", e))?,
            project: self.project.parse().map_err(|e| corrupt("user", e))?,
            email: self.email,
            name: self.name,
            role: Role::parse(&self.role).ok_or_else(|| corrupt("user", self.role))?,
            groups: serde_json::from_str(&self.member_of).map_err(|e| corrupt("user", e))?,
            created_at: Time::from_micros(self.created_at),
            disabled_at: self.disabled_at.map(Time::from_micros),
        })
    }
}

/// The users, as `u`; conditions are to be added.
pub(crate) fn select() -> Sql {
    sql("SELECT u.project, u.id, u.email, u.name, u.role, u.member_of, u.created_at, \
         u.disabled_at FROM users u")
}

async fn create_project(
    (project, metrics, entry): &(Project, Vec<MetricDefinition>, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    let inserted = sql("INSERT INTO projects (id, name, created_at) VALUES ($1, $2, $3) \
                        ON CONFLICT (id) DO NOTHING")
    .bind(project.id)
    .bind(&project.name)
    .bind(project.created_at)
    .run(&mut tx.conn)
    .await?;
    if inserted == 0 {
        return Err(StoreError::Conflict("this project is there already".into()));
    }
    audit::append(tx, entry).await?;
    for definition in metrics {
        metric::put(&mut tx.conn, project.id, definition).await?;
    }
    Ok(())
}

type WithPassword = (User, Option<String>, NewAudit);

async fn create((user, password_hash, entry): &WithPassword, tx: &mut Tx) -> Result<()> {
    audit::append(tx, entry).await?;
    insert(user, password_hash.clone(), tx).await
}

/// Adds a person.
///
/// # Errors
/// `Conflict` when the e-mail is taken.
pub(super) async fn insert(user: &User, password_hash: Option<String>, tx: &mut Tx) -> Result<()> {
    let inserted = sql("INSERT INTO users \
         (project, id, email, name, role, password_hash, created_at, disabled_at, member_of) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (email) DO NOTHING")
    .bind(user.project)
    .bind(user.id)
    .bind(user.email.to_lowercase())
    .bind(&user.name)
    .bind(user.role.as_str())
    .bind(password_hash)
    .bind(user.created_at)
    .bind(user.disabled_at)
    .bind(groups(user)?)
    .run(&mut tx.conn)
    .await?;
    if inserted == 0 { Err(StoreError::Conflict("this e-mail is taken".into())) } else { Ok(()) }
}

type Update = (ProjectId, UserId, UserUpdate, Option<String>, NewAudit);

async fn update((project, id, update, password_hash, entry): &Update, tx: &mut Tx) -> Result<User> {
    audit::append(tx, entry).await?;
    let mut old = select();
    old.push(" WHERE u.project = ").push_bind(*project);
    old.push(" AND u.id = ").push_bind(*id);
    let old =
        old.one::<UserRow>(&mut tx.conn).await?.ok_or(StoreError::NotFound("user"))?.user()?;
    let user = update.clone().apply(old.clone(), entry.at);
    sql("UPDATE users SET name = $3, role = $4, disabled_at = $5, \
         password_hash = COALESCE($6, password_hash), member_of = $7 WHERE project = $1 AND id = $2")
    .bind(user.project)
    .bind(user.id)
    .bind(&user.name)
    .bind(user.role.as_str())
    .bind(user.disabled_at)
    .bind(password_hash.clone())
    .bind(groups(&user)?)
    .run(&mut tx.conn)
    .await?;
    let leads = |user: &User| user.role == Role::Admin && user.disabled_at.is_none();
    if leads(&old) && !leads(&user) {
        keep_an_admin(tx, user.project).await?;
        invitation::close_by(tx, user.project, &Actor::User(user.id)).await?;
    }
    if user.disabled_at.is_some() || old.role != user.role || password_hash.is_some() {
        for delete in [
            "DELETE FROM sessions WHERE user_id = $1",
            "DELETE FROM signin_links WHERE user_id = $1",
        ] {
            sql(delete).bind(user.id).run(&mut tx.conn).await?;
        }
    }
    let reviews = |user: &User| (user.role, user.disabled_at.is_some(), user.groups.clone());
    if reviews(&old) != reviews(&user) {
        review::person_changed(tx, user.project, entry.at).await?;
    }
    Ok(user)
}

/// Their groups, as they are stored.
fn groups(user: &User) -> Result<String> {
    serde_json::to_string(&user.groups).map_err(|e| corrupt("user", e))
}

async fn keep_an_admin(tx: &mut Tx, project: ProjectId) -> Result<()> {
    let mut admin = select();
    admin.push(" WHERE u.project = ").push_bind(project);
    admin.push(" AND u.role = ").push_bind(Role::Admin.as_str());
    admin.push(" AND u.disabled_at IS NULL LIMIT 1");
    match admin.one::<UserRow>(&mut tx.conn).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::Conflict("the project would be left without an admin".into())),
    }
}

#[async_trait::async_trait]
impl UserStore for SqlStore {
    async fn projects(&self) -> Result<Vec<Project>> {
        let rows = sql("SELECT id, name, created_at FROM projects ORDER BY created_at, id")
            .all::<(String, String, i64)>(&mut self.readers.acquire().await?)
            .await?;
        let project = |(id, name, created_at): (String, String, i64)| {
            let id = id.parse().map_err(|e| corrupt("project", e))?;
            Ok(Project { id, name, created_at: Time::from_micros(created_at) })
        };
        rows.into_iter().map(project).collect()
    }

    async fn create_project(
        &self,
        project: Project,
        metrics: Vec<MetricDefinition>,
        audit: NewAudit,
    ) -> Result<()> {
        let arguments = (project, metrics, audit);
        self.write(arguments, |arguments, tx| Box::pin(create_project(arguments, tx))).await
    }

    async fn users(&self, project: ProjectId) -> Result<Vec<User>> {
        let mut query = select();
        query.push(" WHERE u.project = ").push_bind(project).push(" ORDER BY u.email");
        let rows = query.all::<UserRow>(&mut self.readers.acquire().await?).await?;
        rows.into_iter().map(UserRow::user).collect()
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<(User, Option<String>)>> {
        let mut conn = self.readers.acquire().await?;
        let mut query = select();
        query.push(" WHERE u.email = ").push_bind(email);
        let Some(row) = query.one::<UserRow>(&mut conn).await? else { return Ok(None) };
        let user = row.user()?;
        let hash = sql("SELECT password_hash FROM users WHERE project = $1 AND id = $2");
        let hash = hash.bind(user.project).bind(user.id);
        let hash = hash.one::<(Option<String>,)>(&mut conn).await?;
        Ok(Some((user, hash.and_then(|(hash,)| hash))))
    }

    async fn create_user(
        &self,
        user: User,
        password_hash: Option<String>,
        audit: NewAudit,
    ) -> Result<()> {
        let arguments = (user, password_hash, audit);
        self.write(arguments, |arguments, tx| Box::pin(create(arguments, tx))).await
    }

    async fn update_user(
        &self,
        project: ProjectId,
        id: UserId,
        change: UserUpdate,
        password_hash: Option<String>,
        audit: NewAudit,
    ) -> Result<User> {
        let arguments = (project, id, change, password_hash, audit);
        self.write(arguments, |arguments, tx| Box::pin(update(arguments, tx))).await
    }
}
