//! Storing and reading logs and what addMetrics adds to them.

use vouch_domain::feedback::{FeedbackTally, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::log::{Log, LogStatus, LogSummary, MetadataChange};
use vouch_domain::patch::Patch;
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
        logs: Vec<Log>,
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

    /// One log with its tally, metadata history and number of addMetrics calls. Its feedback is
    /// read with [`super::FeedbackStore::log_feedback`].
    async fn log(&self, project: ProjectId, id: LogId) -> Result<Option<LogDetail>>;

    /// Logs, newest first.
    async fn logs(&self, query: &LogQuery) -> Result<Page<LogSummary>>;

    /// Calls, tokens and cost by day, from the roll-ups.
    async fn usage(
        &self,
        project: ProjectId,
        days: std::ops::RangeInclusive<i64>,
    ) -> Result<Vec<UsagePoint>>;
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

/// Which logs; all parts that are given must fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogFilter {
    /// The deployment's key.
    pub deployment: Option<String>,
    /// The variant's name.
    pub variant: Option<String>,
    /// The model's name.
    pub model: Option<String>,
    /// The application's user.
    pub user_id: Option<String>,
    /// The chain.
    pub chain_id: Option<String>,
    /// The conversation.
    pub conversation_id: Option<String>,
    /// How far it came.
    pub status: Option<LogStatus>,
    /// A metadata key and its value, as [`vouch_domain::rollup::tags`] writes it.
    pub metadata: Option<(String, String)>,
    /// At least one counting thumb up (`true`) or down (`false`).
    pub thumbs: Option<bool>,
    /// The score is at least this.
    pub min_score: Option<f64>,
    /// The score is at most this.
    pub max_score: Option<f64>,
    /// There is counting feedback of this metric, and (where given) with this label, on the log:
    /// `("defects", Some("spelling"))`, `("thumbs", Some("false"))`.
    pub feedback: Option<(String, Option<String>)>,
    /// The feedback asked for in `feedback` was given on a day in this range (days since 1970).
    pub feedback_days: Option<(i64, i64)>,
    /// Any counting feedback at all, or none.
    pub has_feedback: Option<bool>,
    /// Made on one of these days (days since 1970-01-01, both inclusive).
    pub days: Option<(i64, i64)>,
}

/// A page of logs, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct LogQuery {
    /// The tenant.
    pub project: ProjectId,
    /// Which logs.
    pub filter: LogFilter,
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
