//! What can go wrong.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use serde::Deserialize;

/// What a failing connection says.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The result of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong; one variant per thing that a caller may do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused the request or failed, still after all retries.
    #[error(transparent)]
    Status(Box<Problem>),
    /// No answer: the server could not be reached, or the connection broke.
    #[error("no answer: {0}")]
    Connection(#[source] BoxError),
    /// No answer in time; of a stream, silence for so long.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// A streamed answer ended before its end.
    #[error("the stream broke off")]
    StreamBroken {
        /// The log of the broken answer, where the stream got far enough to name it.
        log_id: Option<String>,
        /// What the connection said, where it broke.
        source: Option<BoxError>,
    },
    /// The answer is not what this client understands.
    #[error("the answer cannot be read")]
    Answer(#[source] serde_json::Error),
    /// The client was made, or called, with something that cannot work.
    #[error("{0}")]
    Usage(String),
}

impl Error {
    /// What the server said, where it answered.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Status(problem) => Some(problem),
            _ => None,
        }
    }

    /// The HTTP status, where the server answered.
    pub fn status(&self) -> Option<u16> {
        self.problem().map(|problem| problem.status)
    }
}

/// RFC 9457 problem details.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What kind of problem it is (`type`): a stable URI, or `about:blank`.
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// What is wrong with this request.
    pub detail: String,
    /// The path of the request.
    pub instance: String,
    /// Each field that is wrong.
    pub errors: Vec<FieldError>,
    /// What to name when asking the server's operator about it.
    pub request_id: Option<String>,
    /// The log of the call, where there is one.
    pub log_id: Option<String>,
}

/// One field of the request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FieldError {
    /// A JSON pointer into the body, `?name` for a query parameter, or a header's name.
    pub pointer: String,
    /// What would be right, and what came.
    pub detail: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.title)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

impl StdError for Problem {}

/// The fields of a native problem, and those of Orq's routes.
#[derive(Default, Deserialize)]
struct Came {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(alias = "error")]
    title: Option<String>,
    #[serde(alias = "message")]
    detail: Option<String>,
    instance: Option<String>,
    #[serde(default)]
    errors: Vec<FieldError>,
}

impl Problem {
    /// Reads an answer that is no success.
    pub(crate) fn read(
        status: http::StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        path: &str,
    ) -> Self {
        let came = serde_json::from_slice(body).unwrap_or_else(|_| {
            let shown: String = String::from_utf8_lossy(body).chars().take(500).collect();
            Came { detail: Some(shown), ..Came::default() }
        });
        let header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let title = || status.canonical_reason().unwrap_or_default().to_owned();
        Self {
            status: status.as_u16(),
            kind: came.kind.unwrap_or_else(|| "about:blank".to_owned()),
            title: came.title.unwrap_or_else(title),
            detail: came.detail.unwrap_or_default(),
            instance: came.instance.unwrap_or_else(|| path.to_owned()),
            errors: came.errors,
            request_id: header("x-request-id"),
            log_id: header("x-vouch-log-id"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    fn read(status: u16, body: &str) -> Problem {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", http::HeaderValue::from_static("req_1"));
        Problem::read(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), "/p")
    }

    #[test]
    fn a_problem_keeps_its_fields() {
        let problem = read(
            422,
            r#"{"type": "https://vouch.dev/problems/invalid-input", "title": "Not valid",
                "status": 422, "detail": "/value: expected a number", "instance": "/api",
                "errors": [{"pointer": "/value", "detail": "expected a number"}]}"#,
        );
        assert_eq!(problem.kind, "https://vouch.dev/problems/invalid-input");
        assert_eq!(problem.errors[0].pointer, "/value");
        assert_eq!(problem.instance, "/api");
        assert_eq!(problem.to_string(), "422 Not valid: /value: expected a number (request req_1)");
    }

    #[test]
    fn orqs_shape_and_other_bodies_are_read_as_well() {
        let orq = read(404, r#"{"code": 404, "error": "No such model", "message": "no x"}"#);
        assert_eq!((orq.title.as_str(), orq.detail.as_str()), ("No such model", "no x"));
        let html = read(502, "<h1>Bad gateway</h1>");
        assert_eq!(
            (html.title.as_str(), html.detail.as_str()),
            ("Bad Gateway", "<h1>Bad gateway</h1>")
        );
    }
}
