//! How long logs are kept, and letting go of those that leave.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::retention::Retention;

use super::WholeLog;
use crate::Result;

/// Retention.
#[async_trait::async_trait]
pub trait RetentionStore: Send + Sync {
    /// How long the project keeps its logs.
    async fn retention(&self, project: ProjectId) -> Result<Retention>;

    /// Changes it.
    async fn put_retention(
        &self,
        project: ProjectId,
        retention: Retention,
        audit: NewAudit,
    ) -> Result<()>;

    /// How many logs were made before `before`, counted to `most`, and when the oldest was.
    async fn count_before(
        &self,
        project: ProjectId,
        before: Time,
        most: u32,
    ) -> Result<(u64, Option<Time>)>;

    /// Takes turns at archiving: whether nobody else does so until `until`. `holds` renews one's
    /// own turn.
    async fn lease_archive(
        &self,
        project: ProjectId,
        now: Time,
        until: Time,
        holds: Option<Time>,
    ) -> Result<bool>;

    /// Logs made before `before`, oldest first, after the log `after`; fewer than `limit` only
    /// where bodies are large or at the end.
    async fn leaving(
        &self,
        project: ProjectId,
        before: Time,
        after: Option<LogId>,
        limit: u32,
    ) -> Result<Vec<Leaving>>;

    /// Removes logs with all that belongs to them, in one transaction; roll-ups stay. One to
    /// which something was added since it was read stays as well. Says how many are gone. Review
    /// tasks about them that are not decided are cancelled; what reviewers answered stays.
    async fn forget(
        &self,
        project: ProjectId,
        logs: Vec<(LogId, Revision)>,
        now: Time,
        audit: Option<NewAudit>,
    ) -> Result<u64>;
}

/// How often something was added to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub i64);

/// A log that leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaving {
    /// The log.
    pub whole: WholeLog,
    /// What it was when it was read, or older.
    pub revision: Revision,
}
