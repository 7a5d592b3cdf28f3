//! A task's row, and the task from it.

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, TaskId};
use vouch_domain::review::{
    CompletedBy, ConflictReason, Consensus, Escalation, Item, Priority, Task, TaskState,
};

use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::rows::{Rows, Script};
use crate::sql::statement::{Sql, sql};
use crate::sql::value::Kind;
use crate::{Result, StoreError};

/// The row in `tasks`, without its tenant.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(super) struct TaskRow {
    pub(super) id: String,
    pub(super) queue: String,
    pub(super) key: String,
    pub(super) log: Option<String>,
    state: String,
    state_at: Option<i64>,
    state_why: Option<String>,
    disputed: i64,
    pub(super) is_gold: i64,
    pub(super) priority: i64,
    pub(super) due_at: Option<i64>,
    pub(super) origin: String,
    pub(super) wanted: i64,
    pub(super) reviews: i64,
    pub(super) leases: i64,
    assignee: Option<String>,
    pub(super) escalated: Option<String>,
    pub(super) band: Option<i64>,
    pub(super) turn: Option<i64>,
    pub(super) created_at: i64,
    pub(super) consensus: Option<String>,
}

/// The columns of a [`TaskRow`], from a table `t`.
pub(super) const COLUMNS: &str = "t.id, t.queue, t.key, t.log, t.state, t.state_at, t.state_why, \
     t.disputed, t.is_gold, t.priority, t.due_at, t.origin, t.wanted, t.reviews, t.leases, \
     t.assignee, t.escalated, t.band, t.turn, t.created_at, t.consensus";

/// As what a task is counted; the columns of `queue_counts` in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Untouched,
    Begun,
    Disputed,
    Complete,
    Cancelled,
    Gold,
}

impl Class {
    /// How many there are.
    pub(super) const ALL: usize = 6;
}

impl TaskRow {
    /// One task.
    pub(super) async fn load(
        conn: &mut Conn,
        project: ProjectId,
        id: TaskId,
    ) -> Result<Option<Self>> {
        let mut select = select();
        select.push(" WHERE t.project = ").push_bind(project);
        select.push(" AND t.id = ").push_bind(id);
        select.one(conn).await
    }

    /// The task's id.
    pub(super) fn task(&self) -> Result<TaskId> {
        self.id.parse().map_err(|e| corrupt("task", e))
    }

    /// Its state.
    pub(super) fn state(&self) -> Result<TaskState> {
        let wrong = || corrupt("task", format!("{} {:?}", self.state, self.state_why));
        let at = Time::from_micros(self.state_at.unwrap_or_default());
        Ok(match (self.state.as_str(), self.state_why.as_deref()) {
            ("open", _) => TaskState::Open,
            ("conflict", Some("differ")) => {
                TaskState::Conflict { at, reason: ConflictReason::Differ }
            }
            ("conflict", Some("second_review")) => {
                TaskState::Conflict { at, reason: ConflictReason::SecondReview }
            }
            ("complete", Some("consensus")) => {
                TaskState::Complete { at, by: CompletedBy::Consensus }
            }
            ("complete", Some("adjudication")) => {
                TaskState::Complete { at, by: CompletedBy::Adjudication }
            }
            ("cancelled", _) => TaskState::Cancelled { at },
            _ => return Err(wrong()),
        })
    }

    /// Gives it another state.
    pub(super) fn set_state(&mut self, state: TaskState) {
        state.as_str().clone_into(&mut self.state);
        let (at, why) = match state {
            TaskState::Open => (None, None),
            TaskState::Conflict { at, reason: ConflictReason::Differ } => {
                (Some(at), Some("differ"))
            }
            TaskState::Conflict { at, reason: ConflictReason::SecondReview } => {
                (Some(at), Some("second_review"))
            }
            TaskState::Complete { at, by: CompletedBy::Consensus } => (Some(at), Some("consensus")),
            TaskState::Complete { at, by: CompletedBy::Adjudication } => {
                (Some(at), Some("adjudication"))
            }
            TaskState::Cancelled { at } => (Some(at), None),
        };
        self.state_at = at.map(Time::micros);
        self.state_why = why.map(str::to_owned);
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == "open"
    }

    pub(super) const fn is_gold(&self) -> bool {
        self.is_gold != 0
    }

    /// For whom places are kept.
    pub(super) fn keepers(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.assignee.iter().flat_map(|users| users.split(','))
    }

    /// Keeps a place for a person as well.
    pub(super) fn keep_for(&mut self, user: &str) {
        let others = self.keepers().filter(|other| *other != user);
        self.assignee = Some(others.chain([user]).collect::<Vec<_>>().join(","));
    }

    /// Keeps no place for a person.
    pub(super) fn keep_no_more(&mut self, user: &str) {
        let others = self.keepers().filter(|other| *other != user).collect::<Vec<_>>().join(",");
        self.assignee = Some(others).filter(|others| !others.is_empty());
    }

    /// How many places are taken or kept.
    pub(super) fn taken(&self) -> i64 {
        let kept = i64::try_from(self.keepers().count()).unwrap_or(i64::MAX);
        self.reviews + self.leases + kept
    }

    /// How many more people it could be given to, leaving out those for whom places are kept.
    pub(super) fn free(&self) -> i64 {
        self.wanted - self.taken()
    }

    /// Whether it can be given to anybody: then it stands in the line.
    pub(super) fn has_place(&self) -> bool {
        self.is_open() && self.escalated.is_none() && !self.is_gold() && self.free() > 0
    }

    /// Whether an open task waits for a person who decides.
    pub(super) fn settle(&mut self) {
        if !self.is_open() {
            self.escalated = None;
        }
        self.disputed = i64::from(self.state == "conflict" || self.escalated.is_some());
    }

    /// When it was decided, where it was.
    pub(super) fn completed_at(&self) -> Option<i64> {
        self.state_at.filter(|_| self.class() == Class::Complete)
    }

    /// As what it is counted.
    pub(super) fn class(&self) -> Class {
        match self.state.as_str() {
            _ if self.is_gold() && self.state != "cancelled" => Class::Gold,
            "complete" => Class::Complete,
            "cancelled" => Class::Cancelled,
            _ if self.disputed != 0 => Class::Disputed,
            _ if self.reviews + self.leases > 0 => Class::Begun,
            _ => Class::Untouched,
        }
    }

    /// How many it was given to, and where it stands in the line.
    fn place(&self) -> impl PartialEq {
        let assignee = self.assignee.clone();
        (self.wanted, self.reviews, self.leases, assignee, self.band, self.turn)
    }

    /// What became of it.
    fn decision(&self) -> impl PartialEq {
        let state = (self.state.clone(), self.state_at, self.state_why.clone());
        (state, self.disputed, self.escalated.clone(), self.consensus.clone())
    }

    /// The task, with what its other table holds.
    pub(super) fn whole(self, item: &ItemRow) -> Result<Task> {
        let wrong = |e| corrupt("task", e);
        let small = |n: i64| u32::try_from(n).unwrap_or(0);
        let priority = usize::try_from(self.priority).ok();
        let priority = priority.and_then(|n| Priority::ALL.get(n)).copied();
        let assignees = self.keepers().map(|id| id.parse().map_err(|e| corrupt("task", e)));
        let assignees = assignees.collect::<Result<Vec<_>>>()?;
        Ok(Task {
            id: self.task()?,
            queue: self.queue.parse().map_err(|e| corrupt("task", e))?,
            state: self.state()?,
            item: item.item()?,
            priority: priority.unwrap_or_default(),
            due_at: self.due_at.map(Time::from_micros),
            origin: serde_json::from_str(&self.origin).map_err(wrong)?,
            suggestion: json(item.suggestion.as_deref())?,
            gold: json(item.gold.as_deref())?,
            wanted: small(self.wanted),
            reviews: small(self.reviews),
            leases: small(self.leases),
            escalated: json::<Escalation>(self.escalated.as_deref())?,
            assignee: assignees.first().copied(),
            assignees,
            created_at: Time::from_micros(self.created_at),
            consensus: json::<Consensus>(self.consensus.as_deref())?,
            key: self.key,
        })
    }
}

const PLACES: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("id", Kind::Text),
    ("wanted", Kind::Int),
    ("reviews", Kind::Int),
    ("leases", Kind::Int),
    ("assignee", Kind::Text),
    ("band", Kind::Int),
    ("turn", Kind::Int),
];
const PLACE: &str = "UPDATE tasks SET wanted = k.wanted, reviews = k.reviews, leases = k.leases, \
     assignee = k.assignee, band = k.band, turn = k.turn FROM k \
     WHERE tasks.project = k.project AND tasks.id = k.id";
const RANKS: &[(&str, Kind)] =
    &[("project", Kind::Text), ("id", Kind::Text), ("priority", Kind::Int), ("due_at", Kind::Int)];
const RANK: &str = "UPDATE tasks SET priority = k.priority, due_at = k.due_at FROM k \
     WHERE tasks.project = k.project AND tasks.id = k.id";
const STATES: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("id", Kind::Text),
    ("state", Kind::Text),
    ("state_at", Kind::Int),
    ("state_why", Kind::Text),
    ("disputed", Kind::Int),
    ("escalated", Kind::Text),
    ("consensus", Kind::Text),
];
const STATE: &str = "UPDATE tasks SET state = k.state, state_at = k.state_at, \
     state_why = k.state_why, disputed = k.disputed, escalated = k.escalated, \
     consensus = k.consensus FROM k WHERE tasks.project = k.project AND tasks.id = k.id";

/// Has written what changed of tasks, each as it was and as it is to be. Columns that an index has are
/// left alone where they did not.
pub(super) fn update_all<'t>(
    conn: &Conn,
    project: ProjectId,
    tasks: impl Iterator<Item = &'t (TaskRow, TaskRow)>,
    script: &mut Script,
) {
    let (mut places, mut states) = (Rows::new(PLACES), Rows::new(STATES));
    let mut ranks = Rows::new(RANKS);
    for (before, task) in tasks {
        if task.place() != before.place() {
            places.push([
                project.into(),
                task.id.as_str().into(),
                task.wanted.into(),
                task.reviews.into(),
                task.leases.into(),
                task.assignee.as_deref().into(),
                task.band.into(),
                task.turn.into(),
            ]);
        }
        if (task.priority, task.due_at) != (before.priority, before.due_at) {
            let rank = [task.priority.into(), task.due_at.into()];
            let [priority, due_at] = rank;
            ranks.push([project.into(), task.id.as_str().into(), priority, due_at]);
        }
        if task.decision() != before.decision() {
            states.push([
                project.into(),
                task.id.as_str().into(),
                task.state.as_str().into(),
                task.state_at.into(),
                task.state_why.as_deref().into(),
                task.disputed.into(),
                task.escalated.as_deref().into(),
                task.consensus.as_deref().into(),
            ]);
        }
    }
    places.later(conn, PLACE, script);
    ranks.later(conn, RANK, script);
    states.later(conn, STATE, script);
}

/// The tasks `t`.
pub(super) fn select() -> Sql {
    let mut select = sql("SELECT ");
    select.push(COLUMNS).push(" FROM tasks t");
    select
}

/// The row in `task_items`.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct ItemRow {
    item: String,
    pub(super) suggestion: Option<String>,
    pub(super) gold: Option<String>,
}

impl ItemRow {
    /// That of a task.
    pub(super) async fn load(conn: &mut Conn, project: ProjectId, task: &str) -> Result<Self> {
        let row = sql("SELECT item, suggestion, gold FROM task_items \
                       WHERE project = $1 AND task = $2");
        let row = row.bind(project).bind(task).one(conn).await?;
        row.ok_or(StoreError::NotFound("task"))
    }

    /// What the task is about.
    pub(super) fn item(&self) -> Result<Item> {
        serde_json::from_str(&self.item).map_err(|e| corrupt("task", e))
    }
}

/// A task with what it is about.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct WholeRow {
    #[sqlx(flatten)]
    pub(super) task: TaskRow,
    #[sqlx(flatten)]
    pub(super) item: ItemRow,
}

impl WholeRow {
    /// Those of these ids, in any order.
    pub(super) async fn load(
        conn: &mut Conn,
        project: ProjectId,
        ids: &[TaskId],
    ) -> Result<Vec<Self>> {
        let mut rows = Rows::new(&PLACES[..2]);
        for id in ids {
            rows.push([project.into(), (*id).into()]);
        }
        let body = format!(
            "SELECT {COLUMNS}, i.item, i.suggestion, i.gold FROM k CROSS JOIN tasks t \
             CROSS JOIN task_items i WHERE t.project = k.project AND t.id = k.id \
             AND i.project = k.project AND i.task = k.id"
        );
        rows.all(conn, &body).await
    }
}

/// What is stored as JSON, where it is.
pub(super) fn json<T: serde::de::DeserializeOwned>(text: Option<&str>) -> Result<Option<T>> {
    text.map(|text| serde_json::from_str(text).map_err(|e| corrupt("task", e))).transpose()
}

/// What is to be stored as JSON.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| corrupt("task", e))
}
