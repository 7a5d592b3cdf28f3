//! `GET /api/v1/retention/preview`: what would leave.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::Time;
use vouch_domain::retention::{MAX_DAYS, Retention};

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// The most logs that are counted.
const MOST: u32 = 1_000_000;

/// What would leave if logs were kept for so many days.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct RetentionPreview {
    /// Logs made before this would leave.
    before: Time,
    /// So many.
    logs: u64,
    /// Whether there are more: only a million are counted.
    more: bool,
    /// When the oldest of them was made; null where none would leave.
    oldest: Option<Time>,
}

/// What would leave if logs were kept for so many days. Nothing is changed.
#[utoipa::path(get, path = "/api/v1/retention/preview", tag = "retention",
    operation_id = "preview_retention",
    params(("days" = u32, Query, description = "For how many days logs would be kept.")),
    responses((status = 200, body = RetentionPreview)))]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<RetentionPreview>, Problem> {
    let what = format!("a number of days from 1 to {MAX_DAYS}");
    let query = query.only(&["days"])?;
    query.needed("days", &what)?;
    let days = query
        .read("days", &what, |text| Retention { days: text.parse().ok() }.check().ok()?.days)?;
    let retention = Retention { days };
    let before = retention.cutoff(app.now()).ok_or_else(|| Problem::bug("days are needed"))?;
    let project = caller.principal.project();
    let (logs, oldest) = app.store.count_before(project, before, MOST).await?;
    Ok(Answer(RetentionPreview { before, logs, more: logs == u64::from(MOST), oldest }))
}
