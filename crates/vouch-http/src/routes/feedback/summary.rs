//! `GET /api/v1/feedback/summary`: what people think over time.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::Time;
use vouch_domain::invalid::shorten;
use vouch_domain::metric::MetricDefinition;
use vouch_store::{SummaryPoint, SummaryQuery};

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// Counts and sums of one metric by day.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Summary {
    metric: MetricDefinition,
    /// The dimension.
    by: String,
    /// The first day.
    from: String,
    /// The last day.
    to: String,
    points: Vec<Point>,
}

/// One day of one value of the dimension.
#[derive(Serialize, utoipa::ToSchema)]
struct Point {
    /// `YYYY-MM-DD`, UTC.
    date: String,
    /// The dimension's value; empty for `all`.
    value: String,
    /// The feedback's value for words and booleans; empty for the total.
    label: String,
    /// Feedbacks.
    count: i64,
    /// Sum of their numbers; a boolean counts 0 or 1.
    sum: f64,
}

/// What people think over time: counts and sums of one metric by day.
#[utoipa::path(get, path = "/api/v1/feedback/summary", tag = "feedback",
    params(
        ("metric" = String, Query, description = "The metric's name."),
        ("by" = Option<String>, Query, description = "A dimension: `all` where absent, `model`, `meta:plan`, ..."),
        ("from" = Option<String>, Query, description = "The first date (UTC); 30 days ago where both are absent."),
        ("to" = Option<String>, Query, description = "The last date (UTC)."),
    ),
    responses((status = 200, body = Summary)))]
pub(crate) async fn summary(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<Summary>, Problem> {
    let query = query.only(&["metric", "by", "from", "to"])?;
    let project = caller.principal.project();
    let name = query.needed("metric", "the name of a metric")?;
    let days = query.days_or_last_30(app.now())?;
    let by = query.text("by").unwrap_or_else(|| "all".to_owned());
    let metrics = app.store.metrics(project).await?;
    let Some(metric) = metrics.iter().find(|metric| metric.name == name).cloned() else {
        let known: Vec<_> = metrics.iter().map(|metric| metric.name.as_str()).collect();
        let detail = format!("expected one of {}, got {}", known.join(", "), shorten(&name));
        return Err(Problem::field("?metric", detail));
    };
    let (from, to) = (Time::from_day(*days.start()).date(), Time::from_day(*days.end()).date());
    let wanted = SummaryQuery { project, metric: name, dimension: by.clone(), days };
    let points = app.store.summary(&wanted).await?.into_iter().map(Point::from).collect();
    Ok(Answer(Summary { metric, by, from, to, points }))
}

impl From<SummaryPoint> for Point {
    fn from(point: SummaryPoint) -> Self {
        Self {
            date: Time::from_day(point.day).date(),
            value: point.dimension_value,
            label: point.label,
            count: point.count,
            sum: point.sum,
        }
    }
}
