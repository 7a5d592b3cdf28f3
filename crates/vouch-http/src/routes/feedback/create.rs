//! `POST /api/v1/feedback`: give one feedback or a thousand.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::FeedbackId;
use vouch_domain::span::SpanKey;
use vouch_domain::{Pointer, Time};

use super::new_feedback::CreateFeedback;
use crate::auth::Caller;
use crate::body::{Batch, Listed, parse};
use crate::problem::Problem;
use crate::state::App;

/// Several feedbacks.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackList {
    /// At most 1,000.
    feedback: Vec<CreateFeedback>,
}

/// One feedback, or several.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "documents the body")]
#[serde(untagged)]
enum FeedbackBody {
    One(Box<CreateFeedback>),
    Many(FeedbackList),
}

impl Listed for CreateFeedback {
    const AT: &'static str = "/feedback";
    fn list(bytes: &[u8]) -> Result<Vec<Self>, Problem> {
        parse::<FeedbackList>(bytes).map(|body| body.feedback)
    }
}

/// The feedback, in the order it came.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct FeedbackIds {
    ids: Vec<FeedbackId>,
    /// For each whether its log is there (always for chains and conversations); what is early is
    /// attached when the log arrives.
    attached: Vec<bool>,
}

/// Give feedback: all of it or none is kept. With the header `Idempotency-Key` a repeat of the
/// call changes nothing.
#[utoipa::path(post, path = "/api/v1/feedback", tag = "feedback", request_body = FeedbackBody,
    params(("idempotency-key" = Option<String>, Header, description = "Makes a repeat harmless.")),
    responses((status = 201, body = FeedbackIds), (status = 202, body = FeedbackIds,
        description = "A log is not there yet; its feedback is attached when it arrives.")))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    batch: Batch<CreateFeedback>,
) -> Result<(StatusCode, Answer<FeedbackIds>), Problem> {
    let (single, fingerprint) = (batch.at.is_empty(), batch.fingerprint.clone());
    let pointers: Vec<_> = (0..batch.items.len()).map(|i| batch.pointer(i)).collect();
    // Each a microsecond after the one before: of two on the same metric the later one counts.
    let times = (app.now().micros()..).map(Time::from_micros);
    let checked = batch.items.into_iter().zip(&pointers).zip(times);
    let checked = checked.map(|((came, pointer), at)| {
        let under = |e: vouch_domain::Invalid| e.under(&Pointer::from(pointer.as_str()));
        let span = came.span().map_err(under)?;
        Ok((came.into_feedback(&app, &caller, at).map_err(under)?, span))
    });
    let checked = checked.collect::<Result<Vec<_>, Problem>>()?;
    let feedback = find_spans(&app, &caller, checked).await?;
    let kept = app.store.append_feedback(caller.principal.project(), feedback, fingerprint).await;
    let (written, attached) = kept.map_err(|e| {
        let problem = Problem::from(e);
        if single { problem.moved("/feedback/0", "") } else { problem }
    })?;
    let all_there = attached.iter().all(|there| *there);
    let status = if all_there { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Answer(FeedbackIds { ids: written.ids, attached })))
}

/// Points each feedback on a span to the span's log.
async fn find_spans(
    app: &App,
    caller: &Caller,
    checked: Vec<(NewFeedback, Option<SpanKey>)>,
) -> Result<Vec<NewFeedback>, Problem> {
    let named = |(feedback, span): &(NewFeedback, Option<SpanKey>)| span.zip(feedback.target.log());
    let spans: Vec<_> = checked.iter().filter_map(named).collect();
    let (mut feedback, spans_of): (Vec<_>, Vec<_>) = checked.into_iter().unzip();
    if spans.is_empty() {
        return Ok(feedback);
    }
    let logs = app.store.span_logs(caller.principal.project(), spans).await?;
    let on_spans = feedback.iter_mut().zip(spans_of).filter(|(_, span)| span.is_some());
    for ((feedback, _), log) in on_spans.zip(logs) {
        feedback.target = FeedbackTarget::LogId(log);
    }
    Ok(feedback)
}
