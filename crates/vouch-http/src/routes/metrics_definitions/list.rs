//! `GET /api/v1/metrics-definitions`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::metric::MetricDefinition;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// All metrics: built in, defined, and undefined ones that came with feedback.
#[utoipa::path(get, path = "/api/v1/metrics-definitions", tag = "metrics",
    responses((status = 200, body = Page<MetricDefinition>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<MetricDefinition>>, Problem> {
    Ok(whole(app.store.metrics(caller.principal.project()).await?))
}
