//! `POST /v2/deployments/invoke` and `/stream`: a deployment called by its key.

use axum::Json as Answer;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::{Value, json};
use vouch_gateway::ChatReply;

use super::deployment_call::DeploymentCall;
use super::invoke_stream::translated;
use super::wire::{Answering, choice};
use crate::auth::Caller;
use crate::body::{Json, LARGE};
use crate::problem::{Kind, Problem};
use crate::routes::v1::call_gateway;
use crate::state::App;

/// Call a deployment; streamed with `"stream": true`.
#[utoipa::path(post, path = "/v2/deployments/invoke", tag = "orq",
    request_body = DeploymentCall, responses((status = 200, body = Object)))]
pub(crate) async fn invoke(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<DeploymentCall, LARGE>,
) -> Result<Response, Problem> {
    let streamed = body.stream == Some(true);
    serve(&app, &caller, body, streamed).await
}

/// Call a deployment; always streamed.
#[utoipa::path(post, path = "/v2/deployments/stream", tag = "orq",
    request_body = DeploymentCall,
    responses((status = 200, body = Object, content_type = "text/event-stream")))]
pub(crate) async fn stream(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<DeploymentCall, LARGE>,
) -> Result<Response, Problem> {
    serve(&app, &caller, body, true).await
}

async fn serve(
    app: &App,
    caller: &Caller,
    body: DeploymentCall,
    streamed: bool,
) -> Result<Response, Problem> {
    let created = app.now();
    let call = body.into_call()?.into_chat(streamed);
    let reply = call_gateway(app, caller, call).await?;
    if !reply.status.is_success() {
        return Ok(upstream_error(reply).await);
    }
    let answering = Answering { log: reply.log, served: reply.served.clone(), created };
    let kind = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
        return Ok(translated(app.clone(), answering, reply.body));
    }
    let bytes = to_bytes(Body::new(reply.body), LARGE).await.map_err(|_| broken())?;
    let came: Value = serde_json::from_slice(&bytes).map_err(|_| broken())?;
    let choices = came.get("choices").and_then(Value::as_array);
    let choices: Vec<_> = choices.into_iter().flatten().map(choice).collect();
    Ok(Answer(answering.part(&choices, came.get("usage"), Some(app.now()))).into_response())
}

fn broken() -> Problem {
    Problem::new(Kind::UpstreamUnreachable, "The provider's answer broke off or is not JSON.")
}

/// The provider's own error, with its status, in the shape of these routes.
async fn upstream_error(reply: ChatReply) -> Response {
    let status = reply.status;
    let bytes = to_bytes(Body::new(reply.body), LARGE).await.unwrap_or_default();
    let came: Option<Value> = serde_json::from_slice(&bytes).ok();
    let said = came
        .as_ref()
        .and_then(|came| came.pointer("/error/message").or_else(|| came.get("message"))?.as_str());
    let message = said.unwrap_or("The provider answered with an error.");
    let error = status.canonical_reason().unwrap_or("Upstream error");
    let body = json!({
        "code": status.as_u16(), "error": error, "message": message, "source": "vouch",
    });
    // A provider that answers 1xx-3xx to a chat call is broken.
    let status = if status.as_u16() < 400 { StatusCode::BAD_GATEWAY } else { status };
    let mut response = (status, Answer(body)).into_response();
    if let Some(value) = reply.headers.get(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, value.clone());
    }
    response
}
