//! The log of a call of a model that does not go through the gateway.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::client::Vouch;
use crate::error::Result;
use crate::id::{new_log_id, now};
use crate::log::LogError;
use crate::log_request::NewLog;
use crate::message::{Choice, Performance, Usage};

/// A call of a model while it runs: [`Vouch::log_call`] begins it, and its end becomes a log.
///
/// Sending the log takes a moment, and may fail; a program whose own work must not wait for that
/// sends it in a task.
#[derive(Debug)]
#[must_use = "a call that is not ended is not logged"]
pub struct LogCall {
    client: Vouch,
    log_id: String,
    log: NewLog,
    began: Instant,
    first_token: Option<Instant>,
}

impl LogCall {
    pub(crate) fn begin(client: Vouch, log: NewLog) -> Self {
        let log_id = new_log_id();
        let mut log = log.id(&*log_id);
        if let Ok(at) = Timestamp::try_from(now()) {
            log = log.created_at(at.to_string());
        }
        Self { client, log_id, log, began: Instant::now(), first_token: None }
    }

    /// The id that the log will have: feedback may come before it.
    pub fn log_id(&self) -> &str {
        &self.log_id
    }

    /// Says that a piece of a streamed answer came; the first one counts.
    pub fn token(&mut self) {
        self.first_token.get_or_insert_with(Instant::now);
    }

    /// The whole answer came; the log's id.
    pub async fn completed(
        self,
        choices: impl Into<Vec<Choice>>,
        usage: Option<Usage>,
    ) -> Result<String> {
        self.end("completed", choices.into(), usage, None).await
    }

    /// The application wanted no more of it; the log's id.
    pub async fn cancelled(self, choices: impl Into<Vec<Choice>>) -> Result<String> {
        self.end("cancelled", choices.into(), None, None).await
    }

    /// There is no answer, or not all of it; the log's id.
    pub async fn failed(self, choices: impl Into<Vec<Choice>>, error: LogError) -> Result<String> {
        self.end("failed", choices.into(), None, Some(error)).await
    }

    async fn end(
        self,
        status: &str,
        choices: Vec<Choice>,
        usage: Option<Usage>,
        error: Option<LogError>,
    ) -> Result<String> {
        let ms = |at: Instant| at.duration_since(self.began).as_secs_f64() * 1e3;
        let mut performance = Performance::latency(ms(Instant::now()));
        performance.time_to_first_token = self.first_token.map(ms);
        let mut log = self.log.status(status).choices(choices).performance(performance);
        if let Some(usage) = usage {
            log = log.usage(usage);
        }
        if let Some(error) = error {
            log = log.error(error);
        }
        self.client.logs().send(log).await
    }
}
