//! `GET /api/v1/me/reviews`: one's own last reviews.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::review::Review;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::whole;
use crate::state::App;

/// The signed-in person's last reviews that count, newest first.
#[utoipa::path(get, path = "/api/v1/me/reviews", tag = "review",
    params(("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent.")),
    responses((status = 200, body = Page<Review>)))]
pub(crate) async fn mine(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<Page<Review>>, Problem> {
    let limit = query.only(&["limit"])?.limit()?;
    let (project, user) = (caller.principal.project(), caller.user()?.id);
    Ok(whole(app.store.reviews_by(project, user, limit).await?))
}
