//! `POST /v1/traces`: OpenTelemetry's traces, OTLP over HTTP.

use std::io::Read;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use flate2::bufread::MultiGzDecoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use vouch_domain::invalid::shorten;
use vouch_domain::log::{Log, Served};
use vouch_domain::price::Price;
use vouch_otlp::{Export, Format, Intake, MAX_SPANS, Unreadable, export_answer};

use crate::auth::Caller;
use crate::body::{LARGE, MOST, read};
use crate::problem::{Kind, Problem};
use crate::routes::checks::{self, SKEW_S};
use crate::state::App;

/// Send in spans, as protobuf or JSON, plain or gzip. Spans of model calls (`gen_ai.*` or
/// OpenInference) become logs; sending one again changes nothing. Other spans are accepted and not
/// kept. What is rejected is counted in `partial_success`.
#[utoipa::path(post, path = "/v1/traces", tag = "opentelemetry",
    request_body(content(
        (Object = "application/json"),
        (Vec<u8> = "application/x-protobuf"),
    ), description = "An ExportTraceServiceRequest."),
    params(("content-encoding" = Option<String>, Header, description = "`gzip`, where it is.")),
    responses((status = 200, body = Object, description = "An ExportTraceServiceResponse.")))]
pub(crate) async fn traces(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let format = format(request.headers())?;
    let (parts, bytes) = read(request, LARGE).await?;
    let bytes = if is_gzip(&parts.headers)? { gunzip(&bytes)?.into() } else { bytes };
    let project = caller.principal.project();
    let by = caller.principal.actor();
    let intake = Intake { project, by: &by, latest: app.now().plus_s(SKEW_S) };
    let mut export = vouch_otlp::read(&bytes, format, &intake).map_err(unreadable)?;
    keep(&app, &caller, &mut export).await?;
    let answer = export_answer(&export, format);
    Ok(([(CONTENT_TYPE, format.media_type())], answer).into_response())
}

/// Writes the logs. Each batch is whole; when a later one fails the exporter sends all again, and
/// what is there already stays as it is.
async fn keep(app: &App, caller: &Caller, export: &mut Export) -> Result<(), Problem> {
    let project = caller.principal.project();
    let spans = export.logs.iter().map(|(span, log)| (*span, log.id)).collect();
    let ids = app.store.span_logs(project, spans).await?;
    let has_usage = export.logs.iter().any(|(_, log)| log.usage.is_some());
    let prices = if has_usage { app.store.prices(project).await? } else { Vec::new() };
    let logged = export.logs.len() as u64;
    let named = export.logs.drain(..).zip(ids);
    let mut logs: Vec<_> = named
        .map(|((_, log), id)| Log { id, cost_usd_micros: cost(&prices, &log), ..log })
        .collect();
    while !logs.is_empty() {
        let rest = logs.split_off(logs.len().min(MOST));
        app.store.insert_logs(project, &logs, Vec::new(), None).await?;
        logs = rest;
    }
    app.measures.spans("logged", logged);
    app.measures.spans("passed_over", export.passed_over);
    app.measures.spans("rejected", export.rejected);
    Ok(())
}

/// By the model that was asked, or else by the one that answered.
fn cost(prices: &[Price], log: &Log) -> Option<i64> {
    let answered = || {
        let model = log.metadata.get("otel")?.get("response_model")?.as_str()?;
        let served = Served { model: Some(model.to_owned()), ..log.served.clone() };
        checks::cost(prices, &served, log.usage.as_ref())
    };
    checks::cost(prices, &log.served, log.usage.as_ref()).or_else(answered)
}

fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let came = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("nothing");
    Format::of(came).ok_or_else(|| {
        let expected = "expected application/x-protobuf or application/json";
        unsupported("content-type", expected, came)
    })
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    let came = headers.get(CONTENT_ENCODING).map_or("identity", |v| v.to_str().unwrap_or("?"));
    match came.trim().to_ascii_lowercase().as_str() {
        "identity" | "" => Ok(false),
        "gzip" => Ok(true),
        other => Err(unsupported("content-encoding", "expected gzip, or none", other)),
    }
}

fn unsupported(header: &str, expected: &str, came: &str) -> Problem {
    let problem = Problem::new(Kind::UnsupportedMediaType, "");
    problem.with_error(header, format!("{expected}, got {}", shorten(came)))
}

/// A small body can hold very much.
fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut whole = Vec::new();
    let most = LARGE as u64 + 1;
    let unpacked = MultiGzDecoder::new(bytes).take(most).read_to_end(&mut whole);
    if let Err(e) = unpacked {
        let detail = format!("expected gzip, got something else: {e}");
        return Err(Problem::new(Kind::MalformedJson, "").with_error("", detail));
    }
    if whole.len() > LARGE {
        let detail = format!("A body of at most {LARGE} bytes is taken here, unpacked.");
        return Err(Problem::new(Kind::TooLarge, detail));
    }
    Ok(whole)
}

fn unreadable(e: Unreadable) -> Problem {
    match e {
        Unreadable::Malformed(text) => {
            let detail =
                format!("expected an ExportTraceServiceRequest, got something else: {text}");
            Problem::new(Kind::MalformedJson, "").with_error("", detail)
        }
        Unreadable::TooMany => {
            let detail = format!("At most {MAX_SPANS} spans are taken at once.");
            Problem::new(Kind::TooLarge, detail)
        }
    }
}
