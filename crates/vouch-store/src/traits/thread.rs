//! Reading conversations and chains: their logs in order, and what they come to.

use vouch_domain::feedback::Feedback;
use vouch_domain::id::ProjectId;
use vouch_domain::thread::{Thread, ThreadTotals, Turn};
use vouch_domain::{Cursor, Page};

use crate::Result;

/// The most logs of a thread that its totals count, and the most feedback on the whole of it
/// that is read.
pub const MAX_THREAD: u32 = 10_000;

/// Conversations and chains.
#[async_trait::async_trait]
pub trait ThreadStore: Send + Sync {
    /// What the thread comes to, and the feedback on the whole of it, oldest first. `None` where
    /// there is neither a log nor feedback.
    async fn thread(
        &self,
        project: ProjectId,
        thread: &Thread,
    ) -> Result<Option<(ThreadTotals, Vec<Feedback>)>>;

    /// Its logs, oldest first, each without what the one before it had already.
    async fn turns(&self, query: &TurnQuery) -> Result<Page<Turn>>;
}

/// A page of the logs of a thread, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnQuery {
    /// The tenant.
    pub project: ProjectId,
    /// Which thread.
    pub thread: Thread,
    /// After this key (a log id).
    pub cursor: Option<Cursor>,
    /// At most so many; 1 to 200.
    pub limit: u32,
}
