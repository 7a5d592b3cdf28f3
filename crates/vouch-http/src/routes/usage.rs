//! `GET /api/v1/usage`: calls, tokens and cost by day.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::Time;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// Calls, tokens and cost by day.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct UsageByDay {
    points: Vec<UsageOfDay>,
}

/// One day of one deployment, variant and model.
#[derive(Serialize, utoipa::ToSchema)]
struct UsageOfDay {
    /// `YYYY-MM-DD`, UTC.
    date: String,
    /// The deployment's key; empty for none.
    deployment: String,
    /// The variant's name; empty for none.
    variant: String,
    /// The model's name; empty for none.
    model: String,
    calls: i64,
    /// Of the calls, those that failed.
    failed: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    /// Millionths of a US dollar.
    cost_usd_micros: i64,
}

/// Calls, tokens and cost by day, deployment, variant and model.
#[utoipa::path(get, path = "/api/v1/usage", tag = "logs",
    params(
        ("from" = Option<String>, Query, description = "The first date (UTC); 30 days ago where both are absent."),
        ("to" = Option<String>, Query, description = "The last date (UTC)."),
    ),
    responses((status = 200, body = UsageByDay)))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<UsageByDay>, Problem> {
    let days = query.only(&["from", "to"])?.days_or_last_30(app.now())?;
    let points = app.store.usage(caller.principal.project(), days).await?;
    let points = points.into_iter().map(|point| UsageOfDay {
        date: Time::from_day(point.day).date(),
        deployment: point.deployment,
        variant: point.variant,
        model: point.model,
        calls: point.calls,
        failed: point.failed,
        prompt_tokens: point.prompt_tokens,
        completion_tokens: point.completion_tokens,
        cost_usd_micros: point.cost_usd_micros,
    });
    Ok(Answer(UsageByDay { points: points.collect() }))
}
