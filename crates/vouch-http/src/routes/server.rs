//! The server about itself.

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use vouch_store::UsagePoint;

use crate::auth::Caller;
use crate::problem::{Kind, Problem};
use crate::prometheus::Text;
use crate::state::App;
use crate::{openapi as document, ui};

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = String)))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers and takes writes.
#[utoipa::path(get, path = "/readyz", tag = "server", responses((status = 200, body = String)))]
pub(crate) async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.shutdown.is_cancelled() {
        return Err(Problem::new(Kind::Unavailable, "The server is stopping."));
    }
    app.store.ready().await?;
    Ok("ready\n")
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "server",
    responses((status = 200, body = Object)))]
pub(crate) async fn openapi() -> impl IntoResponse {
    /// It never changes while the process runs.
    static TEXT: LazyLock<String> =
        LazyLock::new(|| document::openapi().to_json().unwrap_or_default());
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str())
}

/// A web component with thumbs, for pages of any site.
#[utoipa::path(get, path = "/widget.js", tag = "server",
    responses((status = 200, body = String, content_type = "text/javascript")))]
pub(crate) async fn widget(headers: HeaderMap) -> Response {
    ui::file("widget.js", &headers)
}

/// What a gauge shows of a day's usage.
type Field = fn(&UsagePoint) -> i64;

/// Measures of this process and of the project's calls today, in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "server",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let today = app.now().day();
    let usage = app.store.usage(caller.principal.project(), today..=today).await?;
    let mut text = Text(app.measures.text());
    let gauges: [(&str, &str, Field); 4] = [
        ("vouch_calls_today", "Logged calls since midnight UTC.", |p| p.calls),
        ("vouch_prompt_tokens_today", "Input tokens since midnight UTC.", |p| p.prompt_tokens),
        ("vouch_completion_tokens_today", "Output tokens since midnight UTC.", |p| {
            p.completion_tokens
        }),
        ("vouch_cost_usd_micros_today", "Cost since midnight UTC.", |p| p.cost_usd_micros),
    ];
    for (name, help, field) in gauges {
        text.head(name, "gauge", help);
        for point in &usage {
            let labels = [
                ("deployment", point.deployment.as_str()),
                ("variant", &point.variant),
                ("model", &point.model),
            ];
            text.line(name, &labels, field(point));
        }
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.0).into_response())
}
