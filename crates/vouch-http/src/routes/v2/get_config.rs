//! `POST /v2/deployments/get_config`: what a deployment would send.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::{Value, json};

use super::deployment_call::DeploymentCall;
use super::wire::{parameters, without_nulls};
use crate::auth::Caller;
use crate::body::{Json, LARGE};
use crate::problem::Problem;
use crate::state::App;

/// Hand out what a deployment would send. The answer's `id` names a log that waits for the
/// answer of the model, through addMetrics.
#[utoipa::path(post, path = "/v2/deployments/get_config", tag = "orq",
    request_body = DeploymentCall, responses((status = 200, body = Object)))]
pub(crate) async fn get_config(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<DeploymentCall, LARGE>,
) -> Result<Answer<Value>, Problem> {
    let configured = app.gateway.configure(&caller.for_gateway(), body.into_call()?).await?;
    let messages = configured.messages.into_iter().map(|message| {
        let mut shown = without_nulls(&json!(message));
        // Both must be there; the content may be null.
        shown["content"] = message.content.unwrap_or_default();
        shown
    });
    let mut answer = json!({
        "id": configured.log,
        "provider": configured.served.provider.unwrap_or_default(),
        "model": configured.served.model.unwrap_or_default(),
        "type": "chat",
        "version": configured.served.version.unwrap_or_default().to_string(),
        "messages": messages.collect::<Vec<_>>(),
        "parameters": parameters(configured.parameters),
    });
    if !configured.tools.is_empty() {
        answer["tools"] = Value::Array(configured.tools);
    }
    Ok(Answer(answer))
}
