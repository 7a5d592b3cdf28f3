//! Review: queues ask reviewers a rubric about items, and their answers become a consensus.
//!
//! Pure: no clock, no randomness, no store. What is drawn (samples, orders) is drawn from hashes
//! of ids, so that the same question has the same answer on every node and every day.

mod alert;
mod answer;
mod assignment;
mod combine;
mod consensus;
mod gold;
mod item;
mod order;
mod overview;
mod posterior;
mod promotion;
mod question;
mod queue;
mod queue_input;
mod record;
mod rubric;
mod rule;
mod sample;
mod task;
#[cfg(test)]
mod tests;
mod turn;

pub use alert::AgreementAlert;
pub use answer::{Answer, Answers, Strength, TextSpan};
pub use assignment::{AssignTo, Assignment, PassedOver, Share, Shared, TaskUpdate};
pub use combine::{mean_ranking, scaled};
pub use consensus::{Consensus, Found, Outcome, Verdict, conclude, conclude_with};
pub use gold::{differing, matches};
pub use item::{Item, ItemKind, ItemShape, MAX_ITEM_BYTES, Response};
pub use order::shown_order;
pub use overview::{Mine, Progress, Reviewer, ReviewerState, ReviewerUpdate};
pub use posterior::{Vote, accuracy, posterior};
pub use promotion::{Promoted, Promotion, is_unanimous, right_answers};
pub use question::{Question, QuestionKind, QuestionOption, When};
pub use queue::{
    Accept, ConsensusMethod, ConsensusRule, EscalateTo, GoldSettings, Overlap, Queue,
    QueueSettings, QueueState, ScaleRule, SuggestionMode, Tie,
};
pub use queue_input::{Change, NewQueue, QueueUpdate};
pub use record::{Adjudication, Review, ReviewState};
pub use rubric::{Rubric, RubricDraft};
pub use rule::{Rule, TakenBy};
pub use sample::{is_sampled, share};
pub use task::{
    CompletedBy, ConflictReason, Escalation, GoldAnswers, NewTask, Priority, Task, TaskOrigin,
    TaskState, TaskSuggestion, TransitionError,
};
pub use turn::{GoldResult, Lease, Returned, ReviewDraft, TaskTurn};
