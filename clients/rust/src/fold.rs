//! Putting the pieces of a streamed answer together.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::message::{Choice, Message};

/// The choices of a stream so far.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    choices: BTreeMap<u32, Choice>,
}

impl Fold {
    /// Adds what is new of a choice.
    pub(crate) fn push(&mut self, piece: &Choice) {
        let choice = self.choices.entry(piece.index).or_insert_with(|| Choice {
            index: piece.index,
            ..Choice::from(Message::assistant(Value::Null))
        });
        if piece.finish_reason.is_some() {
            choice.finish_reason.clone_from(&piece.finish_reason);
        }
        let message = &mut choice.message;
        if !piece.message.role.is_empty() {
            message.role.clone_from(&piece.message.role);
        }
        append(&mut message.content, &piece.message.content);
        for (name, value) in &piece.message.rest {
            let place = message.rest.entry(name).or_insert(Value::Null);
            match (name.as_str(), value) {
                ("tool_calls", Value::Array(pieces)) => merge_calls(place, pieces),
                ("type", _) => *place = value.clone(),
                _ => append(place, value),
            }
        }
    }

    /// The choices by their index.
    pub(crate) fn choices(&self) -> Vec<Choice> {
        let mut choices: Vec<_> = self.choices.values().cloned().collect();
        for choice in &mut choices {
            let calls = choice.message.rest.get_mut("tool_calls").and_then(Value::as_array_mut);
            for call in calls.into_iter().flatten().filter_map(Value::as_object_mut) {
                // Only pieces of tool calls have one.
                call.remove("index");
            }
        }
        choices
    }
}

/// A text grows; anything else is replaced, but not by nothing.
fn append(place: &mut Value, piece: &Value) {
    match (place, piece) {
        (_, Value::Null) => {}
        (Value::String(text), Value::String(more)) => text.push_str(more),
        (place, piece) => *place = piece.clone(),
    }
}

/// A tool call comes in pieces: the first with its id and name, all with arguments.
fn merge_calls(place: &mut Value, pieces: &[Value]) {
    if !place.is_array() {
        *place = Value::Array(vec![]);
    }
    let Some(calls) = place.as_array_mut() else { return };
    for piece in pieces {
        let index = piece.get("index");
        let known = calls.iter_mut().find(|call| index.is_some() && call.get("index") == index);
        match (known.and_then(Value::as_object_mut), piece.as_object()) {
            (Some(call), Some(piece)) => merge_call(call, piece),
            _ => calls.push(piece.clone()),
        }
    }
}

fn merge_call(call: &mut Map<String, Value>, piece: &Map<String, Value>) {
    for name in ["id", "type"] {
        if let Some(value) = piece.get(name).filter(|value| !value.is_null()) {
            call.insert(name.to_owned(), value.clone());
        }
    }
    let Some(more) = piece.get("function").and_then(Value::as_object) else { return };
    let function = call.entry("function").or_insert_with(|| Value::Object(Map::new()));
    for (name, value) in more {
        if let Some(function) = function.as_object_mut() {
            append(function.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tool_calls_are_put_together() {
        let mut fold = Fold::default();
        let mut push = |message: Value, end: Option<&str>| {
            let piece = json!({"index": 0, "message": message, "finish_reason": end});
            fold.push(&serde_json::from_value(piece).unwrap());
        };
        let call = |index: u32, id: Option<&str>, name: &str, arguments: &str| {
            let function = json!({"name": name, "arguments": arguments});
            json!({"role": "assistant",
                "tool_calls": [{"index": index, "id": id, "function": function}]})
        };
        push(call(0, Some("a"), "f", ""), None);
        push(call(0, None, "", "{\"x\""), None);
        push(call(1, Some("b"), "g", "{}"), None);
        push(call(0, None, "", ":1}"), Some("tool_calls"));
        let choices = serde_json::to_value(fold.choices()).unwrap();
        assert_eq!(
            choices[0]["message"]["tool_calls"],
            json!([
                {"id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                {"id": "b", "function": {"name": "g", "arguments": "{}"}}
            ])
        );
        assert_eq!(choices[0]["finish_reason"], "tool_calls");
    }
}
