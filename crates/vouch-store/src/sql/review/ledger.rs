//! Changed rows of one queue's tasks, their seats and their places in the line: kept in memory until
//! they are written together, in a few statements however many they are.

use std::collections::BTreeMap;

use vouch_domain::id::{ProjectId, QueueId};

use super::seat::{self, Seat};
use super::task::{self, TaskRow};
use crate::Result;
use crate::sql::conn::Conn;
use crate::sql::rows::Rows;
use crate::sql::value::Kind;

/// A place in the line: priority, band, turn.
type Place = (i64, i64, i64);

/// Rows that changed and are not written yet.
#[derive(Default)]
pub(super) struct Ledger {
    /// As stored, and as it is to be; by id.
    tasks: BTreeMap<String, (TaskRow, TaskRow)>,
    /// By task and person.
    seats: BTreeMap<(String, String), Seat>,
    left: Vec<Place>,
    joined: BTreeMap<Place, String>,
}

const LINE: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("queue", Kind::Text),
    ("priority", Kind::Int),
    ("band", Kind::Int),
    ("turn", Kind::Int),
    ("task", Kind::Text),
];
const LEAVE: &str = "DELETE FROM task_line WHERE (project, queue, priority, band, turn) \
                     IN (SELECT project, queue, priority, band, turn FROM k)";

impl Ledger {
    /// A task that changed, as it is to be.
    pub(super) fn task(&self, id: &str) -> Option<&TaskRow> {
        self.tasks.get(id).map(|(_, now)| now)
    }

    /// Keeps a task that was `before`.
    pub(super) fn save_task(&mut self, before: &TaskRow, after: &TaskRow) {
        let stored = || (before.clone(), before.clone());
        self.tasks.entry(after.id.clone()).or_insert_with(stored).1 = after.clone();
    }

    /// A seat that changed, as it is to be.
    pub(super) fn seat(&self, task: &str, user: &str) -> Option<&Seat> {
        self.seats.get(&(task.to_owned(), user.to_owned()))
    }

    /// Keeps a seat.
    pub(super) fn save_seat(&mut self, seat: Seat) {
        self.seats.insert((seat.task.clone(), seat.user_id.clone()), seat);
    }

    /// A task leaves its place in the line.
    pub(super) fn leave_line(&mut self, row: &TaskRow) {
        let Some(place) = place(row) else { return };
        if self.joined.remove(&place).is_none() {
            self.left.push(place);
        }
    }

    /// A task gets a place in the line.
    pub(super) fn join_line(&mut self, row: &TaskRow) {
        self.joined.extend(place(row).map(|place| (place, row.id.clone())));
    }

    /// Writes everything.
    pub(super) async fn write(
        self,
        conn: &mut Conn,
        project: ProjectId,
        queue: QueueId,
    ) -> Result<()> {
        task::update_all(conn, project, self.tasks.into_values()).await?;
        seat::save_all(conn, (project, queue), self.seats.into_values()).await?;
        let mut left = Rows::new(&LINE[..5]);
        for (priority, band, turn) in self.left {
            left.push([project.into(), queue.into(), priority.into(), band.into(), turn.into()]);
        }
        left.run(conn, LEAVE).await?;
        let mut joined = Rows::new(LINE);
        for ((priority, band, turn), task) in self.joined {
            let [priority, band, turn] = [priority.into(), band.into(), turn.into()];
            joined.push([project.into(), queue.into(), priority, band, turn, task.into()]);
        }
        joined.insert(conn, "task_line", "").await
    }
}

fn place(row: &TaskRow) -> Option<Place> {
    Some((row.priority, row.band?, row.turn?))
}
