//! `POST /api/v1/keys`: a new key, whose secret is shown once.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::access::Scope;
use vouch_domain::id::KeyId;
use vouch_domain::rate::RequestsPerMinute;
use vouch_domain::user::ApiKey;

use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::routes::checks;
use crate::secret::Secret;
use crate::state::App;

/// What a key is for.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateKey {
    /// What it is for.
    name: String,
    /// At least one.
    scopes: Vec<Scope>,
    /// How often it may call models and send logs in a minute; no limit where absent.
    #[serde(default)]
    requests_per_minute: Option<RequestsPerMinute>,
}

/// The key with its secret, which is not shown again.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedKey {
    #[serde(flatten)]
    key: ApiKey,
    /// `vk_...`: keep it, it is not shown again.
    secret: String,
}

/// Make a key. Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/keys", tag = "access", request_body = CreateKey,
    responses((status = 201, body = CreatedKey)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<CreateKey>,
) -> Result<(StatusCode, Answer<CreatedKey>), Problem> {
    let name = checks::needed_name("/name", body.name)?;
    let mut scopes = body.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        let names = Scope::ALL.map(Scope::as_str).join(", ");
        let detail = format!("expected at least one of {names}, got an empty list");
        return Err(Problem::field("/scopes", detail));
    }
    let (now, secret) = (app.now(), Secret::api_key());
    let key = ApiKey {
        id: KeyId::new(now, app.entropy()),
        project: caller.principal.project(),
        name,
        prefix: secret.prefix(),
        scopes,
        requests_per_minute: body.requests_per_minute,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    let details = json!({
        "name": key.name, "scopes": key.scopes, "requests_per_minute": key.requests_per_minute,
    });
    let audit = app.audit(&caller.principal, "key.create", &key.id, details);
    app.store.create_key(key.clone(), secret.sha256, audit).await?;
    Ok((StatusCode::CREATED, Answer(CreatedKey { key, secret: secret.text })))
}
