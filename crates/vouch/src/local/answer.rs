//! The local model's answers in OpenAI's shape: one JSON object, or the chunks of a stream.

use serde::Serialize;
use vouch_domain::Time;
use vouch_model::{Completion, FinishReason, TokenEvent, TokenLogprob, Usage};

/// What all parts of one answer share.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// `chatcmpl-` and 32 hexadecimal digits.
    id: String,
    /// Seconds since 1970.
    created: i64,
    /// The model's name.
    model: String,
}

/// What OpenAI sends in place of minus infinity.
const LEAST_LOGPROB: f32 = -9999.0;

#[derive(Serialize)]
struct Envelope<'a, C: Serialize> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'a str,
    system_fingerprint: &'static str,
    choices: &'a [C],
    #[serde(skip_serializing_if = "Counted::is_absent")]
    usage: Counted,
}

/// The field `usage`.
#[derive(Serialize)]
#[serde(untagged)]
enum Counted {
    /// Not there at all.
    Absent,
    /// Null: it comes in a later chunk.
    Later,
    /// The tokens used.
    Here(WireUsage),
}

/// Changes when the same seed may give another text.
const FINGERPRINT: &str = concat!("vouch-", env!("CARGO_PKG_VERSION"));

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    message: Message<'a>,
    logprobs: Option<Logprobs<'a>>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
    refusal: Option<&'static str>,
}

#[derive(Serialize)]
struct ChunkChoice<'a> {
    index: u32,
    delta: Delta<'a>,
    logprobs: Option<Logprobs<'a>>,
    finish_reason: Option<&'static str>,
}

#[derive(Serialize, Default)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

#[derive(Serialize)]
struct Logprobs<'a> {
    content: Vec<Token<'a>>,
    refusal: Option<&'static str>,
}

#[derive(Serialize)]
struct Token<'a> {
    #[serde(flatten)]
    chosen: Alternative<'a>,
    top_logprobs: Vec<Alternative<'a>>,
}

#[derive(Serialize)]
struct Alternative<'a> {
    token: &'a str,
    logprob: f32,
    bytes: &'a [u8],
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
struct WireUsage {
    prompt_tokens: usize,
    completion_tokens: usize,
    total_tokens: usize,
}

impl Head {
    /// The head of an answer begun at `at`; `draw` makes its id.
    pub(super) fn new(at: Time, draw: [u8; 16], model: &str) -> Self {
        let id = format!("chatcmpl-{:032x}", u128::from_be_bytes(draw));
        Self { id, created: at.micros().div_euclid(1_000_000), model: model.to_owned() }
    }

    /// The whole answer, as JSON.
    pub(super) fn completion(&self, answer: &Completion, logprobs: bool) -> String {
        let choice = Choice {
            index: 0,
            message: Message { role: "assistant", content: &answer.text, refusal: None },
            logprobs: logprobs.then(|| Logprobs::of(&answer.tokens)),
            finish_reason: reason(answer.finished.reason),
        };
        let usage = Counted::Here(WireUsage::of(answer.finished.usage));
        json(&self.envelope("chat.completion", &[choice], usage))
    }

    /// The first chunk: who speaks.
    pub(super) fn opening(&self, include_usage: bool) -> String {
        let delta = Delta { role: Some("assistant"), content: Some("") };
        self.chunk(delta, None, None, include_usage)
    }

    /// The chunk of one token; `None` when it has nothing to show.
    pub(super) fn token(&self, token: &TokenEvent, wants: Wants) -> Option<String> {
        if token.piece.is_empty() && !wants.logprobs {
            return None;
        }
        let delta = Delta { role: None, content: Some(&token.piece) };
        let logprobs = wants.logprobs.then(|| Logprobs::of(std::slice::from_ref(token)));
        Some(self.chunk(delta, logprobs, None, wants.include_usage))
    }

    /// What comes after the last token: why it ended, the usage where it was asked for, `[DONE]`.
    pub(super) fn ending(&self, why: FinishReason, usage: Usage, include_usage: bool) -> String {
        let mut text = self.chunk(Delta::default(), None, Some(reason(why)), include_usage);
        if include_usage {
            let usage = Counted::Here(WireUsage::of(usage));
            text.push_str(&event(&self.envelope::<ChunkChoice>(
                "chat.completion.chunk",
                &[],
                usage,
            )));
        }
        text.push_str("data: [DONE]\n\n");
        text
    }

    fn chunk(
        &self,
        delta: Delta,
        logprobs: Option<Logprobs>,
        finish_reason: Option<&'static str>,
        include_usage: bool,
    ) -> String {
        let choice = ChunkChoice { index: 0, delta, logprobs, finish_reason };
        // With include_usage every chunk but the last says `"usage": null`.
        let usage = if include_usage { Counted::Later } else { Counted::Absent };
        event(&self.envelope("chat.completion.chunk", &[choice], usage))
    }

    fn envelope<'a, C: Serialize>(
        &'a self,
        object: &'static str,
        choices: &'a [C],
        usage: Counted,
    ) -> Envelope<'a, C> {
        let (id, model) = (&self.id, &self.model);
        let (created, system_fingerprint) = (self.created, FINGERPRINT);
        Envelope { id, object, created, model, system_fingerprint, choices, usage }
    }
}

/// What a stream is to show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wants {
    /// Log-probabilities with each token.
    pub(super) logprobs: bool,
    /// The usage at the end.
    pub(super) include_usage: bool,
}

impl<'a> Logprobs<'a> {
    fn of(tokens: &'a [TokenEvent]) -> Self {
        let token = |event: &'a TokenEvent| Token {
            chosen: Alternative::of(&event.token),
            top_logprobs: event.top.iter().map(Alternative::of).collect(),
        };
        Self { content: tokens.iter().map(token).collect(), refusal: None }
    }
}

impl<'a> Alternative<'a> {
    fn of(token: &'a TokenLogprob) -> Self {
        let logprob = token.logprob.max(LEAST_LOGPROB);
        Self { token: &token.text, logprob, bytes: &token.bytes }
    }
}

impl Counted {
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl WireUsage {
    fn of(usage: Usage) -> Self {
        Self {
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            total_tokens: usage.prompt_tokens + usage.completion_tokens,
        }
    }
}

fn reason(why: FinishReason) -> &'static str {
    match why {
        FinishReason::Length => "length",
        // A cancelled answer is never finished on the wire: its stream breaks off instead.
        FinishReason::Stop | FinishReason::Cancelled => "stop",
    }
}

fn event(chunk: &impl Serialize) -> String {
    format!("data: {}\n\n", json(chunk))
}

/// Straight into text: a number of 32 bits keeps its short form.
fn json(answer: &impl Serialize) -> String {
    // Our own types have texts for keys and finite numbers: they always serialise.
    serde_json::to_string(answer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn head() -> Head {
        Head::new(Time::from_micros(1_700_000_000_999_999), [1; 16], "m")
    }

    fn token(piece: &str, logprob: f32) -> TokenEvent {
        let token =
            TokenLogprob { id: 1, text: piece.into(), bytes: piece.as_bytes().to_vec(), logprob };
        TokenEvent { piece: piece.into(), top: vec![token.clone()], token }
    }

    fn chunks(text: &str) -> Vec<Value> {
        let data = text.split("\n\n").filter_map(|line| line.strip_prefix("data: "));
        data.filter(|line| *line != "[DONE]").map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    #[test]
    fn a_chunk_looks_like_openais() {
        let wants = Wants { logprobs: true, include_usage: false };
        let text = head().token(&token("é", f32::NEG_INFINITY), wants).unwrap();
        assert_eq!(
            chunks(&text),
            [json!({
                "id": "chatcmpl-01010101010101010101010101010101",
                "object": "chat.completion.chunk",
                "created": 1_700_000_000,
                "model": "m",
                "system_fingerprint": FINGERPRINT,
                "choices": [{
                    "index": 0,
                    "delta": {"content": "é"},
                    "logprobs": {
                        "content": [{
                            "token": "é", "logprob": -9999.0, "bytes": [195, 169],
                            "top_logprobs": [{"token": "é", "logprob": -9999.0, "bytes": [195, 169]}],
                        }],
                        "refusal": null,
                    },
                    "finish_reason": null,
                }],
            })]
        );
    }

    #[test]
    fn an_incomplete_code_point_shows_only_with_its_logprob() {
        let half = TokenEvent { piece: String::new(), ..token("x", -1.0) };
        let wants = |logprobs| Wants { logprobs, include_usage: false };
        assert!(head().token(&half, wants(false)).is_none());
        assert!(head().token(&half, wants(true)).is_some());
    }

    #[test]
    fn usage_comes_last_and_is_null_before() {
        let usage = Usage { prompt_tokens: 3, completion_tokens: 2 };
        let text = head().ending(FinishReason::Length, usage, true);
        assert!(text.ends_with("data: [DONE]\n\n"));
        let chunks = chunks(&text);
        assert_eq!(chunks[0]["choices"][0]["finish_reason"], "length");
        assert_eq!(chunks[0]["usage"], Value::Null);
        assert_eq!(chunks[1]["choices"], json!([]));
        assert_eq!(chunks[1]["usage"]["total_tokens"], 5);
        let plain = head().ending(FinishReason::Stop, usage, false);
        assert!(!plain.contains("usage"));
    }
}
