//! `GET /api/v1/feedback/dimensions`: by what feedback can be broken down.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::whole;
use crate::state::App;

/// The dimensions that the feedback of these days has: `deployment`, `meta:plan`, ...
#[utoipa::path(get, path = "/api/v1/feedback/dimensions", tag = "feedback",
    params(
        ("from" = Option<String>, Query, description = "The first date (UTC); 30 days ago where both are absent."),
        ("to" = Option<String>, Query, description = "The last date (UTC)."),
    ),
    responses((status = 200, body = Page<String>)))]
pub(crate) async fn dimensions(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<Page<String>>, Problem> {
    let days = query.only(&["from", "to"])?.days_or_last_30(app.now())?;
    Ok(whole(app.store.dimensions(caller.principal.project(), days).await?))
}
