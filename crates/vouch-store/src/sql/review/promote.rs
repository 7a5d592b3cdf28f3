//! Promotion: a decided task gets a gold twin, with what its reviewers said as the right answers.
//! The task itself stays as it is, with its reviews and its statistics; who had to do with it is
//! not given the twin.

use std::collections::HashMap;

use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::{
    Answers, Consensus, GoldAnswers, NewTask, PassedOver, Promoted, Promotion, Queue, Task,
    TaskOrigin, TaskState, is_unanimous, right_answers,
};

use super::add::{add_to, check_some, shape};
use super::book::Book;
use super::decide::{cancel_row, queue_of, whole};
use super::queue::QueueRow;
use super::seat::{KNOWN, Seat};
use super::submit::drawn;
use super::task::{ItemRow, TaskRow, json, select, to_json};
use crate::error::corrupt;
use crate::sql::audit;
use crate::sql::conn::Conn;
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;
use crate::{MAX_ADDED, Promote, Result, StoreError, TaskToAdd, ToPromote};

/// How many decided tasks are looked at once for those on which all agree.
const LOOK: u32 = 10_000;
/// How many are read at once.
const PAGE: u32 = 500;

/// The key of the gold twin of a task.
fn key_of(task: &str) -> String {
    format!("gold:{task}")
}

/// A task that may be promoted.
struct Candidate {
    task: TaskRow,
    right: Answers,
}

/// What a promotion would do.
pub(super) async fn preview(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    promote: &Promote,
) -> Result<Promoted> {
    let queue = QueueRow::live(conn, project, queue).await?;
    let (mut promoted, candidates) = find(conn, project, &queue, promote).await?;
    promoted.preview = true;
    promoted.tasks = candidates.iter().map(|c| promotion(c, None)).collect::<Result<_>>()?;
    Ok(promoted)
}

fn promotion(candidate: &Candidate, gold: Option<TaskId>) -> Result<Promotion> {
    Ok(Promotion {
        task: candidate.task.task()?,
        gold,
        answers: candidate.right.clone(),
        reviews: u32::try_from(candidate.task.reviews).unwrap_or(0),
    })
}

/// What [`promote`] needs.
pub(super) type Arguments = (ProjectId, QueueId, Promote, NewAudit);

/// Promotes tasks.
pub(super) async fn promote(
    (project, queue, promote, entry): &Arguments,
    tx: &mut Tx,
) -> Result<Promoted> {
    audit::append(tx, entry).await?;
    let queue = QueueRow::live(&mut tx.conn, *project, *queue).await?;
    let (mut promoted, candidates) = find(&mut tx.conn, *project, &queue, promote).await?;
    let mut book = Book::open(tx, *project, queue.id, entry.at);
    for candidate in candidates {
        match twin(&mut book, &queue, &candidate, entry).await? {
            Some(gold) => promoted.tasks.push(promotion(&candidate, Some(gold))?),
            None => promoted.passed.push(PassedOver {
                task: candidate.task.task()?,
                why: "another task has the key that its gold twin would have".to_owned(),
            }),
        }
    }
    book.close().await?;
    Ok(promoted)
}

/// The tasks that are to be promoted.
async fn find(
    conn: &mut Conn,
    project: ProjectId,
    queue: &Queue,
    promote: &Promote,
) -> Result<(Promoted, Vec<Candidate>)> {
    let mut promoted = Promoted::default();
    let mut found = Vec::new();
    match &promote.which {
        ToPromote::Tasks(ids) => {
            for id in ids {
                let row = TaskRow::load(conn, project, *id).await?;
                let row = row.filter(|row| row.queue == queue.id.to_string());
                let why = match row {
                    None => "there is no such task in the queue",
                    Some(task) if task.is_gold() => "it is a gold task",
                    Some(task) => match fitting(conn, project, queue, task, promote, None).await? {
                        Ok(candidate) => {
                            found.push(candidate);
                            continue;
                        }
                        Err(why) => why,
                    },
                };
                promoted.passed.push(PassedOver { task: *id, why: why.to_owned() });
            }
            let known = known(conn, project, queue.id, &found).await?;
            found.retain(|candidate| !known.contains_key(&candidate.task.id));
            promoted.known = u32::try_from(known.len()).unwrap_or(u32::MAX);
        }
        ToPromote::Unanimous { min_reviews, limit, after } => {
            let mut reached = after.map_or(String::new(), |id| id.to_string());
            for _ in 0..LOOK / PAGE {
                let mut tasks = select();
                tasks.push(" WHERE t.project = ").push_bind(project);
                tasks.push(" AND t.queue = ").push_bind(queue.id);
                tasks.push(" AND t.state = 'complete' AND t.id > ").push_bind(reached.clone());
                tasks.push(" ORDER BY t.id LIMIT ").push_bind(PAGE);
                let page = tasks.all::<TaskRow>(conn).await?;
                let last = page.last().map(|task| task.id.clone());
                let mut some = Vec::new();
                for task in page.into_iter().filter(|task| !task.is_gold()) {
                    let min = Some(*min_reviews);
                    some.extend(fitting(conn, project, queue, task, promote, min).await?.ok());
                }
                let known = known(conn, project, queue.id, &some).await?;
                promoted.known += u32::try_from(known.len()).unwrap_or(u32::MAX);
                found.extend(some.into_iter().filter(|c| !known.contains_key(&c.task.id)));
                let Some(last) = last else { return Ok((promoted, found)) };
                if found.len() >= *limit as usize {
                    found.truncate(*limit as usize);
                    reached = found.last().map_or(last, |c| c.task.id.clone());
                    break;
                }
                reached = last;
            }
            promoted.next_after = Some(reached.parse().map_err(|e| corrupt("task", e))?);
        }
    }
    Ok((promoted, found))
}

/// The task as a candidate, or why it is none; `min_reviews` where all have to agree.
async fn fitting(
    conn: &mut Conn,
    project: ProjectId,
    queue: &Queue,
    task: TaskRow,
    promote: &Promote,
    min_reviews: Option<u32>,
) -> Result<Result<Candidate, &'static str>> {
    let TaskState::Complete { .. } = task.state()? else { return Ok(Err("it is not decided")) };
    let consensus = json::<Consensus>(task.consensus.as_deref())?.unwrap_or_default();
    let only = promote.question.as_deref();
    let right = right_answers(&queue.settings.rubric, &consensus, only);
    if right.0.is_empty() {
        return Ok(Err("it has no answers of which one is right"));
    }
    if min_reviews.is_some_and(|min| !is_unanimous(&consensus, &right, min)) {
        return Ok(Err("its reviewers do not all agree"));
    }
    let item = ItemRow::load(conn, project, &task.id).await?.item()?;
    if check_some(&queue.settings.rubric, &right, &shape(&item)).is_err() {
        return Ok(Err("its answers do not fit the questions any more"));
    }
    Ok(Ok(Candidate { task, right }))
}

/// Those of the tasks that have a gold twin that is given out.
async fn known(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    candidates: &[Candidate],
) -> Result<HashMap<String, String>> {
    let mut rows = Rows::new(&[
        ("project", Kind::Text),
        ("queue", Kind::Text),
        ("task", Kind::Text),
        ("key", Kind::Text),
    ]);
    for Candidate { task, .. } in candidates {
        let key = key_of(&task.id);
        rows.push([project.into(), queue.into(), task.id.as_str().into(), key.into()]);
    }
    let body = "SELECT k.task, t.id FROM k CROSS JOIN tasks t WHERE t.project = k.project \
                AND t.queue = k.queue AND t.key = k.key AND t.state = 'open' AND t.is_gold = 1";
    Ok(rows.all::<(String, String)>(conn, body).await?.into_iter().collect())
}

/// Makes the gold twin of a task, or gives out again the one that was taken back. `None` where
/// another task has its key.
async fn twin(
    book: &mut Book<'_>,
    queue: &Queue,
    candidate: &Candidate,
    entry: &NewAudit,
) -> Result<Option<TaskId>> {
    let task = candidate.task.task()?;
    let item = ItemRow::load(&mut book.tx.conn, book.project, &candidate.task.id).await?.item()?;
    let gold = GoldAnswers { answers: candidate.right.clone(), why: None };
    let new = NewTask {
        item,
        key: Some(key_of(&candidate.task.id)),
        priority: vouch_domain::review::Priority::default(),
        assignee: None,
        gold: Some(gold.clone()),
        suggestion: None,
        due_at: None,
    };
    let id = TaskId::new(book.now, drawn(&[&candidate.task.id, "gold"]));
    let origin = TaskOrigin::Promoted { task, by: entry.actor.clone() };
    let added = add_to(book, queue, &[TaskToAdd { id, origin, new }]).await?;
    let Some(id) = added.ids.first().copied() else { return Ok(None) };
    if added.created == 0 && !revive(book, id, &gold).await? {
        return Ok(None);
    }
    let mut seats = Rows::new(&[
        ("project", Kind::Text),
        ("task", Kind::Text),
        ("user_id", Kind::Text),
        ("queue", Kind::Text),
        ("state", Kind::Text),
        ("kept", Kind::Int),
        ("rubric_version", Kind::Int),
    ]);
    for seat in Seat::of_task(book, &candidate.task.id).await? {
        seats.push([
            book.project.into(),
            id.into(),
            seat.user_id.into(),
            queue.id.into(),
            KNOWN.into(),
            0i64.into(),
            queue.rubric_version.into(),
        ]);
    }
    let there = "ON CONFLICT (project, task, user_id) DO NOTHING";
    seats.insert(&mut book.tx.conn, "task_seats", there).await?;
    Ok(Some(id))
}

/// Gives out again a gold twin that was taken back.
async fn revive(book: &mut Book<'_>, id: TaskId, gold: &GoldAnswers) -> Result<bool> {
    let before = book.task(id).await?;
    if !before.is_gold() || !matches!(before.state()?, TaskState::Cancelled { .. }) {
        return Ok(false);
    }
    let mut after = before.clone();
    after.set_state(TaskState::Open);
    book.save(&before, after, false).await?;
    sql("UPDATE task_items SET gold = $1 WHERE project = $2 AND task = $3")
        .bind(to_json(gold)?)
        .bind(book.project)
        .bind(id)
        .run(&mut book.tx.conn)
        .await?;
    let turn = book.turns(1).await?;
    sql("INSERT INTO gold_line (project, queue, turn, task) VALUES ($1, $2, $3, $4)")
        .bind(book.project)
        .bind(book.queue)
        .bind(turn)
        .bind(id)
        .run(&mut book.tx.conn)
        .await?;
    Ok(true)
}

/// Takes a gold task back: nobody is given it any more. What people answered stays with them.
pub(super) async fn demote(
    ((project, queue, task), entry): &((ProjectId, QueueId, TaskId), NewAudit),
    tx: &mut Tx,
) -> Result<Task> {
    audit::append(tx, entry).await?;
    let queue = queue_of(tx, *project, *queue).await?;
    let mut book = Book::open(tx, *project, queue.id, entry.at);
    let before = book.task(*task).await?;
    if !before.is_gold() || !before.is_open() {
        return Err(StoreError::Conflict("it is no gold task that is given out".to_owned()));
    }
    sql("DELETE FROM gold_line WHERE project = $1 AND queue = $2 AND task = $3")
        .bind(book.project)
        .bind(book.queue)
        .bind(*task)
        .run(&mut book.tx.conn)
        .await?;
    let after = cancel_row(&mut book, before).await?;
    let task = whole(&mut book, after).await?;
    book.close().await?;
    Ok(task)
}

/// Refuses more tasks than are added at once.
pub(super) fn check(promote: &Promote) -> Result<()> {
    let (at, count) = match &promote.which {
        ToPromote::Tasks(ids) => ("/tasks", ids.len()),
        ToPromote::Unanimous { limit, .. } => ("/limit", *limit as usize),
    };
    if (1..=MAX_ADDED).contains(&count) {
        return Ok(());
    }
    Err(vouch_domain::Invalid::new(at, format!("1 to {MAX_ADDED}"), count).into())
}
