//! `GET /api/v1/logs/{id}`: one log with everything about it.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::feedback::{Feedback, FeedbackTally};
use vouch_domain::id::LogId;
use vouch_domain::log::{Log, MetadataChange};

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// A log with everything about it.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct WholeLog {
    #[serde(flatten)]
    log: Log,
    /// What people said, in short.
    tally: FeedbackTally,
    /// Each value that each metadata key had, oldest first.
    metadata_history: Vec<MetadataChange>,
    /// On the log, its chain and its conversation, oldest first; also what no longer counts.
    feedback: Vec<Feedback>,
}

/// One log with its feedback and the history of its metadata.
#[utoipa::path(get, path = "/api/v1/logs/{id}", tag = "logs",
    params(("id" = LogId, Path, description = "The log.")),
    responses((status = 200, body = WholeLog)))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<LogId>,
) -> Result<Answer<WholeLog>, Problem> {
    let project = caller.principal.project();
    let detail = app.store.log(project, id).await?;
    let detail = detail.ok_or_else(|| Problem::not_found(&format!("log {id}")))?;
    let feedback = app.store.log_feedback(project, id).await?;
    let (log, tally, metadata_history) = (detail.log, detail.tally, detail.metadata_history);
    Ok(Answer(WholeLog { log, tally, metadata_history, feedback }))
}
