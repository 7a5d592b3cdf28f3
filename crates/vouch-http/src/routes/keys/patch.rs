//! `PATCH /api/v1/keys/{id}`: how often a key may call.

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use vouch_domain::id::KeyId;
use vouch_domain::rate::RequestsPerMinute;
use vouch_domain::user::ApiKey;

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// What is to change.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateKey {
    /// How often it may call models and send logs in a minute; null for no limit.
    #[serde(deserialize_with = "nullable")]
    #[schema(required)]
    requests_per_minute: Option<RequestsPerMinute>,
}

/// A null must be said: what is absent would otherwise lift a limit.
fn nullable<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<RequestsPerMinute>, D::Error> {
    Option::deserialize(deserializer)
}

/// Change how often a key may call. It holds on this server at once, on other nodes within a
/// second.
#[utoipa::path(patch, path = "/api/v1/keys/{id}", tag = "access", request_body = UpdateKey,
    params(("id" = KeyId, Path, description = "The key.")),
    responses((status = 200, body = ApiKey)))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<KeyId>,
    Json(change): Json<UpdateKey>,
) -> Result<Answer<ApiKey>, Problem> {
    let limit = change.requests_per_minute;
    let details = json!({"requests_per_minute": limit});
    let audit = app.audit(&caller.principal, "key.update", &id, details);
    let changed = app.store.limit_key(caller.principal.project(), id, limit, audit).await;
    let key = changed.map_err(|e| Problem::of_store(e, &format!("key {id}")))?;
    app.keys.forget();
    Ok(Answer(key))
}
