//! The embedded web UI: files of `web/dist`, and `index.html` for every page of the app.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::{Kind, Problem};
use crate::secret::hex;
use crate::state::App;

/// A debug build reads the folder while it runs, a release build holds the files.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

const NOT_BUILT: &str = "This binary was built without the web UI. Build it with \
    `cargo xtask demo`, or `npm ci && npm run build` in web/ and then the binary again.";

/// Answers what no route does: a file of the UI, a page of the app, or a problem.
pub(crate) async fn fallback(State(_): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let is_api = ["/api/", "/v1/", "/v2/"].iter().any(|start| path.starts_with(start));
    if reads && !is_api {
        let name = path.trim_start_matches('/');
        if name != "index.html"
            && let Some(file) = Dist::get(name)
        {
            return serve(name, &file, request.headers());
        }
        if wants_page(request.headers()) {
            return index(request.headers());
        }
    }
    Problem::not_found(&format!("route {} {path}", request.method())).into_response()
}

/// A file of the UI by its name.
pub(crate) fn file(name: &str, headers: &HeaderMap) -> Response {
    match Dist::get(name) {
        Some(file) => serve(name, &file, headers),
        None => Problem::new(Kind::Unavailable, NOT_BUILT).into_response(),
    }
}

fn index(headers: &HeaderMap) -> Response {
    file("index.html", headers)
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn serve(name: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    // Vite puts a hash of the content into the names under assets/.
    let cache = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let head = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type(name))),
        (CACHE_CONTROL, HeaderValue::from_static(cache)),
        (ETAG, HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\""))),
    ];
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag)) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let body = match &file.data {
        std::borrow::Cow::Borrowed(bytes) => Body::from(*bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes.clone()),
    };
    (head, body).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
