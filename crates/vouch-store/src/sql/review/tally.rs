//! What all operations on a queue change: its counts, its days and its reviewers. Operations that are
//! committed together change them in memory, one after the other; they are written once.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId};
use vouch_domain::webhook::Happening;

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

/// What is to be added to the counts of a queue, and when that came.
#[derive(Clone, Copy)]
struct Counted {
    sums: Sums,
    at: Time,
}

/// What changed and is not written yet.
#[derive(Default)]
pub(crate) struct Tally {
    counts: BTreeMap<At, Counted>,
    days: BTreeMap<(At, String, i64), i64>,
    reviewers: BTreeMap<(At, String), ReviewerRow>,
}

/// The first so many counts are of tasks that nobody decided yet.
const UNDECIDED: usize = 3;

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
     FROM k WHERE queue_counts.project = k.project AND queue_counts.queue = k.queue \
     RETURNING queue_counts.project, queue_counts.queue, \
     queue_counts.untouched + queue_counts.begun + queue_counts.disputed";
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
    pub(super) fn add_counts(&mut self, at: At, now: Time, sums: Sums) {
        let counted = self.counts.entry(at).or_insert(Counted { sums: Sums::default(), at: now });
        counted.sums.iter_mut().zip(sums).for_each(|(count, sum)| *count += sum);
        counted.at = counted.at.max(now);
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

    /// The reviewers of a queue that changed.
    pub(super) fn reviewers_of(&self, at: At) -> impl Iterator<Item = &str> {
        let of_queue = self.reviewers.keys().filter(move |(other, _)| *other == at);
        of_queue.map(|(_, user)| user.as_str())
    }

    /// Adds what a later operation left.
    pub(crate) fn merge(&mut self, later: Self) {
        for (at, counted) in later.counts {
            self.add_counts(at, counted.at, counted.sums);
        }
        for (key, reviews) in later.days {
            *self.days.entry(key).or_default() += reviews;
        }
        self.reviewers.extend(later.reviewers);
    }

    /// Writes everything; says which queues have nothing left to do that had something.
    pub(crate) async fn write(self, conn: &mut Conn) -> Result<Vec<Happening>> {
        reviewer::save_all(conn, self.reviewers).await?;
        let mut days = Rows::new(DAYS);
        for (((project, queue), user, day), reviews) in self.days {
            if reviews != 0 {
                days.push([project.into(), queue.into(), user.into(), day.into(), reviews.into()]);
            }
        }
        days.insert(conn, "queue_days", ADD_DAYS).await?;
        let mut counts = Rows::new(COUNTS);
        for (&(project, queue), Counted { sums, .. }) in &self.counts {
            if sums.iter().any(|sum| *sum != 0) {
                let [untouched, begun, disputed, complete, cancelled, gold, reviews, saved] =
                    sums.map(Into::into);
                counts.push([
                    project.into(),
                    queue.into(),
                    untouched,
                    begun,
                    disputed,
                    complete,
                    cancelled,
                    gold,
                    reviews,
                    saved,
                ]);
            }
        }
        let queues = counts.len();
        let left = counts.all::<(String, String, i64)>(conn, COUNT).await?;
        if left.len() != queues {
            return Err(corrupt("queue", "it has no counts"));
        }
        let mut drained = Vec::new();
        for (project, queue, _) in left.into_iter().filter(|(_, _, left)| *left == 0) {
            let project = project.parse().map_err(|e| corrupt("queue", e))?;
            let queue = queue.parse().map_err(|e| corrupt("queue", e))?;
            if let Some(Counted { sums, at }) = self.counts.get(&(project, queue))
                && sums[..UNDECIDED].iter().sum::<i64>() < 0
            {
                drained.push(Happening::queue_drained(project, *at, queue));
            }
        }
        Ok(drained)
    }
}
