//! `POST /api/v1/public/feedback`: feedback from a browser, with a token and nothing else.

use axum::Json as Answer;
use axum::extract::State;
use http::header::ORIGIN;
use http::{HeaderMap, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vouch_domain::Invalid;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::FeedbackId;
use vouch_domain::invalid::shorten;
use vouch_domain::metric::{MAX_TEXT_BYTES, MetricState};

use super::text_value;
use crate::auth::{is_own, unauthenticated};
use crate::body::Json;
use crate::feedback_token::Leave;
use crate::problem::{Kind, Problem};
use crate::routes::checks;
use crate::secret::sha256_hex;
use crate::state::App;

/// A feedback with its token.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicFeedback {
    /// From `POST /api/v1/logs/{id}/feedback-token`.
    token: String,
    /// The name of a defined metric.
    name: String,
    /// As the metric asks.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    value: Option<Value>,
    /// A remark.
    #[serde(default)]
    comment: Option<String>,
    /// The answer as it should be.
    #[serde(default)]
    correction: Option<String>,
}

/// The feedback that was kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct OneFeedbackId {
    id: FeedbackId,
}

/// Give feedback with a token, from a page of an allowed origin (`/api/v1/origins`), or from a
/// program, which sends no `Origin`.
#[utoipa::path(post, path = "/api/v1/public/feedback", tag = "feedback",
    request_body = PublicFeedback, responses((status = 201, body = OneFeedbackId),
        (status = 202, body = OneFeedbackId, description = "The log is not there yet."),
        (status = 403, body = crate::problem::ProblemJson<'static>,
            description = "The page's origin is not one of the project's.")))]
pub(crate) async fn public(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    Json(body): Json<PublicFeedback>,
) -> Result<(StatusCode, Answer<OneFeedbackId>), Problem> {
    let now = app.now();
    let leave = Leave::open(&app.token_secret, &body.token, now)
        .map_err(|e| unauthenticated(&e.to_string()))?;
    app.public_feedback.attempt(&sha256_hex(body.token.as_bytes()), now)?;
    check_page(&app, &leave, &uri, &headers).await?;
    check_defined(&app, &leave, &body.name).await?;
    let (value, correction) = text_value(&body.name, body.value, body.correction)?;
    let who = leave.user.unwrap_or_else(|| format!("anonymous-{}", leave.log));
    let feedback = NewFeedback {
        id: FeedbackId::new(now, app.entropy()),
        project: leave.project,
        at: now,
        author: Actor::EndUser(who),
        source: Source::EndUser,
        target: FeedbackTarget::LogId(leave.log),
        name: body.name,
        value,
        comment: checks::text("/comment", body.comment, MAX_TEXT_BYTES)?,
        correction,
    };
    let id = feedback.id;
    let kept = app.store.append_feedback(leave.project, vec![feedback], None).await;
    let (_, attached) = kept.map_err(|e| Problem::from(e).moved("/feedback/0", ""))?;
    let there = attached.iter().all(|there| *there);
    let status = if there { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Answer(OneFeedbackId { id })))
}

/// Lets through programs, which send no `Origin`, our own pages, and those that the project
/// allows. A browser's page cannot leave the header out, nor choose what is in it.
async fn check_page(
    app: &App,
    leave: &Leave,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let origin = String::from_utf8_lossy(origin.as_bytes());
    if is_own(app, uri, headers, &origin)
        || app.store.allowed_origins(leave.project).await?.allow(&origin)
    {
        return Ok(());
    }
    let origin = shorten(&origin);
    let detail = format!(
        "Pages of {origin} may not give feedback in this project. An admin can allow them under \
         Settings, Allowed origins, or with PUT /api/v1/origins."
    );
    let field = format!("expected an allowed origin, got {origin}");
    Err(Problem::new(Kind::Forbidden, detail).with_error("origin", field))
}

/// Strangers with a token give values, but make no new metrics.
async fn check_defined(app: &App, leave: &Leave, name: &str) -> Result<(), Problem> {
    let metrics = app.store.metrics(leave.project).await?;
    let defined = || metrics.iter().filter(|metric| metric.state == MetricState::Defined);
    if defined().any(|metric| metric.name == name) {
        return Ok(());
    }
    let known: Vec<_> = defined().map(|metric| metric.name.as_str()).collect();
    Err(Invalid::new("/name", format!("one of {}", known.join(", ")), name).into())
}
