//! The review room: what a reviewer sees of an item, and what reviewers say together.
//!
//! Architecture invariants: leases, counts and consensus of a task are the store's, in the
//! transaction that changes them; how answers are checked and compared is the domain's. Here is
//! what lies between: reading whole items, and the statistics of a queue.

mod agreement;
mod consensus;
mod export;
mod export_columns;
mod import;
mod import_read;
mod leaderboard;
mod opinions;
mod people;
mod show;

pub use agreement::{
    Agreement, Coefficient, PairAgreement, QuestionAgreement, ReviewerName, WeekAgreement,
};
pub use consensus::{Confusion, Contributor, Quality, TaskConsensus, Together};
pub use export::{Export, ExportError, ExportFormat, Exported};
pub use import::{ImportError, Imported, Importer, ReadyRow, RejectedRow};
pub use import_read::{Batch, read_in_batches};
pub use leaderboard::{Leaderboard, NextPair, Place, Preferences};
pub use opinions::{Opinions, Topic};
pub use people::People;
pub use show::{Shown, ShownLog, show};
