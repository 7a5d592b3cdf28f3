//! The newest shape: `gen_ai.input.messages` and `gen_ai.output.messages`, messages of parts.

use serde_json::{Map, Value, json};
use vouch_domain::message::Message;

use crate::attributes::{Attributes, structured};
use crate::content::{Content, choice, finish_reason, tool_call};

/// What these attributes hold.
pub(crate) fn of(a: &Attributes) -> Content {
    let list = |names: &[&str]| match a.json(names) {
        Some(Value::Array(messages)) => messages,
        _ => Vec::new(),
    };
    let system = a.json(&["gen_ai.system_instructions"]);
    let mut messages: Vec<_> = system.and_then(instructions).into_iter().collect();
    for came in list(&["gen_ai.input.messages", "gen_ai.prompt"]) {
        messages.extend(read(&came, "user").into_iter().map(|(message, _)| message));
    }
    let mut choices = Vec::new();
    for came in list(&["gen_ai.output.messages", "gen_ai.completion"]) {
        for (message, reason) in read(&came, "assistant") {
            choices.push(choice(choices.len(), message, reason));
        }
    }
    Content { messages, choices }
}

fn instructions(came: Value) -> Option<Message> {
    match came {
        Value::String(text) if !text.trim().is_empty() => Some(Message::text_of("system", text)),
        Value::Array(parts) if !parts.is_empty() => {
            let parts = json!({"role": "system", "parts": parts});
            read(&parts, "system").into_iter().next().map(|(message, _)| message)
        }
        _ => None,
    }
}

/// A message, and how it ended. A message with several results of tools becomes one for each.
pub(crate) fn read(came: &Value, role: &str) -> Vec<(Message, Option<String>)> {
    let came = structured(came);
    if let Value::String(text) = came {
        return vec![(Message::text_of(role, text), None)];
    }
    let Value::Object(mut fields) = came else { return Vec::new() };
    let reason = fields.remove("finish_reason").as_ref().and_then(finish_reason);
    let came = fields.remove("role").as_ref().and_then(Value::as_str).map(str::to_owned);
    let role = came.unwrap_or_else(|| role.to_owned());
    let Some(Value::Array(parts)) = fields.remove("parts") else {
        let content = fields.remove("content");
        return vec![(Message { role, content, rest: fields }, reason)];
    };
    let mut whole = Parts::default();
    let mut results = Vec::new();
    for part in parts {
        match part.get("type").and_then(Value::as_str) {
            Some("tool_call_response") => results.push(result(&part)),
            _ => whole.take(part),
        }
    }
    let mut messages: Vec<_> = whole.message(role, fields).into_iter().collect();
    messages.extend(results);
    let last = messages.len().saturating_sub(1);
    let ended = |(i, message)| (message, reason.clone().filter(|_| i == last));
    messages.into_iter().enumerate().map(ended).collect()
}

/// The result of a tool, as a message of its own.
fn result(part: &Value) -> Message {
    let result = ["response", "result", "content"].iter().find_map(|name| part.get(name));
    let text = match result {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let mut message = Message::text_of("tool", text);
    if let Some(id) = part.get("id").filter(|id| !id.is_null()) {
        message.rest.insert("tool_call_id".to_owned(), id.clone());
    }
    message
}

/// The parts of a message, sorted by where OpenAI's shape has them.
#[derive(Default)]
struct Parts {
    content: Vec<Value>,
    calls: Vec<Value>,
    reasoning: Vec<String>,
}

impl Parts {
    fn take(&mut self, part: Value) {
        let text = || part.get("content").or_else(|| part.get("text")).and_then(Value::as_str);
        match part.get("type").and_then(Value::as_str) {
            Some("text") => {
                self.content.push(json!({"type": "text", "text": text().unwrap_or_default()}));
            }
            Some("reasoning" | "thinking") => self.reasoning.extend(text().map(str::to_owned)),
            Some("tool_call") => {
                let call = tool_call(part.get("id"), part.get("name"), part.get("arguments"));
                self.calls.push(call);
            }
            _ => self.content.push(image(&part).unwrap_or(part)),
        }
    }

    /// `None` where nothing was in it.
    fn message(self, role: String, mut rest: Map<String, Value>) -> Option<Message> {
        if self.content.is_empty() && self.calls.is_empty() && self.reasoning.is_empty() {
            return None;
        }
        if !self.reasoning.is_empty() {
            rest.insert("reasoning_content".to_owned(), self.reasoning.join("\n").into());
        }
        let content = match self.content.as_slice() {
            [] => Value::Null,
            [only] if only["type"] == "text" => only["text"].clone(),
            _ => Value::Array(self.content),
        };
        if !self.calls.is_empty() {
            rest.insert("tool_calls".to_owned(), Value::Array(self.calls));
        }
        Some(Message { role, content: Some(content), rest })
    }
}

/// An image by its address or with its bytes, as OpenAI's shape has it.
fn image(part: &Value) -> Option<Value> {
    let text = |name: &str| part.get(name).and_then(Value::as_str);
    let mime = text("mime_type").unwrap_or_default();
    if text("modality") != Some("image") && !mime.starts_with("image/") {
        return None;
    }
    let url = match (text("uri"), text("content")) {
        (Some(uri), _) => uri.to_owned(),
        (None, Some(bytes)) => format!("data:{mime};base64,{bytes}"),
        (None, None) => return None,
    };
    Some(json!({"type": "image_url", "image_url": {"url": url}}))
}
