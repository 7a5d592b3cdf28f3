//! `POST /api/v1/logs/{id}/metrics`: addMetrics.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId, PatchId};
use vouch_domain::log::Usage;
use vouch_domain::message::{Choice, Message};
use vouch_domain::patch::{Additions, Patch};
use vouch_domain::{Invalid, Pointer};
use vouch_store::{Fingerprint, Patched};

use crate::auth::Caller;
use crate::body::Repeatable;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::checks::{self, NewPerformance, NewScore, NewUsage};
use crate::routes::feedback::{Authorship, check_score};
use crate::state::App;

/// What an application adds to a log afterwards.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMetrics {
    /// `{"score": 70}`.
    #[serde(default)]
    pub(crate) feedback: Option<NewScore>,
    /// Merged by key; the newest value of a key wins, its history is kept.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) metadata: Option<Map<String, Value>>,
    /// Fills an absent chain.
    #[serde(default)]
    pub(crate) chain_id: Option<String>,
    /// Fills an absent conversation.
    #[serde(default)]
    pub(crate) conversation_id: Option<String>,
    /// Fills an absent user.
    #[serde(default)]
    pub(crate) user_id: Option<String>,
    /// Fills an absent usage.
    #[serde(default)]
    pub(crate) usage: Option<NewUsage>,
    /// Fills absent timings.
    #[serde(default)]
    pub(crate) performance: Option<NewPerformance>,
    /// Fills an absent input.
    #[serde(default)]
    pub(crate) messages: Option<Vec<Message>>,
    /// Fills an absent output, and thereby completes a configured log.
    #[serde(default)]
    pub(crate) choices: Option<Vec<Choice>>,
    /// The context of the call, as Orquesta's clients send it; not kept.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    #[expect(dead_code, reason = "accepted, not kept")]
    pub(crate) context: Option<Map<String, Value>>,
}

/// What became of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct MetricsAdded {
    /// Always true.
    success: bool,
    /// Whether the log was there; otherwise this is merged when it arrives.
    attached: bool,
    /// The feedback that came along.
    feedback_ids: Vec<FeedbackId>,
}

/// Add metrics, metadata and feedback to a log, as often as needed, even before it is there.
#[utoipa::path(post, path = "/api/v1/logs/{id}/metrics", tag = "logs", request_body = NewMetrics,
    params(("id" = LogId, Path, description = "The log."),
        ("idempotency-key" = Option<String>, Header, description = "Makes a repeat harmless.")),
    responses((status = 200, body = MetricsAdded), (status = 202, body = MetricsAdded,
        description = "The log is not there yet; this is merged when it arrives.")))]
pub(crate) async fn metrics(
    State(app): State<App>,
    caller: Caller,
    PathId(log): PathId<LogId>,
    body: Repeatable<NewMetrics>,
) -> Result<(StatusCode, Answer<MetricsAdded>), Problem> {
    let patched = add_metrics(&app, &caller, log, body.value, body.fingerprint).await?;
    let status = if patched.attached { StatusCode::OK } else { StatusCode::ACCEPTED };
    let (attached, feedback_ids) = (patched.attached, patched.feedback);
    Ok((status, Answer(MetricsAdded { success: true, attached, feedback_ids })))
}

/// Keeps one addMetrics call, by whichever route it came.
pub(crate) async fn add_metrics(
    app: &App,
    caller: &Caller,
    log: LogId,
    came: NewMetrics,
    fingerprint: Option<Fingerprint>,
) -> Result<Patched, Problem> {
    let (project, at) = (caller.principal.project(), app.now());
    let score = came.feedback.and_then(|feedback| feedback.score);
    let mut additions = additions(came)?;
    let mut feedback = vec![];
    if let Some(score) = score {
        check_score("/feedback/score", score)?;
        let authorship = Authorship::implied(caller, additions.context.user_id.as_deref());
        feedback.push(NewFeedback {
            id: FeedbackId::new(at, app.entropy()),
            project,
            at,
            author: authorship.author,
            source: authorship.source,
            target: FeedbackTarget::LogId(log),
            name: "score".to_owned(),
            value: json!(score),
            comment: None,
            correction: None,
        });
    }
    if let Some(usage) = &additions.usage {
        additions.cost_usd_micros = cost(app, caller, log, usage).await?;
    }
    let by = caller.principal.actor();
    let patch = Patch { id: PatchId::new(at, app.entropy()), project, log, at, by, additions };
    let patched = app.store.patch_log(patch, feedback, fingerprint).await;
    patched.map_err(|e| Problem::from(e).moved("/feedback/0/value", "/feedback/score"))
}

fn additions(came: NewMetrics) -> Result<Additions, Invalid> {
    let metadata = came.metadata.unwrap_or_default();
    checks::metadata("/metadata", &metadata)?;
    let at = Pointer::from("/performance");
    Ok(Additions {
        context: checks::context(
            &Pointer::root(),
            came.chain_id,
            came.conversation_id,
            came.user_id,
        )?,
        metadata,
        usage: came.usage.map(Into::into),
        performance: came.performance.map(|p| p.check(&at)).transpose()?,
        messages: came.messages.unwrap_or_default(),
        choices: came.choices.unwrap_or_default(),
        ..Additions::default()
    })
}

/// What these tokens cost on the log's model, where the log is there and the price is known.
async fn cost(
    app: &App,
    caller: &Caller,
    log: LogId,
    usage: &Usage,
) -> Result<Option<i64>, Problem> {
    let project = caller.principal.project();
    let detail = app.store.log(project, log).await?;
    let Some(log) = detail.map(|d| d.log).filter(|log| log.usage.is_none()) else {
        return Ok(None);
    };
    let served = log.served;
    let prices = app.store.prices(project).await?;
    let price = prices.into_iter().find(|price| {
        served.provider.as_ref() == Some(&price.provider)
            && served.model.as_ref() == Some(&price.model)
    });
    Ok(price.map(|price| price.cost_usd_micros(usage)))
}
