//! A seat: what one person has to do with one task.

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, TaskId, UserId};

use super::book::Book;
use crate::Result;
use crate::sql::conn::Conn;
use crate::sql::rows::{Rows, Script};
use crate::sql::statement::sql;
use crate::sql::value::Kind;

/// They have the task right now, until a time.
pub(super) const LEASED: &str = "leased";
/// It is kept for them.
pub(super) const ASSIGNED: &str = "assigned";
/// They had it, and may have it again.
pub(super) const LEFT: &str = "left";
/// They answered.
pub(super) const REVIEWED: &str = "reviewed";
/// They do not want it.
pub(super) const SKIPPED: &str = "skipped";
/// They asked somebody else to decide.
pub(super) const ESCALATED: &str = "escalated";
/// They know its right answers: they reviewed the task that it was made from.
pub(super) const KNOWN: &str = "known";

/// The row in `task_seats`.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(super) struct Seat {
    pub(super) task: String,
    pub(super) user_id: String,
    pub(super) state: String,
    /// Whether the task is kept for them while it is not done.
    pub(super) kept: i64,
    pub(super) until: Option<i64>,
    pub(super) rubric_version: i64,
    pub(super) draft: Option<String>,
    pub(super) returned: Option<String>,
    pub(super) reason: Option<String>,
    /// The state that is stored.
    pub(super) was: String,
}

/// The columns of a [`Seat`], from a table `s`.
pub(super) const COLUMNS: &str = "s.task, s.user_id, s.state, s.kept, s.until, s.rubric_version, \
     s.draft, s.returned, s.reason, s.state AS was";

impl Seat {
    /// That of a person who had nothing to do with the task.
    pub(super) fn new(task: &str, user: &str) -> Self {
        Self {
            task: task.to_owned(),
            user_id: user.to_owned(),
            state: LEFT.to_owned(),
            kept: 0,
            until: None,
            rubric_version: 1,
            draft: None,
            returned: None,
            reason: None,
            was: LEFT.to_owned(),
        }
    }

    pub(super) fn is(&self, state: &str) -> bool {
        self.state == state
    }

    /// Gives it another state; a lease needs [`Self::lease`].
    pub(super) fn set(&mut self, state: &'static str) {
        state.clone_into(&mut self.state);
        self.until = None;
    }

    /// One more where it is kept for its person from now on, one less where it no longer is; said
    /// once.
    pub(super) fn waits_more(&mut self) -> i64 {
        let kept = |state: &str| i64::from(state == ASSIGNED);
        let more = kept(&self.state) - kept(&self.was);
        self.was.clone_from(&self.state);
        more
    }

    /// Leases the task until a time.
    pub(super) fn lease(&mut self, until: Time, rubric_version: u32) {
        LEASED.clone_into(&mut self.state);
        self.until = Some(until.micros());
        self.rubric_version = i64::from(rubric_version);
    }

    /// That of a person.
    pub(super) async fn load(
        conn: &mut Conn,
        project: ProjectId,
        task: TaskId,
        user: UserId,
    ) -> Result<Option<Self>> {
        let mut select = sql("SELECT ");
        select.push(COLUMNS).push(" FROM task_seats s WHERE s.project = ").push_bind(project);
        select.push(" AND s.task = ").push_bind(task);
        select.push(" AND s.user_id = ").push_bind(user);
        select.one(conn).await
    }

    /// All seats of a task.
    pub(super) async fn of_task(book: &mut Book<'_>, task: &str) -> Result<Vec<Self>> {
        let mut select = sql("SELECT ");
        select.push(COLUMNS).push(" FROM task_seats s WHERE s.project = ").push_bind(book.project);
        select.push(" AND s.task = ").push_bind(task);
        select.all(book.flush().await?).await
    }

    /// Those of a person in a queue that have a state, the oldest tasks first.
    pub(super) async fn of_user(
        book: &mut Book<'_>,
        user: UserId,
        state: &'static str,
        limit: u32,
    ) -> Result<Vec<Self>> {
        let mut select = sql("SELECT ");
        select.push(COLUMNS).push(" FROM task_seats s WHERE s.project = ").push_bind(book.project);
        select.push(" AND s.queue = ").push_bind(book.queue);
        select.push(" AND s.user_id = ").push_bind(user);
        select.push(" AND s.state = ").push_bind(state);
        select.push(" ORDER BY s.task LIMIT ").push_bind(limit);
        select.all(book.flush().await?).await
    }

    /// Those whose lease lapsed by now, longest ago first.
    pub(super) async fn lapsed(book: &mut Book<'_>, limit: u32) -> Result<Vec<Self>> {
        let mut select = sql("SELECT ");
        select.push(COLUMNS).push(" FROM task_seats s WHERE s.project = ").push_bind(book.project);
        // A literal, so that the partial index fits.
        select.push(" AND s.queue = ").push_bind(book.queue).push(" AND s.state = 'leased'");
        select.push(" AND s.until <= ").push_bind(book.now);
        select.push(" ORDER BY s.until LIMIT ").push_bind(limit);
        select.all(book.flush().await?).await
    }
}

/// A seat that is read together with its task; without one all is null.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct JoinedSeat {
    #[sqlx(rename = "seat_task")]
    task: Option<String>,
    #[sqlx(rename = "seat_user")]
    user: Option<String>,
    #[sqlx(rename = "seat_state")]
    state: Option<String>,
    #[sqlx(rename = "seat_kept")]
    kept: Option<i64>,
    #[sqlx(rename = "seat_until")]
    until: Option<i64>,
    #[sqlx(rename = "seat_rubric")]
    rubric: Option<i64>,
    #[sqlx(rename = "seat_draft")]
    draft: Option<String>,
    #[sqlx(rename = "seat_returned")]
    returned: Option<String>,
    #[sqlx(rename = "seat_reason")]
    reason: Option<String>,
}

impl JoinedSeat {
    /// The columns, from a table `s`.
    pub(super) const COLUMNS: &'static str = "s.task AS seat_task, s.user_id AS seat_user, \
         s.state AS seat_state, s.kept AS seat_kept, s.until AS seat_until, \
         s.rubric_version AS seat_rubric, s.draft AS seat_draft, s.returned AS seat_returned, \
         s.reason AS seat_reason";

    /// The seat, where there is one.
    pub(super) fn seat(self) -> Option<Seat> {
        Some(Seat {
            task: self.task?,
            user_id: self.user?,
            was: self.state.clone()?,
            state: self.state?,
            kept: self.kept?,
            until: self.until,
            rubric_version: self.rubric?,
            draft: self.draft,
            returned: self.returned,
            reason: self.reason,
        })
    }
}

const ROWS: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("task", Kind::Text),
    ("user_id", Kind::Text),
    ("queue", Kind::Text),
    ("state", Kind::Text),
    ("kept", Kind::Int),
    ("until", Kind::Int),
    ("rubric_version", Kind::Int),
    ("draft", Kind::Text),
    ("returned", Kind::Text),
    ("reason", Kind::Text),
];
const REPLACE: &str = "ON CONFLICT (project, task, user_id) DO UPDATE SET \
     state = excluded.state, kept = excluded.kept, until = excluded.until, \
     rubric_version = excluded.rubric_version, draft = excluded.draft, \
     returned = excluded.returned, reason = excluded.reason";

/// Has seats of a queue written.
pub(super) fn save_all<'s>(
    conn: &Conn,
    (project, queue): (ProjectId, QueueId),
    seats: impl Iterator<Item = &'s Seat>,
    script: &mut Script,
) {
    let mut rows = Rows::new(ROWS);
    for seat in seats {
        rows.push([
            project.into(),
            seat.task.as_str().into(),
            seat.user_id.as_str().into(),
            queue.into(),
            seat.state.as_str().into(),
            seat.kept.into(),
            seat.until.into(),
            seat.rubric_version.into(),
            seat.draft.as_deref().into(),
            seat.returned.as_deref().into(),
            seat.reason.as_deref().into(),
        ]);
    }
    rows.insert_later(conn, ("task_seats", REPLACE), script);
}
