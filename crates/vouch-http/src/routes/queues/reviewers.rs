//! `GET /api/v1/queues/{id}/reviewers` and `PATCH .../reviewers/{user}`: who reviews, and how.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::json;
use vouch_domain::Page;
use vouch_domain::access::Scope;
use vouch_domain::id::{QueueId, UserId};
use vouch_domain::review::{Reviewer, ReviewerState, ReviewerUpdate};

use crate::auth::Caller;
use crate::body::Json;
use crate::path::{PathId, PathReviewer};
use crate::problem::{Kind, Problem};
use crate::routes::whole;
use crate::state::App;

/// Who reviews in a queue: pace, agreement with consensus and gold, skips. A reviewer sees their
/// own row.
#[utoipa::path(get, path = "/api/v1/queues/{id}/reviewers", tag = "review",
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = Page<Reviewer>)))]
pub(crate) async fn reviewers(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
) -> Result<Answer<Page<Reviewer>>, Problem> {
    let queue = super::queue(&app, &caller, id).await?;
    let mut all = app.store.reviewers(caller.principal.project(), id).await?;
    // Who has not begun has a row as well, so that they can say that they are away.
    if let Ok(own) = caller.user()
        && queue.settings.is_for(own.id, &own.groups)
        && all.iter().all(|reviewer| reviewer.user != own.id)
    {
        all.push(Reviewer::new(own.id, Some(own.name.clone())));
    }
    if !caller.principal.may(Scope::Admin) {
        let own = caller.user()?.id;
        all.retain(|reviewer| reviewer.user == own);
    }
    Ok(whole(all))
}

/// Have a person reviewing, paused, or away. People may say so of themselves, but a pause is ended
/// by an admin.
#[utoipa::path(patch, path = "/api/v1/queues/{id}/reviewers/{user}", tag = "review",
    request_body = ReviewerUpdate,
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("user" = UserId, Path, description = "The person."),
    ),
    responses((status = 200, body = Reviewer)))]
pub(crate) async fn set_reviewer(
    State(app): State<App>,
    caller: Caller,
    PathReviewer { queue, user }: PathReviewer,
    Json(update): Json<ReviewerUpdate>,
) -> Result<Answer<Reviewer>, Problem> {
    let project = caller.principal.project();
    super::queue(&app, &caller, queue).await?;
    if !caller.principal.may(Scope::Admin) {
        let own = caller.user()?.id == user;
        let rows = app.store.reviewers(project, queue).await?;
        let paused = rows.iter().any(|r| r.user == user && r.state == ReviewerState::Paused);
        if !own || paused || update.state == ReviewerState::Paused {
            let detail = "Only admins pause people and let them go on; anybody may be away.";
            return Err(Problem::new(Kind::Forbidden, detail));
        }
    }
    let details = json!({"user": user, "state": update.state, "until": update.until});
    let audit = app.audit(&caller.principal, "queue.reviewer", &queue, details);
    let changed = app.store.set_reviewer(project, queue, user, update, audit).await;
    changed.map(Answer).map_err(|e| Problem::of_store(e, &format!("person {user}")))
}
