//! `POST /v1/chat/completions`: the provider's answer, byte for byte.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use vouch_gateway::{CallHeaders, ChatCall, ChatReply, GatewayError};

use crate::auth::Caller;
use crate::body::{LARGE, read};
use crate::problem::Problem;
use crate::state::App;

/// Make a chat completion: OpenAI's request and answer, streamed or not. `model` is a
/// deployment's key or `provider/model`; the header `x-vouch-log-id` of the answer names its log.
#[utoipa::path(post, path = "/v1/chat/completions", tag = "openai", request_body = Object,
    params(
        ("x-vouch-chain-id" = Option<String>, Header, description = "The log's chain."),
        ("x-vouch-conversation-id" = Option<String>, Header, description = "The log's conversation."),
        ("x-vouch-user-id" = Option<String>, Header, description = "The log's user."),
        ("x-vouch-metadata" = Option<String>, Header, description = "The log's metadata, a JSON object."),
    ),
    responses((status = 200, body = Object)))]
pub(crate) async fn chat(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, bytes) = read(request, LARGE).await?;
    let call = ChatCall::parse(&bytes, CallHeaders::parse(&parts.headers)?)?;
    let reply = call_gateway(&app, &caller, call).await?;
    Ok(passed(reply))
}

/// The provider's answer as it is, with the name of its log.
pub(crate) fn passed(reply: ChatReply) -> Response {
    let mut response = Response::new(Body::new(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if let Ok(log) = HeaderValue::from_str(&reply.log.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-vouch-log-id"), log);
    }
    response
}

/// Makes the call and counts it.
pub(crate) async fn call_gateway(
    app: &App,
    caller: &Caller,
    call: ChatCall,
) -> Result<ChatReply, Problem> {
    let answer = app.gateway.chat(&caller.for_gateway(), call).await;
    match &answer {
        Ok(reply) => {
            let provider = reply.served.provider.as_deref().unwrap_or_default();
            app.measures.gateway_call(provider, reply.status.as_u16());
        }
        Err(GatewayError::Unreachable { provider, .. }) => app.measures.gateway_call(provider, 502),
        Err(GatewayError::Busy { provider, .. }) => app.measures.gateway_call(provider, 503),
        Err(_) => {}
    }
    Ok(answer?)
}
