//! Chat messages and choices as they came, with what people need to read them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One message of a conversation, OpenAI's shape. Unknown fields are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// `system`, `developer`, `user`, `assistant`, `tool` or another role the provider knows.
    pub role: String,
    /// A string, a list of content parts, or null beside tool calls; `None` where it is absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Value>))]
    pub content: Option<Value>,
    /// `name`, `tool_calls`, `tool_call_id`, `refusal` and whatever else came.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub rest: Map<String, Value>,
}

/// Keeps a null apart from nothing at all, so that what passes through is what came.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Message {
    /// A message with text alone.
    pub fn text_of(role: &str, text: impl Into<String>) -> Self {
        Self { role: role.to_owned(), content: Some(Value::String(text.into())), rest: Map::new() }
    }

    /// The text in the message: the string, or its text parts joined by newlines.
    pub fn text(&self) -> String {
        match &self.content {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(parts)) => {
                let texts = parts.iter().filter_map(|part| match part {
                    Value::String(text) => Some(text.as_str()),
                    other => other.get("text").and_then(Value::as_str),
                });
                texts.collect::<Vec<_>>().join("\n")
            }
            _ => String::new(),
        }
    }
}

/// One answer of a model, OpenAI's shape. Unknown fields are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// Its number among the choices, from 0.
    #[serde(default)]
    pub index: u32,
    /// What the model said.
    pub message: Message,
    /// `stop`, `length`, `tool_calls`, `content_filter`, or null while unfinished.
    #[serde(default)]
    pub finish_reason: Option<String>,
    /// Whatever else came. Log-probabilities are kept apart, in the log.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub rest: Map<String, Value>,
}

/// The first `max_chars` characters of the last user message, on one line.
pub fn input_preview(messages: &[Message], max_chars: usize) -> String {
    let last_user = messages.iter().rev().find(|m| m.role == "user");
    one_line(&last_user.or(messages.last()).map(Message::text).unwrap_or_default(), max_chars)
}

/// The first `max_chars` characters of the first choice, on one line.
pub fn output_preview(choices: &[Choice], max_chars: usize) -> String {
    let Some(choice) = choices.first() else { return String::new() };
    let text = choice.message.text();
    if !text.is_empty() {
        return one_line(&text, max_chars);
    }
    let calls = choice.message.rest.get("tool_calls").and_then(Value::as_array);
    let names = calls.into_iter().flatten().filter_map(|c| c.pointer("/function/name")?.as_str());
    one_line(&names.map(|name| format!("→ {name}()")).collect::<Vec<_>>().join(" "), max_chars)
}

fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max_chars * 2));
    // U+0000 ends a word as well: PostgreSQL cannot keep it in a text.
    let ends_word = |c: char| c.is_whitespace() || c == '\0';
    for word in text.split(ends_word).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > max_chars {
            return line.chars().take(max_chars.saturating_sub(1)).chain(['…']).collect();
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unknown_fields_survive() {
        let came =
            json!({"role": "assistant", "content": null, "tool_calls": [{"id": "1"}], "x": 1});
        let message: Message = serde_json::from_value(came).unwrap();
        assert_eq!(message.rest["x"], 1);
        assert_eq!(message.text(), "");
    }

    #[test]
    fn previews_show_text_parts_and_tool_calls() {
        let parts = json!([{"type": "text", "text": "a\n b"}, {"type": "image_url"}]);
        let user = Message { role: "user".into(), content: Some(parts), rest: Map::new() };
        assert_eq!(input_preview(&[user, Message::text_of("tool", "42")], 80), "a b");
        assert_eq!(one_line("wörld wide", 6), "wörld…");
        assert_eq!(one_line("a\0b", 6), "a b");
        let call =
            json!({"message": {"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}});
        let choice: Choice = serde_json::from_value(call).unwrap();
        assert_eq!(output_preview(&[choice], 80), "→ f()");
    }
}
