//! Reading the audit trail and the events. Both are written by the changes they tell of.

use vouch_domain::audit::AuditEntry;
use vouch_domain::event::Event;
use vouch_domain::id::ProjectId;
use vouch_domain::{Cursor, Page};

use crate::Result;

/// The audit trail.
#[async_trait::async_trait]
pub trait AuditStore: Send + Sync {
    /// Audit entries, newest first; the cursor is a `seq`.
    async fn audit(
        &self,
        project: ProjectId,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<AuditEntry>>;

    /// Audit entries after `seq`, oldest first, for verification.
    async fn audit_after(
        &self,
        project: ProjectId,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<AuditEntry>>;
}

/// Events for screens.
#[async_trait::async_trait]
pub trait EventStore: Send + Sync {
    /// The newest event's number; 0 when there is none.
    async fn last_event(&self, project: ProjectId) -> Result<i64>;

    /// Events after `seq`, oldest first. Only the newest 10,000 or so of a project are kept.
    async fn events_after(&self, project: ProjectId, seq: i64, limit: u32) -> Result<Vec<Event>>;

    /// Changes whenever this node learned that there may be new events (its own commits, and
    /// those of other nodes on the same database within a second).
    fn event_signal(&self) -> tokio::sync::watch::Receiver<u64>;
}
