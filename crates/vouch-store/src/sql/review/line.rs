//! The line: tasks with free places, by priority, what came back before what is new, and in the
//! order of turns.
//!
//! A reviewer's *reach* in a part of the line is the turn up to which nothing is left for them. It
//! only grows, and so do turns: what they may have again has gone to the end. So looking for the
//! next task never looks at one again that a person is through with, however many these are.

use std::collections::BTreeMap;

use vouch_domain::id::{TaskId, UserId};

use super::book::{Book, FRESH, RETURNED};
use super::seat::LEFT;
use crate::Result;
use crate::error::corrupt;
use crate::sql::statement::{Sql, sql};

/// The parts of the line in the order in which they are looked at.
pub(super) const PARTS: [(i64, i64); 8] = [
    (3, RETURNED),
    (3, FRESH),
    (2, RETURNED),
    (2, FRESH),
    (1, RETURNED),
    (1, FRESH),
    (0, RETURNED),
    (0, FRESH),
];
/// So many places more than are wanted are looked at first in each part: mostly these are enough.
const MORE: u32 = 3;
/// At most so many places are looked at in each part at once.
const LOOK: u32 = 64;
/// How often it is looked on, where a reviewer can have nothing of what they saw.
const LOOKS: u32 = 32;

/// A reviewer's way along the line.
pub(super) struct Walk {
    user: UserId,
    reaches: BTreeMap<(i64, i64), i64>,
    moved: BTreeMap<(i64, i64), i64>,
}

#[derive(sqlx::FromRow)]
struct Place {
    priority: i64,
    band: i64,
    turn: i64,
    task: String,
    seat: Option<String>,
}

/// A task for the reviewer.
pub(super) struct Found {
    pub(super) task: TaskId,
    /// Whether they had it before.
    pub(super) had: bool,
}

impl Walk {
    /// From where the reviewer left off.
    pub(super) async fn begin(book: &mut Book<'_>, user: UserId) -> Result<Self> {
        let reaches = sql("SELECT priority, band, turn FROM queue_reaches \
                           WHERE project = $1 AND queue = $2 AND user_id = $3");
        let reaches = reaches.bind(book.project).bind(book.queue).bind(user);
        let reaches = reaches.all::<(i64, i64, i64)>(book.flush().await?).await?;
        let reaches = reaches.into_iter().map(|(p, band, turn)| ((p, band), turn)).collect();
        Ok(Self { user, reaches, moved: BTreeMap::new() })
    }

    /// The next tasks for the reviewer, at most so many, and whether there are more. The reach
    /// goes beyond them: they are to be leased, or the walk is not to be kept.
    pub(super) async fn next(
        &mut self,
        book: &mut Book<'_>,
        count: usize,
    ) -> Result<(Vec<Found>, bool)> {
        let mut found = Vec::new();
        let first = u32::try_from(count).unwrap_or(LOOK).saturating_add(MORE).min(LOOK);
        for n in 0..LOOKS {
            let limit = if n == 0 { first } else { LOOK };
            let mut places = self.look(book, limit).all::<Place>(book.flush().await?).await?;
            places.sort_by_key(|place| (-place.priority, place.band, place.turn));
            let mut per_part: BTreeMap<(i64, i64), u32> = BTreeMap::new();
            let mut truncated = false;
            for place in places {
                let part = (place.priority, place.band);
                let seen = per_part.entry(part).or_default();
                *seen += 1;
                truncated |= *seen >= limit;
                let is_free = place.seat.as_deref().is_none_or(|state| state == LEFT);
                if is_free && found.len() >= count {
                    return Ok((found, true));
                }
                self.reaches.insert(part, place.turn);
                self.moved.insert(part, place.turn);
                if is_free {
                    let task = place.task.parse().map_err(|e| corrupt("task", e))?;
                    found.push(Found { task, had: place.seat.is_some() });
                }
                // What lies behind the end of this part comes before the next part.
                if *seen >= limit {
                    break;
                }
            }
            if !truncated {
                return Ok((found, false));
            }
        }
        Ok((found, true))
    }

    /// The first places in each part beyond the reach, with the reviewer's seats.
    fn look(&self, book: &Book<'_>, limit: u32) -> Sql {
        let mut look = sql("");
        for (n, (priority, band)) in PARTS.into_iter().enumerate() {
            look.push(if n > 0 { " UNION ALL " } else { "" });
            look.push(
                "SELECT * FROM (SELECT l.priority, l.band, l.turn, l.task, s.state AS seat \
                 FROM task_line l LEFT JOIN task_seats s ON s.project = l.project \
                 AND s.task = l.task AND s.user_id = ",
            );
            look.push_bind(self.user).push(" WHERE l.project = ").push_bind(book.project);
            look.push(" AND l.queue = ").push_bind(book.queue);
            look.push(" AND l.priority = ").push_bind(priority);
            look.push(" AND l.band = ").push_bind(band);
            let reach = self.reaches.get(&(priority, band)).copied().unwrap_or(0);
            look.push(" AND l.turn > ").push_bind(reach);
            look.push(" ORDER BY l.turn LIMIT ").push_bind(limit).push(") x");
        }
        look
    }

    /// Keeps how far the reviewer came.
    pub(super) fn keep(self, book: &mut Book<'_>) {
        for (part, turn) in self.moved {
            book.ledger.reach(self.user, part, turn);
        }
    }
}
