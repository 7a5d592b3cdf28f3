//! `PUT /api/v1/origins`: say from which pages feedback may come.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::json;
use vouch_domain::origins::AllowedOrigins;

use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::state::App;

/// Say which pages may give feedback with a token: exact origins such as
/// `https://app.example.com` or `http://localhost:3000`, all subdomains of a domain
/// (`https://*.example.com`), or null for any. Answers with what is kept, as browsers write it.
#[utoipa::path(put, path = "/api/v1/origins", tag = "feedback", operation_id = "put_origins",
    request_body = AllowedOrigins, responses((status = 200, body = AllowedOrigins)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Json(origins): Json<AllowedOrigins>,
) -> Result<Answer<AllowedOrigins>, Problem> {
    let project = caller.principal.project();
    let origins = origins.check()?;
    let audit = app.audit(&caller.principal, "origins.put", &project, json!(origins));
    Ok(Answer(app.store.put_allowed_origins(project, origins, audit).await?))
}
