//! `POST /api/v1/tasks/{id}/reviews`: answer a task.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vouch_domain::Invalid;
use vouch_domain::id::{ReviewId, TaskId};
use vouch_domain::review::{GoldResult, Review, TaskSuggestion};
use vouch_store::{Submission, Submitted};

use super::{TaskView, holder, of_task, shape, task};
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::{Kind, Problem};
use crate::state::App;

/// The answers to a task.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateReview {
    /// By the keys of the rubric's questions.
    #[schema(value_type = Object)]
    answers: Map<String, Value>,
    /// How long one worked on it, ms, without pauses.
    #[serde(default)]
    active_ms: u64,
    /// The caller's name for it: a repeat changes nothing. 1 to 128 characters.
    submission_id: String,
    /// The responses by their stored numbers, in the order in which they were shown.
    #[serde(default)]
    order: Vec<usize>,
}

/// A review that is kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedReview {
    review: Review,
    task: TaskView,
    /// Where the task was gold: whether one was right, and what is.
    gold: Option<GoldResult>,
    /// What a judge or model answered, unless it is hidden.
    suggestion: Option<TaskSuggestion>,
}

/// Answer a task. Where its place was given to somebody else meanwhile, the answers are kept as a
/// draft, and the answer is 409.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/reviews", tag = "review",
    request_body = CreateReview, params(("id" = TaskId, Path, description = "The task.")),
    responses((status = 201, body = CreatedReview), (status = 200, body = CreatedReview,
        description = "It was kept before.")))]
pub(crate) async fn review(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
    Json(body): Json<CreateReview>,
) -> Result<(StatusCode, Answer<CreatedReview>), Problem> {
    let chars = body.submission_id.chars().count();
    if !(1..=128).contains(&chars) {
        let got = format!("{chars} characters");
        return Err(Invalid::new("/submission_id", "1 to 128 characters", got).into());
    }
    let holder = holder(&app, &caller, id)?;
    let task = task(&app, &caller, id).await?;
    let shape = shape(&app, &caller, &task).await?;
    let submission = Submission {
        holder,
        queue: task.queue,
        review: ReviewId::new(holder.now, app.entropy()),
        submission: body.submission_id,
        answers: body.answers,
        shape,
        active_ms: body.active_ms,
        order: body.order,
    };
    match app.store.submit(submission).await.map_err(of_task(id))? {
        Submitted::Kept(kept) => {
            let status = if kept.repeated { StatusCode::OK } else { StatusCode::CREATED };
            let (review, gold, suggestion) = (kept.review, kept.gold, kept.suggestion);
            let task = TaskView::from(kept.task);
            Ok((status, Answer(CreatedReview { review, task, gold, suggestion })))
        }
        Submitted::NoPlace(why) => Err(Problem::new(Kind::Conflict, why)),
    }
}
