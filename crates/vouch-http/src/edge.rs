//! Around everything: the request's id and span, the form of its path, panics, errors as bytes,
//! and the headers of every answer.

mod guard;

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Uri};
use tracing::Instrument;
use vouch_domain::rate::Standing;

use crate::auth::tell_limit;
use crate::authorise::RouteLabel;
use crate::problem::{Carried, Problem, Shape, render};
use crate::secret::hex;
use crate::state::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const UPSTREAM_REQUEST_ID: HeaderName = HeaderName::from_static("x-vouch-upstream-request-id");

/// Handles one request from its first to its last layer.
pub(crate) async fn edge(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(&app);
    single_slashes(request.uri_mut());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let shape = Shape::of(&path, request.headers());
    let page = guard::page(&request);
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        http.request.method = %method,
        http.route = tracing::field::Empty,
        http.response.status_code = tracing::field::Empty,
    );
    let answering = async {
        let answer = match guard::preflight(&request) {
            Some(answer) => Ok(answer),
            None => AssertUnwindSafe(next.run(request)).catch_unwind().await,
        };
        let mut response = answer.unwrap_or_else(|panic| panicked(panic.as_ref()));
        if let Some(Carried(problem)) = response.extensions_mut().remove::<Carried>() {
            report(&problem);
            let rendered = render(&problem, shape, &path, &id);
            let extensions = std::mem::take(response.extensions_mut());
            response = rendered;
            *response.extensions_mut() = extensions;
        }
        if let Some(standing) = response.extensions().get::<Standing>().copied() {
            tell_limit(&standing, response.headers_mut());
        }
        let route = response.extensions().get::<RouteLabel>().map_or("other", |label| label.0);
        let (status, took) = (response.status().as_u16(), began.elapsed());
        app.measures.request(&method, route, status, took);
        let span = tracing::Span::current();
        span.record("http.route", route).record("http.response.status_code", status);
        tracing::debug!(latency_ms = took.as_secs_f64() * 1e3, "answered");
        guard::protect(&path, page, response.headers_mut());
        name_request(&id, &mut response);
        response
    };
    answering.instrument(span).await
}

/// `req_` and 20 hexadecimal digits.
fn request_id(app: &App) -> String {
    format!("req_{}", hex(&app.entropy()))
}

/// Our id is on every answer; an upstream's moves aside.
fn name_request(id: &str, response: &mut Response) {
    let headers = response.headers_mut();
    if let Some(theirs) = headers.remove(REQUEST_ID) {
        headers.insert(UPSTREAM_REQUEST_ID, theirs);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Some clients write `//v2/feedback`.
fn single_slashes(uri: &mut Uri) {
    if !uri.path().contains("//") {
        return;
    }
    let mut path = String::with_capacity(uri.path().len());
    for c in uri.path().chars() {
        if c != '/' || !path.ends_with('/') {
            path.push(c);
        }
    }
    if let Some(query) = uri.query() {
        path = format!("{path}?{query}");
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(path).ok().or(parts.path_and_query);
    if let Ok(mended) = Uri::from_parts(parts) {
        *uri = mended;
    }
}

/// The diagnostics learn the cause of what was our fault, once.
fn report(problem: &Problem) {
    let Some(cause) = problem.cause() else { return };
    let mut chain = cause.to_string();
    let mut source = cause.source();
    while let Some(e) = source {
        chain = format!("{chain}: {e}");
        source = e.source();
    }
    tracing::error!(error = chain, "a request failed");
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Problem::internal(format!("panic: {}", text.unwrap_or("(no text)"))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_slashes_become_one_and_the_query_stays() {
        let check = |from: &str| {
            let mut uri: Uri = from.parse().unwrap();
            single_slashes(&mut uri);
            uri.to_string()
        };
        assert_eq!(check("//v2/feedback"), "/v2/feedback");
        assert_eq!(check("/api///v1//logs?x=a//b"), "/api/v1/logs?x=a//b");
        assert_eq!(check("/healthz"), "/healthz");
    }
}
