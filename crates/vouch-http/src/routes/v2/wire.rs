//! The answers' shapes: closed sets, required fields, and no `null` where it is not allowed.

use serde_json::{Map, Value, json};
use vouch_domain::Time;
use vouch_domain::id::LogId;
use vouch_domain::log::Served;

/// The providers that the strict clients know; any other is `openailike` to them.
const PROVIDERS: &[&str] = &[
    "openai",
    "groq",
    "cohere",
    "azure",
    "aws",
    "google",
    "google-ai",
    "huggingface",
    "togetherai",
    "perplexity",
    "anthropic",
    "leonardoai",
    "fal",
    "nvidia",
    "jina",
    "elevenlabs",
    "litellm",
    "cerebras",
    "openailike",
    "bytedance",
    "mistral",
    "deepseek",
    "moonshotai",
    "zai",
    "minimax",
    "xai",
    "alibaba",
];

/// The provider's name as these clients know it.
pub(crate) fn provider(name: Option<&str>) -> &str {
    name.filter(|name| PROVIDERS.contains(name)).unwrap_or("openailike")
}

/// What is the same in every part of one answer.
pub(crate) struct Answering {
    /// The log, which is also the trace and the span.
    pub(crate) log: LogId,
    /// What serves it.
    pub(crate) served: Served,
    /// When it began.
    pub(crate) created: Time,
}

impl Answering {
    /// One answer or one event, with these choices.
    pub(crate) fn part(
        &self,
        choices: &[Value],
        usage: Option<&Value>,
        last: Option<Time>,
    ) -> Value {
        let log = self.log.to_string();
        let mut part = json!({
            "id": log,
            "created": self.created,
            "object": "chat",
            "model": self.served.model.as_deref().unwrap_or_default(),
            "provider": provider(self.served.provider.as_deref()),
            "is_final": last.is_some(),
            "telemetry": {"trace_id": log, "span_id": log},
            "choices": choices,
        });
        if let Some(usage) = usage.filter(|usage| usage.is_object()) {
            part["usage"] = without_nulls(usage);
        }
        if let Some(at) = last {
            part["finalized"] = json!(at);
        }
        part
    }
}

/// A choice of OpenAI's, whole (`message`) or a piece of one (`delta`), as these clients read it.
pub(crate) fn choice(from: &Value) -> Value {
    let said = from.get("message").or_else(|| from.get("delta"));
    let finish_reason = from.get("finish_reason").cloned().unwrap_or_default();
    json!({
        "index": from.get("index").and_then(Value::as_u64).unwrap_or(0),
        "message": message(said.and_then(Value::as_object)),
        "finish_reason": finish_reason,
    })
}

/// A message with the `type` that picks its shape.
pub(crate) fn message(from: Option<&Map<String, Value>>) -> Value {
    let mut said: Map<String, Value> = from.cloned().unwrap_or_default();
    let role = said.shift_remove("role").filter(Value::is_string);
    let content = said.shift_remove("content").unwrap_or_default();
    let calls = said
        .shift_remove("tool_calls")
        .filter(|calls| calls.as_array().is_some_and(|calls| !calls.is_empty()));
    said.retain(|_, value| !value.is_null());
    let mut message = Map::new();
    message.insert("role".into(), role.unwrap_or_else(|| "assistant".into()));
    let text = match content {
        Value::Null | Value::String(_) => content,
        // Parts of content: their text.
        parts => {
            let whole = vouch_domain::message::Message {
                role: String::new(),
                content: Some(parts),
                rest: Map::new(),
            };
            whole.text().into()
        }
    };
    if let Some(Value::Array(calls)) = calls {
        message.insert("type".into(), "tool_calls".into());
        message.insert("tool_calls".into(), calls.iter().map(tool_call).collect());
        if text.is_string() {
            message.insert("content".into(), text);
        }
    } else {
        message.insert("type".into(), "content".into());
        message.insert("content".into(), text);
    }
    message.extend(said);
    Value::Object(message)
}

/// A tool call; in a stream each piece gets what the clients insist on.
fn tool_call(from: &Value) -> Value {
    let mut call = match without_nulls(from) {
        Value::Object(call) => call,
        _ => Map::new(),
    };
    call.insert("type".into(), "function".into());
    let function = call.entry("function").or_insert_with(|| json!({}));
    if let Some(function) = function.as_object_mut() {
        function.entry("name").or_insert_with(|| "".into());
        function.entry("arguments").or_insert_with(|| "".into());
    }
    Value::Object(call)
}

/// The same JSON without fields that are null.
pub(crate) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// Parameters under the names these clients read; others as they are.
pub(crate) fn parameters(from: Map<String, Value>) -> Map<String, Value> {
    let name = |name: String| match name.as_str() {
        "max_tokens" | "max_completion_tokens" => "maxTokens".to_owned(),
        "top_k" => "topK".to_owned(),
        "top_p" => "topP".to_owned(),
        "frequency_penalty" => "frequencyPenalty".to_owned(),
        "presence_penalty" => "presencePenalty".to_owned(),
        "response_format" => "responseFormat".to_owned(),
        "reasoning_effort" => "reasoningEffort".to_owned(),
        _ => name,
    };
    let known = from.into_iter().filter(|(_, value)| !value.is_null());
    known.map(|(n, value)| (name(n), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_a_stream_has_what_the_clients_insist_on() {
        let piece = json!({"index": 0, "delta": {"content": "Hi"}, "finish_reason": null});
        let expected = json!({"index": 0, "finish_reason": null,
            "message": {"role": "assistant", "type": "content", "content": "Hi"}});
        assert_eq!(choice(&piece), expected);
        let call = json!({"delta": {"tool_calls": [{"index": 0, "id": null, "function": {"arguments": "{"}}]}});
        let message = &choice(&call)["message"];
        assert_eq!(message["type"], "tool_calls");
        assert_eq!(message["tool_calls"][0]["function"], json!({"name": "", "arguments": "{"}));
        assert!(message["tool_calls"][0].get("id").is_none());
    }

    #[test]
    fn an_unknown_provider_is_openailike() {
        assert_eq!(provider(Some("openai")), "openai");
        assert_eq!(provider(Some("local")), "openailike");
        assert_eq!(provider(None), "openailike");
    }
}
