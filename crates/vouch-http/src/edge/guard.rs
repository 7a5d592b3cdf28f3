//! The headers that guard browsers, and the one route that other sites' pages may call.
//!
//! A preflight is answered for every origin: it carries no body, and so no token, and only the
//! token names the project whose origins count. Nothing is lost by that. It allows a page to send
//! one kind of request, without credentials, which the page's server could send as well; the
//! request itself is then judged by the project's origins (`routes/feedback/public.rs`) before
//! anything is kept. A refusal is readable by the page for the same reason: it holds no secret,
//! and is of use only where whoever built the page can see it.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY,
    ORIGIN, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

/// What a browser may give feedback to from any site, without credentials.
const PUBLIC_FEEDBACK: &str = "/api/v1/public/feedback";
/// The web component that does so.
const WIDGET: &str = "/widget.js";

/// Nothing from another origin; inline styles because the component library sets them.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'self'; object-src 'none'";

/// Answers a browser that asks whether it may send feedback from another site.
pub(crate) fn preflight(request: &Request) -> Option<Response> {
    let asks = request.method() == Method::OPTIONS && request.uri().path() == PUBLIC_FEEDBACK;
    asks.then(|| {
        let allowed = [
            (ACCESS_CONTROL_ALLOW_METHODS, "POST"),
            (ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
            (ACCESS_CONTROL_MAX_AGE, "7200"),
        ];
        (StatusCode::NO_CONTENT, allowed).into_response()
    })
}

/// The page's origin, where a request of another site's page is answered.
pub(crate) fn page(request: &Request) -> Option<HeaderValue> {
    let public = request.uri().path() == PUBLIC_FEEDBACK;
    request.headers().get(ORIGIN).filter(|_| public).cloned()
}

/// Puts the headers on that every answer has. `page` is the origin of [`page`].
pub(crate) fn protect(path: &str, page: Option<HeaderValue>, headers: &mut HeaderMap) {
    let mut set = |name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    let shared = path == WIDGET || path == PUBLIC_FEEDBACK;
    let resources = if shared { "cross-origin" } else { "same-origin" };
    set(HeaderName::from_static("cross-origin-resource-policy"), resources);
    if path == WIDGET {
        set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if path == PUBLIC_FEEDBACK {
        set(ACCESS_CONTROL_EXPOSE_HEADERS, "x-request-id, retry-after");
        set(VARY, "Origin");
        if let Some(page) = page {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, page);
        }
    }
    let answers = ["/api/", "/v1/", "/v2/"].iter().any(|start| path.starts_with(start));
    if answers && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
