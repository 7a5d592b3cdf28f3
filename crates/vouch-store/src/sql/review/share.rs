//! Sharing tasks out: each place goes to the one for whom the fewest are kept.

use std::collections::BTreeMap;

use vouch_domain::Invalid;
use vouch_domain::access::Role;
use vouch_domain::review::{AssignTo, Assignment, Queue, ReviewerState};
use vouch_domain::user::User;

use super::book::Book;
use super::lapse::vacate;
use super::seat::{ASSIGNED, LEFT, Seat};
use super::task::TaskRow;
use crate::Result;
use crate::error::corrupt;
use crate::sql::statement::sql;
use crate::sql::user::{UserRow, select};

/// How many tasks are given away in one transaction.
const GIVEN: u32 = 100;

/// People among whom tasks are shared, and how many are kept for each.
#[derive(Debug, Default)]
pub(super) struct Pool {
    waiting: BTreeMap<String, i64>,
}

impl Pool {
    /// Whoever new tasks of a queue are kept for: the people and groups that it names; or, where
    /// it names none, everybody whose role is reviewer, for admins seldom review.
    pub(super) async fn of_queue(book: &mut Book<'_>, queue: &Queue) -> Result<Self> {
        let all = queue.settings.is_for_all();
        let people = keepers(book, queue).await?;
        let share = people.into_iter().filter(|user| !all || user.role == Role::Reviewer);
        Ok(Self::among(book, share))
    }

    /// These of the people who are given tasks of the queue.
    ///
    /// # Errors
    /// `Invalid` at `/to` when one is not, or nobody is.
    pub(super) async fn of(book: &mut Book<'_>, queue: &Queue, to: &AssignTo) -> Result<Self> {
        let people = keepers(book, queue).await?;
        let expected = "people who are given tasks of the queue now";
        let chosen: Vec<User> = match to {
            AssignTo::People(ids) => {
                if let Some(id) = ids.iter().find(|id| people.iter().all(|user| user.id != **id)) {
                    return Err(Invalid::new("/to", expected, id).into());
                }
                people.into_iter().filter(|user| ids.contains(&user.id)).collect()
            }
            AssignTo::Group { group } => {
                people.into_iter().filter(|user| user.groups.contains(group)).collect()
            }
        };
        if chosen.is_empty() {
            return Err(Invalid::new("/to", expected, "nobody").into());
        }
        Ok(Self::among(book, chosen.into_iter()))
    }

    fn among(book: &Book<'_>, people: impl Iterator<Item = User>) -> Self {
        let waiting = people.map(|user| {
            let user = user.id.to_string();
            let waiting = book.waiting(&user);
            (user, waiting)
        });
        Self { waiting: waiting.collect() }
    }

    /// The one for whom the fewest are kept, but for these; the first of equals.
    pub(super) fn take(&mut self, not: &[String]) -> Option<String> {
        let free = self.waiting.iter_mut().filter(|(user, _)| !not.contains(user));
        let (user, waiting) = free.min_by_key(|(_, waiting)| **waiting)?;
        *waiting += 1;
        Some(user.clone())
    }

    /// So many different people, or fewer where there are no more.
    pub(super) fn take_some(&mut self, count: u32, not: &[String]) -> Vec<String> {
        let mut taken = not.to_vec();
        for _ in 0..count {
            let Some(user) = self.take(&taken) else { break };
            taken.push(user);
        }
        taken.split_off(not.len())
    }

    /// One task less is kept for a person.
    fn give_back(&mut self, user: &str) {
        if let Some(waiting) = self.waiting.get_mut(user) {
            *waiting -= 1;
        }
    }
}

/// Everybody who is given tasks of the queue now: what is kept for them stays theirs.
pub(super) async fn keepers(book: &mut Book<'_>, queue: &Queue) -> Result<Vec<User>> {
    book.read_reviewers().await?;
    let mut people = select();
    people.push(" WHERE u.disabled_at IS NULL AND u.project = ").push_bind(book.project);
    people.push(" ORDER BY u.id");
    let mut keepers = Vec::new();
    for row in people.all::<UserRow>(&mut book.tx.conn).await? {
        let user = row.user()?;
        let works = match book.reviewers.get(&user.id.to_string()) {
            Some(row) => row.state(book.now)? == ReviewerState::Active,
            None => true,
        };
        if works && user.role != Role::Viewer && queue.settings.is_for(user.id, &user.groups) {
            keepers.push(user);
        }
    }
    Ok(keepers)
}

/// Why a task cannot be kept for anybody.
pub(super) fn no_keeping(task: &TaskRow) -> Option<&'static str> {
    if task.is_gold() {
        return Some("it is a gold task");
    }
    if !task.is_open() {
        return Some("it is not open");
    }
    task.escalated.is_some().then_some("somebody was asked to decide it")
}

/// Keeps all places of a task that nobody has taken for people of the pool, and for nobody else;
/// or says why not. Returns for whom.
pub(super) async fn keep(
    book: &mut Book<'_>,
    pool: &mut Pool,
    before: &TaskRow,
) -> Result<Result<Vec<String>, &'static str>> {
    if let Some(why) = no_keeping(before) {
        return Ok(Err(why));
    }
    let seats = Seat::of_task(book, &before.id).await?;
    let places = before.wanted - before.reviews - before.leases;
    let Ok(places @ 1..) = u32::try_from(places) else {
        return Ok(Err("it has no free place"));
    };
    let seen = seats.iter().filter(|seat| !seat.is(ASSIGNED) && !seat.is(LEFT));
    let seen: Vec<String> = seen.map(|seat| seat.user_id.clone()).collect();
    // Who keeps it already counts as one who does not.
    for seat in seats.iter().filter(|seat| seat.is(ASSIGNED)) {
        pool.give_back(&seat.user_id);
    }
    let chosen = pool.take_some(places, &seen);
    if chosen.is_empty() {
        return Ok(Err("all of them have seen it"));
    }
    let mut after = before.clone();
    let mut freed = false;
    for mut seat in seats {
        let keeps = chosen.contains(&seat.user_id);
        if !keeps && seat.is(ASSIGNED) {
            seat.set(LEFT);
            after.keep_no_more(&seat.user_id);
            freed = true;
        }
        if !keeps && seat.kept != 0 {
            seat.kept = 0;
            book.save_seat(seat);
        }
    }
    for user in &chosen {
        keep_seat(book, &after, user).await?;
        after.keep_for(user);
    }
    book.save(before, after, freed).await?;
    Ok(Ok(chosen))
}

/// Keeps a place for a person; the task is to be saved.
pub(super) async fn keep_seat(book: &mut Book<'_>, task: &TaskRow, user: &str) -> Result<()> {
    let id = user.parse().map_err(|e| corrupt("user", e))?;
    let seat = book.seat(task.task()?, id).await?;
    let mut seat = seat.unwrap_or_else(|| Seat::new(&task.id, user));
    seat.set(ASSIGNED);
    (seat.kept, seat.reason) = (1, None);
    book.save_seat(seat);
    Ok(())
}

/// Gives away some of what is kept for people who are no longer given tasks; says whether there
/// is more.
pub(super) async fn give_away(book: &mut Book<'_>, queue: &Queue) -> Result<bool> {
    let keepers = keepers(book, queue).await?;
    let is_keeper = |user: &str| keepers.iter().any(|keeper| keeper.id.to_string() == user);
    let away = book.reviewers.keys().filter(|user| book.waiting(user) > 0 && !is_keeper(user));
    let away: Vec<String> = away.cloned().collect();
    let mut seats = Vec::new();
    for user in away {
        // Gold waits for each by itself, and hinders nobody.
        let limit = GIVEN.saturating_sub(u32::try_from(seats.len()).unwrap_or(GIVEN));
        let mut kept =
            sql("SELECT s.task FROM task_seats s JOIN tasks t ON t.project = s.project \
             AND t.id = s.task AND t.is_gold = 0 WHERE s.state = 'assigned' AND s.project = ");
        kept.push_bind(book.project).push(" AND s.queue = ").push_bind(book.queue);
        kept.push(" AND s.user_id = ").push_bind(&user);
        kept.push(" ORDER BY s.task LIMIT ").push_bind(limit);
        let kept = kept.all::<(String,)>(book.flush().await?).await?;
        seats.extend(kept.into_iter().map(|(task,)| (task, user.clone())));
    }
    let more = seats.len() >= GIVEN as usize;
    let even = queue.settings.assignment == Assignment::Even;
    let mut pool = if even { Pool::of_queue(book, queue).await? } else { Pool::default() };
    for (task, user) in seats {
        let task = task.parse().map_err(|e| corrupt("task", e))?;
        let user = user.parse().map_err(|e| corrupt("user", e))?;
        if let Some(seat) = book.seat(task, user).await? {
            vacate(book, Seat { kept: 0, ..seat }).await?;
            if even {
                fill(book, &mut pool, task).await?;
            }
        }
    }
    Ok(more)
}

/// Keeps the free places of a task for people of the pool who have not seen it.
pub(super) async fn fill(
    book: &mut Book<'_>,
    pool: &mut Pool,
    task: vouch_domain::id::TaskId,
) -> Result<()> {
    let before = book.task(task).await?;
    let free = u32::try_from(before.free()).unwrap_or(0);
    if no_keeping(&before).is_some() || free == 0 {
        return Ok(());
    }
    let seats = Seat::of_task(book, &before.id).await?;
    let seen = seats.into_iter().filter(|seat| !seat.is(LEFT)).map(|seat| seat.user_id);
    let seen: Vec<String> = seen.collect();
    let mut after = before.clone();
    for user in pool.take_some(free, &seen) {
        keep_seat(book, &after, &user).await?;
        after.keep_for(&user);
    }
    book.save(&before, after, false).await.map(|_| ())
}
