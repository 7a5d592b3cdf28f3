//! `DELETE /api/v1/invitations/{id}`: a link that works no more.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::id::InvitationId;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Revoke an invitation; its link works no more from this answer on.
#[utoipa::path(delete, path = "/api/v1/invitations/{id}", tag = "access",
    params(("id" = InvitationId, Path, description = "The invitation.")),
    responses((status = 204)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<InvitationId>,
) -> Result<StatusCode, Problem> {
    let audit = app.audit(&caller.principal, "invitation.revoke", &id, json!({}));
    let revoked = app.store.revoke_invitation(caller.principal.project(), id, audit).await;
    revoked.map_err(|e| Problem::of_store(e, &format!("open invitation {id}")))?;
    Ok(StatusCode::NO_CONTENT)
}
