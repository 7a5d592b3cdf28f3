//! `POST /v2/feedback` and `/v2/feedback/remove`.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use vouch_domain::Invalid;
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId};
use vouch_domain::metric::{self, MAX_TEXT_BYTES};

use crate::auth::Caller;
use crate::body::Json;
use crate::problem::{Kind, Problem};
use crate::routes::checks;
use crate::routes::feedback::{Authorship, take_back, text_value};
use crate::state::App;

/// A feedback on a trace, which is a log.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct OrqFeedback {
    /// The metric's name.
    #[serde(alias = "field")]
    property: String,
    /// As the metric asks.
    #[schema(value_type = Value)]
    value: Value,
    /// The log's id.
    trace_id: String,
    /// Echoed.
    #[serde(default)]
    product: Option<String>,
}

/// A feedback to be taken back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct OrqRemoval {
    /// The feedback's id, as `POST /v2/feedback` answered it.
    id: String,
    /// Echoed.
    #[serde(default)]
    trace_id: Option<String>,
    /// Echoed.
    #[serde(default)]
    product: Option<String>,
}

/// Give feedback on a log.
#[utoipa::path(post, path = "/v2/feedback", tag = "orq", request_body = OrqFeedback,
    responses((status = 200, body = Object)))]
pub(crate) async fn feedback(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<OrqFeedback>,
) -> Result<Answer<Value>, Problem> {
    let log = log_id(&body.trace_id)?;
    let authorship = Authorship::implied(&caller, None);
    let given = Given { name: body.property.clone(), value: body.value.clone(), comment: None };
    let feedback = given
        .by(&app, &caller, log, authorship)
        .map_err(|problem| problem.moved("/name", "/property"))?;
    let id = feedback.id;
    let kept = app.store.append_feedback(caller.principal.project(), vec![feedback], None).await;
    kept.map_err(|e| Problem::from(e).moved("/feedback/0", "").moved("/name", "/property"))?;
    let mut echo = json!({
        "id": id, "property": body.property, "value": body.value, "trace_id": body.trace_id,
    });
    if let Some(product) = body.product {
        echo["product"] = product.into();
    }
    Ok(Answer(echo))
}

/// Take a feedback back.
#[utoipa::path(post, path = "/v2/feedback/remove", tag = "orq", request_body = OrqRemoval,
    responses((status = 200, body = Object)))]
pub(crate) async fn remove_feedback(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<OrqRemoval>,
) -> Result<Answer<Value>, Problem> {
    let id: FeedbackId = body.id.parse().map_err(|_| {
        Problem::not_found(&format!("feedback {}", vouch_domain::invalid::shorten(&body.id)))
    })?;
    let taken = take_back(&app, &caller, id, &Authorship::implied(&caller, None)).await?;
    let trace = body.trace_id.or_else(|| taken.target.log().map(|log| log.to_string()));
    let mut echo = json!({"id": id, "trace_id": trace});
    if let Some(product) = body.product {
        echo["product"] = product.into();
    }
    Ok(Answer(echo))
}

/// One value under one name.
pub(super) struct Given {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) comment: Option<String>,
}

impl Given {
    /// The feedback that this is.
    pub(super) fn by(
        self,
        app: &App,
        caller: &Caller,
        log: LogId,
        authorship: Authorship,
    ) -> Result<NewFeedback, Problem> {
        metric::check_name(&self.name)?;
        let (value, correction) = text_value(&self.name, Some(self.value), None)?;
        let at = app.now();
        Ok(NewFeedback {
            id: FeedbackId::new(at, app.entropy()),
            project: caller.principal.project(),
            at,
            author: authorship.author,
            source: authorship.source,
            target: FeedbackTarget::LogId(log),
            name: self.name,
            value,
            comment: checks::text("/comment", self.comment, MAX_TEXT_BYTES)?,
            correction,
        })
    }
}

/// A trace is a log.
pub(super) fn log_id(trace: &str) -> Result<LogId, Problem> {
    trace.parse().map_err(|e: vouch_domain::id::IdError| {
        let expected = e.to_string().replace("expected ", "");
        let detail = Problem::from(Invalid::new("/trace_id", expected, trace));
        detail.of_kind(Kind::NotFound)
    })
}
