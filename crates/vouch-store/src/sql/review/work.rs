//! Work on a whole queue that is done in steps: open tasks follow a changed overlap, and what is
//! kept for people who are no longer given tasks goes to the others.

use vouch_domain::Time;
use vouch_domain::id::{Entropy, ProjectId, QueueId, ReviewId};
use vouch_domain::review::{Assignment, Queue};

use super::book::Book;
use super::lapse::lapse;
use super::queue::QueueRow;
use super::seat::{LEFT, Seat};
use super::settle::settle;
use super::share::{Pool, fill, give_away};
use super::submit::drawn;
use super::task::{TaskRow, select};
use crate::Result;
use crate::error::corrupt;
use crate::sql::statement::sql;
use crate::sql::tx::{Tx, queue_lock};

/// Open tasks follow the overlap.
pub(super) const OVERLAP: &str = "overlap";
/// What is kept for people who are no longer given tasks goes to the others.
pub(super) const KEPT: &str = "kept";
/// How many tasks are looked at in one transaction.
const TASKS: u32 = 100;

/// Notes that work is to be done, from the beginning.
pub(super) async fn note(
    tx: &mut Tx,
    project: ProjectId,
    queue: QueueId,
    work: &'static str,
    now: Time,
) -> Result<()> {
    sql("INSERT INTO queue_work (project, queue, work, since, reached) \
         VALUES ($1, $2, $3, $4, '') ON CONFLICT (project, queue, work) \
         DO UPDATE SET since = excluded.since, reached = ''")
    .bind(project)
    .bind(queue)
    .bind(work)
    .bind(now)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

/// A person may be given other tasks than before: in all queues it is looked at whether what is
/// kept for them stays theirs.
pub(crate) async fn person_changed(tx: &mut Tx, project: ProjectId, now: Time) -> Result<()> {
    sql("INSERT INTO queue_work (project, queue, work, since, reached) \
         SELECT q.project, q.id, $1, $2, '' FROM queues q \
         WHERE q.project = $3 AND q.archived_at IS NULL \
         ON CONFLICT (project, queue, work) DO UPDATE SET since = excluded.since, reached = ''")
    .bind(KEPT)
    .bind(now)
    .bind(project)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

/// Nothing more is to be done on a queue.
pub(super) async fn forget(tx: &mut Tx, project: ProjectId, queue: QueueId) -> Result<()> {
    let forget = sql("DELETE FROM queue_work WHERE project = $1 AND queue = $2");
    forget.bind(project).bind(queue).run(&mut tx.conn).await.map(|_| ())
}

/// One step of what comes first; says how much was looked at.
pub(super) async fn step(tx: &mut Tx, now: Time) -> Result<u32> {
    let first = sql("SELECT project, queue, work FROM queue_work \
                     ORDER BY project, queue, work LIMIT 1");
    let first = first.one::<(String, String, String)>(&mut tx.conn).await?;
    let Some((project, id, work)) = first else { return Ok(0) };
    let project: ProjectId = project.parse().map_err(|e| corrupt("queue", e))?;
    let id: QueueId = id.parse().map_err(|e| corrupt("queue", e))?;
    tx.lock_all([queue_lock(project, id)].into()).await?;
    // It may have begun anew before the lock was there.
    let reached = sql("SELECT reached FROM queue_work \
                       WHERE project = $1 AND queue = $2 AND work = $3");
    let reached = reached.bind(project).bind(id).bind(&work).one::<(String,)>(&mut tx.conn).await?;
    let queue = QueueRow::any(&mut tx.conn, project, id).await?;
    let (Some((reached,)), Some(queue)) = (reached, queue) else { return Ok(1) };
    let mut book = Book::open(tx, project, id, now);
    let next = match work.as_str() {
        KEPT => give_away(&mut book, &queue).await?.then(String::new),
        _ => follow_some(&mut book, &queue, &reached).await?,
    };
    book.close().await?;
    let progress = match next {
        Some(next) => sql("UPDATE queue_work SET reached = $1 \
                           WHERE project = $2 AND queue = $3 AND work = $4")
        .bind(next),
        None => sql("DELETE FROM queue_work WHERE project = $1 AND queue = $2 AND work = $3"),
    };
    progress.bind(project).bind(id).bind(&work).run(&mut tx.conn).await?;
    Ok(TASKS)
}

/// Has some open tasks follow the overlap; returns how far, unless all do.
async fn follow_some(book: &mut Book<'_>, queue: &Queue, reached: &str) -> Result<Option<String>> {
    while lapse(book).await? {}
    let mut tasks = select();
    tasks.push(" WHERE t.project = ").push_bind(book.project);
    tasks.push(" AND t.queue = ").push_bind(book.queue);
    tasks.push(" AND t.state = 'open' AND t.id > ").push_bind(reached.to_owned());
    tasks.push(" ORDER BY t.id LIMIT ").push_bind(TASKS);
    let tasks = tasks.all::<TaskRow>(book.flush().await?).await?;
    let next = tasks.last().map(|task| task.id.clone());
    let even = queue.settings.assignment == Assignment::Even;
    let mut pool = if even { Pool::of_queue(book, queue).await? } else { Pool::default() };
    for task in tasks.into_iter().filter(|task| !task.is_gold()) {
        follow(book, queue, task, &mut pool).await?;
    }
    Ok(next)
}

/// Has an open task ask for as many reviews as the overlap says at first, but for no fewer than
/// are there and under way.
async fn follow(
    book: &mut Book<'_>,
    queue: &Queue,
    before: TaskRow,
    pool: &mut Pool,
) -> Result<()> {
    let mut after = before.clone();
    let least = before.reviews + before.leases;
    after.wanted = i64::from(queue.settings.overlap.at_first()).max(least).max(1);
    // Those come last for whom it was kept last.
    while after.free() < 0 {
        let Some(user) = after.keepers().next_back().map(str::to_owned) else { break };
        after.keep_no_more(&user);
        let id = user.parse().map_err(|e| corrupt("user", e))?;
        if let Some(mut seat) = book.seat(after.task()?, id).await? {
            seat.set(LEFT);
            book.save_seat(Seat { kept: 0, ..seat });
        }
    }
    let grew = after.wanted > before.wanted;
    // Its place in the line stays: nobody is beyond it who could have had the task.
    let task = book.save(&before, after, false).await?;
    let because = ReviewId::new(book.now, entropy(book.now, &task.id));
    let task = settle(book, queue, task, because).await?;
    if grew && queue.settings.assignment == Assignment::Even {
        fill(book, pool, task.task()?).await?;
    }
    Ok(())
}

fn entropy(now: Time, task: &str) -> Entropy {
    drawn(&[task, "overlap", &now.micros().to_string()])
}
