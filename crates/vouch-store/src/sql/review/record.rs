//! Reviews: written, read, and ended.

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, ReviewId};
use vouch_domain::review::{Answers, Review, ReviewState};

use super::book::Book;
use super::task::to_json;
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::statement::{Sql, sql};
use crate::{Result, StoreError};

/// The row in `reviews`, with the author's name.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(super) struct ReviewRow {
    pub(super) id: String,
    pub(super) queue: String,
    pub(super) task: String,
    pub(super) user_id: String,
    user_name: Option<String>,
    state: String,
    ended_at: Option<i64>,
    ended_by: Option<String>,
    reason: Option<String>,
    pub(super) answers: String,
    pub(super) rubric_version: i64,
    pub(super) created_at: i64,
    pub(super) active_ms: i64,
    shown_order: Option<String>,
    followed: Option<i64>,
    gold_right: Option<i64>,
    pub(super) agreed: Option<i64>,
    pub(super) change: i64,
}

/// The reviews `r` of a project.
pub(super) fn select(project: ProjectId) -> Sql {
    sql("SELECT r.id, r.queue, r.task, r.user_id, u.name AS user_name, r.state, r.ended_at, \
         r.ended_by, r.reason, r.answers, r.rubric_version, r.created_at, r.active_ms, \
         r.shown_order, r.followed, r.gold_right, r.agreed, r.change FROM reviews r \
         LEFT JOIN users u ON u.project = r.project AND u.id = r.user_id WHERE r.project = $1")
    .bind(project)
}

impl ReviewRow {
    /// One review.
    pub(super) async fn load(
        conn: &mut Conn,
        project: ProjectId,
        id: ReviewId,
    ) -> Result<Option<Self>> {
        let mut query = select(project);
        query.push(" AND r.id = ").push_bind(id);
        query.one(conn).await
    }

    /// The reviews of a task, oldest first.
    pub(super) async fn of_task(
        conn: &mut Conn,
        project: ProjectId,
        task: &str,
        only_counting: bool,
    ) -> Result<Vec<Self>> {
        let mut query = select(project);
        query.push(" AND r.task = ").push_bind(task);
        if only_counting {
            query.push(" AND r.state = 'counts'");
        }
        query.push(" ORDER BY r.created_at, r.id");
        query.all(conn).await
    }

    /// That of a submission, where there is one.
    pub(super) async fn of_submission(
        conn: &mut Conn,
        project: ProjectId,
        (task, user, submission): (&str, &str, &str),
    ) -> Result<Option<Self>> {
        let mut query = select(project);
        query.push(" AND r.task = ").push_bind(task);
        query.push(" AND r.user_id = ").push_bind(user);
        query.push(" AND r.submission = ").push_bind(submission);
        query.one(conn).await
    }

    pub(super) fn counts(&self) -> bool {
        self.state == "counts"
    }

    /// What was answered.
    pub(super) fn answers(&self) -> Result<Answers> {
        serde_json::from_str(&self.answers).map_err(|e| corrupt("review", e))
    }

    /// The review.
    pub(super) fn review(self) -> Result<Review> {
        let answers = self.answers()?;
        let wrong = |e| corrupt("review", e);
        let ended_at = Time::from_micros(self.ended_at.unwrap_or_default());
        let state = match self.state.as_str() {
            "counts" => ReviewState::Counts,
            "withdrawn" => ReviewState::Withdrawn { ended_at },
            "superseded" => ReviewState::Superseded { ended_at },
            "rejected" => ReviewState::Rejected {
                ended_at,
                by: self.ended_by.unwrap_or_default().parse().map_err(|e| corrupt("review", e))?,
                reason: self.reason.unwrap_or_default(),
            },
            other => return Err(corrupt("review", other.to_owned())),
        };
        let order = self.shown_order.as_deref().map(serde_json::from_str).transpose();
        Ok(Review {
            id: self.id.parse().map_err(|e| corrupt("review", e))?,
            queue: self.queue.parse().map_err(|e| corrupt("review", e))?,
            task: self.task.parse().map_err(|e| corrupt("review", e))?,
            user: self.user_id.parse().map_err(|e| corrupt("review", e))?,
            user_name: self.user_name,
            state,
            answers,
            rubric_version: u32::try_from(self.rubric_version).unwrap_or(0),
            created_at: Time::from_micros(self.created_at),
            active_ms: u64::try_from(self.active_ms).unwrap_or(0),
            order: order.map_err(wrong)?.unwrap_or_default(),
            followed_suggestion: self.followed.map(|n| n != 0),
            gold_right: self.gold_right.map(|n| n != 0),
        })
    }
}

/// Keeps a new review: a change of its queue.
pub(super) async fn insert(book: &mut Book<'_>, submission: &str, review: &Review) -> Result<()> {
    let project = book.project;
    book.reviews_changed();
    let order = (!review.order.is_empty()).then(|| to_json(&review.order)).transpose()?;
    sql("INSERT INTO reviews (project, id, queue, task, user_id, submission, state, answers, \
         rubric_version, created_at, active_ms, shown_order, followed, gold_right, change) \
         SELECT $1, $2, $3, $4, $5, $6, 'counts', $7, $8, $9, $10, $11, $12, $13, c.change + 1 \
         FROM queue_counts c WHERE c.project = $14 AND c.queue = $15")
    .bind(project)
    .bind(review.id)
    .bind(review.queue)
    .bind(review.task)
    .bind(review.user)
    .bind(submission)
    .bind(to_json(&review.answers)?)
    .bind(review.rubric_version)
    .bind(review.created_at)
    .bind(i64::try_from(review.active_ms).unwrap_or(i64::MAX))
    .bind(order)
    .bind(review.followed_suggestion.map(i64::from))
    .bind(review.gold_right.map(i64::from))
    .bind(project)
    .bind(review.queue)
    .run(&mut book.tx.conn)
    .await
    .map(|_| ())
}

/// A review no longer counts: a change of its queue.
pub(super) async fn end(book: &mut Book<'_>, id: &str, state: &ReviewState) -> Result<()> {
    book.reviews_changed();
    let (at, by, reason) = match state {
        ReviewState::Counts => return Ok(()),
        ReviewState::Withdrawn { ended_at } | ReviewState::Superseded { ended_at } => {
            (*ended_at, None, None)
        }
        ReviewState::Rejected { ended_at, by, reason } => {
            (*ended_at, Some(by.to_string()), Some(reason.clone()))
        }
    };
    let ended = sql("UPDATE reviews SET state = $1, ended_at = $2, ended_by = $3, reason = $4, \
                     agreed = NULL, change = (SELECT c.change + 1 FROM queue_counts c \
                     WHERE c.project = $5 AND c.queue = $6) \
                     WHERE project = $7 AND id = $8 AND state = 'counts'")
    .bind(state.as_str())
    .bind(at)
    .bind(by)
    .bind(reason)
    .bind(book.project)
    .bind(book.queue)
    .bind(book.project)
    .bind(id)
    .run(&mut book.tx.conn)
    .await?;
    let text = || StoreError::Conflict("the review no longer counts".to_owned());
    if ended == 0 { Err(text()) } else { Ok(()) }
}
