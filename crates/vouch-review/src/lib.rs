//! The review room: what a reviewer sees of an item, and what reviewers say together.
//!
//! Architecture invariants: leases, counts and consensus of a task are the store's, in the
//! transaction that changes them; how answers are checked and compared is the domain's. Here is
//! what lies between: reading whole items, the statistics of a queue, and the methods that weigh
//! reviewers.

mod agreement;
mod alert;
mod by;
mod cache;
mod consensus;
mod export;
mod export_columns;
mod import;
mod import_read;
mod leaderboard;
mod opinions;
mod people;
mod show;
mod topic;
mod weigh;
mod work;

pub use agreement::{
    Agreement, Coefficient, PairAgreement, QuestionAgreement, ReviewerName, WeekAgreement,
};
pub use alert::lately;
pub use cache::{HELD_BYTES, OpinionCache};
pub use consensus::{Confusion, Contributor, People, Quality, SpanVote, TaskConsensus, Together};
pub use export::{Export, ExportError, ExportFormat, Exported};
pub use import::{ImportError, Imported, Importer, ReadyRow, RejectedRow};
pub use import_read::{Batch, read_in_batches};
pub use leaderboard::{Leaderboard, NextPair, Place, Preferences};
pub use opinions::Opinions;
pub use people::Annotators;
pub use show::{Shown, ShownLog, show};
pub use topic::Topic;
pub use weigh::{Weighed, Weigher};
pub use work::{Drift, DriftMeasure, MOST_WORK, WORK_DAYS, WeekWork, weeks};
