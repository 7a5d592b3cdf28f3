//! The request: OpenAI's chat completion as Anthropic's message.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use vouch_domain::Invalid;

use super::{messages, tools};

/// Anthropic wants a limit where OpenAI does not.
const MAX_TOKENS: u64 = 4096;

/// What OpenAI knows and Anthropic would refuse: observes or tunes without changing what is
/// asked for, or is for OpenAI's own books.
const LEFT_OUT: [&str; 16] = [
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "metadata",
    "modalities",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "safety_identifier",
    "seed",
    "store",
    "stream_options",
    "top_logprobs",
    "verbosity",
];

/// What goes to Anthropic, and what the caller wants of the answer.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) body: Bytes,
    pub(super) stream: bool,
    pub(super) include_usage: bool,
}

/// Translates a whole request.
///
/// # Errors
/// Names what Anthropic has no counterpart for.
pub(super) fn translate(body: &[u8]) -> Result<Asked, Invalid> {
    let mut fields: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|e| Invalid::new("", "a JSON object", format_args!("{e}")))?;
    let include_usage =
        fields.get("stream_options").and_then(|o| o.get("include_usage")?.as_bool());
    for name in LEFT_OUT {
        fields.shift_remove(name);
    }
    let mut out = Map::new();
    let mut take = |name: &str| fields.shift_remove(name).filter(|value| !value.is_null());

    refuse_what_is_different(&mut take)?;
    out.extend(take("model").map(|model| ("model".to_owned(), model)));
    let (older, newer) = (take("max_tokens"), take("max_completion_tokens"));
    out.insert("max_tokens".into(), newer.or(older).unwrap_or_else(|| MAX_TOKENS.into()));
    let (system, turns) = messages::translate(take("messages").unwrap_or_default())?;
    out.extend(system.map(|system| ("system".to_owned(), system)));
    out.insert("messages".into(), turns);
    if let Some(temperature) = take("temperature") {
        out.insert("temperature".into(), at_most_one(temperature));
    }
    if let Some(stop) = take("stop") {
        let sequences = if stop.is_array() { stop } else { json!([stop]) };
        out.insert("stop_sequences".into(), sequences);
    }
    if let Some(user) = take("user") {
        out.insert("metadata".into(), json!({ "user_id": user }));
    }
    let offered = take("tools").map(tools::tools).transpose()?;
    let parallel = take("parallel_tool_calls").and_then(|value| value.as_bool());
    let choice = tools::choice(take("tool_choice"), parallel, offered.is_some());
    out.extend(offered.map(|tools| ("tools".to_owned(), tools)));
    out.extend(choice.map(|choice| ("tool_choice".to_owned(), choice)));
    let stream = fields.get("stream").and_then(Value::as_bool).unwrap_or(false);
    // `stream`, `top_p`, and what only Anthropic knows.
    out.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    let body = Bytes::from(Value::Object(out).to_string());
    Ok(Asked { body, stream, include_usage: include_usage.unwrap_or(false) })
}

/// What would change the answer if it were left out.
fn refuse_what_is_different(take: &mut impl FnMut(&str) -> Option<Value>) -> Result<(), Invalid> {
    if let Some(n) = take("n").filter(|n| n.as_u64() != Some(1)) {
        return Err(Invalid::new("/n", "1: Anthropic gives one choice", n));
    }
    let text = |format: &Value| format.get("type").and_then(Value::as_str) == Some("text");
    if let Some(format) = take("response_format").filter(|format| !text(format)) {
        let expected = "none or {\"type\": \"text\"}; for JSON offer a tool with its schema";
        return Err(Invalid::new("/response_format", expected, format));
    }
    if let Some(tier) = take("service_tier").filter(|tier| tier != "auto" && tier != "default") {
        return Err(Invalid::new("/service_tier", "auto", tier));
    }
    for old in ["functions", "function_call"] {
        if let Some(value) = take(old) {
            let pointer = format!("/{old}");
            return Err(Invalid::new(pointer.as_str(), "tools and tool_choice instead", value));
        }
    }
    Ok(())
}

/// OpenAI's temperatures go to 2, Anthropic's to 1, which also its own compatible route caps at.
fn at_most_one(temperature: Value) -> Value {
    if temperature.as_f64().is_some_and(|t| t > 1.0) { json!(1) } else { temperature }
}
