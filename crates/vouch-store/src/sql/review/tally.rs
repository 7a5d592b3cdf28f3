//! What all operations on a queue change: its counts, its days and its reviewers. Operations that are
//! committed together change them in memory, one after the other; they are written once.

use std::collections::BTreeMap;

use vouch_domain::id::{ProjectId, QueueId};

use super::reviewer::{self, ReviewerRow};
use crate::Result;
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::rows::Rows;
use crate::sql::value::Kind;

/// A queue of a project.
type At = (ProjectId, QueueId);

/// How many tasks of each class there are more, how many reviews, and how many were saved.
type Sums = [i64; 8];

/// What changed and is not written yet.
#[derive(Default)]
pub(crate) struct Tally {
    counts: BTreeMap<At, Sums>,
    days: BTreeMap<(At, String, i64), i64>,
    reviewers: BTreeMap<(At, String), ReviewerRow>,
}

const COUNTS: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("queue", Kind::Text),
    ("untouched", Kind::Int),
    ("begun", Kind::Int),
    ("disputed", Kind::Int),
    ("complete", Kind::Int),
    ("cancelled", Kind::Int),
    ("gold", Kind::Int),
    ("reviews", Kind::Int),
    ("saved", Kind::Int),
];
const COUNT: &str = "UPDATE queue_counts SET untouched = queue_counts.untouched + k.untouched, \
     begun = queue_counts.begun + k.begun, disputed = queue_counts.disputed + k.disputed, \
     complete = queue_counts.complete + k.complete, \
     cancelled = queue_counts.cancelled + k.cancelled, gold = queue_counts.gold + k.gold, \
     reviews = queue_counts.reviews + k.reviews, saved = queue_counts.saved + k.saved \
     FROM k WHERE queue_counts.project = k.project AND queue_counts.queue = k.queue";
const DAYS: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("queue", Kind::Text),
    ("user_id", Kind::Text),
    ("day", Kind::Int),
    ("reviews", Kind::Int),
];
const ADD_DAYS: &str = "ON CONFLICT (project, queue, user_id, day) DO UPDATE \
     SET reviews = queue_days.reviews + excluded.reviews";

impl Tally {
    /// Adds to the counts of a queue.
    pub(super) fn add_counts(&mut self, at: At, sums: Sums) {
        let counts = self.counts.entry(at).or_default();
        counts.iter_mut().zip(sums).for_each(|(count, sum)| *count += sum);
    }

    /// Adds reviews of people's days.
    pub(super) fn add_days(&mut self, at: At, days: BTreeMap<(String, i64), i64>) {
        for ((user, day), reviews) in days {
            *self.days.entry((at, user, day)).or_default() += reviews;
        }
    }

    /// Keeps reviewers as they are now.
    pub(super) fn add_reviewers(&mut self, at: At, reviewers: BTreeMap<String, ReviewerRow>) {
        let changed = reviewers.into_iter().filter(|(_, row)| row.changed);
        self.reviewers.extend(changed.map(|(user, row)| ((at, user), row)));
    }

    /// A reviewer that changed, as they are now.
    pub(super) fn reviewer(&self, at: At, user: &str) -> Option<&ReviewerRow> {
        self.reviewers.get(&(at, user.to_owned()))
    }

    /// Adds what a later operation left.
    pub(crate) fn merge(&mut self, later: Self) {
        later.counts.into_iter().for_each(|(at, sums)| self.add_counts(at, sums));
        for (key, reviews) in later.days {
            *self.days.entry(key).or_default() += reviews;
        }
        self.reviewers.extend(later.reviewers);
    }

    /// Writes everything.
    pub(crate) async fn write(self, conn: &mut Conn) -> Result<()> {
        reviewer::save_all(conn, self.reviewers).await?;
        let mut days = Rows::new(DAYS);
        for (((project, queue), user, day), reviews) in self.days {
            if reviews != 0 {
                days.push([project.into(), queue.into(), user.into(), day.into(), reviews.into()]);
            }
        }
        days.insert(conn, "queue_days", ADD_DAYS).await?;
        let mut counts = Rows::new(COUNTS);
        for ((project, queue), sums) in self.counts {
            if sums.iter().any(|sum| *sum != 0) {
                let [a, b, c, d, e, f, g, h] = sums.map(Into::into);
                counts.push([project.into(), queue.into(), a, b, c, d, e, f, g, h]);
            }
        }
        let queues = u64::try_from(counts.len()).unwrap_or(u64::MAX);
        let changed = counts.run(conn, COUNT).await?;
        if changed == queues { Ok(()) } else { Err(corrupt("queue", "it has no counts")) }
    }
}
