//! Reading parts of rows.

use serde_json::{Map, Value, json};
use vouch_domain::Time;
use vouch_domain::message::Message;
use vouch_domain::review::{Item, Response};

/// A value as text, where it is one word: a text, a number, a truth value.
pub(crate) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// A moment: RFC 3339, or without its zone, which is UTC then; or seconds since 1970.
pub(crate) fn moment(value: &Value) -> Option<Time> {
    match value {
        Value::String(text) => {
            let text = text.trim().replacen(' ', "T", 1);
            text.parse().or_else(|_| format!("{text}Z").parse()).ok()
        }
        Value::Number(seconds) => {
            let seconds = seconds.as_f64().filter(|s| (0.0..1e11).contains(s))?;
            #[expect(clippy::cast_possible_truncation, reason = "it is checked")]
            Some(Time::from_micros((seconds * 1e6) as i64))
        }
        _ => None,
    }
}

/// Seconds as ms, at most a day.
pub(crate) fn milliseconds(value: Option<&Value>) -> u64 {
    let seconds = value.and_then(Value::as_f64).unwrap_or(0.0).clamp(0.0, 86_400.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
    let ms = (seconds * 1000.0).round() as u64;
    ms
}

/// A record of the fields that say something.
pub(crate) fn record<'v>(
    fields: impl IntoIterator<Item = (&'v String, &'v Value)>,
) -> Result<Item, String> {
    let filled = fields.into_iter().filter(|(_, value)| !value.is_null());
    let fields: Map<String, Value> = filled.map(|(k, v)| (k.clone(), v.clone())).collect();
    if fields.is_empty() {
        Err("it has no fields to show".into())
    } else {
        Ok(Item::Record { fields })
    }
}

/// What was asked: messages, or a text that a user said.
pub(crate) fn prompt(value: Option<&Value>) -> Result<Vec<Message>, String> {
    let value = value.unwrap_or(&Value::Null);
    let listed = match value {
        Value::Null => return Ok(Vec::new()),
        Value::String(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str::<Value>(text).ok().filter(Value::is_array)
        }
        Value::Array(_) => Some(value.clone()),
        _ => None,
    };
    if let Some(messages) = listed
        && let Ok(messages) = serde_json::from_value::<Vec<Message>>(messages)
    {
        return Ok(messages);
    }
    let text = word(value).ok_or("the prompt is neither a text nor a list of messages")?;
    let message = json!({"role": "user", "content": text});
    serde_json::from_value(message).map(|message| vec![message]).map_err(|e| e.to_string())
}

/// One of several responses: a text, a message, or either with a label.
pub(crate) fn response(value: &Value) -> Result<Response, String> {
    if let Some(text) = word(value) {
        return Ok(Response { text: Some(text), message: None, label: None });
    }
    let wrong = || "a response is neither a text nor a message".to_owned();
    // The answer of a chat, as preference sets have it: its last message.
    if let Value::Array(messages) = value {
        return messages.last().ok_or_else(wrong).and_then(response);
    }
    let object = value.as_object().ok_or_else(wrong)?;
    if object.contains_key("role") {
        let message = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
        return Ok(Response { text: None, message: Some(message), label: None });
    }
    let first = |names: &[&str]| names.iter().find_map(|name| object.get(*name).and_then(word));
    let label = first(&["label", "model", "variant", "title"]);
    if let Some(message) = object.get("message") {
        let message = serde_json::from_value(message.clone()).map_err(|e| e.to_string())?;
        return Ok(Response { text: None, message: Some(message), label });
    }
    let text = first(&["text", "body", "content", "html"]).ok_or_else(wrong)?;
    Ok(Response { text: Some(text), message: None, label })
}

/// The responses in one value: a list, or a text of JSON.
pub(crate) fn responses(value: &Value) -> Result<Vec<Response>, String> {
    let parsed = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let list = parsed.as_ref().unwrap_or(value).as_array();
    list.ok_or("the responses are no list")?.iter().map(response).collect()
}
