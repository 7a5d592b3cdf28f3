//! Rows of a file become tasks of a queue, with the reviews that people gave elsewhere.

use std::collections::BTreeMap;

use serde_json::Value;
use vouch_domain::actor::Actor;
use vouch_domain::clock::Clock;
use vouch_domain::id::{ProjectId, QueueId, ReviewId, TaskId};
use vouch_domain::review::TaskOrigin;
use vouch_domain::{Invalid, Pointer};
use vouch_files::{Fitted, FittedReview};
use vouch_store::{GivenReview, GivenReviews, Store, StoreError, TaskToAdd};

use crate::people::Annotators;

/// The longest name of a submission, in characters.
const MAX_SUBMISSION: usize = 128;

/// An import that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The store cannot go on.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    /// The error of the store.
    pub fn into_store(self) -> StoreError {
        match self {
            Self::Store(error) => error,
        }
    }
}

/// A row that was not imported.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectedRow {
    /// Its line, or its number for Parquet; from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// The row as far as it could be read.
    pub row: Value,
}

/// What was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Tasks that are new.
    pub created: u64,
    /// Rows whose task was there.
    pub known: u64,
    /// Reviews that are new.
    pub reviews: u64,
    /// Reviews that were there.
    pub known_reviews: u64,
}

/// A row that fits its queue.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadyRow {
    /// Its line.
    pub line: u64,
    /// The row as it came.
    pub row: Value,
    /// What it says.
    pub fitted: Fitted,
}

/// Adds rows to a queue, some at a time. Adding the same again changes nothing: a task is known by
/// its key, and a person reviews it once.
pub struct Importer<'s> {
    store: &'s dyn Store,
    clock: &'s dyn Clock,
    project: ProjectId,
    queue: QueueId,
    origin: TaskOrigin,
    people: Annotators,
    done: Imported,
}

impl<'s> Importer<'s> {
    /// An import of nothing yet.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn new(
        (store, clock): (&'s dyn Store, &'s dyn Clock),
        (project, queue): (ProjectId, QueueId),
        by: Actor,
        aliases: BTreeMap<String, String>,
    ) -> Result<Self, ImportError> {
        let people = Annotators::read(store, project, by.clone(), aliases).await?;
        let origin = TaskOrigin::Import { by };
        Ok(Self { store, clock, project, queue, origin, people, done: Imported::default() })
    }

    /// What was done so far.
    pub fn done(&self) -> Imported {
        self.done
    }

    /// The people, with those that were made.
    pub fn people(&self) -> &Annotators {
        &self.people
    }

    /// Adds at most [`vouch_store::MAX_ADDED`] rows; gives back those that do not fit.
    ///
    /// # Errors
    /// When it cannot go on; what was added before stays.
    pub async fn add(&mut self, mut rows: Vec<ReadyRow>) -> Result<Vec<RejectedRow>, ImportError> {
        let mut rejected = Vec::new();
        let ids = loop {
            if rows.is_empty() {
                return Ok(rejected);
            }
            let now = self.clock.now();
            let task = |row: &ReadyRow| TaskToAdd {
                id: TaskId::new(now, self.clock.entropy()),
                origin: self.origin.clone(),
                new: row.fitted.task.clone(),
            };
            let tasks = rows.iter().map(task).collect();
            match self.store.add_tasks(self.project, self.queue, tasks, now).await {
                Ok(added) => {
                    self.done.created += u64::from(added.created);
                    self.done.known += u64::from(added.known);
                    break added.ids;
                }
                Err(StoreError::Invalid(invalid)) => {
                    let Some((place, invalid)) = place_of(&invalid, rows.len()) else {
                        return Err(StoreError::Invalid(invalid).into());
                    };
                    rejected.push(reject(rows.remove(place), invalid.to_string()));
                }
                Err(error) => return Err(error.into()),
            }
        };
        self.review(rows, ids, &mut rejected).await?;
        Ok(rejected)
    }

    /// Keeps the reviews of rows whose tasks have these ids.
    async fn review(
        &mut self,
        rows: Vec<ReadyRow>,
        ids: Vec<TaskId>,
        rejected: &mut Vec<RejectedRow>,
    ) -> Result<(), ImportError> {
        // Several rows may be about one task.
        let mut tasks: Vec<(GivenReviews, Vec<usize>)> = Vec::new();
        let mut places: BTreeMap<TaskId, usize> = BTreeMap::new();
        for (n, (row, task)) in rows.iter().zip(ids).enumerate() {
            if row.fitted.reviews.is_empty() {
                continue;
            }
            let place = *places.entry(task).or_insert(tasks.len());
            if place == tasks.len() {
                tasks.push((GivenReviews { task, reviews: Vec::new() }, Vec::new()));
            }
            for review in &row.fitted.reviews {
                let given = self.given(review).await?;
                tasks[place].0.reviews.push(given);
            }
            tasks[place].1.push(n);
        }
        if tasks.is_empty() {
            return Ok(());
        }
        let (given, of): (Vec<_>, Vec<_>) = tasks.into_iter().unzip();
        let now = self.clock.now();
        let taken = self.store.take_in_reviews(self.project, self.queue, given, now).await?;
        self.done.reviews += u64::from(taken.kept);
        self.done.known_reviews += u64::from(taken.known);
        for (place, why) in taken.refused {
            for n in &of[place] {
                let reason = format!("its reviews were not taken: {why}");
                rejected.push(reject(rows[*n].clone(), reason));
            }
        }
        Ok(())
    }

    async fn given(&mut self, review: &FittedReview) -> Result<GivenReview, ImportError> {
        let user = self.people.find(self.store, self.clock, &review.by).await?;
        let now = self.clock.now();
        let name = format!("import:{}:{}", review.by.tool, review.id);
        Ok(GivenReview {
            id: ReviewId::new(now, self.clock.entropy()),
            user,
            submission: name.chars().take(MAX_SUBMISSION).collect(),
            answers: review.answers.clone(),
            at: review.at.unwrap_or(now),
            active_ms: review.active_ms,
        })
    }
}

fn reject(row: ReadyRow, reason: String) -> RejectedRow {
    RejectedRow { line: row.line, reason, row: row.row }
}

/// Which of the rows is wrong, and what is wrong seen from it.
fn place_of(invalid: &Invalid, rows: usize) -> Option<(usize, Invalid)> {
    let pointer = invalid.pointer.to_string();
    let (place, rest) = match pointer.strip_prefix("/items/")?.split_once('/') {
        Some((place, rest)) => (place, format!("/{rest}")),
        None => (pointer.strip_prefix("/items/")?, String::new()),
    };
    let place: usize = place.parse().ok().filter(|place| *place < rows)?;
    let invalid = Invalid { pointer: Pointer::from(rest.as_str()), ..invalid.clone() };
    Some((place, invalid))
}
