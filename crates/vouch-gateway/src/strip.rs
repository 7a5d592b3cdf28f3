//! Takes out of an answer what we asked the provider for on our own account.

use serde_json::Value;

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
        let Ok(mut chunk) = serde_json::from_str::<Value>(&event.data) else {
            return out.extend_from_slice(&event.raw);
        };
        let mut changed = false;
        if self.usage {
            let only_usage =
                chunk.get("choices").and_then(Value::as_array).is_some_and(Vec::is_empty);
            if only_usage && chunk.get("usage").is_some_and(Value::is_object) {
                return;
            }
            if let Some(object) = chunk.as_object_mut() {
                changed |=
                    object.get("usage") == Some(&Value::Null) && object.remove("usage").is_some();
            }
        }
        changed |= self.logprobs && silence(&mut chunk);
        if !changed {
            return out.extend_from_slice(&event.raw);
        }
        if let Some(name) = &event.event {
            out.extend_from_slice(format!("event: {name}\n").as_bytes());
        }
        out.extend_from_slice(format!("data: {chunk}\n\n").as_bytes());
    }
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
    fn json_answers_lose_their_logprobs_and_nothing_else() {
        let s = Strip { logprobs: true, usage: true };
        let body =
            br#"{"choices":[{"logprobs":{"content":[]},"x":1}],"usage":{"prompt_tokens":1}}"#;
        let left = String::from_utf8(s.json(body.to_vec())).unwrap();
        assert_eq!(left, r#"{"choices":[{"logprobs":null,"x":1}],"usage":{"prompt_tokens":1}}"#);
        assert_eq!(s.json(b"not json".to_vec()), b"not json");
    }
}
