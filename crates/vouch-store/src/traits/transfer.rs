//! Moving logs with all that belongs to them out of the store and into it.

use vouch_domain::Page;
use vouch_domain::feedback::Feedback;
use vouch_domain::id::ProjectId;
use vouch_domain::log::Log;

use super::LogQuery;
use crate::Result;

/// Logs as they leave and come: whole.
#[async_trait::async_trait]
pub trait TransferStore: Send + Sync {
    /// Logs with bodies and feedback, newest first. A page ends early where bodies are large, so
    /// that its memory is bounded; it is then `partial`, as is one of a rare combination.
    async fn whole_logs(&self, query: &LogQuery) -> Result<Page<WholeLog>>;

    /// Writes logs and their feedback as they are, ids and times included. What is there already,
    /// by its id, is left as it is: taking the same in twice changes nothing.
    ///
    /// # Errors
    /// `Invalid` when feedback does not fit its metric; nothing is written then.
    async fn take_in(&self, project: ProjectId, logs: Vec<WholeLog>) -> Result<TakenIn>;
}

/// A log with what people said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeLog {
    /// The log, with all patches merged.
    pub log: Log,
    /// The feedback on the log itself, oldest first, with what no longer counts. Feedback on its
    /// chain or conversation belongs to these.
    pub feedback: Vec<Feedback>,
}

/// How much of what was to be taken in was not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenIn {
    /// Logs.
    pub logs: usize,
    /// Feedbacks.
    pub feedback: usize,
}
