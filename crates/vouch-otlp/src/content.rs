//! What was said to the model and by it, wherever the instrumentation put it.

use serde_json::{Map, Value};
use vouch_domain::message::{Choice, Message};

use crate::attributes::Attributes;
use crate::span::Event;
use crate::{events, indexed, messages};

/// The input and output of a call.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Content {
    pub(crate) messages: Vec<Message>,
    pub(crate) choices: Vec<Choice>,
}

/// The content of a call: input and output each from the first place that has it.
pub(crate) fn of(a: &Attributes, events: &[Event]) -> Content {
    let places: [&dyn Fn() -> Content; 5] = [
        &|| messages::of(a),
        &|| indexed::openinference(a),
        &|| indexed::traceloop(a),
        &|| events::of(a, events),
        &|| plain(a),
    ];
    let mut content = Content::default();
    for place in places {
        if !content.messages.is_empty() && !content.choices.is_empty() {
            break;
        }
        let found = place();
        if content.messages.is_empty() {
            content.messages = found.messages;
        }
        if content.choices.is_empty() {
            content.choices = found.choices;
        }
    }
    let reasons = finish_reasons(a);
    for (choice, reason) in content.choices.iter_mut().zip(reasons) {
        choice.finish_reason.get_or_insert(reason);
    }
    content
}

/// A text that no instrumentation took apart. An embedding's output is its vectors.
fn plain(a: &Attributes) -> Content {
    let output = a.text(&["output.value"]).filter(|_| a.get("embedding.model_name").is_none());
    let output = output.map(|text| choice(0, Message::text_of("assistant", text), None));
    let input = a.text(&["input.value"]).map(|text| Message::text_of("user", text));
    Content { messages: input.into_iter().collect(), choices: output.into_iter().collect() }
}

fn finish_reasons(a: &Attributes) -> Vec<String> {
    let reasons = a.json(&["gen_ai.response.finish_reasons", "llm.finish_reason"]);
    match reasons {
        Some(Value::Array(reasons)) => reasons.iter().filter_map(finish_reason).collect(),
        Some(other) => finish_reason(&other).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A finish reason in OpenAI's words.
pub(crate) fn finish_reason(value: &Value) -> Option<String> {
    let word = value.as_str().filter(|word| !word.is_empty())?;
    Some(if word == "tool_call" { "tool_calls" } else { word }.to_owned())
}

/// The answer with that number.
pub(crate) fn choice(index: usize, message: Message, finish_reason: Option<String>) -> Choice {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    Choice { index, message, finish_reason, rest: Map::new() }
}

/// A call of a tool in OpenAI's shape; arguments that came as JSON become its text.
pub(crate) fn tool_call(
    id: Option<&Value>,
    name: Option<&Value>,
    arguments: Option<&Value>,
) -> Value {
    let arguments = match arguments {
        Some(Value::String(text)) => text.clone(),
        Some(other) if !other.is_null() => other.to_string(),
        _ => String::new(),
    };
    let mut call = Map::new();
    if let Some(id) = id.filter(|id| !id.is_null()) {
        call.insert("id".to_owned(), id.clone());
    }
    call.insert("type".to_owned(), "function".into());
    let name = name.cloned().unwrap_or_default();
    call.insert("function".to_owned(), serde_json::json!({"name": name, "arguments": arguments}));
    Value::Object(call)
}
