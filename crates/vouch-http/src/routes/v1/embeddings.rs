//! `POST /v1/embeddings`: the provider's answer, byte for byte.

use axum::extract::{Request, State};
use axum::response::Response;
use vouch_gateway::{CallHeaders, ChatCall};

use super::{call_gateway, passed};
use crate::auth::Caller;
use crate::body::{LARGE, read};
use crate::problem::Problem;
use crate::state::App;

/// Make embeddings: OpenAI's request and answer. `model` is a deployment's key or
/// `provider/model`; the header `x-vouch-log-id` of the answer names its log, which keeps the
/// texts and the usage, not the vectors.
#[utoipa::path(post, path = "/v1/embeddings", tag = "openai", request_body = Object,
    params(
        ("x-vouch-chain-id" = Option<String>, Header, description = "The log's chain."),
        ("x-vouch-conversation-id" = Option<String>, Header, description = "The log's conversation."),
        ("x-vouch-user-id" = Option<String>, Header, description = "The log's user."),
        ("x-vouch-metadata" = Option<String>, Header, description = "The log's metadata, a JSON object."),
    ),
    responses((status = 200, body = Object)))]
pub(crate) async fn embeddings(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, bytes) = read(request, LARGE).await?;
    let call = ChatCall::parse_embeddings(&bytes, CallHeaders::parse(&parts.headers)?)?;
    Ok(passed(call_gateway(&app, &caller, call).await?))
}
