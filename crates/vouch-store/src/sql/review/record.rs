//! Reviews: written, read, and ended.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, ReviewId};
use vouch_domain::review::{Answers, Review, ReviewState};

use super::book::Book;
use super::task::to_json;
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::rows::Rows;
use crate::sql::statement::{Sql, sql};
use crate::sql::value::Kind;
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

const COLUMNS: &str = "r.id, r.queue, r.task, r.user_id, r.state, r.ended_at, r.ended_by, \
     r.reason, r.answers, r.rubric_version, r.created_at, r.active_ms, r.shown_order, r.followed, \
     r.gold_right, r.agreed, r.change";

/// The reviews `r` of a project.
pub(super) fn select(project: ProjectId) -> Sql {
    let mut select = sql("SELECT ");
    select.push(COLUMNS).push(", u.name AS user_name FROM reviews r");
    select.push(" LEFT JOIN users u ON u.project = r.project AND u.id = r.user_id");
    select.push(" WHERE r.project = ").push_bind(project);
    select
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

    /// The reviews that count of several tasks, by task, each oldest first.
    pub(super) async fn of_tasks(
        conn: &mut Conn,
        project: ProjectId,
        tasks: &[String],
    ) -> Result<BTreeMap<String, Vec<Self>>> {
        let mut rows = Rows::new(&[("project", Kind::Text), ("task", Kind::Text)]);
        for task in tasks {
            rows.push([project.into(), task.as_str().into()]);
        }
        let body = format!(
            "SELECT {COLUMNS}, CAST(NULL AS TEXT) AS user_name FROM k CROSS JOIN reviews r \
             WHERE r.project = k.project AND r.task = k.task AND r.state = 'counts' \
             ORDER BY r.created_at, r.id"
        );
        let mut found: BTreeMap<String, Vec<Self>> =
            tasks.iter().map(|task| (task.clone(), Vec::new())).collect();
        for row in rows.all::<Self>(conn, &body).await? {
            found.entry(row.task.clone()).or_default().push(row);
        }
        Ok(found)
    }

    /// That of a new review.
    fn new(review: &Review, change: i64) -> Result<Self> {
        let order = (!review.order.is_empty()).then(|| to_json(&review.order)).transpose()?;
        Ok(Self {
            id: review.id.to_string(),
            queue: review.queue.to_string(),
            task: review.task.to_string(),
            user_id: review.user.to_string(),
            user_name: None,
            state: "counts".to_owned(),
            ended_at: None,
            ended_by: None,
            reason: None,
            answers: to_json(&review.answers)?,
            rubric_version: i64::from(review.rubric_version),
            created_at: review.created_at.micros(),
            active_ms: i64::try_from(review.active_ms).unwrap_or(i64::MAX),
            shown_order: order,
            followed: review.followed_suggestion.map(i64::from),
            gold_right: review.gold_right.map(i64::from),
            agreed: None,
            change,
        })
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

/// The columns of a new review.
pub(super) const ROWS: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("id", Kind::Text),
    ("queue", Kind::Text),
    ("task", Kind::Text),
    ("user_id", Kind::Text),
    ("submission", Kind::Text),
    ("state", Kind::Text),
    ("answers", Kind::Text),
    ("rubric_version", Kind::Int),
    ("created_at", Kind::Int),
    ("active_ms", Kind::Int),
    ("shown_order", Kind::Text),
    ("followed", Kind::Int),
    ("gold_right", Kind::Int),
    ("change", Kind::Int),
];

/// Keeps a new review.
pub(super) async fn insert(book: &mut Book<'_>, submission: &str, review: &Review) -> Result<()> {
    let row = ReviewRow::new(review, book.change().await?)?;
    book.ledger.reviews.push([
        book.project.into(),
        row.id.as_str().into(),
        row.queue.as_str().into(),
        row.task.as_str().into(),
        row.user_id.as_str().into(),
        submission.into(),
        row.state.as_str().into(),
        row.answers.as_str().into(),
        row.rubric_version.into(),
        row.created_at.into(),
        row.active_ms.into(),
        row.shown_order.as_deref().into(),
        row.followed.into(),
        row.gold_right.into(),
        row.change.into(),
    ]);
    if let Some(known) = book.counting.get_mut(&row.task) {
        known.push(row);
        known.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    }
    Ok(())
}

/// A review no longer counts.
pub(super) async fn end(book: &mut Book<'_>, id: &str, state: &ReviewState) -> Result<()> {
    let (at, by, reason) = match state {
        ReviewState::Counts => return Ok(()),
        ReviewState::Withdrawn { ended_at } | ReviewState::Superseded { ended_at } => {
            (*ended_at, None, None)
        }
        ReviewState::Rejected { ended_at, by, reason } => {
            (*ended_at, Some(by.to_string()), Some(reason.clone()))
        }
    };
    let (project, change) = (book.project, book.change().await?);
    let ended = sql("UPDATE reviews SET state = $1, ended_at = $2, ended_by = $3, reason = $4, \
                     agreed = NULL, change = $5 \
                     WHERE project = $6 AND id = $7 AND state = 'counts'")
    .bind(state.as_str())
    .bind(at)
    .bind(by)
    .bind(reason)
    .bind(change)
    .bind(project)
    .bind(id)
    .run(book.flush().await?)
    .await?;
    let text = || StoreError::Conflict("the review no longer counts".to_owned());
    if ended == 0 { Err(text()) } else { Ok(()) }
}
