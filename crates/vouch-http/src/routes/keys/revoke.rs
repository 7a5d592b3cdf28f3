//! `DELETE /api/v1/keys/{id}`: a key that works no more.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::id::KeyId;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Revoke a key; it works no more from this answer on.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "access",
    params(("id" = KeyId, Path, description = "The key.")), responses((status = 204)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<KeyId>,
) -> Result<StatusCode, Problem> {
    let audit = app.audit(&caller.principal, "key.revoke", &id, json!({}));
    let revoked = app.store.revoke_key(caller.principal.project(), id, app.now(), audit).await;
    revoked.map_err(|e| Problem::of_store(e, &format!("key {id}")))?;
    app.keys.forget();
    Ok(StatusCode::NO_CONTENT)
}
