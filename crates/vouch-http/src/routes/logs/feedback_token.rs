//! `POST /api/v1/logs/{id}/feedback-token`: leave for a browser to give feedback on one log.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use vouch_domain::id::LogId;
use vouch_domain::{Invalid, Time};

use crate::auth::Caller;
use crate::body::Json;
use crate::feedback_token::Leave;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// Whose token, and for how long.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateFeedbackToken {
    /// 60 to 86400 seconds; three hours where absent.
    #[serde(default)]
    ttl_s: Option<i64>,
    /// The application's user who will give the feedback.
    #[serde(default)]
    user_id: Option<String>,
}

/// A token for `POST /api/v1/public/feedback`.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedFeedbackToken {
    token: String,
    expires_at: Time,
}

const DEFAULT_TTL_S: i64 = 3 * 3600;

/// Get a token with which a browser may give feedback on this log and nothing else.
#[utoipa::path(post, path = "/api/v1/logs/{id}/feedback-token", tag = "feedback",
    request_body = CreateFeedbackToken, params(("id" = LogId, Path, description = "The log.")),
    responses((status = 201, body = CreatedFeedbackToken)))]
pub(crate) async fn feedback_token(
    State(app): State<App>,
    caller: Caller,
    PathId(log): PathId<LogId>,
    Json(body): Json<CreateFeedbackToken>,
) -> Result<(StatusCode, Answer<CreatedFeedbackToken>), Problem> {
    let ttl_s = body.ttl_s.unwrap_or(DEFAULT_TTL_S);
    if !(60..=86_400).contains(&ttl_s) {
        return Err(Invalid::new("/ttl_s", "60 to 86400 seconds", ttl_s).into());
    }
    let expires_at = app.now().plus_s(ttl_s);
    let leave = Leave {
        project: caller.principal.project(),
        log,
        user: checks::name("/user_id", body.user_id)?,
        expires_us: expires_at.micros(),
    };
    let token = leave.sign(&app.token_secret).map_err(Problem::internal)?;
    Ok((StatusCode::CREATED, Answer(CreatedFeedbackToken { token, expires_at })))
}
