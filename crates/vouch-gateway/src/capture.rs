//! The capture of one call: its draft log, filled while the answer passes.

use std::sync::Arc;

use http::StatusCode;
use tokio::sync::mpsc::OwnedPermit;
use vouch_domain::Time;
use vouch_domain::clock::Clock;
use vouch_domain::id::LogId;
use vouch_domain::log::{Attempt, Log, LogError, LogStatus};
use vouch_domain::uncertainty::Uncertainty;

use crate::serve::Candidate;
use crate::settings::Settings;
use crate::{fold, sse};

/// What is kept of one answer at most; a longer one passes whole, but its log is cut.
pub(crate) const CAPTURED_BYTES: usize = 32 << 20;
/// The longest event of a stream that is held until it is whole. No event of a model is so long.
pub(crate) const EVENT_BYTES: usize = 16 << 20;
/// What is kept of an upstream's error text.
const ERROR_BYTES: usize = 8 << 10;

/// A call whose answer has ended, on its way to the log.
pub(crate) struct Captured {
    log: Log,
    settings: Arc<Settings>,
    ended_at: Time,
    first_at: Option<Time>,
    status: Option<StatusCode>,
    streamed: bool,
    bytes: Vec<u8>,
    ending: Ending,
    /// Whether something was left out without being asked.
    skipped: bool,
}

/// How an answer ended.
#[derive(Debug)]
pub(crate) enum Ending {
    Complete,
    /// The client went away.
    Cancelled,
    /// The provider's answer broke off.
    Interrupted(String),
    /// There was no answer.
    NoAnswer {
        kind: &'static str,
        message: String,
    },
}

/// The capture of a call that is under way. However it ends, its log is written: dropping it
/// before its end means that the client went away.
pub(crate) struct Capture {
    log: LogId,
    open: Option<(Box<Captured>, OwnedPermit<Box<Captured>>)>,
    clock: Arc<dyn Clock>,
    /// Looks for the first token of a stream, until it has come.
    waiting: Option<sse::Parser>,
}

impl Capture {
    pub(crate) fn new(
        log: Log,
        settings: Arc<Settings>,
        permit: OwnedPermit<Box<Captured>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let captured = Captured {
            ended_at: log.created_at,
            log,
            settings,
            first_at: None,
            status: None,
            streamed: false,
            bytes: Vec::new(),
            ending: Ending::Cancelled,
            skipped: false,
        };
        Self {
            log: captured.log.id,
            open: Some((Box::new(captured), permit)),
            clock,
            waiting: None,
        }
    }

    /// The id of the log.
    pub(crate) fn log(&self) -> LogId {
        self.log
    }

    /// From now on this is what serves the call.
    pub(crate) fn serves(&mut self, candidate: &Candidate) {
        if let Some((captured, _)) = &mut self.open {
            captured.log.served.clone_from(&candidate.served);
            captured.log.messages.clone_from(&candidate.prepared.messages);
            captured.log.parameters = candidate.prepared.parameters();
        }
    }

    /// Something was asked and does not serve the call.
    pub(crate) fn failed(&mut self, attempt: Attempt) {
        if let Some((captured, _)) = &mut self.open {
            captured.log.attempts.push(attempt);
        }
    }

    /// Something was not even asked.
    pub(crate) fn skipped(&mut self, attempt: Attempt) {
        if let Some((captured, _)) = &mut self.open {
            captured.log.attempts.push(attempt);
            captured.skipped = true;
        }
    }

    /// Something serves the call; that is worth telling only where something else did not.
    pub(crate) fn answers(&mut self, attempt: Attempt) {
        if let Some((captured, _)) = &mut self.open
            && !captured.log.attempts.is_empty()
        {
            captured.log.attempts.push(attempt);
        }
    }

    pub(crate) fn answered(&mut self, status: StatusCode, streamed: bool) {
        if let Some((captured, _)) = &mut self.open {
            captured.status = Some(status);
            captured.streamed = streamed;
        }
        self.waiting = streamed.then(sse::Parser::default);
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let Some((captured, _)) = &mut self.open else { return };
        if let Some(parser) = &mut self.waiting
            && parser.push(bytes).iter().any(|event| fold::says_something(&event.data))
        {
            captured.first_at = Some(self.clock.now());
            self.waiting = None;
        }
        // What has said nothing in so many bytes is not waited for.
        self.waiting.take_if(|parser| parser.pending_bytes() > EVENT_BYTES);
        let room = CAPTURED_BYTES.saturating_sub(captured.bytes.len());
        captured.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub(crate) fn end(&mut self, ending: Ending) {
        if let Some((mut captured, permit)) = self.open.take() {
            captured.ended_at = self.clock.now();
            captured.ending = ending;
            permit.send(captured);
        }
    }

    /// OpenAI's clients hang up at `[DONE]` without waiting for the end of the body.
    fn saw_done(&self) -> bool {
        let Some((captured, _)) = &self.open else { return false };
        captured.streamed && captured.bytes.trim_ascii_end().ends_with(b"data: [DONE]")
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let ending = if self.saw_done() { Ending::Complete } else { Ending::Cancelled };
        self.end(ending);
    }
}

impl Captured {
    /// The log of the call.
    pub(crate) fn into_log(self) -> Log {
        let mut log = self.log;
        let began = log.created_at;
        let since = |at: Time| ms_between(began, at);
        let left_early = self.status.is_none() && matches!(self.ending, Ending::Cancelled);
        if log.attempts.len() == 1 && !self.skipped && !left_early {
            log.attempts.clear();
        }
        log.performance.latency = Some(since(self.ended_at));
        log.performance.time_to_first_token = self.first_at.map(since);
        let answer =
            if self.streamed { fold::stream(&self.bytes) } else { fold::json(&self.bytes) };
        log.choices = answer.choices;
        log.usage = answer.usage;
        log.uncertainty = Uncertainty::of(&answer.logprobs);
        log.logprobs = answer.logprobs;
        if let (Some(usage), Some(provider), Some(model)) =
            (&log.usage, &log.served.provider, &log.served.model)
        {
            log.cost_usd_micros = self.settings.cost(provider, model, usage);
        }
        let cut = self.bytes.len() == CAPTURED_BYTES;
        let refused = self.status.filter(|status| !status.is_success());
        let failed = |kind: &str, status: Option<StatusCode>, message: String| {
            Some(LogError { kind: kind.into(), status: status.map(|s| s.as_u16()), message })
        };
        log.error = match (self.ending, answer.error) {
            (Ending::NoAnswer { kind, message }, _) => failed(kind, None, message),
            (Ending::Interrupted(why), _) => failed("interrupted", self.status, why),
            (_, _) if refused.is_some() => failed("upstream", refused, text(&self.bytes)),
            (_, Some(error)) => failed("upstream", self.status, error),
            (Ending::Complete, None) if cut && (answer.garbage || !answer.finished) => {
                let message =
                    format!("only the first {CAPTURED_BYTES} bytes of the answer are kept");
                failed("upstream", self.status, message)
            }
            (Ending::Complete, None) if answer.garbage => {
                let message = format!("the answer is not JSON: {}", text(&self.bytes));
                failed("upstream", self.status, message)
            }
            (Ending::Complete, None) if !answer.finished => {
                let message = "the answer ended before its finish_reason and before [DONE]";
                failed("interrupted", self.status, message.into())
            }
            (Ending::Complete, None) => None,
            (Ending::Cancelled, None) => {
                log.status = LogStatus::Cancelled;
                return log;
            }
        };
        log.status = if log.error.is_some() { LogStatus::Failed } else { LogStatus::Completed };
        log
    }
}

/// Milliseconds from one time to another, never below zero.
pub(crate) fn ms_between(from: Time, to: Time) -> f64 {
    // Durations of calls are far below 2^32 microseconds.
    let micros = u32::try_from((to.micros() - from.micros()).max(0));
    f64::from(micros.unwrap_or(u32::MAX)) / 1000.0
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(ERROR_BYTES)]).into_owned()
}
