//! `GET /api/v1/logs`: a page of the request log.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::filter::{
    Bound, Filter, NameField, NameTest, NumberField, Part, Range, Test, parse,
};
use vouch_domain::id::LogId;
use vouch_domain::log::{LogStatus, LogSummary};
use vouch_domain::{Page, Time, metric};
use vouch_store::LogQuery;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

const KNOWN: &[&str] = &[
    "q",
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
    let query = query.only(KNOWN)?;
    let query = LogQuery {
        project: caller.principal.project(),
        filter: filter(&query, app.now())?,
        cursor: query.cursor::<LogId>()?,
        limit: query.limit()?,
    };
    Ok(Answer(app.store.logs(&query).await?))
}

/// The filter of `q`, and of the parameters that each ask for one thing.
fn filter(query: &Query, now: Time) -> Result<Filter, Problem> {
    let mut parts = Vec::new();
    if let Some(text) = query.text("q") {
        let filter = parse(&text, now).map_err(|e| Problem::field("?q", e.to_string()))?;
        parts.push(filter);
    }
    let fields = [
        ("deployment", NameField::Deployment),
        ("variant", NameField::Variant),
        ("model", NameField::Model),
        ("user_id", NameField::User),
        ("chain_id", NameField::Chain),
        ("conversation_id", NameField::Conversation),
    ];
    let equals = |text: String| NameTest::Equals(text);
    let named = fields
        .into_iter()
        .filter_map(|(name, field)| Some(Filter::Is(Test::Name(field, equals(query.text(name)?)))));
    parts.extend(named);
    let statuses = LogStatus::ALL.map(LogStatus::as_str).join(", ");
    let status = query.read("status", &format!("one of {statuses}"), LogStatus::parse)?;
    parts.extend(status.map(|status| Filter::Is(Test::Status(status))));
    let pair = query.read("metadata", "key:value", |text| {
        let (key, value) = text.split_once(':')?;
        (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
    })?;
    parts.extend(pair.map(|(key, value)| Filter::Is(Test::Meta(key, equals(value)))));
    let thumbs = query.read("thumbs", "up or down", |text| match text {
        "up" => Some(true),
        "down" => Some(false),
        _ => None,
    })?;
    parts.extend(thumbs.map(|up| Filter::Is(Test::Thumbs(up))));
    parts.extend(score(query)?);
    parts.extend(feedback(query)?);
    parts.extend(query.flag("has_feedback")?.map(|has| {
        let is = Filter::Is(Test::Has(Part::Feedback));
        if has { is } else { Filter::Not(Box::new(is)) }
    }));
    parts.extend(query.days("from", "to")?.map(|(from, to)| {
        let from = Bound { value: Time::from_day(from), inclusive: true };
        let to = Bound { value: Time::from_day(to.saturating_add(1)), inclusive: false };
        Filter::Is(Test::Time(Range { from: Some(from), to: Some(to) }))
    }));
    Ok(flat(parts))
}

/// What must hold together lies side by side: one of the parts leads the search.
fn flat(parts: Vec<Filter>) -> Filter {
    let inner = |part| match part {
        Filter::And(inner) => inner,
        other => vec![other],
    };
    Filter::And(parts.into_iter().flat_map(inner).collect())
}

fn score(query: &Query) -> Result<Option<Filter>, Problem> {
    let read = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite());
    let bound = |value| Bound { value, inclusive: true };
    let range = Range {
        from: query.read("min_score", "a number", read)?.map(bound),
        to: query.read("max_score", "a number", read)?.map(bound),
    };
    let given = range.from.is_some() || range.to.is_some();
    Ok(given.then_some(Filter::Is(Test::Number(NumberField::Score, range))))
}

fn feedback(query: &Query) -> Result<Option<Filter>, Problem> {
    let feedback = query.read("feedback", "metric or metric:label", |text| {
        let (name, label) = text.split_once(':').map_or((text, None), |(n, l)| (n, Some(l)));
        metric::check_name(name).ok()?;
        Some((name.to_owned(), label.map(str::to_owned)))
    })?;
    let days = query.days("feedback_from", "feedback_to")?;
    match (feedback, days) {
        (None, Some(_)) => {
            let detail = "expected a metric beside feedback_from and feedback_to, got nothing";
            Err(Problem::field("?feedback", detail))
        }
        (None, None) => Ok(None),
        (Some((metric, label)), days) => {
            Ok(Some(Filter::Is(Test::Feedback { metric, label, days })))
        }
    }
}
