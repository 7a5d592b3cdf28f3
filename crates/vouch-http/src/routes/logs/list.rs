//! `GET /api/v1/logs`: a page of the request log.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::id::LogId;
use vouch_domain::log::{LogStatus, LogSummary};
use vouch_domain::{Page, metric};
use vouch_store::{LogFilter, LogQuery};

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

const KNOWN: &[&str] = &[
    "deployment",
    "variant",
    "model",
    "user_id",
    "chain_id",
    "conversation_id",
    "status",
    "metadata",
    "thumbs",
    "min_score",
    "max_score",
    "feedback",
    "feedback_from",
    "feedback_to",
    "has_feedback",
    "from",
    "to",
    "cursor",
    "limit",
];

/// Logs, newest first; all filters that are given must fit.
#[utoipa::path(get, path = "/api/v1/logs", tag = "logs",
    params(
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
    let query = query.only(KNOWN)?;
    let query = LogQuery {
        project: caller.principal.project(),
        filter: filter(&query)?,
        cursor: query.cursor::<LogId>()?,
        limit: query.limit()?,
    };
    Ok(Answer(app.store.logs(&query).await?))
}

fn filter(query: &Query) -> Result<LogFilter, Problem> {
    let statuses = LogStatus::ALL.map(LogStatus::as_str).join(", ");
    let score = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite());
    let thumb = |text: &str| match text {
        "up" => Some(true),
        "down" => Some(false),
        _ => None,
    };
    let feedback = query.read("feedback", "metric or metric:label", |text| {
        let (name, label) = text.split_once(':').map_or((text, None), |(n, l)| (n, Some(l)));
        metric::check_name(name).ok()?;
        Some((name.to_owned(), label.map(str::to_owned)))
    })?;
    let feedback_days = query.days("feedback_from", "feedback_to")?;
    if feedback_days.is_some() && feedback.is_none() {
        let detail = "expected a metric beside feedback_from and feedback_to, got nothing";
        return Err(Problem::field("?feedback", detail));
    }
    Ok(LogFilter {
        deployment: query.text("deployment"),
        variant: query.text("variant"),
        model: query.text("model"),
        user_id: query.text("user_id"),
        chain_id: query.text("chain_id"),
        conversation_id: query.text("conversation_id"),
        status: query.read("status", &format!("one of {statuses}"), LogStatus::parse)?,
        metadata: query.read("metadata", "key:value", |text| {
            let (key, value) = text.split_once(':')?;
            (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
        })?,
        thumbs: query.read("thumbs", "up or down", thumb)?,
        min_score: query.read("min_score", "a number", score)?,
        max_score: query.read("max_score", "a number", score)?,
        feedback,
        feedback_days,
        has_feedback: query.flag("has_feedback")?,
        days: query.days("from", "to")?,
    })
}
