//! `GET /api/v1/me/reviews`: one's own last reviews.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::Page;
use vouch_domain::review::Review;
use vouch_review::Shown;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::whole;
use crate::state::App;

/// A review, and what it is about.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct PastReview {
    /// The review.
    review: Review,
    /// The task's item; null when the task is gone.
    item: Option<Shown>,
}

/// The signed-in person's last reviews that count, newest first.
#[utoipa::path(get, path = "/api/v1/me/reviews", tag = "review",
    params(("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent.")),
    responses((status = 200, body = Page<PastReview>)))]
pub(crate) async fn mine(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<Page<PastReview>>, Problem> {
    let limit = query.only(&["limit"])?.limit()?;
    let (project, user) = (caller.principal.project(), caller.user()?.id);
    let mut items = Vec::new();
    for review in app.store.reviews_by(project, user, limit).await? {
        let item = match app.store.task(project, review.task).await? {
            Some(task) => Some(vouch_review::show(app.store.as_ref(), project, task.item).await?.0),
            None => None,
        };
        items.push(PastReview { review, item });
    }
    Ok(whole(items))
}
