//! From the bytes of an answer to the choices, usage and log-probabilities of its log.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use vouch_domain::log::{MAX_COUNT, Usage};
use vouch_domain::message::{Choice, Message};
use vouch_domain::uncertainty::{Alternative, TokenLogprob};

use crate::capture::EVENT_BYTES;
use crate::sse;

/// What an answer says, as far as it came.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) choices: Vec<Choice>,
    pub(crate) usage: Option<Usage>,
    /// Of the first choice.
    pub(crate) logprobs: Vec<TokenLogprob>,
    /// An error that came inside an answer that began well.
    pub(crate) error: Option<String>,
    /// Whether the answer came to its end, as far as its words tell.
    pub(crate) finished: bool,
    /// Whether there was nothing to be read: neither JSON nor an event of it.
    pub(crate) garbage: bool,
}

/// Reads a JSON answer; what is not a chat completion gives an empty answer.
pub(crate) fn json(body: &[u8]) -> Answer {
    let mut answer = Answer { finished: true, ..Answer::default() };
    let Ok(Value::Object(mut completion)) = serde_json::from_slice::<Value>(body) else {
        return Answer { garbage: true, ..answer };
    };
    answer.usage = usage(completion.get("usage"));
    answer.error = completion.get("error").filter(|e| !e.is_null()).map(Value::to_string);
    let Some(Value::Array(choices)) = completion.remove("choices") else { return answer };
    for (place, mut choice) in choices.into_iter().enumerate() {
        let logprobs = choice.as_object_mut().and_then(|c| c.remove("logprobs"));
        mend(&mut choice, place);
        let Ok(choice) = serde_json::from_value::<Choice>(choice) else { continue };
        if answer.choices.is_empty() {
            answer.logprobs = tokens(logprobs.as_ref());
        }
        answer.choices.push(choice);
    }
    answer
}

/// Adds what some providers leave out of a choice.
fn mend(choice: &mut Value, place: usize) {
    if choice.get("index").is_none_or(|index| !index.is_u64()) {
        choice["index"] = place.into();
    }
    if choice.pointer("/message/role").is_none_or(|role| !role.is_string())
        && let Some(message) = choice.get_mut("message").and_then(Value::as_object_mut)
    {
        message.insert("role".into(), "assistant".into());
    }
}

/// How much of a streamed answer is made into events at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Reads a streamed answer, whole or cut short.
pub(crate) fn stream(bytes: &[u8]) -> Answer {
    let mut parser = sse::Parser::default();
    let mut answer = Answer::default();
    let mut partial: BTreeMap<u32, Partial> = BTreeMap::new();
    let mut take = |event: &sse::Event| {
        answer.finished |= event.data == "[DONE]";
        let Some(chunk) = Chunk::read(&event.data) else { return };
        answer.usage = usage(Some(&chunk.usage)).or(answer.usage.take());
        if !chunk.error.is_null() {
            answer.error = Some(chunk.error.to_string());
        }
        for choice in &chunk.choices {
            let index = choice.index.as_u64().unwrap_or(0);
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            partial.entry(index).or_default().add(choice);
        }
    };
    // Piece by piece: all events of a long answer at once are several times its size.
    for piece in bytes.chunks(PIECE_BYTES) {
        parser.push(piece).iter().for_each(&mut take);
        if parser.pending_bytes() > EVENT_BYTES {
            break;
        }
    }
    parser.finish().iter().for_each(&mut take);
    answer.finished |= partial.values().any(|part| part.finish_reason.is_some());
    for (n, (index, part)) in partial.into_iter().enumerate() {
        if n == 0 {
            answer.logprobs.clone_from(&part.logprobs);
        }
        answer.choices.push(part.into_choice(index));
    }
    answer
}

/// Whether an event of a stream brings something of the answer, be it text or a tool call; the
/// role alone is none of it.
pub(crate) fn says_something(data: &str) -> bool {
    let Ok(chunk) = serde_json::from_str::<Value>(data) else { return false };
    let choices = chunk.get("choices").and_then(Value::as_array);
    let mut fields = choices
        .into_iter()
        .flatten()
        .filter_map(|choice| choice.get("delta")?.as_object())
        .flatten();
    fields.any(|(name, value)| match value {
        Value::String(text) => name != "role" && !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    })
}

/// What a log takes from an event of a stream; the rest is not even read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Chunk {
    choices: Vec<Part>,
    usage: Value,
    error: Value,
}

impl Chunk {
    fn read(data: &str) -> Option<Self> {
        // A list would be taken for the fields in their order.
        if !data.trim_start().starts_with('{') {
            return None;
        }
        serde_json::from_str(data).ok().or_else(|| Self::odd(serde_json::from_str(data).ok()?))
    }

    /// What can be taken from a chunk of another shape.
    fn odd(mut chunk: Value) -> Option<Self> {
        let chunk = chunk.as_object_mut()?;
        let mut take = |name: &str| chunk.shift_remove(name).unwrap_or_default();
        let choices = match take("choices") {
            Value::Array(choices) => choices,
            _ => vec![],
        };
        let choices = choices.into_iter().filter_map(|choice| serde_json::from_value(choice).ok());
        Some(Self { choices: choices.collect(), usage: take("usage"), error: take("error") })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Part {
    index: Value,
    delta: Value,
    finish_reason: Value,
    logprobs: Value,
}

#[derive(Default)]
struct Partial {
    message: Map<String, Value>,
    finish_reason: Option<String>,
    logprobs: Vec<TokenLogprob>,
}

impl Partial {
    fn add(&mut self, part: &Part) {
        if let Value::Object(delta) = &part.delta {
            merge(&mut self.message, delta);
        }
        if let Some(reason) = part.finish_reason.as_str() {
            self.finish_reason = Some(reason.to_owned());
        }
        self.logprobs.extend(tokens(Some(&part.logprobs)));
    }

    fn into_choice(mut self, index: u32) -> Choice {
        for call in
            self.message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten()
        {
            if let Some(call) = call.as_object_mut() {
                call.remove("index");
            }
        }
        let role = match self.message.remove("role") {
            Some(Value::String(role)) => role,
            _ => "assistant".to_owned(),
        };
        let content = self.message.remove("content");
        let message = Message { role, content, rest: self.message };
        Choice { index, message, finish_reason: self.finish_reason, rest: Map::new() }
    }
}

/// Fields that a later delta replaces; other texts grow.
const WHOLE: [&str; 4] = ["role", "id", "type", "name"];

fn merge(into: &mut Map<String, Value>, delta: &Map<String, Value>) {
    for (name, value) in delta {
        match (into.get_mut(name), value) {
            (Some(_), Value::Null) => {}
            (Some(Value::String(text)), Value::String(more)) if !WHOLE.contains(&name.as_str()) => {
                text.push_str(more);
            }
            (Some(Value::Object(object)), Value::Object(more)) => merge(object, more),
            (Some(Value::Array(list)), Value::Array(more)) => merge_list(list, more),
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

/// How far back the beginning of a tool call is looked for. A model makes a few calls at once; an
/// answer of a million must not take a million times a million steps.
const CALLS_AT_ONCE: usize = 1000;

/// Tool calls come in pieces that name their place by `index`.
fn merge_list(list: &mut Vec<Value>, more: &[Value]) {
    for item in more {
        let place = item.get("index").and_then(Value::as_u64);
        let known = place.and_then(|place| {
            let latest = list.iter_mut().rev().take(CALLS_AT_ONCE);
            latest.into_iter().find(|v| v.get("index").and_then(Value::as_u64) == Some(place))
        });
        match (known, item) {
            (Some(Value::Object(object)), Value::Object(piece)) => merge(object, piece),
            _ => list.push(item.clone()),
        }
    }
}

/// Some providers count in floating point.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and what is below 0 is left out"
)]
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().filter(|n| *n >= 0.0).map(|n| n as u64))
}

fn usage(value: Option<&Value>) -> Option<Usage> {
    let mut rest = value?.as_object()?.clone();
    let mut take = |name: &str| count(&rest.shift_remove(name)?);
    let mut usage = Usage::of(take("prompt_tokens")?, take("completion_tokens").unwrap_or(0));
    let total_tokens = take("total_tokens").unwrap_or(usage.total_tokens);
    usage.total_tokens = total_tokens.min(MAX_COUNT);
    Some(Usage { rest, ..usage })
}

fn tokens(logprobs: Option<&Value>) -> Vec<TokenLogprob> {
    let list = logprobs.and_then(|l| l.get("content")).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(token).collect()
}

fn token(value: &Value) -> Option<TokenLogprob> {
    let alternative = |v: &Value| {
        Some(Alternative {
            token: v.get("token")?.as_str()?.to_owned(),
            logprob: v.get("logprob")?.as_f64()?,
        })
    };
    let Alternative { token, logprob } = alternative(value)?;
    let bytes: Option<Vec<u8>> =
        value.get("bytes").and_then(|b| serde_json::from_value(b.clone()).ok());
    let bytes = bytes.filter(|bytes| bytes != token.as_bytes());
    let top = value.get("top_logprobs").and_then(Value::as_array);
    let top_logprobs = top.into_iter().flatten().filter_map(alternative).collect();
    Some(TokenLogprob { token, logprob, bytes, top_logprobs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_folds_into_the_answer_it_stands_for() {
        let bytes = br#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

data: {"choices":[{"index":0,"delta":{"content":"Hel"},"logprobs":{"content":[{"token":"Hel","logprob":-0.5,"bytes":[72,101,108],"top_logprobs":[]}]}}]}

data: {"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}

data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

data: [DONE]

"#;
        let answer = stream(bytes);
        assert_eq!(answer.choices[0].message.text(), "Hello");
        assert_eq!(answer.choices[0].finish_reason.as_deref(), Some("stop"));
        assert_eq!(answer.usage.unwrap().total_tokens, 5);
        assert_eq!((answer.logprobs.len(), answer.logprobs[0].bytes.clone()), (1, None));
    }

    #[test]
    fn of_a_name_that_comes_twice_the_last_counts_and_a_list_is_no_chunk() {
        let bytes =
            br#"data: {"choices":[],"id":"x","choices":[{"index":0,"delta":{"content":"a"}}]}

data: [[{"index":0,"delta":{"content":"b"}}],null,null]

data: {"id":"y","choices":[{"index":0,"delta":{"content":"c"}}],"model":"m"}

"#;
        assert_eq!(stream(bytes).choices[0].message.text(), "ac");
    }

    #[test]
    fn tool_calls_grow_by_index() {
        let bytes = br#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]}}]}

"#;
        let calls = stream(bytes).choices[0].message.rest["tool_calls"].clone();
        assert_eq!(calls[0]["function"]["arguments"], "{\"x\":1}");
        assert_eq!(calls[0]["function"]["name"], "f");
        assert_eq!(calls[1]["id"], "b");
    }

    #[test]
    fn a_stream_cut_short_keeps_what_came() {
        let cut =
            b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: {\"cho";
        let answer = stream(cut);
        assert_eq!((answer.choices[0].message.text().as_str(), answer.finished), ("Hel", false));
        assert!(json(b"<html>").choices.is_empty());
    }

    #[test]
    fn sloppy_answers_are_read_all_the_same() {
        let answer = json(
            br#"{"choices":[{"index":null,"message":{"content":"x"}}],
                "usage":{"prompt_tokens":5.0,"completion_tokens":18446744073709551615,"cached":3}}"#,
        );
        assert_eq!(answer.choices[0].message, Message::text_of("assistant", "x"));
        let usage = answer.usage.unwrap();
        assert_eq!((usage.prompt_tokens, usage.completion_tokens), (5, MAX_COUNT));
        assert_eq!(usage.rest["cached"], 3);
    }

    #[test]
    fn an_error_within_an_answer_is_one() {
        assert_eq!(json(br#"{"error":{"message":"no"}}"#).error.unwrap(), r#"{"message":"no"}"#);
        assert!(json(br#"{"error":null,"choices":[]}"#).error.is_none());
    }

    #[test]
    fn json_answers_keep_unknown_fields_but_logprobs_go_apart() {
        let body = br#"{"choices":[{"index":0,"message":{"role":"assistant","content":"x","audio":1},"logprobs":{"content":[{"token":"x","logprob":-1}]},"finish_reason":"stop","new":2}]}"#;
        let answer = json(body);
        assert_eq!(answer.choices[0].rest["new"], 2);
        assert!(!answer.choices[0].rest.contains_key("logprobs"));
        assert_eq!(answer.logprobs[0].token, "x");
    }
}
