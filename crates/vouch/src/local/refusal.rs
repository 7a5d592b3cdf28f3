//! The local model's own errors, in OpenAI's shape.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use vouch_gateway::ProviderReply;
use vouch_model::ModelError;

/// Why a request is refused: what OpenAI's clients call an invalid request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: Option<&'static str>,
    param: String,
    message: String,
}

impl Refusal {
    /// `param` has a value that cannot be right.
    pub(super) fn invalid(param: impl Into<String>, expected: &str, got: &Value) -> Self {
        let param = param.into();
        let got = vouch_domain::invalid::shorten(&got.to_string());
        let message = format!("`{param}`: expected {expected}, got {got}");
        Self { status: StatusCode::BAD_REQUEST, code: Some("invalid_value"), param, message }
    }

    /// `param` asks for something that the local model cannot do.
    pub(super) fn unsupported(param: impl Into<String>, message: &str) -> Self {
        let (param, message) = (param.into(), message.to_owned());
        Self {
            status: StatusCode::BAD_REQUEST,
            code: Some("unsupported_parameter"),
            param,
            message,
        }
    }

    /// There is no such model here.
    pub(super) fn unknown_model(asked: &str, known: &str) -> Self {
        let asked = vouch_domain::invalid::shorten(asked);
        Self {
            status: StatusCode::NOT_FOUND,
            code: Some("model_not_found"),
            param: "model".into(),
            message: format!("the local provider has no model `{asked}`; it has `{known}`"),
        }
    }

    /// The engine's refusal of a request; `None` when the fault is not the request's.
    pub(super) fn of(error: &ModelError) -> Option<Self> {
        let (code, param) = match error {
            ModelError::InvalidRequest { parameter, .. } => ("invalid_value", *parameter),
            ModelError::ContextOverflow { .. } => ("context_length_exceeded", "messages"),
            ModelError::Template { .. } => ("invalid_value", "messages"),
            _ => return None,
        };
        Some(Self {
            status: StatusCode::BAD_REQUEST,
            code: Some(code),
            param: param.to_owned(),
            message: error.to_string(),
        })
    }

    /// The answer to send.
    pub(super) fn reply(&self) -> ProviderReply {
        let error = json!({
            "message": self.message,
            "type": "invalid_request_error",
            "param": self.param,
            "code": self.code,
        });
        json_reply(self.status, json!({ "error": error }).to_string())
    }

    /// The parameter at fault.
    #[cfg(test)]
    pub(super) fn param(&self) -> &str {
        &self.param
    }
}

/// A JSON answer.
pub(super) fn json_reply(status: StatusCode, json: String) -> ProviderReply {
    let body = Full::new(Bytes::from(json)).map_err(|never| match never {});
    ProviderReply { status, headers: headers("application/json"), body: body.boxed_unsync() }
}

/// The headers of an answer.
pub(super) fn headers(content_type: &'static str) -> HeaderMap {
    let value = http::HeaderValue::from_static(content_type);
    HeaderMap::from_iter([(http::header::CONTENT_TYPE, value)])
}
