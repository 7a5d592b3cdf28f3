//! The older shapes, one event for each message: `gen_ai.user.message`, `gen_ai.choice` and the
//! like, as events of the span or as the list in its attribute `events`.

use serde_json::{Map, Value};
use vouch_domain::message::Message;

use crate::attributes::{Attributes, structured};
use crate::content::{Content, choice, finish_reason};
use crate::messages;
use crate::span::Event;

/// What these events say.
pub(crate) fn of(a: &Attributes, events: &[Event]) -> Content {
    let mut content = Content::default();
    for event in events {
        take(&mut content, &event.name, body(&event.attributes.0));
    }
    if let Some(Value::Array(listed)) = a.json(&["events"]) {
        for event in listed {
            let Value::Object(mut fields) = event else { continue };
            let name = fields.remove("event.name");
            take(&mut content, name.as_ref().and_then(Value::as_str).unwrap_or_default(), fields);
        }
    }
    content
}

/// The event's own fields: its attributes, or the JSON in one of them.
fn body(attributes: &Map<String, Value>) -> Map<String, Value> {
    for name in ["gen_ai.event.content", "event_body", "body"] {
        if let Some(Value::Object(body)) = attributes.get(name).map(structured) {
            return body;
        }
    }
    attributes.clone()
}

fn take(content: &mut Content, name: &str, mut body: Map<String, Value>) {
    body.retain(|key, _| !matches!(key.as_str(), "gen_ai.system" | "gen_ai.provider.name"));
    match name {
        "gen_ai.choice" => take_choice(content, body),
        "gen_ai.content.prompt" => {
            let said = body.remove("gen_ai.prompt").unwrap_or_default();
            content.messages.extend(several(&said, "user"));
        }
        "gen_ai.content.completion" => {
            let said = body.remove("gen_ai.completion").unwrap_or_default();
            for message in several(&said, "assistant") {
                content.choices.push(choice(content.choices.len(), message, None));
            }
        }
        _ => {
            let role = name.strip_prefix("gen_ai.").and_then(|rest| rest.strip_suffix(".message"));
            if let Some(role) = role {
                content.messages.extend(message(body, role));
            }
        }
    }
}

fn take_choice(content: &mut Content, mut body: Map<String, Value>) {
    let reason = body.remove("finish_reason").as_ref().and_then(finish_reason);
    body.remove("index");
    let said = match body.remove("message").as_ref().map(structured) {
        Some(Value::Object(fields)) => message(fields, "assistant"),
        Some(Value::String(text)) => Some(Message::text_of("assistant", text)),
        _ => {
            // `message.content` beside `message.role`, or the fields without a prefix.
            let fields = body.into_iter().map(|(key, value)| {
                let short = key.strip_prefix("message.").map(str::to_owned);
                (short.unwrap_or(key), value)
            });
            message(fields.collect(), "assistant")
        }
    };
    if let Some(message) = said {
        content.choices.push(choice(content.choices.len(), message, reason));
    }
}

fn message(mut fields: Map<String, Value>, role: &str) -> Option<Message> {
    if let Some(calls) = fields.get_mut("tool_calls") {
        *calls = structured(calls);
    }
    if let Some(id) = fields.remove("id").filter(|_| role == "tool") {
        fields.insert("tool_call_id".to_owned(), id);
    }
    messages::read(&Value::Object(fields), role).into_iter().next().map(|(message, _)| message)
}

/// Messages as the JSON of a list, or one as a text.
fn several(said: &Value, role: &str) -> Vec<Message> {
    let list = match structured(said) {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        other => vec![other],
    };
    list.iter().flat_map(|one| messages::read(one, role)).map(|(message, _)| message).collect()
}
