//! `PUT /api/v1/retention`: say how long logs are kept.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::json;
use vouch_domain::retention::Retention;

use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::state::App;

/// Say how long the project keeps its logs. Older ones are archived as Parquet in the server's
/// data folder, and then removed, within the hour; roll-ups keep counting them.
#[utoipa::path(put, path = "/api/v1/retention", tag = "retention", operation_id = "put_retention",
    request_body = Retention, responses((status = 200, body = Retention)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Json(retention): Json<Retention>,
) -> Result<Answer<Retention>, Problem> {
    let project = caller.principal.project();
    let audit = app.audit(&caller.principal, "retention.put", &project, json!(retention));
    app.store.put_retention(project, retention, audit).await?;
    Ok(Answer(retention))
}
