//! One request that is being generated.

use std::time::Instant;

use super::event::{Event, FinishReason, Finished, Timings, TokenEvent, TokenLogprob, Usage};
use super::queue::Job;
use crate::cache::Cache;
use crate::llama::Segment;
use crate::logprob::logprobs;
use crate::model::Model;
use crate::sampler::Sampler;
use crate::stream::TextStream;

/// A request with all that is needed to go on with it.
#[derive(Debug)]
pub(super) struct Sequence {
    job: Job,
    /// The prompt and the answer so far; those in the cache have been read.
    tokens: Vec<u32>,
    cache: Cache,
    sampler: Sampler,
    text: TextStream,
    generated: usize,
    admitted: Instant,
    first_token: Option<Instant>,
}

impl Sequence {
    /// Begins a request.
    pub(super) fn start(mut job: Job, model: &Model) -> Self {
        job.send(Event::Started { prompt_tokens: job.prompt.len() });
        Self {
            tokens: job.prompt.clone(),
            cache: Cache::new(model.llama().config().layers),
            sampler: Sampler::new(job.sampling),
            text: TextStream::new(std::mem::take(&mut job.stop)),
            generated: 0,
            admitted: Instant::now(),
            first_token: None,
            job,
        }
    }

    /// Itself, unless nobody wants the answer any more.
    pub(super) fn unless_cancelled(self) -> Option<Self> {
        if self.job.is_cancelled() {
            self.cancel();
            return None;
        }
        Some(self)
    }

    /// Ends the request as cancelled; what is held back is dropped.
    pub(super) fn cancel(self) {
        self.finish(FinishReason::Cancelled);
    }

    /// Whether the prompt has been read.
    pub(super) fn is_answering(&self) -> bool {
        self.generated > 0
    }

    /// Tokens that are known and not in the cache.
    pub(super) fn unread(&self) -> usize {
        self.tokens.len() - self.cache.positions()
    }

    /// Whether the next token can be chosen.
    pub(super) fn has_read_all(&self) -> bool {
        self.unread() == 0
    }

    /// The next `count` unread tokens.
    pub(super) fn segment(&mut self, count: usize) -> Segment<'_> {
        let first = self.cache.positions();
        Segment { tokens: &self.tokens[first..first + count], cache: &mut self.cache }
    }

    /// Chooses the next token; `None` if that ended the request.
    pub(super) fn extend(mut self, model: &Model, logits: &[f32]) -> Option<Self> {
        let arch = model.llama().arch();
        let index = self.sampler.choose(arch, logits);
        self.first_token.get_or_insert_with(Instant::now);
        let id = id(index);
        if model.tokenizer().ends_turn(id) {
            self.flush();
            self.finish(FinishReason::Stop);
            return None;
        }
        self.generated += 1;
        self.tokens.push(id);
        let (logprob, top) = logprobs(arch, logits, index, self.job.top_logprobs);
        let event = TokenEvent {
            piece: String::new(),
            token: token(model, id, logprob),
            top: top.into_iter().map(|(index, p)| token(model, self::id(index), p)).collect(),
        };
        let mut settled = Vec::new();
        let stopped = self.text.push(event, model.tokenizer().output_bytes(id), &mut settled);
        self.send(settled);
        if stopped {
            self.finish(FinishReason::Stop);
            return None;
        }
        if self.generated >= self.job.max_tokens {
            self.flush();
            self.finish(FinishReason::Length);
            return None;
        }
        Some(self)
    }

    fn flush(&mut self) {
        let mut settled = Vec::new();
        self.text.flush(&mut settled);
        self.send(settled);
    }

    fn send(&self, tokens: Vec<TokenEvent>) {
        for token in tokens {
            self.job.send(Event::Token(token));
        }
    }

    fn finish(self, reason: FinishReason) {
        let first_token = self.first_token.unwrap_or_else(Instant::now);
        self.job.send(Event::Finished(Finished {
            reason,
            usage: Usage {
                prompt_tokens: self.job.prompt.len(),
                completion_tokens: self.generated,
            },
            timings: Timings {
                queued: self.admitted.duration_since(self.job.submitted),
                prefill: first_token.duration_since(self.admitted),
                decode: first_token.elapsed(),
            },
        }));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the tokenizer checks that ids are u32")]
fn id(index: usize) -> u32 {
    index as u32
}

fn token(model: &Model, id: u32, logprob: f32) -> TokenLogprob {
    let bytes = model.tokenizer().token_bytes(id).to_vec();
    TokenLogprob { id, text: String::from_utf8_lossy(&bytes).into_owned(), bytes, logprob }
}
