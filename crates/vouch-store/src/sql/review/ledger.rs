//! Changed rows of one queue's tasks, their seats and their places in the line: kept in memory until
//! they are written together, in a few statements however many they are.

use std::collections::BTreeMap;

use vouch_domain::id::{ProjectId, QueueId, UserId};

use super::record;
use super::seat::{self, Seat};
use super::task::{self, TaskRow};
use crate::Result;
use crate::sql::conn::Conn;
use crate::sql::rows::{Rows, Script};
use crate::sql::value::Kind;

/// A place in the line: priority, band, turn.
type Place = (i64, i64, i64);

/// Rows that changed and are not written yet.
pub(super) struct Ledger {
    /// As stored, and as it is to be; by id.
    tasks: BTreeMap<String, (TaskRow, TaskRow)>,
    /// By task and person.
    seats: BTreeMap<(String, String), Seat>,
    /// What was written already: who read a row before need not read it again.
    written_tasks: BTreeMap<String, TaskRow>,
    written_seats: BTreeMap<(String, String), Seat>,
    left: Vec<Place>,
    joined: BTreeMap<Place, String>,
    /// New reviews.
    pub(super) reviews: Rows,
    /// Whether reviews agree with what was decided; null where nothing is.
    marks: BTreeMap<String, Option<bool>>,
    /// How far reviewers came: by person, priority and band.
    reaches: BTreeMap<(UserId, i64, i64), i64>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            tasks: BTreeMap::new(),
            seats: BTreeMap::new(),
            written_tasks: BTreeMap::new(),
            written_seats: BTreeMap::new(),
            left: Vec::new(),
            joined: BTreeMap::new(),
            reviews: Rows::new(record::ROWS),
            marks: BTreeMap::new(),
            reaches: BTreeMap::new(),
        }
    }
}

const MARKS: &[(&str, Kind)] =
    &[("project", Kind::Text), ("id", Kind::Text), ("agreed", Kind::Int)];
const MARK: &str = "UPDATE reviews SET agreed = k.agreed FROM k \
                    WHERE reviews.project = k.project AND reviews.id = k.id";
const REACHES: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("queue", Kind::Text),
    ("user_id", Kind::Text),
    ("priority", Kind::Int),
    ("band", Kind::Int),
    ("turn", Kind::Int),
];
const KEEP_REACH: &str = "ON CONFLICT (project, queue, user_id, priority, band) \
                          DO UPDATE SET turn = excluded.turn";

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
        self.tasks.get(id).map(|(_, now)| now).or_else(|| self.written_tasks.get(id))
    }

    /// Keeps a task that was `before`.
    pub(super) fn save_task(&mut self, before: &TaskRow, after: &TaskRow) {
        let stored = || (before.clone(), before.clone());
        self.tasks.entry(after.id.clone()).or_insert_with(stored).1 = after.clone();
    }

    /// A seat that changed, as it is to be.
    pub(super) fn seat(&self, task: &str, user: &str) -> Option<&Seat> {
        let key = (task.to_owned(), user.to_owned());
        self.seats.get(&key).or_else(|| self.written_seats.get(&key))
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

    /// Notes whether a review agrees with what was decided; `None` where nothing is.
    pub(super) fn mark(&mut self, review: &str, agreed: Option<bool>) {
        self.marks.insert(review.to_owned(), agreed);
    }

    /// Keeps how far a reviewer came in a part of the line.
    pub(super) fn reach(&mut self, user: UserId, (priority, band): (i64, i64), turn: i64) {
        self.reaches.insert((user, priority, band), turn);
    }

    /// Writes everything.
    pub(super) async fn write(
        &mut self,
        conn: &mut Conn,
        project: ProjectId,
        queue: QueueId,
    ) -> Result<()> {
        let mut script = Script::default();
        let reviews = std::mem::replace(&mut self.reviews, Rows::new(record::ROWS));
        reviews.insert_later(conn, ("reviews", ""), &mut script);
        let tasks = std::mem::take(&mut self.tasks);
        task::update_all(conn, project, tasks.values(), &mut script);
        let seats = std::mem::take(&mut self.seats);
        seat::save_all(conn, (project, queue), seats.values(), &mut script);
        let mut left = Rows::new(&LINE[..5]);
        for (priority, band, turn) in std::mem::take(&mut self.left) {
            left.push([project.into(), queue.into(), priority.into(), band.into(), turn.into()]);
        }
        left.later(conn, LEAVE, &mut script);
        let mut joined = Rows::new(LINE);
        for ((priority, band, turn), task) in std::mem::take(&mut self.joined) {
            let [priority, band, turn] = [priority.into(), band.into(), turn.into()];
            joined.push([project.into(), queue.into(), priority, band, turn, task.into()]);
        }
        joined.insert_later(conn, ("task_line", ""), &mut script);
        let mut reaches = Rows::new(REACHES);
        for ((user, priority, band), turn) in std::mem::take(&mut self.reaches) {
            let [priority, band, turn] = [priority.into(), band.into(), turn.into()];
            reaches.push([project.into(), queue.into(), user.into(), priority, band, turn]);
        }
        reaches.insert_later(conn, ("queue_reaches", KEEP_REACH), &mut script);
        let mut marks = Rows::new(MARKS);
        for (review, agreed) in std::mem::take(&mut self.marks) {
            marks.push([project.into(), review.into(), agreed.map(i64::from).into()]);
        }
        marks.later(conn, MARK, &mut script);
        self.written_tasks.extend(tasks.into_iter().map(|(id, (_, now))| (id, now)));
        self.written_seats.extend(seats);
        script.run(conn).await
    }
}

fn place(row: &TaskRow) -> Option<Place> {
    Some((row.priority, row.band?, row.turn?))
}
