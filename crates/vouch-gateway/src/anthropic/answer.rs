//! The answer: Anthropic's message or error as OpenAI's.

use serde_json::{Map, Value, json};

/// The longest text of an error that is none of Anthropic's, in characters.
const MAX_ERROR_CHARS: usize = 1000;

/// A message as a chat completion; `None` for what is no message.
pub(super) fn completion(message: &Value, created_s: i64) -> Option<Value> {
    let blocks = message.get("content")?.as_array()?;
    let texts_of = |kind: &str, field: &str| -> Option<String> {
        let of_kind = blocks.iter().filter(|block| block["type"] == kind);
        let texts: Vec<&str> = of_kind.filter_map(|block| block.get(field)?.as_str()).collect();
        (!texts.is_empty()).then(|| texts.concat())
    };
    let calls: Vec<_> = blocks.iter().filter(|b| b["type"] == "tool_use").map(tool_call).collect();
    let text = texts_of("text", "text").or_else(|| calls.is_empty().then(String::new));
    let mut said = json!({"role": "assistant", "content": text, "refusal": null});
    if let Some(thinking) = texts_of("thinking", "thinking") {
        said["reasoning_content"] = thinking.into();
    }
    if !calls.is_empty() {
        said["tool_calls"] = calls.into();
    }
    let reason = message.get("stop_reason").and_then(Value::as_str).map(finish_reason);
    let nothing = Map::new();
    Some(json!({
        "id": message.get("id"),
        "object": "chat.completion",
        "created": created_s,
        "model": message.get("model"),
        "choices": [{"index": 0, "message": said, "logprobs": null, "finish_reason": reason}],
        "usage": usage(message.get("usage").and_then(Value::as_object).unwrap_or(&nothing)),
    }))
}

fn tool_call(block: &Value) -> Value {
    let arguments = block.get("input").map_or_else(|| "{}".to_owned(), Value::to_string);
    json!({
        "id": block.get("id"),
        "type": "function",
        "function": {"name": block.get("name"), "arguments": arguments},
    })
}

/// Why the model stopped, in OpenAI's words.
pub(super) fn finish_reason(stop_reason: &str) -> &'static str {
    match stop_reason {
        "max_tokens" | "model_context_window_exceeded" => "length",
        "tool_use" => "tool_calls",
        "refusal" => "content_filter",
        // end_turn, stop_sequence, pause_turn, and what comes later.
        _ => "stop",
    }
}

/// Tokens used. Anthropic counts what came from its cache and went into it apart from the rest of
/// the input, OpenAI within it.
pub(super) fn usage(counted: &Map<String, Value>) -> Value {
    let count = |name: &str| counted.get(name).and_then(Value::as_u64);
    let (read, written) = (count("cache_read_input_tokens"), count("cache_creation_input_tokens"));
    let input = [count("input_tokens"), read, written];
    let input = input.into_iter().flatten().fold(0, u64::saturating_add);
    let output = count("output_tokens").unwrap_or(0);
    let mut usage = json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": input.saturating_add(output),
    });
    if read.or(written).is_some() {
        usage["prompt_tokens_details"] = json!({ "cached_tokens": read.unwrap_or(0) });
        usage["cache_creation_input_tokens"] = written.unwrap_or(0).into();
    }
    usage
}

/// An error, in OpenAI's shape.
pub(super) fn error(body: &[u8]) -> Value {
    let came: Value = serde_json::from_slice(body).unwrap_or_default();
    match came.get("error") {
        Some(error) if error.is_object() => error_of(error),
        _ => {
            let text: String =
                String::from_utf8_lossy(body).chars().take(MAX_ERROR_CHARS).collect();
            error_of(&json!({"type": "api_error", "message": text}))
        }
    }
}

/// `{"type": "overloaded_error", "message": "Overloaded"}` in OpenAI's shape.
pub(super) fn error_of(error: &Value) -> Value {
    let kind = error.get("type").and_then(Value::as_str).unwrap_or("api_error");
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    json!({"error": {"message": message, "type": kind, "param": null, "code": kind}})
}
