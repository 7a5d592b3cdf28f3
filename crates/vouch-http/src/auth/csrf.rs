//! Requests that another site made a browser send are refused: they cannot set our header, and
//! their `Origin` is not ours.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Uri};

use crate::problem::{Kind, Problem};
use crate::state::App;

/// Any value will do: a foreign page cannot set it without asking us first (CORS).
const HEADER: &str = "x-vouch-csrf";

/// Checks a request that changes something on the strength of a cookie.
pub(crate) fn check(app: &App, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    if !headers.contains_key(HEADER) {
        let detail = "A request with a session cookie must send the header x-vouch-csrf: 1.";
        let field = "expected any value, got nothing";
        return Err(Problem::new(Kind::Forbidden, detail).with_error(HEADER, field));
    }
    check_origin(app, uri, headers)
}

/// Checks that `Origin`, where it is sent, is this server.
pub(crate) fn check_origin(app: &App, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    if is_own(app, uri, headers, origin) {
        return Ok(());
    }
    let detail = "The request comes from another site.";
    let field =
        format!("expected {}, got {}", app.public_url, vouch_domain::invalid::shorten(origin));
    Err(Problem::new(Kind::Forbidden, detail).with_error("origin", field))
}

/// Whether an origin is that of this server's own pages.
pub(crate) fn is_own(app: &App, uri: &Uri, headers: &HeaderMap, origin: &str) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(http::uri::Authority::as_str));
    origin == app.public_url
        || host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, from)| from == host))
}
