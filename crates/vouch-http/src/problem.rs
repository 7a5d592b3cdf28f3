//! Every error answer: what can go wrong, and its bytes in the shape that the caller parses.
//!
//! A handler returns a [`Problem`]; its response carries it along, and the edge renders it, where
//! the request's path and id are known. Native routes answer RFC 9457 problem+json, `/v1` what
//! OpenAI's clients parse, `/v2` what Orq's do.

mod from;
mod shape;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use vouch_store::StoreError;

pub(crate) use shape::{ProblemJson, Shape, render};

/// What kind of thing went wrong; one kind is one thing that a caller may do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    InvalidInput,
    MalformedJson,
    Unauthenticated,
    Forbidden,
    NotFound,
    UnknownModel,
    MethodNotAllowed,
    RequestTimeout,
    Conflict,
    TooLarge,
    UnsupportedMediaType,
    TooManyRequests,
    Internal,
    UpstreamUnreachable,
    Unavailable,
}

impl Kind {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::InvalidInput => StatusCode::UNPROCESSABLE_ENTITY,
            Self::MalformedJson => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::UnknownModel => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::UpstreamUnreachable => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The last part of the problem's `type`.
    const fn slug(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid-input",
            Self::MalformedJson => "malformed-json",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound | Self::UnknownModel => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::RequestTimeout => "request-timeout",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::TooManyRequests => "too-many-requests",
            Self::Internal => "internal",
            Self::UpstreamUnreachable => "upstream-unreachable",
            Self::Unavailable => "unavailable",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::InvalidInput => "The input is not valid",
            Self::MalformedJson => "The body is not JSON",
            Self::Unauthenticated => "Sign in or send an API key",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::UnknownModel => "No such model",
            Self::MethodNotAllowed => "Method not allowed",
            Self::RequestTimeout => "The request came too slowly",
            Self::Conflict => "Conflict",
            Self::TooLarge => "The body is too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::TooManyRequests => "Too many requests",
            Self::Internal => "The server failed",
            Self::UpstreamUnreachable => "The provider gave no answer",
            Self::Unavailable => "Unavailable",
        }
    }
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct FieldError {
    /// Where: a JSON pointer into the body, `?name` for a query parameter, `{name}` for a part
    /// of the path, or a header's name.
    pub(crate) pointer: String,
    /// What would be right, and what came.
    pub(crate) detail: String,
}

/// Something that went wrong with a request.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { kind, detail, errors: vec![], headers: vec![], cause: None }
    }

    /// One field of the body is wrong.
    pub(crate) fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Kind::InvalidInput, "").with_error(pointer, detail)
    }

    /// There is no such thing in this project.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("There is no {what}."))
    }

    /// What the store answered, with the name of what it did not find.
    pub(crate) fn of_store(e: StoreError, what: &str) -> Self {
        match e {
            StoreError::NotFound(_) => Self::not_found(what),
            other => other.into(),
        }
    }

    /// The server's fault; `cause` goes to the diagnostics, never to the caller.
    pub(crate) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(Kind::Internal, FAILED) }
    }

    /// The server's fault, without an error that says so.
    pub(crate) fn bug(text: &str) -> Self {
        Self::internal(text.to_owned())
    }

    pub(crate) fn with_error(
        mut self,
        pointer: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let error = FieldError { pointer: pointer.into(), detail: detail.into() };
        if self.detail.is_empty() {
            let at = if error.pointer.is_empty() { "the body" } else { &error.pointer };
            self.detail = format!("{at}: {}", error.detail);
        }
        self.errors.push(error);
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same, as another kind of problem.
    pub(crate) fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// What is wrong, in words.
    pub(crate) fn into_detail(self) -> String {
        self.detail
    }

    /// The fields that are wrong.
    #[cfg(test)]
    pub(crate) fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// What to write into the diagnostics, where this was the server's fault.
    pub(crate) fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.cause.as_deref()
    }
}

const FAILED: &str = "The server failed; its diagnostics have the cause under the request id.";

/// A problem on its way through the layers, to be rendered by the edge.
#[derive(Debug, Clone)]
pub(crate) struct Carried(pub(crate) Arc<Problem>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(Carried(Arc::new(self)));
        response
    }
}
