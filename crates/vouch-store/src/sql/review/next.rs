//! Giving tasks to a reviewer: those that they have and do not hold, those kept for them, gold
//! where it is due, and then the line.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::group::Group;
use vouch_domain::id::{TaskId, UserId};
use vouch_domain::review::{
    Item, Lease, Priority, Queue, QueueState, ReviewerState, SuggestionMode, TaskTurn, shown_order,
};

use super::book::Book;
use super::lapse::lapse;
use super::line::{Found, Walk};
use super::queue::QueueRow;
use super::seat::{ASSIGNED, LEASED, LEFT, Seat};
use super::task::{ItemRow, TaskRow, json};
use crate::error::corrupt;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::{Ask, Given, Result, StoreError};

/// The most tasks that are given at once.
const MOST: u32 = 50;
/// How many gold tasks are looked at to find one that a person has not seen.
const GOLDS: u32 = 16;

/// Gives a reviewer tasks.
pub(super) async fn next(ask: &Ask, tx: &mut Tx) -> Result<Given> {
    let queue = QueueRow::shared(tx, ask.project, ask.queue).await?;
    let queue = queue.filter(|queue| queue.archived_at.is_none());
    let queue = queue.ok_or(StoreError::NotFound("queue"))?;
    let mut book = Book::open(tx, ask.project, ask.queue, ask.now);
    if let Some(paused) = paused(&mut book, &queue, ask.user).await? {
        return Ok(Given { paused: Some(paused), ..Given::default() });
    }
    let mut lapsed = lapse(&mut book).await?;
    let mut desk = Desk { user: ask.user, queue: &queue, turns: Vec::new() };
    let count = ask.count.clamp(1, MOST) as usize;
    desk.give_held(&mut book, ask, count).await?;
    desk.give_kept(&mut book, count).await?;
    let mut left = desk.give_from_line(&mut book, count).await?;
    while lapsed && desk.turns.len() < count {
        lapsed = lapse(&mut book).await?;
        left = desk.give_from_line(&mut book, count).await?;
    }
    let turns = desk.turns;
    book.close().await?;
    Ok(Given { turns, paused: None, left })
}

/// Why a person is given nothing, where that is so.
pub(super) async fn paused(
    book: &mut Book<'_>,
    queue: &Queue,
    user: UserId,
) -> Result<Option<String>> {
    if queue.state == QueueState::Paused {
        return Ok(Some("The queue is paused.".to_owned()));
    }
    let for_groups = !queue.settings.groups.is_empty();
    let groups = if for_groups { groups_of(book, user).await? } else { Vec::new() };
    if !queue.settings.is_for(user, &groups) {
        return Ok(Some("The queue is for other people.".to_owned()));
    }
    let now = book.now;
    let row = book.reviewer(&user.to_string()).await?;
    Ok(match row.state(now)? {
        ReviewerState::Active => {
            row.set_state(ReviewerState::Active, None, None);
            None
        }
        ReviewerState::Away => Some("You are away.".to_owned()),
        ReviewerState::Paused => {
            Some(row.reason.clone().unwrap_or_else(|| "You are paused in this queue.".to_owned()))
        }
    })
}

/// The groups of a person.
async fn groups_of(book: &mut Book<'_>, user: UserId) -> Result<Vec<Group>> {
    let groups = sql("SELECT member_of FROM users WHERE project = $1 AND id = $2");
    let groups = groups.bind(book.project).bind(user).one::<(String,)>(&mut book.tx.conn).await?;
    let read = |(groups,): (String,)| serde_json::from_str(&groups).map_err(|e| corrupt("user", e));
    groups.map_or(Ok(Vec::new()), read)
}

/// What a reviewer is being given.
struct Desk<'q> {
    user: UserId,
    queue: &'q Queue,
    turns: Vec<TaskTurn>,
}

impl Desk<'_> {
    /// What they have but do not hold: they begin where they were.
    async fn give_held(&mut self, book: &mut Book<'_>, ask: &Ask, count: usize) -> Result<()> {
        let most = u32::try_from(ask.holding.len() + count).unwrap_or(u32::MAX);
        let mut held = Vec::new();
        for seat in Seat::of_user(book, self.user, LEASED, most).await? {
            let id: TaskId = seat.task.parse().map_err(|e| corrupt("task", e))?;
            if held.len() < count && !ask.holding.contains(&id) {
                held.push((id, Some(seat)));
            }
        }
        self.give(book, held).await
    }

    /// What is kept for them.
    async fn give_kept(&mut self, book: &mut Book<'_>, count: usize) -> Result<()> {
        let missing = u32::try_from(count - self.turns.len()).unwrap_or(0);
        let mut kept = Vec::new();
        for mut seat in Seat::of_user(book, self.user, ASSIGNED, missing).await? {
            let id: TaskId = seat.task.parse().map_err(|e| corrupt("task", e))?;
            if book.task(id).await?.is_open() {
                kept.push((id, Some(seat)));
            } else {
                seat.set(LEFT);
                book.save_seat(seat);
            }
        }
        self.give(book, kept).await
    }

    /// From the line, with gold in between; says whether there are more.
    async fn give_from_line(&mut self, book: &mut Book<'_>, count: usize) -> Result<bool> {
        let user = self.user.to_string();
        let mut walk = Walk::begin(book, self.user).await?;
        let mut left = true;
        while self.turns.len() < count {
            let row = book.reviewer(&user).await?;
            let (given, golds) = (row.given, row.gold_given);
            let due = |ahead: i64| {
                let number = |n: i64| u64::try_from(n).unwrap_or(0);
                self.queue.settings.is_gold_due(number(given + ahead), number(golds))
            };
            if due(0)
                && let Some(gold) = next_gold(book, self.user).await?
            {
                self.give(book, vec![(gold, None)]).await?;
                book.reviewer(&user).await?.gold_given += 1;
                continue;
            }
            // As many at once as lie before the next gold task.
            let missing = i64::try_from(count - self.turns.len()).unwrap_or(1);
            let run = 1 + (1..missing).take_while(|ahead| !due(*ahead)).count();
            let (tasks, more) = walk.next(book, run).await?;
            left = more;
            let found = tasks.len();
            let mut fresh = Vec::with_capacity(found);
            for Found { task, had } in tasks {
                let seat = if had { book.seat(task, self.user).await? } else { None };
                fresh.push((task, seat));
            }
            self.give(book, fresh).await?;
            if found < run {
                break;
            }
        }
        walk.keep(book);
        Ok(left)
    }

    /// Leases tasks to them, each with the seat that they have; those that they hold stay theirs.
    async fn give(
        &mut self,
        book: &mut Book<'_>,
        tasks: Vec<(TaskId, Option<Seat>)>,
    ) -> Result<()> {
        let ids: Vec<TaskId> = tasks.iter().map(|(id, _)| *id).collect();
        let mut rows = BTreeMap::new();
        for (task, item) in book.tasks_with_items(&ids).await? {
            rows.insert(task.task()?, (task, item));
        }
        let user = self.user.to_string();
        for (id, seat) in tasks {
            let (task, item) = rows.remove(&id).ok_or(StoreError::NotFound("task"))?;
            let mut seat = seat.unwrap_or_else(|| Seat::new(&task.id, &user));
            if !seat.is(LEASED) {
                let mut after = task.clone();
                after.leases += 1;
                if seat.is(ASSIGNED) {
                    after.keep_no_more(&seat.user_id);
                }
                book.save(&task, after, false).await?;
                book.reviewer(&user).await?.given += 1;
                seat.kept = seat.kept.max(task.is_gold);
            }
            self.turns.push(hand_over(book, self.queue, &task, item, seat)?);
        }
        Ok(())
    }
}

/// A gold task that the person has not seen.
async fn next_gold(book: &mut Book<'_>, user: UserId) -> Result<Option<TaskId>> {
    let reach = book.reviewer(&user.to_string()).await?.gold_reach;
    let look = sql("SELECT g.turn, g.task, s.state FROM gold_line g LEFT JOIN task_seats s \
         ON s.project = g.project AND s.task = g.task AND s.user_id = $1 \
         WHERE g.project = $2 AND g.queue = $3 AND g.turn > $4 ORDER BY g.turn LIMIT $5");
    let look = look.bind(user).bind(book.project).bind(book.queue).bind(reach).bind(GOLDS);
    let places = look.all::<(i64, String, Option<String>)>(&mut book.tx.conn).await?;
    for (turn, task, seat) in places {
        book.reviewer(&user.to_string()).await?.gold_reach = turn;
        if seat.is_none() {
            return Ok(Some(task.parse().map_err(|e| corrupt("task", e))?));
        }
    }
    Ok(None)
}

/// Leases a task for which a place was taken, and says what its reviewer needs.
pub(super) fn hand_over(
    book: &mut Book<'_>,
    queue: &Queue,
    task: &TaskRow,
    items: ItemRow,
    mut seat: Seat,
) -> Result<TaskTurn> {
    let until = lease_until(book.now, queue);
    seat.lease(until, queue.rubric_version);
    book.save_seat(seat.clone());
    let (id, item) = (task.task()?, items.item()?);
    let user: UserId = seat.user_id.parse().map_err(|e| corrupt("seat", e))?;
    let swapped = match &item {
        Item::Responses { responses, .. } => shown_order(id, user, responses.len()),
        _ => Vec::new(),
    };
    let suggestion =
        items.suggestion.filter(|_| queue.settings.suggestions == SuggestionMode::Shown);
    let priority = usize::try_from(task.priority).ok();
    Ok(TaskTurn {
        task: id,
        queue: queue.id,
        item,
        rubric: queue.settings.rubric.clone(),
        rubric_version: queue.rubric_version,
        priority: priority.and_then(|n| Priority::ALL.get(n)).copied().unwrap_or_default(),
        due_at: task.due_at.map(Time::from_micros),
        lease: Lease { until },
        draft: json(seat.draft.as_deref())?,
        swapped,
        suggestion: json(suggestion.as_deref())?,
        returned: json(seat.returned.as_deref())?,
    })
}

/// Until when a lease that begins now lasts.
pub(super) fn lease_until(now: Time, queue: &Queue) -> Time {
    now.plus_s(i64::from(queue.settings.lease_s))
}
