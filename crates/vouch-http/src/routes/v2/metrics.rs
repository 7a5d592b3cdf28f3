//! `POST /v2/deployments/{id}/metrics`: addMetrics, as these clients send it.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use vouch_domain::id::LogId;
use vouch_domain::message::{Choice, Message};
use vouch_domain::{Invalid, Pointer};

use crate::auth::Caller;
use crate::body::Repeatable;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::checks::{NewPerformance, NewScore, NewUsage};
use crate::routes::logs::{NewMetrics, add_metrics};
use crate::state::App;

/// What an application adds to a log afterwards.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct OrqMetrics {
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    feedback: Option<Map<String, Value>>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    #[serde(default)]
    chain_id: Option<String>,
    #[serde(default)]
    conversation_id: Option<String>,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    usage: Option<NewUsage>,
    #[serde(default)]
    performance: Option<OrqPerformance>,
    #[serde(default)]
    messages: Option<Vec<Message>>,
    /// Whole choices, or bare messages.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    choices: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct OrqPerformance {
    /// ms.
    #[serde(default)]
    latency: Option<f64>,
    /// ms.
    #[serde(default)]
    time_to_first_token: Option<f64>,
}

/// Add metrics, metadata and feedback to a log, even before it is there.
#[utoipa::path(post, path = "/v2/deployments/{id}/metrics", tag = "orq",
    request_body = OrqMetrics, params(("id" = LogId, Path, description = "The log.")),
    responses((status = 200, body = Object)))]
pub(crate) async fn metrics(
    State(app): State<App>,
    caller: Caller,
    PathId(log): PathId<LogId>,
    body: Repeatable<OrqMetrics>,
) -> Result<Answer<Value>, Problem> {
    let came = native(body.value)?;
    add_metrics(&app, &caller, log, came, body.fingerprint).await?;
    Ok(Answer(json!({"success": true})))
}

fn native(came: OrqMetrics) -> Result<NewMetrics, Invalid> {
    let score = match came.feedback.as_ref().and_then(|feedback| feedback.get("score")) {
        None | Some(Value::Null) => None,
        Some(value) => Some(
            value
                .as_f64()
                .ok_or_else(|| Invalid::new("/feedback/score", "a number from 0 to 100", value))?,
        ),
    };
    let choices = came
        .choices
        .unwrap_or_default()
        .iter()
        .enumerate()
        .map(read_choice)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(NewMetrics {
        feedback: score.map(|score| NewScore { score: Some(score) }),
        metadata: came.metadata,
        chain_id: came.chain_id,
        conversation_id: came.conversation_id,
        user_id: came.user_id,
        usage: came.usage,
        performance: came.performance.map(|performance| NewPerformance {
            latency: performance.latency,
            time_to_first_token: performance.time_to_first_token,
        }),
        messages: came.messages,
        choices: Some(choices),
        context: None,
    })
}

/// A choice with its message, or the bare message of one.
fn read_choice((i, came): (usize, &Value)) -> Result<Choice, Invalid> {
    let wrong = || {
        let pointer = Pointer::from("/choices").then(i);
        let expected = "a choice with a message, or a message with a role";
        Invalid { pointer, ..Invalid::new("", expected, came) }
    };
    if came.get("message").is_some() {
        return serde_json::from_value(came.clone()).map_err(|_| wrong());
    }
    let message: Message = serde_json::from_value(came.clone()).map_err(|_| wrong())?;
    let index = u32::try_from(i).unwrap_or(u32::MAX);
    Ok(Choice { index, message, finish_reason: None, rest: Map::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_come_whole_or_as_bare_messages() {
        let read = |value: Value| read_choice((3, &value));
        let bare = read(json!({"role": "assistant", "content": "yo"})).unwrap();
        assert_eq!((bare.index, bare.message.text().as_str()), (3, "yo"));
        let whole = json!({"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yo"}});
        assert_eq!(read(whole).unwrap().finish_reason.as_deref(), Some("stop"));
        assert_eq!(read(json!({"text": "yo"})).unwrap_err().pointer.to_string(), "/choices/3");
    }
}
