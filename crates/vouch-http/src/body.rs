//! Reading a JSON body: its size, its type, its fields.

mod explain;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, EXPECT};
use http::request::Parts;
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::time::timeout;
use vouch_store::Fingerprint;

use crate::auth::Caller;
use crate::problem::{Kind, Problem};
use crate::secret::sha256_hex;
use crate::state::App;

pub(crate) use explain::parse;

/// For settings and single values: 1 MiB.
pub(crate) const SMALL: usize = 1 << 20;
/// For logs and batches, which may hold images: 32 MiB.
pub(crate) const LARGE: usize = 32 << 20;

/// How long a client may pause within its body.
pub(crate) const STALL: Duration = Duration::from_secs(30);
/// How much of a body that is too large is read, to be forgotten, and how long that may take.
const DRAINED_BYTES: usize = 128 << 20;
const DRAINED_FOR: Duration = Duration::from_secs(30);

/// A JSON body of a known shape. No body at all reads as `{}`, so that a call without arguments
/// needs none.
pub(crate) struct Json<T, const LIMIT: usize = SMALL>(pub(crate) T);

impl<T: DeserializeOwned, const LIMIT: usize> FromRequest<App> for Json<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let (_, bytes) = json_bytes(request, LIMIT).await?;
        parse(&bytes).map(Self)
    }
}

/// A JSON body whose write can be repeated: with an `Idempotency-Key`, a fingerprint.
pub(crate) struct Repeatable<T, const LIMIT: usize = LARGE> {
    /// What came.
    pub(crate) value: T,
    /// Makes a repeat harmless, where the caller asked for it.
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl<T: DeserializeOwned, const LIMIT: usize> FromRequest<App> for Repeatable<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let (parts, bytes) = json_bytes(request, LIMIT).await?;
        let fingerprint = fingerprint(&parts, &bytes)?;
        Ok(Self { value: parse(&bytes)?, fingerprint })
    }
}

/// Either one thing, or `{"<LIST>": [...]}` with up to [`MOST`] of them.
pub(crate) struct Batch<T> {
    /// What came.
    pub(crate) items: Vec<T>,
    /// Where the items are in the body: empty for a single thing, `/logs` for a list.
    pub(crate) at: &'static str,
    /// Makes a repeat harmless, where the caller asked for it.
    pub(crate) fingerprint: Option<Fingerprint>,
}

/// A thing that comes alone or in a list of this name.
pub(crate) trait Listed: DeserializeOwned {
    /// The list's pointer, e.g. `/logs`.
    const AT: &'static str;
    /// Reads the list.
    fn list(bytes: &[u8]) -> Result<Vec<Self>, Problem>;
}

/// The most things in one batch.
pub(crate) const MOST: usize = 1000;

impl<T: Listed> FromRequest<App> for Batch<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let (parts, bytes) = json_bytes(request, LARGE).await?;
        let fingerprint = fingerprint(&parts, &bytes)?;
        if !has_list(&bytes, &T::AT[1..]) {
            return Ok(Self { items: vec![parse(&bytes)?], at: "", fingerprint });
        }
        let items = T::list(&bytes)?;
        if !(1..=MOST).contains(&items.len()) {
            let detail = format!("expected a list of 1 to {MOST}, got {}", items.len());
            return Err(Problem::field(T::AT, detail));
        }
        Ok(Self { items, at: T::AT, fingerprint })
    }
}

impl<T> Batch<T> {
    /// The pointer of item `i`.
    pub(crate) fn pointer(&self, i: usize) -> String {
        if self.at.is_empty() { String::new() } else { format!("{}/{i}", self.at) }
    }
}

/// Whether the object has a field of that name, without building it.
fn has_list(bytes: &[u8], name: &str) -> bool {
    let fields: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_slice(bytes);
    fields.is_ok_and(|fields| fields.contains_key(name))
}

/// The whole body, no larger than `limit`, whatever its type.
pub(crate) async fn read(request: Request, limit: usize) -> Result<(Parts, Bytes), Problem> {
    let (parts, mut body) = request.into_parts();
    let fits = |bytes: usize| bytes <= limit;
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let (mut pieces, mut bytes) = (Vec::<Bytes>::new(), 0);
    while fits(announced) && fits(bytes) {
        let frame = timeout(STALL, body.frame()).await.map_err(|_| stalled())?;
        let Some(frame) = frame else {
            let whole = if pieces.len() == 1 { pieces.remove(0) } else { pieces.concat().into() };
            return Ok((parts, whole));
        };
        let frame = frame.map_err(|_| broken())?;
        if let Ok(piece) = frame.into_data() {
            bytes += piece.len();
            pieces.push(piece);
        }
    }
    drop(pieces);
    // Who asked whether to send it at all is told no; otherwise it would be asked for.
    if !parts.headers.contains_key(EXPECT) {
        drain(&mut body).await;
    }
    Err(too_large(limit))
}

/// Reads what is left of a body, and forgets it. Most clients read no answer before they have sent
/// everything, and closing the connection on what they send would take our answer from them.
pub(crate) async fn drain(body: &mut Body) {
    let mut left = DRAINED_BYTES;
    let all = async {
        while let Some(Ok(frame)) = body.frame().await
            && let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len))
        {
            left = rest;
        }
    };
    // Whoever takes longer, or sends more, may find the connection closed.
    timeout(DRAINED_FOR, all).await.ok();
}

pub(crate) fn stalled() -> Problem {
    let detail = format!("Nothing more of the body came for {} s.", STALL.as_secs());
    Problem::new(Kind::RequestTimeout, detail)
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("A body of at most {limit} bytes is taken here.");
    let field = format!("expected at most {limit} bytes, got more");
    Problem::new(Kind::TooLarge, detail).with_error("", field)
}

pub(crate) fn broken() -> Problem {
    Problem::new(Kind::MalformedJson, "The body broke off before its end.")
}

async fn json_bytes(request: Request, limit: usize) -> Result<(Parts, Bytes), Problem> {
    let content_type = request.headers().get(CONTENT_TYPE).map(|v| v.as_bytes().to_owned());
    let (parts, bytes) = read(request, limit).await?;
    if bytes.is_empty() {
        return Ok((parts, Bytes::from_static(b"{}")));
    }
    let came = content_type.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let media_type = came.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if !is_json {
        let got = if media_type.is_empty() { "none" } else { &media_type };
        let detail =
            format!("expected application/json, got {}", vouch_domain::invalid::shorten(got));
        let problem = Problem::new(Kind::UnsupportedMediaType, "");
        return Err(problem.with_error("content-type", detail));
    }
    Ok((parts, bytes))
}

/// The fingerprint of a write: its route, its caller, the caller's key, and the body.
fn fingerprint(parts: &Parts, bytes: &[u8]) -> Result<Option<Fingerprint>, Problem> {
    const NAME: &str = "idempotency-key";
    let Some(value) = parts.headers.get(NAME) else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    let Some(key) = key else {
        let detail = "expected 1 to 255 ASCII characters";
        return Err(Problem::field(NAME, format!("{detail}, got {} bytes", value.len())));
    };
    let caller = parts.extensions.get::<Caller>();
    let who = caller.map(|c| c.principal.actor().to_string()).unwrap_or_default();
    Ok(Some(Fingerprint {
        key: format!("{} {}:{who}:{key}", parts.method, parts.uri.path()),
        body_sha256: sha256_hex(bytes),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::response::IntoResponse;
    use futures_util::{StreamExt, stream};

    #[tokio::test(start_paused = true)]
    async fn a_client_that_stalls_within_its_body_is_told_so() {
        let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        let request = Request::new(Body::from_stream(begun.chain(stream::pending())));
        let problem = read(request, SMALL).await.unwrap_err();
        assert_eq!(problem.into_response().status(), http::StatusCode::REQUEST_TIMEOUT);
    }
}
