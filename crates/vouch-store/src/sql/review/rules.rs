//! Rules: logs flow into queues by themselves. What changed is noted in the transaction of the
//! change and looked at a moment later, as it is then; and a queue that is to be asked again is
//! reopened in the same rounds.

use std::collections::{BTreeMap, BTreeSet};

use vouch_domain::Time;
use vouch_domain::id::{LogId, ProjectId, QueueId, TaskId};
use vouch_domain::review::{
    Item, ItemKind, NewTask, Queue, QueueState, Rule, TakenBy, TaskOrigin, TaskState,
};

use super::add::add_to;
use super::book::Book;
use super::decide::supersede;
use super::queue::QueueRow;
use super::submit::drawn;
use super::task::{TaskRow, select};
use super::work;
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::log::condition;
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::tx::{Tx, queue_lock};
use crate::sql::value::Kind;
use crate::{Result, TaskToAdd};

/// How many logs are looked at in one transaction.
const LOGS: u32 = 128;
/// How many tasks are reopened in one transaction.
const REOPENED: u32 = 100;

/// Notes logs that changed, of projects with rules.
pub(crate) async fn note_changed(conn: &mut Conn, changed: Vec<(ProjectId, String)>) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let with_rules = sql("SELECT DISTINCT project FROM rule_queues");
    let with_rules = with_rules.all::<(String,)>(conn).await?;
    if with_rules.is_empty() {
        return Ok(());
    }
    let has = |project: &ProjectId| {
        let project = project.to_string();
        with_rules.iter().any(|(other,)| *other == project)
    };
    let mut rows = Rows::new(&[("project", Kind::Text), ("log", Kind::Text)]);
    for (project, log) in changed.into_iter().collect::<BTreeSet<_>>() {
        if has(&project) {
            rows.push([project.into(), log.into()]);
        }
    }
    rows.insert(conn, "rule_todo", "ON CONFLICT (project, log) DO NOTHING").await
}

/// Whether anything waits for a round.
pub(super) async fn is_needed(conn: &mut Conn) -> Result<bool> {
    let waits = sql("SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM rule_todo) OR EXISTS \
         (SELECT 1 FROM queues WHERE reopen_at IS NOT NULL) OR EXISTS \
         (SELECT 1 FROM queue_work) THEN 1 ELSE 0 END AS BIGINT)");
    Ok(waits.one::<(i64,)>(conn).await?.is_some_and(|(waits,)| waits != 0))
}

/// One round: the rules look at some logs, and some tasks are reopened.
pub(super) async fn round(now: &Time, tx: &mut Tx) -> Result<TakenBy> {
    let mut taken = reopen(tx, *now).await?;
    taken.looked_at += work::step(tx, *now).await?;
    let mut logs: BTreeMap<ProjectId, Vec<LogId>> = BTreeMap::new();
    for (project, log) in take_noted(tx).await? {
        let project = project.parse().map_err(|e| corrupt("log", e))?;
        taken.looked_at += 1;
        logs.entry(project).or_default().push(log.parse().map_err(|e| corrupt("log", e))?);
    }
    for (project, logs) in logs {
        let queues = queues(tx, project).await?;
        tx.lock_all(queues.iter().map(|queue| queue_lock(project, queue.id)).collect()).await?;
        for queue in queues {
            let mut book = Book::open(tx, project, queue.id, *now);
            let mut added = 0;
            for rule in queue.settings.rules.iter().filter(|rule| rule.enabled) {
                added += apply(&mut book, &queue, rule, &logs).await?;
            }
            if added > 0 {
                book.close().await?;
                taken.added += added;
            }
        }
    }
    Ok(taken)
}

/// Takes some logs off the list: what changes again meanwhile is noted again.
async fn take_noted(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    let take = if tx.conn.is_shared() {
        "DELETE FROM rule_todo WHERE (project, log) IN (SELECT project, log FROM rule_todo \
         LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING project, log"
    } else {
        "DELETE FROM rule_todo WHERE (project, log) IN (SELECT project, log FROM rule_todo \
         LIMIT $1) RETURNING project, log"
    };
    sql(take).bind(LOGS).all(&mut tx.conn).await
}

/// The queues of a project whose rules take logs.
async fn queues(tx: &mut Tx, project: ProjectId) -> Result<Vec<Queue>> {
    let ids = sql("SELECT queue FROM rule_queues WHERE project = $1 ORDER BY queue").bind(project);
    let mut queues = Vec::new();
    for (id,) in ids.all::<(String,)>(&mut tx.conn).await? {
        let id: QueueId = id.parse().map_err(|e| corrupt("queue", e))?;
        let queue = QueueRow::any(&mut tx.conn, project, id).await?;
        let takes = |q: &Queue| q.archived_at.is_none() && q.state != QueueState::Closed;
        queues.extend(queue.filter(takes));
    }
    Ok(queues)
}

/// Adds those of the logs that a rule takes; says how many.
async fn apply(book: &mut Book<'_>, queue: &Queue, rule: &Rule, logs: &[LogId]) -> Result<u32> {
    // A filter that is no longer one, e.g. after an update of the language, takes nothing.
    let filter = match rule.filter(book.now) {
        Ok(filter) => filter,
        Err(invalid) => {
            tracing::warn!(queue = %queue.id, rule = rule.key, %invalid, "a rule takes nothing");
            return Ok(0);
        }
    };
    let sampled: Vec<LogId> = logs.iter().copied().filter(|log| rule.samples(*log)).collect();
    let Some(last) = sampled.last() else { return Ok(0) };
    let mut fitting = sql("SELECT l.id, l.conversation_id FROM logs l LEFT JOIN log_tallies t \
                           ON t.project = l.project AND t.log = l.id WHERE l.project = ");
    fitting.push_bind(book.project).push(" AND l.id IN (");
    // Filled up, so that one prepared statement serves all lengths.
    for n in 0..LOGS as usize {
        fitting.push(if n > 0 { "," } else { "" });
        fitting.push_bind(*sampled.get(n).unwrap_or(last));
    }
    fitting.push(") AND (");
    condition::push(&mut fitting, &filter, book.tx.conn.is_shared());
    fitting.push(") ORDER BY l.id");
    let fitting = fitting.all::<(String, Option<String>)>(&mut book.tx.conn).await?;
    let mut tasks = Vec::new();
    for (log, conversation) in fitting {
        let item = match (queue.settings.item, conversation) {
            (ItemKind::Log, _) => Item::Log { log_id: log.parse().map_err(|e| corrupt("log", e))? },
            (ItemKind::Conversation, Some(conversation_id)) => {
                Item::Conversation { conversation_id }
            }
            _ => continue,
        };
        tasks.push(to_add(book, queue, rule, item));
    }
    add_capped(book, queue, rule, tasks).await
}

fn to_add(book: &Book<'_>, queue: &Queue, rule: &Rule, item: Item) -> TaskToAdd {
    let entropy = drawn(&[&queue.id.to_string(), &item.key()]);
    TaskToAdd {
        id: TaskId::new(book.now, entropy),
        origin: TaskOrigin::Rule { key: rule.key.clone() },
        new: NewTask {
            item,
            key: None,
            priority: rule.priority,
            assignee: None,
            gold: None,
            suggestion: None,
            due_at: None,
        },
    }
}

/// Adds tasks up to the rule's cap for today.
async fn add_capped(
    book: &mut Book<'_>,
    queue: &Queue,
    rule: &Rule,
    tasks: Vec<TaskToAdd>,
) -> Result<u32> {
    if tasks.is_empty() {
        return Ok(0);
    }
    let day = book.now.day();
    let taken = sql("SELECT taken FROM rule_days WHERE project = $1 AND queue = $2 \
                     AND rule = $3 AND day = $4");
    let taken = taken.bind(book.project).bind(book.queue).bind(&rule.key).bind(day);
    let taken = taken.one::<(i64,)>(&mut book.tx.conn).await?.map_or(0, |(taken,)| taken);
    let room = rule.per_day.map_or(i64::MAX, |most| (i64::from(most) - taken).max(0));
    // One by one where not all may come: those that are there do not count.
    let mut added = 0;
    let batch =
        if room >= i64::try_from(tasks.len()).unwrap_or(i64::MAX) { tasks.len() } else { 1 };
    for tasks in tasks.chunks(batch) {
        if i64::from(added) >= room {
            break;
        }
        added += add_to(book, queue, tasks).await?.created;
    }
    if added > 0 {
        sql(
            "INSERT INTO rule_days (project, queue, rule, day, taken) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (project, queue, rule, day) \
             DO UPDATE SET taken = rule_days.taken + excluded.taken",
        )
        .bind(book.project)
        .bind(book.queue)
        .bind(&rule.key)
        .bind(day)
        .bind(added)
        .run(&mut book.tx.conn)
        .await?;
    }
    Ok(added)
}

/// Asks some complete tasks of a queue again.
async fn reopen(tx: &mut Tx, now: Time) -> Result<TakenBy> {
    let mut done = TakenBy::default();
    let queue = sql("SELECT project, id, reopen_at, reopen_after FROM queues \
                     WHERE reopen_at IS NOT NULL ORDER BY project, id LIMIT 1");
    let queue = queue.one::<(String, String, i64, Option<String>)>(&mut tx.conn).await?;
    let Some((project, id, before, after)) = queue else { return Ok(done) };
    let project: ProjectId = project.parse().map_err(|e| corrupt("queue", e))?;
    let id: QueueId = id.parse().map_err(|e| corrupt("queue", e))?;
    tx.lock_all([queue_lock(project, id)].into()).await?;
    let Some(queue) = QueueRow::any(&mut tx.conn, project, id).await? else { return Ok(done) };
    let mut tasks = select();
    tasks.push(" WHERE t.project = ").push_bind(project).push(" AND t.queue = ").push_bind(id);
    tasks.push(" AND t.state = 'complete' AND t.id > ").push_bind(after.unwrap_or_default());
    tasks.push(" ORDER BY t.id LIMIT ").push_bind(REOPENED);
    let tasks = tasks.all::<TaskRow>(&mut tx.conn).await?;
    let last = tasks.last().map(|task| task.id.clone());
    let mut book = Book::open(tx, project, id, now);
    for task in tasks {
        done.looked_at += 1;
        let TaskState::Complete { at, .. } = task.state()? else { continue };
        if at.micros() <= before && !task.is_gold() {
            supersede(&mut book, &queue, &task).await?;
            let mut after = book.task(task.task()?).await?;
            after.set_state(TaskState::Open);
            after.reviews = 0;
            after.wanted = i64::from(queue.settings.overlap.at_first()).max(after.taken());
            after.consensus = None;
            book.save(&task, after, true).await?;
        }
    }
    book.close().await?;
    let progress = match last {
        Some(last) => {
            sql("UPDATE queues SET reopen_after = $1 WHERE project = $2 AND id = $3").bind(last)
        }
        None => sql("UPDATE queues SET reopen_at = NULL, reopen_after = NULL \
                     WHERE project = $1 AND id = $2"),
    };
    progress.bind(project).bind(id).run(&mut tx.conn).await?;
    Ok(done)
}
