//! The stream: Anthropic's events as OpenAI's chunks.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::answer::{error_of, finish_reason, usage};
use crate::sse::Parser;

/// Translates a stream as it comes; how it is cut into pieces makes no difference.
#[derive(Debug)]
pub(super) struct StreamTranslator {
    parser: Parser,
    created_s: i64,
    include_usage: bool,
    id: Value,
    model: Value,
    usage: Map<String, Value>,
    /// The calls of tools by the index of their block.
    calls: HashMap<u64, Call>,
}

#[derive(Debug)]
struct Call {
    /// Its place among the calls.
    place: usize,
    /// The input that its start brought: what it is if no pieces come.
    input: Value,
    in_pieces: bool,
}

impl StreamTranslator {
    pub(super) fn new(created_s: i64, include_usage: bool) -> Self {
        Self {
            parser: Parser::default(),
            created_s,
            include_usage,
            id: Value::Null,
            model: Value::Null,
            usage: Map::new(),
            calls: HashMap::new(),
        }
    }

    /// What the next bytes say.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for event in self.parser.push(bytes) {
            self.event(&event.data, &mut out);
        }
        out
    }

    /// How many bytes of an event are kept that is not whole yet.
    pub(super) fn pending_bytes(&self) -> usize {
        self.parser.pending_bytes()
    }

    /// What the rest says.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(event) = self.parser.finish() {
            self.event(&event.data, &mut out);
        }
        out
    }

    /// The event's name is also its `type`. What we do not know is left out: Anthropic may add
    /// events at any time.
    fn event(&mut self, text: &str, out: &mut Vec<u8>) {
        let Ok(event) = serde_json::from_str::<Value>(text) else { return };
        match event.get("type").and_then(Value::as_str) {
            Some("message_start") => {
                self.id = event["message"]["id"].clone();
                self.model = event["message"]["model"].clone();
                self.count(&event["message"]["usage"]);
                self.delta(&json!({"role": "assistant", "content": ""}), out);
            }
            Some("content_block_start") => self.block_start(&event, out),
            Some("content_block_delta") => self.block_delta(&event, out),
            Some("content_block_stop") => self.block_stop(&event, out),
            Some("message_delta") => {
                self.count(&event["usage"]);
                if let Some(reason) = event["delta"]["stop_reason"].as_str() {
                    self.chunk(&json!({}), Some(finish_reason(reason)), out);
                }
            }
            Some("message_stop") => {
                if self.include_usage {
                    let usage = usage(&self.usage);
                    send(&self.envelope(&json!([]), usage), out);
                }
                out.extend_from_slice(b"data: [DONE]\n\n");
            }
            Some("error") => send(&error_of(&event["error"]), out),
            // `ping`, and what comes later.
            _ => {}
        }
    }

    fn block_start(&mut self, event: &Value, out: &mut Vec<u8>) {
        let Some(index) = event["index"].as_u64() else { return };
        let block = &event["content_block"];
        match block["type"].as_str() {
            Some("text") => self.said("content", &block["text"], out),
            Some("thinking") => self.said("reasoning_content", &block["thinking"], out),
            Some("tool_use") => {
                let place = self.calls.len();
                let call = Call { place, input: block["input"].clone(), in_pieces: false };
                self.calls.insert(index, call);
                let function = json!({"name": block["name"], "arguments": ""});
                let call = json!({
                    "index": place, "id": block["id"], "type": "function", "function": function,
                });
                self.delta(&json!({ "tool_calls": [call] }), out);
            }
            // What Anthropic's own tools did.
            _ => {}
        }
    }

    fn block_delta(&mut self, event: &Value, out: &mut Vec<u8>) {
        let delta = &event["delta"];
        match delta["type"].as_str() {
            Some("text_delta") => self.said("content", &delta["text"], out),
            Some("thinking_delta") => self.said("reasoning_content", &delta["thinking"], out),
            Some("input_json_delta") => {
                let piece = delta["partial_json"].as_str().unwrap_or_default();
                let call = event["index"].as_u64().and_then(|index| self.calls.get_mut(&index));
                if let Some(call) = call.filter(|_| !piece.is_empty()) {
                    call.in_pieces = true;
                    let place = call.place;
                    self.arguments(place, piece, out);
                }
            }
            // `signature_delta`, `citations_delta`, and what comes later.
            _ => {}
        }
    }

    /// A call without pieces has the input of its start: an empty one is `{}`, which is JSON.
    fn block_stop(&self, event: &Value, out: &mut Vec<u8>) {
        let call = event["index"].as_u64().and_then(|index| self.calls.get(&index));
        if let Some(call) = call.filter(|call| !call.in_pieces) {
            let empty = call.input.is_null();
            let input = if empty { "{}".to_owned() } else { call.input.to_string() };
            self.arguments(call.place, &input, out);
        }
    }

    /// Counts of a later event replace those of an earlier one.
    fn count(&mut self, counted: &Value) {
        for (name, value) in counted.as_object().into_iter().flatten() {
            if !value.is_null() {
                self.usage.insert(name.clone(), value.clone());
            }
        }
    }

    fn said(&self, field: &str, text: &Value, out: &mut Vec<u8>) {
        if text.as_str().is_some_and(|text| !text.is_empty()) {
            self.delta(&json!({ field: text }), out);
        }
    }

    fn arguments(&self, place: usize, piece: &str, out: &mut Vec<u8>) {
        let call = json!({"index": place, "function": {"arguments": piece}});
        self.delta(&json!({ "tool_calls": [call] }), out);
    }

    fn delta(&self, delta: &Value, out: &mut Vec<u8>) {
        self.chunk(delta, None, out);
    }

    fn chunk(&self, delta: &Value, finish_reason: Option<&str>, out: &mut Vec<u8>) {
        let choice = json!({
            "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason,
        });
        send(&self.envelope(&json!([choice]), Value::Null), out);
    }

    /// OpenAI gives every chunk a `usage` where it is asked for: null but in the last.
    fn envelope(&self, choices: &Value, usage: Value) -> Value {
        let mut chunk = json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created_s,
            "model": self.model,
            "choices": choices,
        });
        if self.include_usage {
            chunk["usage"] = usage;
        }
        chunk
    }
}

fn send(chunk: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("data: {chunk}\n\n").as_bytes());
}
