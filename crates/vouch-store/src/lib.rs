//! Storage: one trait per noun, and one implementation of them all over SQLite or PostgreSQL.
//!
//! Architecture invariants: SQL appears in this crate only; the project (tenant) is in every
//! query; what returns `Ok` is committed to disk, except where a method says otherwise; one
//! transaction per use case, and the audit entry and the event travel in it.
//!
//! Without a backend's feature only the traits are here, for the rooms that know nothing else.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
mod traits;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sql::{Restore, SqlStore, StoreOptions};
pub use traits::{
    Accepted, Added, Ask, AuditStore, BackupStore, Cell, ClaimedDelivery, Decision,
    DeploymentStore, Disputed, EventStore, FeedbackQuery, FeedbackStore, Fingerprint,
    FinishedDelivery, GiveBack, Given, GivenReview, GivenReviewStore, GivenReviews, Holder,
    InvitationStore, KeptReview, KeyStore, Leaving, LogDetail, LogQuery, LogStore, LogValues,
    MAX_ADDED, MAX_QUEUES, MAX_REPLAYED, MAX_THREAD, MAX_VIEWS, MetricStore, OriginStore, Patched,
    Piece, PriceStore, Promote, ProviderStore, QueueStore, RetentionStore, ReviewMark, Revision,
    SessionRecord, SessionStore, Skipped, Store, Submission, Submitted, SummaryPoint, SummaryQuery,
    Table, TakenIn, TakenReviews, TaskQuery, TaskStore, TaskToAdd, ThreadStore, ToAssign,
    ToPromote, TransferStore, TurnQuery, UsagePoint, UserStore, ViewStore, WebhookStore,
    WeighStore, Weighing, WholeLog, Work, Written,
};

/// What a caller of the store may have to deal with.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An input does not fit what is stored, e.g. a value of the wrong type for its metric.
    #[error(transparent)]
    Invalid(#[from] vouch_domain::Invalid),
    /// There is no such thing in this project.
    #[error("there is no {0}")]
    NotFound(&'static str),
    /// The change contradicts what is there; the text says what and is fit to be shown.
    #[error("{0}")]
    Conflict(String),
    /// The database's tables are behind this program; the text says what is pending.
    #[error("{0}")]
    Behind(String),
    /// A newer program made the database's tables; the text says how one can tell.
    #[error("{0}")]
    Newer(String),
    /// The database cannot be used right now.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database refuses what is to be written: the same again will not succeed.
    #[error("the database refuses this")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored cannot be read.
    #[error("stored {what} cannot be read")]
    Corrupt {
        /// Of which noun.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The result of a store call.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
