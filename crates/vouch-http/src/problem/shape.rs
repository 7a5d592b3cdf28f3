//! The bytes of a problem: RFC 9457, OpenAI's shape, Orq's shape.

use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::json;
use vouch_otlp::{Format, status_answer};

use super::{FieldError, Kind, Problem};

/// Who parses the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Native,
    OpenAi,
    Orq,
    /// OpenTelemetry's, in the format that the exporter speaks.
    Otlp(Format),
}

impl Shape {
    /// By the path of the request, and for OpenTelemetry by its content type.
    pub(crate) fn of(path: &str, headers: &HeaderMap) -> Self {
        if path == "/v1/traces" {
            let came = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
            Self::Otlp(came.and_then(Format::of).unwrap_or(Format::Json))
        } else if path.starts_with("/v1/") {
            Self::OpenAi
        } else if path.starts_with("/v2/") {
            Self::Orq
        } else {
            Self::Native
        }
    }

    /// OpenAI, Orq and OpenTelemetry know only 400 for an input that is wrong.
    const fn status(self, kind: Kind) -> StatusCode {
        match (self, kind) {
            (Self::OpenAi | Self::Orq | Self::Otlp(_), Kind::InvalidInput) => {
                StatusCode::BAD_REQUEST
            }
            _ => kind.status(),
        }
    }
}

/// RFC 9457 problem details.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemJson<'a> {
    /// `https://vouch.dev/problems/` and the kind of problem; stable.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request.
    detail: &'a str,
    /// The path of the request.
    instance: &'a str,
    /// Each field that is wrong.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    /// What to name when asking about it: also in the header `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

/// The answer that tells the caller of `path` about `problem`. `request_id` may be empty: a request
/// that was not let in has none.
pub(crate) fn render(problem: &Problem, shape: Shape, path: &str, request_id: &str) -> Response {
    let status = shape.status(problem.kind);
    let (content_type, body) = match shape {
        Shape::Native => {
            let json = ProblemJson {
                kind: format!("https://vouch.dev/problems/{}", problem.kind.slug()),
                title: problem.kind.title(),
                status: status.as_u16(),
                detail: &problem.detail,
                instance: path,
                errors: &problem.errors,
                request_id: Some(request_id)
                    .filter(|id| status.is_server_error() && !id.is_empty()),
            };
            ("application/problem+json", serde_json::to_vec(&json))
        }
        Shape::OpenAi => ("application/json", serde_json::to_vec(&openai(problem))),
        Shape::Orq => ("application/json", serde_json::to_vec(&orq(problem, status))),
        Shape::Otlp(format) => (format.media_type(), Ok(status_answer(&problem.detail, format))),
    };
    // Serialising texts and numbers cannot fail.
    let mut response = Response::new(Body::from(body.unwrap_or_default()));
    *response.status_mut() = status;
    response.headers_mut().extend(problem.headers.iter().cloned());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn openai(problem: &Problem) -> serde_json::Value {
    let (kind, code) = match problem.kind {
        Kind::Unauthenticated => ("invalid_request_error", Some("invalid_api_key")),
        Kind::Forbidden => ("invalid_request_error", Some("insufficient_permissions")),
        Kind::UnknownModel => ("invalid_request_error", Some("model_not_found")),
        Kind::TooManyRequests => ("rate_limit_error", Some("rate_limit_exceeded")),
        Kind::Internal => ("server_error", Some("internal_error")),
        Kind::UpstreamUnreachable => ("server_error", Some("upstream_unreachable")),
        Kind::Unavailable => ("server_error", Some("unavailable")),
        _ => ("invalid_request_error", None),
    };
    let first = problem.errors.first().map(|e| e.pointer.as_str());
    let param = match problem.kind {
        Kind::UnknownModel => Some("model".to_owned()),
        _ => first.filter(|pointer| !pointer.is_empty()).map(param),
    };
    json!({"error": {"message": problem.detail, "type": kind, "param": param, "code": code}})
}

/// `/messages/0/role` as OpenAI writes it: `messages[0].role`.
fn param(pointer: &str) -> String {
    let mut text = String::new();
    for step in pointer.split('/').filter(|step| !step.is_empty()) {
        if step.bytes().all(|b| b.is_ascii_digit()) {
            text.extend(["[", step, "]"]);
        } else {
            text.push_str(if text.is_empty() { "" } else { "." });
            text.push_str(step);
        }
    }
    text
}

fn orq(problem: &Problem, status: StatusCode) -> serde_json::Value {
    json!({
        "code": status.as_u16(),
        "error": problem.kind.title(),
        "message": problem.detail,
        "source": "vouch",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_becomes_openais_param() {
        assert_eq!(param("/messages/0/role"), "messages[0].role");
        assert_eq!(param("x-vouch-metadata"), "x-vouch-metadata");
    }
}
