//! Storing and reading feedback, its metrics and its roll-ups.

use vouch_domain::Page;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::audit::NewAudit;
use vouch_domain::feedback::{Feedback, FeedbackTarget, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::metric::MetricDefinition;
use vouch_domain::{Cursor, Time};

use super::{Fingerprint, Written};
use crate::Result;

/// Feedback.
#[async_trait::async_trait]
pub trait FeedbackStore: Send + Sync {
    /// Checks and appends feedback of one project, all or none; it is on disk when this returns.
    /// Log tallies and roll-ups follow in the same transaction, or, where many come at once, a
    /// moment later: see [`super::Store::settle`]. A metric that nobody defined is typed by its first value. The
    /// answer's flags say for each whether its log is there (`true` for chains and
    /// conversations); what is early is attached when the log arrives.
    ///
    /// # Errors
    /// `Invalid` at `/feedback/<i>/value` or `/feedback/<i>/name`, where one does not fit.
    async fn append_feedback(
        &self,
        project: ProjectId,
        feedback: Vec<NewFeedback>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<(Written<FeedbackId>, Vec<bool>)>;

    /// Takes a feedback back, as an appended retraction; a repeat changes nothing. `only_by`
    /// allows it only to its author.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is someone else's.
    async fn retract_feedback(
        &self,
        project: ProjectId,
        id: FeedbackId,
        by: &Actor,
        only_by: Option<&Actor>,
        at: Time,
    ) -> Result<Feedback>;

    /// All feedback on a log and on its chain and conversation, oldest first, with what no
    /// longer counts.
    async fn log_feedback(&self, project: ProjectId, log: LogId) -> Result<Vec<Feedback>>;

    /// Feedback, newest first.
    async fn feedback(&self, query: &FeedbackQuery) -> Result<Page<Feedback>>;

    /// Counts and sums by day, from the roll-ups.
    async fn summary(&self, query: &SummaryQuery) -> Result<Vec<SummaryPoint>>;

    /// The dimensions that roll-ups of these days have, e.g. `model`, `meta:plan`, sorted.
    async fn dimensions(
        &self,
        project: ProjectId,
        days: std::ops::RangeInclusive<i64>,
    ) -> Result<Vec<String>>;
}

/// A page of feedback, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackQuery {
    /// The tenant.
    pub project: ProjectId,
    /// Of this metric.
    pub name: Option<String>,
    /// From this kind of author.
    pub source: Option<Source>,
    /// About this.
    pub target: Option<FeedbackTarget>,
    /// After this key (a feedback id).
    pub cursor: Option<Cursor>,
    /// At most so many; 1 to 200.
    pub limit: u32,
}

/// Which roll-ups.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryQuery {
    /// The tenant.
    pub project: ProjectId,
    /// The metric's name.
    pub metric: String,
    /// `all`, `deployment`, `variant`, `model`, `user` or `meta:KEY`.
    pub dimension: String,
    /// Days since 1970-01-01, both inclusive.
    pub days: std::ops::RangeInclusive<i64>,
}

/// One roll-up row with something in it.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryPoint {
    /// Days since 1970-01-01.
    pub day: i64,
    /// The dimension's value; empty for `all`.
    pub dimension_value: String,
    /// The value for words and booleans; empty for the total.
    pub label: String,
    /// Feedbacks.
    pub count: i64,
    /// Sum of their numbers; a boolean counts 0 or 1.
    pub sum: f64,
}

/// Metric definitions.
#[async_trait::async_trait]
pub trait MetricStore: Send + Sync {
    /// All metrics of the project, by name.
    async fn metrics(&self, project: ProjectId) -> Result<Vec<MetricDefinition>>;

    /// Defines a metric anew, changes one, or adopts an undefined one.
    ///
    /// # Errors
    /// `Conflict` when its type differs from the one that feedback was already given with.
    async fn put_metric(
        &self,
        project: ProjectId,
        metric: MetricDefinition,
        audit: NewAudit,
    ) -> Result<()>;
}
