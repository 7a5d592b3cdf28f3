//! `GET /api/v1/logs`: a page of the request log.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::id::LogId;
use vouch_domain::log::{LogStatus, LogSummary};
use vouch_store::LogQuery;

use super::filter::{CHOOSING, filter};
use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// Logs, newest first; all filters that are given must fit. A page of a rare combination may end
/// before it is full: it is then `partial`, and `next_cursor` goes on.
#[utoipa::path(get, path = "/api/v1/logs", tag = "logs",
    params(
        ("q" = Option<String>, Query, description = "The filter language, e.g. \
            `model:gpt-4o* (score<50 or thumbs:down) not status:failed \"group commit\"`."),
        ("deployment" = Option<String>, Query, description = "The deployment's key."),
        ("variant" = Option<String>, Query, description = "The variant's name."),
        ("model" = Option<String>, Query, description = "The model's name."),
        ("user_id" = Option<String>, Query, description = "The application's user."),
        ("chain_id" = Option<String>, Query, description = "The chain."),
        ("conversation_id" = Option<String>, Query, description = "The conversation."),
        ("status" = Option<LogStatus>, Query, description = "How far it came."),
        ("metadata" = Option<String>, Query, description = "`key:value`."),
        ("thumbs" = Option<String>, Query, description = "`up` or `down`: at least one that counts."),
        ("min_score" = Option<f64>, Query, description = "The score is at least this."),
        ("max_score" = Option<f64>, Query, description = "The score is at most this."),
        ("feedback" = Option<String>, Query, description = "`metric` or `metric:label`."),
        ("feedback_from" = Option<String>, Query, description = "That feedback was given on this date or later."),
        ("feedback_to" = Option<String>, Query, description = "That feedback was given on this date or before."),
        ("has_feedback" = Option<bool>, Query, description = "Any feedback at all, or none."),
        ("from" = Option<String>, Query, description = "Made on this date (UTC) or later."),
        ("to" = Option<String>, Query, description = "Made on this date (UTC) or before."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = Page<LogSummary>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<Page<LogSummary>>, Problem> {
    let query = query.only(&[CHOOSING, &["cursor", "limit"]].concat())?;
    let query = LogQuery {
        project: caller.principal.project(),
        filter: filter(&query, app.now())?,
        cursor: query.cursor::<LogId>()?,
        limit: query.limit()?,
    };
    Ok(Answer(app.store.logs(&query).await?))
}
