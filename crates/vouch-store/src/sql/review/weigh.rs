//! Deciding tasks by a method that weighs reviewers by all they did in a queue. What it finds is
//! computed outside, from all reviews up to a change of the queue; here it is applied to tasks whose
//! reviews are still those.

use std::collections::BTreeMap;

use vouch_domain::id::{ProjectId, QueueId, ReviewId, TaskId};
use vouch_domain::review::{
    Answers, CompletedBy, Consensus, Found, Queue, QueueSettings, TaskState, Verdict, conclude_with,
};

use super::book::Book;
use super::queue::QueueRow;
use super::record::ReviewRow;
use super::settle::{finish, settle, tell, untell};
use super::submit::drawn;
use super::task::{TaskRow, json, to_json};
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::{Result, StoreError, Weighing};

/// Notes a task whose reviews are in.
pub(super) async fn note(book: &mut Book<'_>, task: &TaskRow) -> Result<()> {
    sql("INSERT INTO weigh_todo (project, queue, task) VALUES ($1, $2, $3) \
         ON CONFLICT (project, queue, task) DO NOTHING")
    .bind(book.project)
    .bind(book.queue)
    .bind(&task.id)
    .run(&mut book.tx.conn)
    .await
    .map(|_| ())
}

/// Notes whether a queue is weighed; from the start, where what decides it changed.
pub(super) async fn note_queue(
    tx: &mut Tx,
    (project, queue): (ProjectId, QueueId),
    old: Option<&QueueSettings>,
    new: &QueueSettings,
) -> Result<()> {
    let same = old.is_some_and(|old| {
        old.consensus == new.consensus && old.accept == new.accept && old.rubric == new.rubric
    });
    if same {
        return Ok(());
    }
    let note = if new.is_weighed() {
        sql("INSERT INTO weighed_queues (project, queue, change) VALUES ($1, $2, -1) \
             ON CONFLICT (project, queue) DO UPDATE SET change = -1")
    } else {
        sql("DELETE FROM weighed_queues WHERE project = $1 AND queue = $2")
    };
    note.bind(project).bind(queue).run(&mut tx.conn).await.map(|_| ())
}

/// The queues with tasks that wait, or with reviews that came or ended since they were weighed.
pub(super) async fn queues(conn: &mut Conn) -> Result<Vec<(ProjectId, QueueId)>> {
    let queues = sql("SELECT w.project, w.queue FROM weighed_queues w JOIN queue_counts c \
         ON c.project = w.project AND c.queue = w.queue WHERE c.change > w.change \
         UNION SELECT DISTINCT t.project, t.queue FROM weigh_todo t ORDER BY 1, 2");
    let read = |(project, queue): (String, String)| {
        let project = project.parse().map_err(|e| corrupt("queue", e))?;
        Ok((project, queue.parse().map_err(|e| corrupt("queue", e))?))
    };
    queues.all::<(String, String)>(conn).await?.into_iter().map(read).collect()
}

/// The tasks of a queue that wait, in the order of their ids.
pub(super) async fn waiting(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    limit: u32,
) -> Result<Vec<TaskId>> {
    let tasks = sql("SELECT task FROM weigh_todo WHERE project = $1 AND queue = $2 \
                     ORDER BY task LIMIT $3");
    let tasks = tasks.bind(project).bind(queue).bind(limit).all::<(String,)>(conn).await?;
    tasks.into_iter().map(|(id,)| id.parse().map_err(|e| corrupt("task", e))).collect()
}

/// A page of the tasks that completed themselves, with what they came to, in the order of their
/// ids.
pub(super) async fn completed(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    after: Option<TaskId>,
    limit: u32,
) -> Result<Vec<(TaskId, Answers)>> {
    let mut tasks = sql("SELECT t.id, t.consensus FROM tasks t WHERE t.project = ");
    tasks.push_bind(project).push(" AND t.queue = ").push_bind(queue);
    tasks.push(" AND t.state = 'complete' AND t.state_why = 'consensus'");
    if let Some(after) = after {
        tasks.push(" AND t.id > ").push_bind(after);
    }
    tasks.push(" ORDER BY t.id LIMIT ").push_bind(limit.clamp(1, 10_000));
    let read = |(id, consensus): (String, Option<String>)| {
        let consensus = json::<Consensus>(consensus.as_deref())?.unwrap_or_default();
        Ok((id.parse().map_err(|e| corrupt("task", e))?, consensus.answers))
    };
    tasks.all::<(String, Option<String>)>(conn).await?.into_iter().map(read).collect()
}

/// Applies what was found; says how many tasks it changed.
pub(super) async fn weigh(weighing: &Weighing, tx: &mut Tx) -> Result<u32> {
    let (project, queue) = (weighing.project, weighing.queue);
    let queue = QueueRow::any(&mut tx.conn, project, queue).await?;
    let queue = queue.ok_or(StoreError::NotFound("queue"))?;
    if weighing.rule != (queue.settings.consensus, queue.rubric_version) {
        return Ok(0);
    }
    let mut book = Book::open(tx, project, queue.id, weighing.now);
    let mut changed = 0;
    for (task, found) in &weighing.tasks {
        changed += u32::from(weigh_task(&mut book, &queue, weighing, *task, found).await?);
    }
    book.close().await?;
    if weighing.is_last && queue.settings.is_weighed() {
        // Only forwards: another node may have gone further.
        let done = sql("INSERT INTO weighed_queues (project, queue, change) VALUES ($1, $2, $3) \
             ON CONFLICT (project, queue) DO UPDATE SET change = excluded.change \
             WHERE weighed_queues.change < excluded.change");
        let done = done.bind(project).bind(queue.id).bind(weighing.upto);
        done.run(&mut tx.conn).await?;
    }
    Ok(changed)
}

async fn forget(book: &mut Book<'_>, task: TaskId) -> Result<()> {
    let forget = sql("DELETE FROM weigh_todo WHERE project = $1 AND queue = $2 AND task = $3");
    let forget = forget.bind(book.project).bind(book.queue).bind(task);
    forget.run(&mut book.tx.conn).await.map(|_| ())
}

async fn weigh_task(
    book: &mut Book<'_>,
    queue: &Queue,
    weighing: &Weighing,
    id: TaskId,
    found: &BTreeMap<String, Found>,
) -> Result<bool> {
    let task = match book.task(id).await {
        Err(StoreError::NotFound(_)) => return forget(book, id).await.map(|()| false),
        other => other?,
    };
    let reviews = book.counting(&task.id).await?;
    if queue.settings.is_weighed() && reviews.iter().any(|review| review.change > weighing.upto) {
        // What was found does not know all of them: the next round does.
        return Ok(false);
    }
    forget(book, id).await?;
    let named = [task.id.clone(), format!("weighed {}", weighing.upto)];
    let because = ReviewId::new(book.now, drawn(&[&named[0], &named[1]]));
    let enough = task.reviews >= task.wanted && task.reviews > 0;
    match task.state()? {
        TaskState::Open if task.is_gold() || task.escalated.is_some() || !enough => Ok(false),
        // The queue decides in another way by now.
        TaskState::Open if !queue.settings.is_weighed() => {
            settle(book, queue, task, because).await.map(|_| true)
        }
        TaskState::Open => {
            finish(book, queue, (task, &reviews), found, because).await.map(|_| true)
        }
        TaskState::Complete { by: CompletedBy::Consensus, .. } if queue.settings.is_weighed() => {
            decide_again(book, queue, (task, &reviews), found, because).await
        }
        _ => Ok(false),
    }
}

/// A task that completed itself follows what the method says now. Where that is a tie, it keeps
/// what it has.
async fn decide_again(
    book: &mut Book<'_>,
    queue: &Queue,
    (task, reviews): (TaskRow, &[ReviewRow]),
    found: &BTreeMap<String, Found>,
    because: ReviewId,
) -> Result<bool> {
    let answers = reviews.iter().map(ReviewRow::answers).collect::<Result<Vec<_>>>()?;
    let given: Vec<&Answers> = answers.iter().collect();
    let (mut consensus, verdict) = conclude_with(&queue.settings, &given, found);
    let before = json::<Consensus>(task.consensus.as_deref())?.unwrap_or_default();
    if verdict != Verdict::Complete || consensus.answers == before.answers {
        return Ok(false);
    }
    consensus.saved = before.saved;
    untell(book, queue, &task).await?;
    tell(book, queue, (&task, reviews), &consensus, because).await?;
    let mut after = task.clone();
    after.consensus = Some(to_json(&consensus)?);
    book.save(&task, after, false).await.map(|_| true)
}
