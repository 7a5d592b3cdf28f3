//! `POST /api/v1/reviews/{id}/undo`: take a review back.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::id::ReviewId;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::tasks::ReviewTurn;
use crate::state::App;

/// Take one's own review back: the task is one's again, with the answers as draft. Not once a
/// person decided the task, and not a gold one.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/undo", tag = "review",
    params(("id" = ReviewId, Path, description = "The review.")),
    responses((status = 200, body = ReviewTurn)))]
pub(crate) async fn undo(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ReviewId>,
) -> Result<Answer<ReviewTurn>, Problem> {
    let (project, user) = (caller.principal.project(), caller.user()?.id);
    let turn = app.store.undo(project, id, user, app.now()).await;
    let turn = turn.map_err(|e| Problem::of_store(e, &format!("review {id}")))?;
    ReviewTurn::of(&app, project, turn).await.map(Answer)
}
