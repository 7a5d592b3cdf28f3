//! Takes out of an answer what we asked the provider for on our own account.

use std::ops::Range;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::sse::{Event, Parser};

/// What the caller did not ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Strip {
    pub(crate) logprobs: bool,
    pub(crate) usage: bool,
}

impl Strip {
    pub(crate) const fn is_nothing(self) -> bool {
        !self.logprobs && !self.usage
    }

    /// A whole JSON answer; anything else is left as it is.
    pub(crate) fn json(self, body: Vec<u8>) -> Vec<u8> {
        if !self.logprobs {
            return body;
        }
        let Ok(mut value) = serde_json::from_slice::<Value>(&body) else { return body };
        if silence(&mut value) { value.to_string().into_bytes() } else { body }
    }

    fn event(self, event: &Event, out: &mut Vec<u8>) {
        match self.part(&event.data) {
            Part::Whole => out.extend_from_slice(&event.raw),
            Part::Nothing => {}
            Part::Changed(data) => {
                if let Some(name) = &event.event {
                    out.extend_from_slice(format!("event: {name}\n").as_bytes());
                }
                for line in data.split('\n') {
                    out.extend_from_slice(format!("data: {line}\n").as_bytes());
                }
                out.push(b'\n');
            }
        }
    }

    /// What may pass of a chunk. Nothing but what is taken out changes, to the byte.
    fn part(self, data: &str) -> Part {
        let names = |name: &str| memchr::memmem::find(data.as_bytes(), name.as_bytes()).is_some();
        if !(self.usage && names("\"usage\"") || self.logprobs && names("\"logprobs\"")) {
            return Part::Whole;
        }
        let Ok(chunk) = serde_json::from_str::<Chunk<'_>>(data) else { return Part::Whole };
        let mut cuts: Vec<(Range<usize>, &str)> = Vec::new();
        if let Some(usage) = chunk.usage.filter(|_| self.usage) {
            let is_last = chunk.choices.as_ref().is_some_and(Vec::is_empty);
            if is_last && usage.get().starts_with('{') {
                return Part::Nothing;
            }
            if usage.get() == "null" {
                cuts.extend(field(data, place(data, usage), "\"usage\"").map(|cut| (cut, "")));
            }
        }
        let choices = chunk.choices.iter().flatten().filter(|_| self.logprobs);
        for logprobs in choices.filter_map(|choice| choice.logprobs) {
            if logprobs.get() != "null" {
                cuts.push((place(data, logprobs), "null"));
            }
        }
        if cuts.is_empty() {
            return Part::Whole;
        }
        cuts.sort_unstable_by_key(|(cut, _)| cut.start);
        let mut changed = String::with_capacity(data.len());
        let mut from = 0;
        for (cut, instead) in cuts {
            changed.push_str(&data[from..cut.start]);
            changed.push_str(instead);
            from = cut.end;
        }
        changed.push_str(&data[from..]);
        Part::Changed(changed)
    }
}

/// What may pass of an event.
enum Part {
    Whole,
    Changed(String),
    Nothing,
}

/// The fields of a chunk that may be ours, as they came.
#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    choices: Option<Vec<ChunkChoice<'a>>>,
    #[serde(borrow, default, deserialize_with = "present")]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ChunkChoice<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    logprobs: Option<&'a RawValue>,
}

/// A field that is there, be it null.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// Where a part of the text lies in it.
fn place(text: &str, part: &RawValue) -> Range<usize> {
    let start = part.get().as_ptr().addr() - text.as_ptr().addr();
    start..start + part.get().len()
}

/// Where the field with this value lies, name and comma included; `None` where its name is
/// written in another way.
fn field(text: &str, value: Range<usize>, name: &str) -> Option<Range<usize>> {
    let before = text[..value.start].trim_end().strip_suffix(':')?.trim_end();
    let before = before.strip_suffix(name)?;
    if let Some(others) = before.trim_end().strip_suffix(',') {
        return Some(others.len()..value.end);
    }
    let after = text[value.end..].trim_start();
    let after = after.strip_prefix(',').unwrap_or(after);
    Some(before.len()..text.len() - after.len())
}

/// Sets the log-probabilities of all choices to null, as OpenAI does where none were asked.
fn silence(completion: &mut Value) -> bool {
    let mut changed = false;
    for choice in completion.get_mut("choices").and_then(Value::as_array_mut).into_iter().flatten()
    {
        if let Some(logprobs) = choice.get_mut("logprobs").filter(|l| !l.is_null()) {
            *logprobs = Value::Null;
            changed = true;
        }
    }
    changed
}

/// A stream, stripped as it passes.
#[derive(Debug)]
pub(crate) struct StreamStrip {
    strip: Strip,
    parser: Parser,
}

impl StreamStrip {
    pub(crate) fn new(strip: Strip) -> Self {
        Self { strip, parser: Parser::default() }
    }

    /// What may pass of the next bytes; whole events only.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for event in self.parser.push(bytes) {
            self.strip.event(&event, &mut out);
        }
        out
    }

    /// How many bytes are held back.
    pub(crate) fn pending_bytes(&self) -> usize {
        self.parser.pending_bytes()
    }

    /// What may pass of the rest.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(event) = self.parser.finish() {
            self.strip.event(&event, &mut out);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":[]}}],\"usage\":null}\n\n\
        : comment\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\ndata: [DONE]\n\n";

    fn strip(strip: Strip) -> String {
        let mut s = StreamStrip::new(strip);
        let mut out = Vec::new();
        for piece in STREAM.as_bytes().chunks(7) {
            out.extend(s.push(piece));
        }
        out.extend(s.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn takes_out_only_what_was_not_asked_for() {
        let both = strip(Strip { logprobs: true, usage: true });
        assert_eq!(
            both,
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"logprobs\":null}]}\n\n: comment\n\ndata: [DONE]\n\n"
                .replace("\n\n: comment\n\ndata: [DONE]", "\n\ndata: [DONE]")
        );
        assert!(strip(Strip { logprobs: true, usage: false }).contains("prompt_tokens"));
        assert_eq!(strip(Strip::default()), STREAM);
    }

    #[test]
    fn nothing_else_changes() {
        let both = Strip { logprobs: true, usage: true };
        let left = |data: &str| match both.part(data) {
            Part::Whole => data.to_owned(),
            Part::Changed(data) => data,
            Part::Nothing => "nothing".into(),
        };
        for (came, passes) in [
            (r#"{"usage" : null, "a": 1.50, "choices": []}"#, r#"{ "a": 1.50, "choices": []}"#),
            (r#"{"b":1 , "usage": null}"#, r#"{"b":1 }"#),
            (r#"{"usage":null}"#, "{}"),
            (r#"{"a":"\"usage\":null,"}"#, r#"{"a":"\"usage\":null,"}"#),
            (
                r#"{"choices":[{"logprobs":{"x":[1]},"n":2},{"logprobs":[]}],"usage":null,"z":"é"}"#,
                r#"{"choices":[{"logprobs":null,"n":2},{"logprobs":null}],"z":"é"}"#,
            ),
            (r#"{"choices":[],"usage":{"total_tokens":1}}"#, "nothing"),
            (
                r#"{"choices":[{}],"usage":{"total_tokens":1}}"#,
                r#"{"choices":[{}],"usage":{"total_tokens":1}}"#,
            ),
            (r#"{"choices":"odd","usage":null}"#, r#"{"choices":"odd","usage":null}"#),
        ] {
            assert_eq!(left(came), passes);
        }
    }

    #[test]
    fn json_answers_lose_their_logprobs_and_nothing_else() {
        let s = Strip { logprobs: true, usage: true };
        let body =
            br#"{"choices":[{"logprobs":{"content":[]},"x":1}],"usage":{"prompt_tokens":1}}"#;
        let left = String::from_utf8(s.json(body.to_vec())).unwrap();
        assert_eq!(left, r#"{"choices":[{"logprobs":null,"x":1}],"usage":{"prompt_tokens":1}}"#);
        assert_eq!(s.json(b"not json".to_vec()), b"not json");
    }
}
