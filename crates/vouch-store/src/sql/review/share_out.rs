//! Sharing many tasks out at once, some in each transaction.

use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, QueueId, TaskId, UserId};
use vouch_domain::review::{AssignTo, PassedOver, Share, Shared};
use vouch_domain::{Invalid, Time};

use super::book::Book;
use super::decide::queue_of;
use super::lapse::lapse;
use super::line::PARTS;
use super::share::{Pool, keep};
use crate::error::corrupt;
use crate::sql::audit;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::{MAX_ADDED, Result, StoreError, ToAssign};

/// How many tasks are shared out in one transaction.
const STEP: usize = 100;

/// What is left of tasks that are to be shared out.
#[derive(Debug)]
pub(super) enum Rest {
    /// These.
    Tasks(Vec<TaskId>),
    /// So many of the line, after this part and turn; `None` at its end.
    Line { after: Option<(usize, i64)>, limit: u32 },
}

impl Rest {
    /// All that is to be shared out.
    ///
    /// # Errors
    /// `Invalid` at `/tasks` or `/limit`.
    pub(super) fn new(which: ToAssign) -> Result<Self> {
        let (at, count) = match &which {
            ToAssign::Tasks(ids) => ("/tasks", ids.len()),
            ToAssign::Open { limit } => ("/limit", *limit as usize),
        };
        if !(1..=MAX_ADDED).contains(&count) {
            return Err(Invalid::new(at, format!("1 to {MAX_ADDED}"), count).into());
        }
        Ok(match which {
            ToAssign::Tasks(mut ids) => {
                let mut seen = std::collections::HashSet::new();
                ids.retain(|id| seen.insert(*id));
                Self::Tasks(ids)
            }
            ToAssign::Open { limit } => Self::Line { after: Some((0, 0)), limit },
        })
    }

    /// What comes next.
    pub(super) fn next(&mut self) -> Option<ToShare> {
        match self {
            Self::Tasks(ids) if ids.is_empty() => None,
            Self::Tasks(ids) => Some(ToShare::Tasks(ids.drain(..ids.len().min(STEP)).collect())),
            Self::Line { limit: 0, .. } => None,
            Self::Line { after, limit } => {
                let most = u32::try_from(STEP).unwrap_or(u32::MAX);
                Some(ToShare::Line { after: (*after)?, limit: (*limit).min(most) })
            }
        }
    }

    /// Notes how far in the line one came.
    pub(super) fn came_to(&mut self, reached: Option<(usize, i64)>, shared: &Shared) {
        if let Self::Line { after, limit } = self {
            *after = reached;
            let passed = u32::try_from(shared.passed.len()).unwrap_or(u32::MAX);
            *limit = limit.saturating_sub(shared.assigned.saturating_add(passed));
        }
    }

    /// Whether there may be more in the line.
    pub(super) const fn is_left(&self) -> bool {
        matches!(self, Self::Line { after: Some(_), .. })
    }
}

/// Adds up what came of sharing.
pub(super) fn add(all: &mut Shared, more: Shared) {
    all.assigned += more.assigned;
    all.passed.extend(more.passed);
    for share in more.people {
        match all.people.iter_mut().find(|other| other.user == share.user) {
            Some(other) => other.tasks += share.tasks,
            None => all.people.push(share),
        }
    }
}

/// Which tasks are shared out in one transaction.
#[derive(Debug, Clone)]
pub(super) enum ToShare {
    /// These.
    Tasks(Vec<TaskId>),
    /// So many of the line that are kept for nobody, after this part and turn.
    Line { after: (usize, i64), limit: u32 },
}

/// What [`share_out`] needs; the audit entry of the first transaction.
pub(super) type ShareSome = (ProjectId, QueueId, ToShare, AssignTo, Option<NewAudit>, Time);

/// Shares some tasks out; says how far in the line, where there may be more.
pub(super) async fn share_out(
    (project, queue, some, to, entry, now): &ShareSome,
    tx: &mut Tx,
) -> Result<(Shared, Option<(usize, i64)>)> {
    if let Some(entry) = entry {
        audit::append(tx, entry).await?;
    }
    let queue = queue_of(tx, *project, *queue).await?;
    let mut book = Book::open(tx, *project, queue.id, *now);
    lapse(&mut book).await?;
    let mut pool = Pool::of(&mut book, &queue, to).await?;
    let mut shared = Shared::default();
    let (ids, reached) = match some {
        ToShare::Tasks(ids) => (ids.clone(), None),
        ToShare::Line { after, limit } => in_line(&mut book, *after, *limit).await?,
    };
    for id in ids {
        let kept = match book.task(id).await {
            Err(StoreError::NotFound(_)) => Err("there is no such task in the queue"),
            task => keep(&mut book, &mut pool, &task?).await?,
        };
        match kept {
            Err(why) => shared.passed.push(PassedOver { task: id, why: why.to_owned() }),
            Ok(people) => {
                shared.assigned += 1;
                for user in people {
                    count(&mut shared.people, user.parse().map_err(|e| corrupt("user", e))?);
                }
            }
        }
    }
    book.close().await?;
    Ok((shared, reached))
}

fn count(people: &mut Vec<Share>, user: UserId) {
    match people.iter_mut().find(|share| share.user == user) {
        Some(share) => share.tasks += 1,
        None => people.push(Share { user, tasks: 1 }),
    }
}

/// Tasks of the line that are kept for nobody.
async fn in_line(
    book: &mut Book<'_>,
    (first, turn): (usize, i64),
    limit: u32,
) -> Result<(Vec<TaskId>, Option<(usize, i64)>)> {
    let mut ids = Vec::new();
    let mut after = turn;
    for (n, (priority, band)) in PARTS.iter().enumerate().skip(first) {
        let missing = limit.saturating_sub(u32::try_from(ids.len()).unwrap_or(limit));
        let mut places = sql("SELECT l.turn, l.task FROM task_line l JOIN tasks t \
             ON t.project = l.project AND t.id = l.task AND t.assignee IS NULL \
             WHERE l.project = ");
        places.push_bind(book.project).push(" AND l.queue = ").push_bind(book.queue);
        places.push(" AND l.priority = ").push_bind(*priority);
        places.push(" AND l.band = ").push_bind(*band);
        places.push(" AND l.turn > ").push_bind(after);
        places.push(" ORDER BY l.turn LIMIT ").push_bind(missing);
        let places = places.all::<(i64, String)>(book.flush().await?).await?;
        let last = places.last().map(|(turn, _)| *turn);
        for (_, task) in places {
            ids.push(task.parse().map_err(|e| corrupt("task", e))?);
        }
        if let Some(last) = last
            && ids.len() >= limit as usize
        {
            return Ok((ids, Some((n, last))));
        }
        after = 0;
    }
    Ok((ids, None))
}
