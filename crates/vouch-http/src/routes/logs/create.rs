//! `POST /api/v1/logs`: send in one log or a thousand.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::Pointer;
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId};

use super::new_log::{Intake, NewLog};
use crate::auth::Caller;
use crate::body::{Batch, Listed, parse};
use crate::problem::Problem;
use crate::routes::feedback::{Authorship, check_score};
use crate::state::App;

/// Several logs.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLogs {
    /// At most 1,000.
    logs: Vec<NewLog>,
}

/// One log, or several.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "documents the body")]
#[serde(untagged)]
enum LogsBody {
    One(Box<NewLog>),
    Many(NewLogs),
}

impl Listed for NewLog {
    const AT: &'static str = "/logs";
    fn list(bytes: &[u8]) -> Result<Vec<Self>, Problem> {
        parse::<NewLogs>(bytes).map(|body| body.logs)
    }
}

/// The logs, in the order they came.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct LogIds {
    ids: Vec<LogId>,
}

/// Send in one log or up to 1,000: all or none. A log whose `id` is there already stays as it
/// is. With the header `Idempotency-Key` a repeat of the call changes nothing.
#[utoipa::path(post, path = "/api/v1/logs", tag = "logs", request_body = LogsBody,
    params(("idempotency-key" = Option<String>, Header, description = "Makes a repeat harmless.")),
    responses((status = 201, body = LogIds)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    batch: Batch<NewLog>,
) -> Result<(StatusCode, Answer<LogIds>), Problem> {
    let project = caller.principal.project();
    let (now, by) = (app.now(), caller.principal.actor());
    let prices = if batch.items.iter().any(NewLog::wants_price) {
        app.store.prices(project).await?
    } else {
        vec![]
    };
    let intake = Intake { project, now, undated: now, by: &by, prices: &prices };
    let pointers: Vec<_> = (0..batch.items.len()).map(|i| batch.pointer(i)).collect();
    let (mut logs, mut feedback) = (Vec::with_capacity(pointers.len()), Vec::new());
    for (came, pointer) in batch.items.into_iter().zip(&pointers) {
        let under = |e: vouch_domain::Invalid| e.under(&Pointer::from(pointer.as_str()));
        let score = came.feedback.and_then(|f| f.score);
        let log = came.into_log(&intake, app.entropy()).map_err(under)?;
        if let Some(score) = score {
            check_score("/feedback/score", score).map_err(under)?;
            let authorship = Authorship::implied(&caller, log.context.user_id.as_deref());
            feedback.push(NewFeedback {
                id: FeedbackId::new(now, app.entropy()),
                project,
                at: now,
                author: authorship.author,
                source: authorship.source,
                target: FeedbackTarget::LogId(log.id),
                name: "score".to_owned(),
                value: json!(score),
                comment: None,
                correction: None,
            });
        }
        logs.push(log);
    }
    let written = app.store.insert_logs(project, &logs, feedback, batch.fingerprint).await?;
    Ok((StatusCode::CREATED, Answer(LogIds { ids: written.ids })))
}
