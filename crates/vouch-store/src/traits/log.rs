//! Storing and reading logs and what addMetrics adds to them.

use vouch_domain::feedback::{FeedbackTally, NewFeedback};
use vouch_domain::filter::Filter;
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::log::{Log, LogSummary, MetadataChange};
use vouch_domain::patch::Patch;
use vouch_domain::span::SpanKey;
use vouch_domain::{Cursor, Page};

use super::{Fingerprint, Written};
use crate::Result;

/// Logs.
#[async_trait::async_trait]
pub trait LogStore: Send + Sync {
    /// Writes logs of one project, all or none. A log whose id is there already is left as it is
    /// (its id is still in the answer). Patches and feedback that came before the log are
    /// attached in the same transaction, and `feedback` that comes with the logs is kept in it.
    ///
    /// # Errors
    /// `Invalid` when the feedback does not fit its metric, at `/feedback/<i>/value`.
    async fn insert_logs(
        &self,
        project: ProjectId,
        logs: &[Log],
        feedback: Vec<NewFeedback>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Written<LogId>>;

    /// Keeps one addMetrics call and merges it into its log, now or when the log arrives. The
    /// feedback of the call is kept in the same transaction.
    ///
    /// # Errors
    /// `Invalid` when the feedback does not fit its metric, at `/feedback/<i>/value`.
    async fn patch_log(
        &self,
        patch: Patch,
        feedback: Vec<NewFeedback>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Patched>;

    /// The log of each span, in the order they came: the one it was given before, or else the one
    /// it comes with, from now on. The log need not be there yet.
    async fn span_logs(
        &self,
        project: ProjectId,
        spans: Vec<(SpanKey, LogId)>,
    ) -> Result<Vec<LogId>>;

    /// One log with its tally, metadata history and number of addMetrics calls. Its feedback is
    /// read with [`super::FeedbackStore::log_feedback`].
    async fn log(&self, project: ProjectId, id: LogId) -> Result<Option<LogDetail>>;

    /// Logs, newest first. A page of a rare combination may end before it is full: it is then
    /// `partial`, and its cursor goes on.
    async fn logs(&self, query: &LogQuery) -> Result<Page<LogSummary>>;

    /// At most `limit` values that logs have and that begin so, in the order of their bytes. It
    /// hops along an index from one value to the next, however many logs share one.
    async fn log_values(
        &self,
        project: ProjectId,
        of: &LogValues,
        begin: &str,
        limit: u32,
    ) -> Result<Vec<String>>;

    /// Calls, tokens and cost by day, from the roll-ups.
    async fn usage(
        &self,
        project: ProjectId,
        days: std::ops::RangeInclusive<i64>,
    ) -> Result<Vec<UsagePoint>>;
}

/// Values of logs that can be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogValues {
    /// The application's users.
    Users,
    /// Chains.
    Chains,
    /// Conversations.
    Conversations,
    /// The keys of the metadata.
    MetaKeys,
    /// The values of this metadata key.
    MetaValues(String),
}

/// What became of an addMetrics call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// The feedback that it carried.
    pub feedback: Vec<FeedbackId>,
    /// Whether its log was there; otherwise it is merged when the log arrives.
    pub attached: bool,
    /// Whether this call was a repeat and wrote nothing.
    pub repeated: bool,
}

/// A log as its own page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct LogDetail {
    /// The log, with all patches merged.
    pub log: Log,
    /// What people said, in short.
    pub tally: FeedbackTally,
    /// Each value that each metadata key had, oldest first.
    pub metadata_history: Vec<MetadataChange>,
}

/// A page of logs, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct LogQuery {
    /// The tenant.
    pub project: ProjectId,
    /// Which logs.
    pub filter: Filter,
    /// After this key (a log id: ids sort by time).
    pub cursor: Option<Cursor>,
    /// At most so many; 1 to 200.
    pub limit: u32,
}

/// One day of one deployment, variant and model.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UsagePoint {
    /// Days since 1970-01-01.
    pub day: i64,
    /// The deployment's key; empty for none.
    pub deployment: String,
    /// The variant; empty for none.
    pub variant: String,
    /// The model; empty for none.
    pub model: String,
    /// Calls.
    pub calls: i64,
    /// Calls that failed.
    pub failed: i64,
    /// Input tokens.
    pub prompt_tokens: i64,
    /// Output tokens.
    pub completion_tokens: i64,
    /// Cost in millionths of a US dollar.
    pub cost_usd_micros: i64,
}
