//! Invitations. A row is an open invitation; taking or revoking one deletes it.

use vouch_domain::Time;
use vouch_domain::access::Role;
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{InvitationId, ProjectId};
use vouch_domain::invitation::Invitation;

use super::statement::sql;
use super::tx::Tx;
use super::{SqlStore, audit, session, user};
use crate::error::corrupt;
use crate::{Accepted, InvitationStore, Result, StoreError};

#[derive(sqlx::FromRow)]
struct InvitationRow {
    project: String,
    id: String,
    role: String,
    email: Option<String>,
    invited_by: String,
    created_at: i64,
    expires_at: i64,
}

const SELECT: &str = "SELECT project, id, role, email, invited_by, created_at, expires_at \
                      FROM invitations WHERE ";

impl InvitationRow {
    fn invitation(self) -> Result<Invitation> {
        Ok(Invitation {
            id: self.id.parse().map_err(|e| corrupt("invitation", e))?,
            project: self.project.parse().map_err(|e| corrupt("invitation", e))?,
            role: Role::parse(&self.role).ok_or_else(|| corrupt("invitation", self.role))?,
            email: self.email,
            invited_by: self.invited_by.parse().map_err(|e| corrupt("invitation", e))?,
            created_at: Time::from_micros(self.created_at),
            expires_at: Time::from_micros(self.expires_at),
        })
    }
}

/// Closes what somebody invited to who may no longer.
pub(super) async fn close_by(tx: &mut Tx, project: ProjectId, who: &Actor) -> Result<()> {
    sql("DELETE FROM invitations WHERE project = $1 AND invited_by = $2")
        .bind(project)
        .bind(who.to_string())
        .run(&mut tx.conn)
        .await
        .map(|_| ())
}

async fn create(
    (made, token_sha256, entry): &(Invitation, String, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    sql("INSERT INTO invitations \
         (project, id, token_sha256, role, email, invited_by, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(made.project)
    .bind(made.id)
    .bind(token_sha256)
    .bind(made.role.as_str())
    .bind(made.email.clone())
    .bind(made.invited_by.to_string())
    .bind(made.created_at)
    .bind(made.expires_at)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

async fn revoke(
    (project, id, entry): &(ProjectId, InvitationId, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let delete = sql("DELETE FROM invitations WHERE project = $1 AND id = $2");
    match delete.bind(*project).bind(*id).run(&mut tx.conn).await? {
        0 => Err(StoreError::NotFound("invitation")),
        _ => Ok(()),
    }
}

async fn accept(accepted: &Accepted, tx: &mut Tx) -> Result<bool> {
    let Accepted { token_sha256, user, password_hash, session, audit: [came, signed_in] } =
        accepted;
    tx.lock_audit(user.project).await?;
    let used = sql("DELETE FROM invitations WHERE token_sha256 = $1 AND project = $2 \
                    AND role = $3 AND (email IS NULL OR email = $4) AND expires_at > $5")
    .bind(token_sha256)
    .bind(user.project)
    .bind(user.role.as_str())
    .bind(&user.email)
    .bind(session.created_at)
    .run(&mut tx.conn)
    .await?;
    if used == 0 {
        return Ok(false);
    }
    audit::append(tx, came).await?;
    user::insert(user, Some(password_hash.clone()), tx).await?;
    session::open(session, signed_in, tx).await
}

#[async_trait::async_trait]
impl InvitationStore for SqlStore {
    async fn invitations(&self, project: ProjectId, now: Time) -> Result<Vec<Invitation>> {
        let mut query = sql(SELECT);
        query.push("project = ").push_bind(project);
        query.push(" AND expires_at > ").push_bind(now);
        query.push(" ORDER BY created_at DESC, id DESC");
        let rows = query.all::<InvitationRow>(&mut self.readers.acquire().await?).await?;
        rows.into_iter().map(InvitationRow::invitation).collect()
    }

    async fn create_invitation(
        &self,
        invitation: Invitation,
        token_sha256: String,
        audit: NewAudit,
    ) -> Result<()> {
        let arguments = (invitation, token_sha256, audit);
        self.write(arguments, |arguments, tx| Box::pin(create(arguments, tx))).await
    }

    async fn invitation_by_hash(
        &self,
        token_sha256: &str,
        now: Time,
    ) -> Result<Option<Invitation>> {
        let mut query = sql(SELECT);
        query.push("token_sha256 = ").push_bind(token_sha256);
        query.push(" AND expires_at > ").push_bind(now);
        let row = query.one::<InvitationRow>(&mut self.readers.acquire().await?).await?;
        row.map(InvitationRow::invitation).transpose()
    }

    async fn revoke_invitation(
        &self,
        project: ProjectId,
        id: InvitationId,
        audit: NewAudit,
    ) -> Result<()> {
        let arguments = (project, id, audit);
        self.write(arguments, |arguments, tx| Box::pin(revoke(arguments, tx))).await
    }

    async fn accept_invitation(&self, accepted: Accepted) -> Result<bool> {
        self.write(accepted, |accepted, tx| Box::pin(accept(accepted, tx))).await
    }
}
