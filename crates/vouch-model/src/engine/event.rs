//! What the engine tells the caller while it generates.

use std::time::Duration;

/// One step of a generation. The order is `Started`, any number of `Token`, `Finished`.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The request has been admitted; reading the prompt begins.
    Started {
        /// Tokens in the rendered prompt.
        prompt_tokens: usize,
    },
    /// A token that belongs to the answer.
    Token(TokenEvent),
    /// The generation is over; no further event follows.
    Finished(Finished),
}

/// One token of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenEvent {
    /// Text to append to the answer. Always whole code points: it is empty while the bytes of a
    /// code point are still incomplete, and it ends before a stop string.
    pub piece: String,
    /// The token and its log-probability.
    pub token: TokenLogprob,
    /// The most probable tokens at this position, best first, as many as the request asked for.
    /// The chosen token is among them only if it is one of the best.
    pub top: Vec<TokenLogprob>,
}

/// A token with its log-probability under the full softmax before temperature and `top_p`.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenLogprob {
    /// The id in the vocabulary.
    pub id: u32,
    /// The text of the token alone; bytes that are no whole code point show as U+FFFD.
    pub text: String,
    /// The bytes of the token.
    pub bytes: Vec<u8>,
    /// The natural logarithm of the probability, 0 at most.
    pub logprob: f32,
}

/// How a generation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Why it ended.
    pub reason: FinishReason,
    /// How many tokens it took.
    pub usage: Usage,
    /// How long it took.
    pub timings: Timings,
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model ended its turn, or a stop string appeared.
    Stop,
    /// `max_tokens` were generated, or the context is full.
    Length,
    /// The caller cancelled, or the engine shut down.
    Cancelled,
}

impl FinishReason {
    /// The name used on the wire: `stop`, `length` or `cancelled`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Tokens read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens in the rendered prompt.
    pub prompt_tokens: usize,
    /// Tokens generated, those of a stop string included, the end-of-turn token not.
    pub completion_tokens: usize,
}

/// Wall-clock time of the phases of a request, the turns of other requests included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// From `submit` to admission.
    pub queued: Duration,
    /// From admission to the first token.
    pub prefill: Duration,
    /// From the first token to the end.
    pub decode: Duration,
}

/// A generation with all its events folded together.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The whole answer.
    pub text: String,
    /// The tokens of the answer.
    pub tokens: Vec<TokenEvent>,
    /// How it ended.
    pub finished: Finished,
}
