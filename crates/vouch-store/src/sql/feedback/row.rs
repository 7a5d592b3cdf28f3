//! A feedback as it is stored, with its author's name and its retraction.

use vouch_domain::Time;
use vouch_domain::actor::Source;
use vouch_domain::feedback::Feedback;
use vouch_domain::id::{FeedbackId, ProjectId};

use super::kept::parse_value;
use super::{parse_target, target_text};
use crate::Result;
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::statement::{Sql, sql};
use crate::sql::value::clean;

#[derive(sqlx::FromRow)]
pub(super) struct FeedbackRow {
    id: String,
    created_at: i64,
    author: String,
    author_name: Option<String>,
    source: String,
    target: String,
    name: String,
    value: String,
    value_num: Option<f64>,
    comment: Option<String>,
    correction: Option<String>,
    counts: i64,
    retracted_at: Option<i64>,
}

impl FeedbackRow {
    pub(super) fn feedback(self) -> Result<Feedback> {
        Ok(Feedback {
            id: self.id.parse().map_err(|e| corrupt("feedback", e))?,
            created_at: Time::from_micros(self.created_at),
            author: self.author.parse().map_err(|e| corrupt("feedback", e))?,
            author_name: self.author_name,
            source: Source::parse(&self.source).ok_or_else(|| corrupt("feedback", self.source))?,
            target: parse_target(&self.target)?,
            name: self.name,
            value: parse_value(&self.value, self.value_num)?,
            comment: self.comment,
            correction: self.correction,
            counts: self.counts != 0,
            retracted_at: self.retracted_at.map(Time::from_micros),
        })
    }
}

/// What is read for a [`FeedbackRow`] from `feedback f` with [`JOINS`].
pub(super) const COLUMNS: &str = "f.id, f.created_at, f.author, \
    COALESCE(u.name, a.name) AS author_name, f.source, f.target, f.name, f.value, f.value_num, \
    f.comment, f.correction, f.counts, r.at AS retracted_at";

/// An author is named after the person or the key (`user:ID` or `key:ID`).
pub(super) const JOINS: &str = "\
    LEFT JOIN users u ON u.project = f.project AND u.id = SUBSTR(f.author, 6) \
    LEFT JOIN api_keys a ON a.project = f.project AND a.id = SUBSTR(f.author, 5) \
    LEFT JOIN feedback_retractions r ON r.project = f.project AND r.feedback = f.id";

/// The feedback of a project, as `f`; conditions are to be added.
pub(super) fn select(project: ProjectId) -> Sql {
    let mut select = sql("SELECT ");
    select.push(COLUMNS).push(" FROM feedback f ").push(JOINS).push(" WHERE f.project = ");
    select.push_bind(project);
    select
}

/// One feedback.
pub(super) async fn by_id(
    conn: &mut Conn,
    project: ProjectId,
    id: FeedbackId,
) -> Result<Option<Feedback>> {
    let mut query = select(project);
    query.push(" AND f.id = ").push_bind(id);
    query.one::<FeedbackRow>(conn).await?.map(FeedbackRow::feedback).transpose()
}

/// All feedback by the author of `like` on its metric of its target.
pub(super) async fn of_author(
    conn: &mut Conn,
    project: ProjectId,
    like: &Feedback,
) -> Result<Vec<Feedback>> {
    let mut query = select(project);
    query.push(" AND f.target = ").push_bind(target_text(&like.target));
    query.push(" AND f.author = ").push_bind(clean(&like.author.to_string()));
    query.push(" AND f.name = ").push_bind(&like.name);
    let rows = query.all::<FeedbackRow>(conn).await?;
    rows.into_iter().map(FeedbackRow::feedback).collect()
}
