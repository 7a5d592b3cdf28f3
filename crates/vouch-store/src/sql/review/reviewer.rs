//! A reviewer of a queue: what they did there, kept with every change.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, QueueId, UserId};
use vouch_domain::review::{Reviewer, ReviewerState, ReviewerUpdate};

use super::book::Book;
use super::lapse::vacate;
use super::queue::QueueRow;
use super::seat::{LEASED, Seat};
use super::share::give_away;
use super::work;
use crate::error::corrupt;
use crate::sql::audit;
use crate::sql::conn::Conn;
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;
use crate::{Result, StoreError};

/// The row in `queue_reviewers`.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(super) struct ReviewerRow {
    pub(super) user_id: String,
    state: String,
    until: Option<i64>,
    pub(super) reason: Option<String>,
    pub(super) given: i64,
    pub(super) gold_given: i64,
    pub(super) gold_reach: i64,
    pub(super) gold_window: String,
    pub(super) done: i64,
    pub(super) active_ms: i64,
    pub(super) skips: i64,
    pub(super) escalations: i64,
    pub(super) rejected: i64,
    pub(super) compared: i64,
    pub(super) agreed: i64,
    pub(super) gold_done: i64,
    pub(super) gold_right: i64,
    pub(super) suggested: i64,
    pub(super) followed: i64,
    pub(super) last_at: Option<i64>,
    pub(super) waiting: i64,
    /// Whether it is to be written.
    #[sqlx(skip)]
    pub(super) changed: bool,
}

const SELECT: &str = "SELECT r.user_id, r.state, r.until, r.reason, r.given, r.gold_given, \
     r.gold_reach, r.gold_window, r.done, r.active_ms, r.skips, r.escalations, r.rejected, \
     r.compared, r.agreed, r.gold_done, r.gold_right, r.suggested, r.followed, r.last_at, \
     r.waiting FROM";

impl ReviewerRow {
    fn new(user: &str) -> Self {
        Self {
            user_id: user.to_owned(),
            state: ReviewerState::Active.as_str().to_owned(),
            until: None,
            reason: None,
            given: 0,
            gold_given: 0,
            gold_reach: 0,
            gold_window: String::new(),
            done: 0,
            active_ms: 0,
            skips: 0,
            escalations: 0,
            rejected: 0,
            compared: 0,
            agreed: 0,
            gold_done: 0,
            gold_right: 0,
            suggested: 0,
            followed: 0,
            last_at: None,
            waiting: 0,
            changed: false,
        }
    }

    /// That of a person, where there is one.
    pub(super) async fn load(
        conn: &mut Conn,
        project: ProjectId,
        queue: QueueId,
        user: &str,
    ) -> Result<Option<Self>> {
        let mut select = sql(SELECT);
        select.push(" queue_reviewers r WHERE r.project = ").push_bind(project);
        select.push(" AND r.queue = ").push_bind(queue);
        select.push(" AND r.user_id = ").push_bind(user);
        select.one(conn).await
    }

    /// Whether they are given tasks now.
    pub(super) fn state(&self, now: Time) -> Result<ReviewerState> {
        if self.until.is_some_and(|until| until <= now.micros()) {
            return Ok(ReviewerState::Active);
        }
        ReviewerState::parse(&self.state).ok_or_else(|| corrupt("reviewer", self.state.clone()))
    }

    /// Gives them another state.
    pub(super) fn set_state(
        &mut self,
        state: ReviewerState,
        until: Option<Time>,
        reason: Option<String>,
    ) {
        state.as_str().clone_into(&mut self.state);
        self.until = until.filter(|_| state != ReviewerState::Active).map(Time::micros);
        self.reason = reason.filter(|_| state != ReviewerState::Active);
    }

    /// How often they were right where that is known: of how many.
    pub(super) fn record(&self) -> (u64, u64) {
        let sum = |a: i64, b: i64| u64::try_from(a + b).unwrap_or(0);
        (sum(self.agreed, self.gold_right), sum(self.compared, self.gold_done))
    }

    /// The reviewer as people see them.
    pub(super) fn reviewer(
        self,
        name: Option<String>,
        pace_s: Option<f64>,
        now: Option<Time>,
    ) -> Result<Reviewer> {
        let number = |n: i64| u64::try_from(n).unwrap_or(0);
        let state = self.state(now.unwrap_or(Time::from_micros(i64::MIN)))?;
        Ok(Reviewer {
            user: self.user_id.parse().map_err(|e| corrupt("reviewer", e))?,
            name,
            state,
            until: self.until.map(Time::from_micros),
            reason: self.reason,
            done: number(self.done),
            active_ms: number(self.active_ms),
            pace_s,
            waiting: number(self.waiting),
            skips: number(self.skips),
            escalations: number(self.escalations),
            rejected: number(self.rejected),
            compared: number(self.compared),
            agreed: number(self.agreed),
            gold_done: number(self.gold_done),
            gold_right: number(self.gold_right),
            suggested: number(self.suggested),
            followed: number(self.followed),
            last_at: self.last_at.map(Time::from_micros),
        })
    }
}

const ROWS: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("queue", Kind::Text),
    ("user_id", Kind::Text),
    ("state", Kind::Text),
    ("until", Kind::Int),
    ("reason", Kind::Text),
    ("given", Kind::Int),
    ("gold_given", Kind::Int),
    ("gold_reach", Kind::Int),
    ("gold_window", Kind::Text),
    ("done", Kind::Int),
    ("active_ms", Kind::Int),
    ("skips", Kind::Int),
    ("escalations", Kind::Int),
    ("rejected", Kind::Int),
    ("compared", Kind::Int),
    ("agreed", Kind::Int),
    ("gold_done", Kind::Int),
    ("gold_right", Kind::Int),
    ("suggested", Kind::Int),
    ("followed", Kind::Int),
    ("last_at", Kind::Int),
    ("waiting", Kind::Int),
];
const REPLACE: &str = "ON CONFLICT (project, queue, user_id) DO UPDATE SET \
     state = excluded.state, until = excluded.until, reason = excluded.reason, \
     given = excluded.given, gold_given = excluded.gold_given, \
     gold_reach = excluded.gold_reach, gold_window = excluded.gold_window, \
     done = excluded.done, active_ms = excluded.active_ms, skips = excluded.skips, \
     escalations = excluded.escalations, rejected = excluded.rejected, \
     compared = excluded.compared, agreed = excluded.agreed, \
     gold_done = excluded.gold_done, gold_right = excluded.gold_right, \
     suggested = excluded.suggested, followed = excluded.followed, last_at = excluded.last_at, \
     waiting = excluded.waiting";

/// Writes reviewers of queues.
pub(super) async fn save_all(
    conn: &mut Conn,
    reviewers: BTreeMap<((ProjectId, QueueId), String), ReviewerRow>,
) -> Result<()> {
    let mut rows = Rows::new(ROWS);
    for (((project, queue), user), row) in reviewers {
        rows.push([
            project.into(),
            queue.into(),
            user.into(),
            row.state.into(),
            row.until.into(),
            row.reason.into(),
            row.given.into(),
            row.gold_given.into(),
            row.gold_reach.into(),
            row.gold_window.into(),
            row.done.into(),
            row.active_ms.into(),
            row.skips.into(),
            row.escalations.into(),
            row.rejected.into(),
            row.compared.into(),
            row.agreed.into(),
            row.gold_done.into(),
            row.gold_right.into(),
            row.suggested.into(),
            row.followed.into(),
            row.last_at.into(),
            row.waiting.into(),
        ]);
    }
    rows.insert(conn, "queue_reviewers", REPLACE).await
}

impl Book<'_> {
    /// Reads the rows of several reviewers at once, those that are not known.
    pub(super) async fn know_reviewers(&mut self, users: impl Iterator<Item = &str>) -> Result<()> {
        let at = (self.project, self.queue);
        let mut rows = Rows::new(&ROWS[..3]);
        for user in users {
            let known = self.left(at, user);
            if known.is_none() && !self.reviewers.contains_key(user) {
                rows.push([at.0.into(), at.1.into(), user.into()]);
            }
        }
        let body = format!(
            "{SELECT} k CROSS JOIN queue_reviewers r WHERE r.project = k.project \
             AND r.queue = k.queue AND r.user_id = k.user_id"
        );
        let rows = rows.all::<ReviewerRow>(&mut self.tx.conn, &body).await?;
        self.reviewers.extend(rows.into_iter().map(|row| (row.user_id.clone(), row)));
        Ok(())
    }

    /// A reviewer's row, to be changed: it is written with the commit.
    pub(super) async fn reviewer(&mut self, user: &str) -> Result<&mut ReviewerRow> {
        if !self.reviewers.contains_key(user) {
            let at = (self.project, self.queue);
            let row = match self.left(at, user) {
                Some(row) => Some(ReviewerRow { changed: false, ..row.clone() }),
                None => ReviewerRow::load(&mut self.tx.conn, at.0, at.1, user).await?,
            };
            let row = row.unwrap_or_else(|| ReviewerRow::new(user));
            self.reviewers.insert(user.to_owned(), row);
        }
        let row = self.reviewers.get_mut(user).ok_or(StoreError::NotFound("reviewer"))?;
        row.changed = true;
        Ok(row)
    }

    /// Reads the rows of everybody who has one.
    pub(super) async fn read_reviewers(&mut self) -> Result<()> {
        let mut users =
            sql("SELECT user_id FROM queue_reviewers WHERE project = $1 AND queue = $2");
        users = users.bind(self.project).bind(self.queue);
        let users = users.all::<(String,)>(&mut self.tx.conn).await?;
        let at = (self.project, self.queue);
        let pending = &self.tx.pending.tally;
        let left = pending.reviewers_of(at).chain(self.tx.settled.tally.reviewers_of(at));
        let left: Vec<String> = left.map(str::to_owned).collect();
        self.know_reviewers(users.iter().map(|(user,)| user.as_str())).await?;
        // Those whose rows an earlier operation of the commit left.
        for user in users.into_iter().map(|(user,)| user).chain(left) {
            if let (false, Some(row)) = (self.reviewers.contains_key(&user), self.left(at, &user)) {
                let row = ReviewerRow { changed: false, ..row.clone() };
                self.reviewers.insert(user, row);
            }
        }
        Ok(())
    }

    /// What an earlier operation of the commit, or an earlier part of this one, left of a person.
    fn left(&self, at: (ProjectId, QueueId), user: &str) -> Option<&ReviewerRow> {
        let Tx { pending, settled, .. } = &*self.tx;
        pending.tally.reviewer(at, user).or_else(|| settled.tally.reviewer(at, user))
    }
}

/// The median active time of a person's last 50 reviews in a queue, among their last 500 in all,
/// in seconds.
pub(super) async fn pace_s(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    user: &str,
) -> Result<Option<f64>> {
    // The index of a person's reviews has those of all queues: not too far back in it.
    let last = sql("SELECT x.active_ms FROM (SELECT r.id, r.active_ms, r.queue, r.state \
                    FROM reviews r WHERE r.project = $1 AND r.user_id = $2 \
                    ORDER BY r.id DESC LIMIT 500) x \
                    WHERE x.queue = $3 AND x.state = 'counts' ORDER BY x.id DESC LIMIT 50");
    let last = last.bind(project).bind(user).bind(queue).all::<(i64,)>(conn).await?;
    let mut times: Vec<i64> = last.into_iter().map(|(ms,)| ms).collect();
    times.sort_unstable();
    let middle = times.get(times.len() / 2).zip(times.get((times.len().max(1) - 1) / 2));
    #[expect(clippy::cast_precision_loss, reason = "times of reviews are small")]
    Ok(middle.map(|(high, low)| (high + low) as f64 / 2000.0))
}

/// Everybody's row, with their names.
pub(super) async fn list(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
) -> Result<Vec<Reviewer>> {
    let mut select = sql(SELECT);
    select.push(" queue_reviewers r WHERE r.project = ").push_bind(project);
    select.push(" AND r.queue = ").push_bind(queue);
    select.push(" ORDER BY r.user_id");
    let mut reviewers = Vec::new();
    for row in select.all::<ReviewerRow>(conn).await? {
        reviewers.push(with_name(conn, project, queue, row).await?);
    }
    Ok(reviewers)
}

async fn with_name(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    row: ReviewerRow,
) -> Result<Reviewer> {
    let name = sql("SELECT name FROM users WHERE project = $1 AND id = $2");
    let name = name.bind(project).bind(&row.user_id).one::<(String,)>(conn).await?;
    let pace = pace_s(conn, project, queue, &row.user_id).await?;
    row.reviewer(name.map(|(name,)| name), pace, None)
}

/// At most so many tasks does one person have at once.
const HELD: u32 = 10_000;

/// What [`set`] needs.
pub(super) type Set = (ProjectId, QueueId, UserId, ReviewerUpdate, NewAudit);

/// Changes whether a person is given tasks.
pub(super) async fn set(
    (project, queue, user, update, entry): &Set,
    tx: &mut Tx,
) -> Result<Reviewer> {
    audit::append(tx, entry).await?;
    QueueRow::live(&mut tx.conn, *project, *queue).await?;
    let user_text = user.to_string();
    let mut book = Book::open(tx, *project, *queue, entry.at);
    book.reviewer(&user_text).await?.set_state(update.state, update.until, update.reason.clone());
    // What a paused person has begun they may finish.
    if update.state == ReviewerState::Away {
        for seat in Seat::of_user(&mut book, *user, LEASED, HELD).await? {
            vacate(&mut book, seat).await?;
        }
    }
    if update.state != ReviewerState::Active {
        let queue = QueueRow::live(&mut book.tx.conn, *project, *queue).await?;
        if give_away(&mut book, &queue).await? {
            work::note(book.tx, *project, queue.id, work::KEPT, entry.at).await?;
        }
    }
    book.count_waiting().await?;
    let row = book.reviewer(&user_text).await?.clone();
    book.close().await?;
    with_name(&mut tx.conn, *project, *queue, row).await
}
