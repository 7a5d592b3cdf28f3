//! The conversation: OpenAI's messages as Anthropic's system prompt and turns.

use serde_json::{Map, Value, json};
use vouch_domain::{Invalid, Pointer};

use super::content::{block_of_text, blocks};

/// What one side says until the other does.
struct Turn {
    role: &'static str,
    blocks: Vec<Value>,
}

/// The system prompt, where there is one, and the turns. What one side says in several messages
/// becomes one turn, as all results of tools must be.
///
/// # Errors
/// At `/messages/...`, for what Anthropic has no counterpart for.
pub(super) fn translate(messages: Value) -> Result<(Option<Value>, Value), Invalid> {
    let mut system = Vec::new();
    let mut turns: Vec<Turn> = Vec::new();
    let mut say = |role: &'static str, blocks: Vec<Value>| match turns.last_mut() {
        _ if blocks.is_empty() => {}
        Some(turn) if turn.role == role => turn.blocks.extend(blocks),
        _ => turns.push(Turn { role, blocks }),
    };
    let Value::Array(messages) = messages else {
        return Err(Invalid::new("/messages", "a list of messages", messages));
    };
    for (i, message) in messages.into_iter().enumerate() {
        let at = Pointer::from("/messages").then(i);
        let Value::Object(mut message) = message else {
            return Err(wrong(&at, "a message", &message));
        };
        let content = message.shift_remove("content");
        let in_content = at.then("content");
        match message.get("role").and_then(Value::as_str) {
            Some("system" | "developer") => system.extend(blocks(content, &in_content)?),
            Some("user") => say("user", blocks(content, &in_content)?),
            Some("assistant") => {
                let mut said = blocks(content, &in_content)?;
                said.extend(tool_uses(message.shift_remove("tool_calls"), &at)?);
                say("assistant", said);
            }
            Some("tool") => {
                let blocks = blocks(content, &in_content)?;
                say("user", vec![tool_result(&message, blocks, &at)?]);
            }
            _ => {
                let role = message.get("role").cloned().unwrap_or_default();
                let expected = "system, developer, user, assistant or tool";
                return Err(wrong(&at.then("role"), expected, &role));
            }
        }
    }
    let turn = |turn: Turn| json!({"role": turn.role, "content": shortest(turn.blocks)});
    let turns = turns.into_iter().map(turn).collect();
    Ok(((!system.is_empty()).then(|| shortest(system)), turns))
}

/// A single plain text needs no list.
fn shortest(mut blocks: Vec<Value>) -> Value {
    let plain = |block: &Value| block.get("type") == Some(&json!("text")) && fields(block) == 2;
    match blocks.as_mut_slice() {
        [only] if plain(only) => only["text"].take(),
        _ => Value::Array(blocks),
    }
}

fn fields(block: &Value) -> usize {
    block.as_object().map_or(0, Map::len)
}

fn tool_uses(calls: Option<Value>, at: &Pointer) -> Result<Vec<Value>, Invalid> {
    let Some(Value::Array(calls)) = calls else { return Ok(vec![]) };
    let one = |(i, call): (usize, Value)| {
        let at = at.then("tool_calls").then(i).then("function").then("arguments");
        let name = call.pointer("/function/name").cloned().unwrap_or_default();
        let arguments = call.pointer("/function/arguments").and_then(Value::as_str).unwrap_or("");
        let input: Map<String, Value> = if arguments.trim().is_empty() {
            Map::new()
        } else {
            serde_json::from_str(arguments)
                .map_err(|_| wrong(&at, "the text of a JSON object", &arguments.into()))?
        };
        let id = call.get("id").cloned().unwrap_or_default();
        Ok(json!({"type": "tool_use", "id": id, "name": name, "input": input}))
    };
    calls.into_iter().enumerate().map(one).collect()
}

fn tool_result(
    message: &Map<String, Value>,
    mut blocks: Vec<Value>,
    at: &Pointer,
) -> Result<Value, Invalid> {
    let Some(id) = message.get("tool_call_id").filter(|id| id.is_string()) else {
        return Err(wrong(&at.then("tool_call_id"), "the id of the call", &Value::Null));
    };
    if blocks.is_empty() {
        // The empty text is a result as well.
        blocks.push(block_of_text(""));
    }
    Ok(json!({"type": "tool_result", "tool_use_id": id, "content": shortest(blocks)}))
}

fn wrong(at: &Pointer, expected: &str, got: &Value) -> Invalid {
    Invalid { pointer: at.clone(), ..Invalid::new("", expected, got) }
}
