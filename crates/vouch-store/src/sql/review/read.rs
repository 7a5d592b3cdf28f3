//! Reading tasks and reviews.

use vouch_domain::id::{Entropy, LogId, ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{Review, Task};
use vouch_domain::{Cursor, Invalid, Page, Time};

use super::record::{self, ReviewRow};
use super::task::{ItemRow, TaskRow, select};
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::statement::{Sql, sql};
use crate::{Disputed, Result, ReviewMark, StoreError, TaskQuery, Work};

/// The most tasks and reviews of one page.
const MOST: u32 = 200;

/// One task.
pub(super) async fn task(conn: &mut Conn, project: ProjectId, id: TaskId) -> Result<Option<Task>> {
    let Some(row) = TaskRow::load(conn, project, id).await? else { return Ok(None) };
    whole(conn, project, row).await.map(Some)
}

/// The queue of a task; it never changes.
pub(super) async fn queue_of(conn: &mut Conn, project: ProjectId, id: TaskId) -> Result<QueueId> {
    let queue = sql("SELECT queue FROM tasks WHERE project = $1 AND id = $2");
    let queue = queue.bind(project).bind(id).one::<(String,)>(conn).await?;
    let (queue,) = queue.ok_or(StoreError::NotFound("task"))?;
    queue.parse().map_err(|e| corrupt("task", e))
}

/// The queue and the task of a review; they never change.
pub(super) async fn place_of(
    conn: &mut Conn,
    project: ProjectId,
    id: ReviewId,
) -> Result<(ProjectId, QueueId, TaskId, ReviewId)> {
    let row = ReviewRow::load(conn, project, id).await?.ok_or(StoreError::NotFound("review"))?;
    let queue = row.queue.parse().map_err(|e| corrupt("review", e))?;
    let task = row.task.parse().map_err(|e| corrupt("review", e))?;
    Ok((project, queue, task, id))
}

/// The tasks with these ids that are there.
pub(super) async fn tasks_by_id(
    conn: &mut Conn,
    project: ProjectId,
    ids: &[TaskId],
) -> Result<Vec<Task>> {
    let mut tasks = Vec::with_capacity(ids.len());
    for id in ids {
        tasks.extend(task(conn, project, *id).await?);
    }
    Ok(tasks)
}

pub(super) async fn whole(conn: &mut Conn, project: ProjectId, row: TaskRow) -> Result<Task> {
    let items = ItemRow::load(conn, project, &row.id).await?;
    row.whole(&items)
}

async fn all(conn: &mut Conn, project: ProjectId, query: Sql) -> Result<Vec<Task>> {
    let mut tasks = Vec::new();
    for row in query.all::<TaskRow>(conn).await? {
        tasks.push(whole(conn, project, row).await?);
    }
    Ok(tasks)
}

fn read_cursor(cursor: Option<&Cursor>) -> Result<Option<TaskId>> {
    let read = |Cursor(text): &Cursor| {
        text.parse().map_err(|_| Invalid::new("/cursor", "a cursor of this list", text))
    };
    Ok(cursor.map(read).transpose()?)
}

/// A page of tasks, newest first.
pub(super) async fn tasks(conn: &mut Conn, query: &TaskQuery) -> Result<Page<Task>> {
    let limit = query.limit.clamp(1, MOST);
    let mut tasks = select();
    if let Some(user) = query.reviewed_by {
        // Their seats lead, in the order of tasks.
        tasks = sql("SELECT ");
        tasks.push(super::task::COLUMNS);
        tasks.push(" FROM task_seats s CROSS JOIN tasks t WHERE s.project = ");
        tasks.push_bind(query.project).push(" AND s.queue = ").push_bind(query.queue);
        tasks.push(" AND s.user_id = ").push_bind(user).push(" AND s.state = 'reviewed'");
        tasks.push(" AND t.project = ").push_bind(query.project).push(" AND t.id = s.task");
    } else {
        tasks.push(" WHERE t.project = ").push_bind(query.project);
        tasks.push(" AND t.queue = ").push_bind(query.queue);
    }
    match query.state.as_deref() {
        None => {}
        Some("disputed") => {
            tasks.push(" AND t.disputed = 1");
        }
        Some("gold") => {
            tasks.push(" AND t.is_gold = 1 AND t.id IN (SELECT g.task FROM gold_line g ");
            tasks.push("WHERE g.project = ").push_bind(query.project);
            tasks.push(" AND g.queue = ").push_bind(query.queue).push(")");
        }
        Some(state @ ("open" | "conflict" | "complete" | "cancelled")) => {
            tasks.push(" AND t.state = ").push_bind(state);
        }
        Some(other) => {
            let expected = "open, conflict, complete, cancelled, disputed or gold";
            return Err(Invalid::new("/state", expected, other).into());
        }
    }
    let key = if query.reviewed_by.is_some() { "s.task" } else { "t.id" };
    if let Some(after) = read_cursor(query.cursor.as_ref())? {
        tasks.push(" AND ").push(key).push(" < ").push_bind(after);
    }
    tasks.push(" ORDER BY ").push(key).push(" DESC LIMIT ").push_bind(limit + 1);
    let tasks = all(conn, query.project, tasks).await?;
    Ok(Page::from_rows(tasks, limit as usize, |task| task.id.to_string()))
}

/// A page of tasks that a person has to decide, oldest first.
pub(super) async fn disputes(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    cursor: Option<&Cursor>,
    limit: u32,
) -> Result<Page<Disputed>> {
    let limit = limit.clamp(1, MOST);
    let mut tasks = select();
    tasks.push(" WHERE t.project = ").push_bind(project);
    // A literal, so that the partial index fits.
    tasks.push(" AND t.queue = ").push_bind(queue).push(" AND t.disputed = 1");
    if let Some(after) = read_cursor(cursor)? {
        tasks.push(" AND t.id > ").push_bind(after);
    }
    tasks.push(" ORDER BY t.id LIMIT ").push_bind(limit + 1);
    let mut disputes = Vec::new();
    for task in all(conn, project, tasks).await? {
        let reviews = ReviewRow::of_task(conn, project, &task.id.to_string(), true).await?;
        let reviews = reviews.into_iter().map(ReviewRow::review).collect::<Result<_>>()?;
        disputes.push(Disputed { task, reviews });
    }
    Ok(Page::from_rows(disputes, limit as usize, |disputed| disputed.task.id.to_string()))
}

/// The tasks about a log.
pub(super) async fn of_log(conn: &mut Conn, project: ProjectId, log: LogId) -> Result<Vec<Task>> {
    let mut tasks = select();
    tasks.push(" WHERE t.project = ").push_bind(project).push(" AND t.log = ").push_bind(log);
    tasks.push(" ORDER BY t.id LIMIT ").push_bind(MOST);
    all(conn, project, tasks).await
}

/// All reviews of a task, oldest first.
pub(super) async fn reviews_of_task(
    conn: &mut Conn,
    project: ProjectId,
    task: TaskId,
) -> Result<Vec<Review>> {
    let rows = ReviewRow::of_task(conn, project, &task.to_string(), false).await?;
    rows.into_iter().map(ReviewRow::review).collect()
}

/// A person's last reviews that count, newest first.
pub(super) async fn reviews_by(
    conn: &mut Conn,
    project: ProjectId,
    user: UserId,
    limit: u32,
) -> Result<Vec<Review>> {
    let mut reviews = record::select(project);
    reviews.push(" AND r.user_id = ").push_bind(user).push(" AND r.state = 'counts'");
    reviews.push(" ORDER BY r.id DESC LIMIT ").push_bind(limit.clamp(1, MOST));
    reviews.all::<ReviewRow>(conn).await?.into_iter().map(ReviewRow::review).collect()
}

/// Reviews of a queue in the order in which they came.
pub(super) async fn reviews_after(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    after: Option<ReviewId>,
    limit: u32,
) -> Result<Vec<Review>> {
    let mut reviews = record::select(project);
    reviews.push(" AND r.queue = ").push_bind(queue);
    if let Some(after) = after {
        reviews.push(" AND r.id > ").push_bind(after);
    }
    reviews.push(" ORDER BY r.id LIMIT ").push_bind(limit.clamp(1, 10_000));
    reviews.all::<ReviewRow>(conn).await?.into_iter().map(ReviewRow::review).collect()
}

/// Reviews of a queue, newest first.
pub(super) async fn reviews_before(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    before: Option<ReviewId>,
    limit: u32,
) -> Result<Vec<Review>> {
    let mut reviews = record::select(project);
    reviews.push(" AND r.queue = ").push_bind(queue);
    if let Some(before) = before {
        reviews.push(" AND r.id < ").push_bind(before);
    }
    reviews.push(" ORDER BY r.id DESC LIMIT ").push_bind(limit.clamp(1, 10_000));
    reviews.all::<ReviewRow>(conn).await?.into_iter().map(ReviewRow::review).collect()
}

/// Reviews of a queue in the order in which they came or ended, after a mark.
pub(super) async fn reviews_changed(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    after: Option<ReviewMark>,
    limit: u32,
) -> Result<Vec<(ReviewMark, Review)>> {
    let mut reviews = record::select(project);
    reviews.push(" AND r.queue = ").push_bind(queue);
    if let Some(ReviewMark { change, review }) = after {
        reviews.push(" AND (r.change, r.id) > (").push_bind(change).push(", ");
        reviews.push_bind(review).push(")");
    }
    reviews.push(" ORDER BY r.change, r.id LIMIT ").push_bind(limit.clamp(1, 10_000));
    let rows = reviews.all::<ReviewRow>(conn).await?;
    let marked = |row: ReviewRow| {
        let change = row.change;
        let review = row.review()?;
        Ok((ReviewMark { change, review: review.id }, review))
    };
    rows.into_iter().map(marked).collect()
}

/// A person's last reviews in a queue, newest first, with whether they agree with what was decided.
pub(super) async fn work_of(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    (user, since): (UserId, Time),
    limit: u32,
) -> Result<Vec<Work>> {
    let work = sql("SELECT r.created_at, r.active_ms, r.gold_right, r.agreed FROM reviews r \
         WHERE r.project = $1 AND r.user_id = $2 AND r.id >= $3 AND r.queue = $4 \
         AND r.state = 'counts' ORDER BY r.id DESC LIMIT $5");
    let first = ReviewId::new(since, Entropy::default());
    let work = work.bind(project).bind(user).bind(first).bind(queue).bind(limit);
    let rows = work.all::<(i64, i64, Option<i64>, Option<i64>)>(conn).await?;
    let work = |(at, active_ms, gold_right, agreed): (i64, i64, Option<i64>, Option<i64>)| Work {
        at: Time::from_micros(at),
        active_ms: u64::try_from(active_ms).unwrap_or(0),
        gold_right: gold_right.map(|n| n != 0),
        agreed: agreed.map(|n| n != 0),
    };
    Ok(rows.into_iter().map(work).collect())
}
