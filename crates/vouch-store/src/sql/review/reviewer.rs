//! A reviewer of a queue: what they did there, kept with every change.

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
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
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
     r.waiting \
     FROM queue_reviewers r WHERE r.project = ";

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
        select.push_bind(project).push(" AND r.queue = ").push_bind(queue);
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

    /// Writes it.
    pub(super) async fn save(
        &self,
        conn: &mut Conn,
        project: ProjectId,
        queue: QueueId,
    ) -> Result<()> {
        sql("INSERT INTO queue_reviewers (project, queue, user_id, state, until, reason, given, \
             gold_given, gold_reach, gold_window, done, active_ms, skips, escalations, rejected, \
             compared, agreed, gold_done, gold_right, suggested, followed, last_at, waiting) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
             $18, $19, $20, $21, $22, $23) ON CONFLICT (project, queue, user_id) DO UPDATE SET \
             state = excluded.state, until = excluded.until, reason = excluded.reason, \
             given = excluded.given, gold_given = excluded.gold_given, \
             gold_reach = excluded.gold_reach, gold_window = excluded.gold_window, \
             done = excluded.done, active_ms = excluded.active_ms, skips = excluded.skips, \
             escalations = excluded.escalations, rejected = excluded.rejected, \
             compared = excluded.compared, agreed = excluded.agreed, \
             gold_done = excluded.gold_done, gold_right = excluded.gold_right, \
             suggested = excluded.suggested, followed = excluded.followed, \
             last_at = excluded.last_at, waiting = excluded.waiting")
        .bind(project)
        .bind(queue)
        .bind(&self.user_id)
        .bind(&self.state)
        .bind(self.until)
        .bind(&self.reason)
        .bind(self.given)
        .bind(self.gold_given)
        .bind(self.gold_reach)
        .bind(&self.gold_window)
        .bind(self.done)
        .bind(self.active_ms)
        .bind(self.skips)
        .bind(self.escalations)
        .bind(self.rejected)
        .bind(self.compared)
        .bind(self.agreed)
        .bind(self.gold_done)
        .bind(self.gold_right)
        .bind(self.suggested)
        .bind(self.followed)
        .bind(self.last_at)
        .bind(self.waiting)
        .run(conn)
        .await
        .map(|_| ())
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

impl Book<'_> {
    /// A reviewer's row, to be changed: it is written when the book is closed.
    pub(super) async fn reviewer(&mut self, user: &str) -> Result<&mut ReviewerRow> {
        if !self.reviewers.contains_key(user) {
            let row = ReviewerRow::load(&mut self.tx.conn, self.project, self.queue, user).await?;
            let row = row.unwrap_or_else(|| ReviewerRow::new(user));
            self.reviewers.insert(user.to_owned(), row);
        }
        let row = self.reviewers.get_mut(user).ok_or(StoreError::NotFound("reviewer"))?;
        row.changed = true;
        Ok(row)
    }

    /// Reads the rows of everybody who has one.
    pub(super) async fn read_reviewers(&mut self) -> Result<()> {
        let mut select = sql(SELECT);
        select.push_bind(self.project).push(" AND r.queue = ").push_bind(self.queue);
        for row in select.all::<ReviewerRow>(&mut self.tx.conn).await? {
            self.reviewers.entry(row.user_id.clone()).or_insert(row);
        }
        Ok(())
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
    select.push_bind(project).push(" AND r.queue = ").push_bind(queue);
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
    book.close().await?;
    let row = ReviewerRow::load(&mut tx.conn, *project, *queue, &user_text).await?;
    let row = row.ok_or(StoreError::NotFound("reviewer"))?;
    with_name(&mut tx.conn, *project, *queue, row).await
}
