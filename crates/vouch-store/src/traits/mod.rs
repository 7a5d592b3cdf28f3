//! What the rooms ask of a store.

mod backup;
mod deployment;
mod feedback;
mod given_reviews;
mod log;
mod origins;
mod people;
mod queue;
mod retention;
mod task;
mod thread;
mod trail;
mod transfer;
mod view;
mod webhook;
mod weigh;

pub use backup::{BackupStore, Cell, Piece, Table};
pub use deployment::{DeploymentStore, PriceStore, ProviderStore};
pub use feedback::{FeedbackQuery, FeedbackStore, MetricStore, SummaryPoint, SummaryQuery};
pub use given_reviews::{GivenReview, GivenReviewStore, GivenReviews, TakenReviews};
pub use log::{LogDetail, LogQuery, LogStore, LogValues, Patched, UsagePoint};
pub use origins::OriginStore;
pub use people::{Accepted, InvitationStore, KeyStore, SessionRecord, SessionStore, UserStore};
pub use queue::{MAX_QUEUES, QueueStore};
pub use retention::{Leaving, RetentionStore, Revision};
pub use task::{
    Added, Ask, Decision, Disputed, GiveBack, Given, Holder, KeptReview, MAX_ADDED, Promote,
    ReviewMark, Skipped, Submission, Submitted, TaskQuery, TaskStore, TaskToAdd, ToAssign,
    ToPromote, Work,
};
pub use thread::{MAX_THREAD, ThreadStore, TurnQuery};
pub use trail::{AuditStore, EventStore};
pub use transfer::{TakenIn, TransferStore, WholeLog};
pub use view::{MAX_VIEWS, ViewStore};
pub use webhook::{ClaimedDelivery, FinishedDelivery, MAX_REPLAYED, WebhookStore};
pub use weigh::{WeighStore, Weighing};

use vouch_domain::Time;

use crate::Result;

/// Everything a store can do.
#[async_trait::async_trait]
pub trait Store:
    LogStore
    + ThreadStore
    + ViewStore
    + FeedbackStore
    + MetricStore
    + DeploymentStore
    + ProviderStore
    + PriceStore
    + KeyStore
    + UserStore
    + SessionStore
    + InvitationStore
    + AuditStore
    + EventStore
    + TransferStore
    + BackupStore
    + RetentionStore
    + OriginStore
    + QueueStore
    + TaskStore
    + WebhookStore
    + WeighStore
    + GivenReviewStore
{
    /// Whether the database answers and takes writes.
    async fn ready(&self) -> Result<()>;

    /// Waits until all feedback that was appended before is in tallies, charts and lists. Many
    /// feedbacks at once get there a moment after they are acknowledged.
    async fn settle(&self) -> Result<()>;

    /// Removes expired sessions, sign-in links and invitations, what was kept for 48 hours so that a write
    /// may be repeated, and what webhooks were told 30 days ago; says how many rows that were.
    async fn prune(&self, now: Time) -> Result<u64>;

    /// Commits what is queued and closes the database. Later calls fail.
    async fn close(&self);
}

/// Makes a repeat of a write within 48 hours harmless: the same key with the same fingerprint
/// gives back what the first call wrote; with another fingerprint it is a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// The route and the caller's `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of the body, hexadecimal.
    pub body_sha256: String,
}

/// What a write that may be repeated gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    /// The ids that the first call wrote.
    pub ids: Vec<T>,
    /// Whether this call was a repeat and wrote nothing.
    pub repeated: bool,
}
