//! The shapes with a number in the attribute's name: OpenInference's and OpenLLMetry's.

use serde_json::{Map, Value, json};
use vouch_domain::message::Message;

use crate::attributes::{Attributes, structured};
use crate::content::{Content, choice, finish_reason, tool_call};

/// `llm.input_messages.N.message.role`, and the texts of embeddings.
pub(crate) fn openinference(a: &Attributes) -> Content {
    let list = |prefix| a.numbered(prefix);
    let mut messages: Vec<_> =
        list("llm.input_messages").iter().map(|m| inference(m, "user")).collect();
    for prompt in list("llm.prompts") {
        let text = prompt.text(&["prompt.text"]).unwrap_or_default();
        messages.push(Message::text_of("user", text));
    }
    for embedding in list("embedding.embeddings") {
        let text = embedding.text(&["embedding.text"]).unwrap_or_default();
        messages.push(Message::text_of("user", text));
    }
    let mut outputs: Vec<_> =
        list("llm.output_messages").iter().map(|m| inference(m, "assistant")).collect();
    for text in list("llm.choices") {
        let text = text.text(&["completion.text"]).unwrap_or_default();
        outputs.push(Message::text_of("assistant", text));
    }
    let choices = outputs.into_iter().enumerate().map(|(i, message)| choice(i, message, None));
    Content { messages, choices: choices.collect() }
}

fn inference(m: &Attributes, role: &str) -> Message {
    let role = m.text(&["message.role"]).unwrap_or(role).to_owned();
    let parts: Vec<_> = m.numbered("message.contents").iter().map(part).collect();
    let content = match m.get("message.content") {
        Some(content) => content.clone(),
        None if parts.is_empty() => Value::Null,
        None => Value::Array(parts),
    };
    let mut rest = Map::new();
    let calls = m.numbered("message.tool_calls");
    let calls = calls.iter().map(|call| {
        let field = |name: &str| call.get(&format!("tool_call.{name}"));
        tool_call(field("id"), field("function.name"), field("function.arguments"))
    });
    add_calls(&mut rest, calls.collect());
    copy(m, &mut rest, &[("message.name", "name"), ("message.tool_call_id", "tool_call_id")]);
    Message { role, content: Some(content), rest }
}

fn part(part: &Attributes) -> Value {
    let kind = part.text(&["message_content.type"]).unwrap_or("text");
    if let Some(url) = part.text(&["message_content.image.image.url"]) {
        return json!({"type": "image_url", "image_url": {"url": url}});
    }
    let text = part.text(&["message_content.text"]).unwrap_or_default();
    json!({"type": kind, "text": text})
}

/// `gen_ai.prompt.N.role` and `gen_ai.completion.N.content`.
pub(crate) fn traceloop(a: &Attributes) -> Content {
    let prompts = a.numbered("gen_ai.prompt");
    let choices = a.numbered("gen_ai.completion").into_iter().enumerate().map(|(i, completion)| {
        let reason = completion.get("finish_reason").and_then(finish_reason);
        choice(i, spoken(&completion, "assistant"), reason)
    });
    let messages = prompts.iter().map(|prompt| spoken(prompt, "user")).collect();
    Content { messages, choices: choices.collect() }
}

fn spoken(m: &Attributes, role: &str) -> Message {
    let role = m.text(&["role"]).unwrap_or(role).to_owned();
    let content = m.get("content").map_or(Value::Null, |content| {
        // Content of several parts comes as the JSON of its list.
        let parts = structured(content);
        let is_parts =
            parts.as_array().is_some_and(|parts| parts.iter().all(|p| p["type"].is_string()));
        if is_parts { parts } else { content.clone() }
    });
    let mut rest = Map::new();
    let calls = m.numbered("tool_calls");
    let calls =
        calls.iter().map(|call| tool_call(call.get("id"), call.get("name"), call.get("arguments")));
    add_calls(&mut rest, calls.collect());
    copy(m, &mut rest, &[("tool_call_id", "tool_call_id"), ("refusal", "refusal")]);
    Message { role, content: Some(content), rest }
}

fn add_calls(rest: &mut Map<String, Value>, calls: Vec<Value>) {
    if !calls.is_empty() {
        rest.insert("tool_calls".to_owned(), Value::Array(calls));
    }
}

fn copy(from: &Attributes, rest: &mut Map<String, Value>, names: &[(&str, &str)]) {
    for (theirs, ours) in names {
        if let Some(text) = from.text(&[theirs]) {
            rest.insert((*ours).to_owned(), text.into());
        }
    }
}
