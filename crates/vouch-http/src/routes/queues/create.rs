//! `POST /api/v1/queues`: begin a review queue.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::id::QueueId;
use vouch_domain::review::{NewQueue, Queue, QueueState};

use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::state::App;

/// Begin a review queue. Its rules look at logs from now on; for those that are there already, add
/// tasks with a filter.
#[utoipa::path(post, path = "/api/v1/queues", tag = "review", request_body = NewQueue,
    responses((status = 201, body = Queue)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<NewQueue>,
) -> Result<(StatusCode, Answer<Queue>), Problem> {
    let now = app.now();
    let queue = Queue {
        id: QueueId::new(now, app.entropy()),
        state: QueueState::Open,
        settings: body.settings()?,
        rubric_version: 1,
        guidelines_version: 1,
        created_at: now,
        archived_at: None,
    };
    let details = json!({"name": queue.settings.name, "key": queue.settings.key});
    let audit = app.audit(&caller.principal, "queue.create", &queue.id, details);
    app.store.create_queue(caller.principal.project(), queue.clone(), audit).await?;
    Ok((StatusCode::CREATED, Answer(queue)))
}
