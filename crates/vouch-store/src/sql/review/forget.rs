//! Logs that leave: nobody is asked about them any more.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::id::{LogId, ProjectId, QueueId};

use super::book::Book;
use super::decide::cancel_row;
use super::task::TaskRow;
use crate::Result;
use crate::error::corrupt;
use crate::sql::log::numbered;
use crate::sql::tx::{Tx, queue_lock};

/// Cancels the tasks about these logs that are not decided.
pub(crate) async fn logs_leave(
    tx: &mut Tx,
    project: ProjectId,
    logs: &[(ProjectId, LogId)],
    now: Time,
) -> Result<()> {
    let body = format!(
        "SELECT {} FROM k CROSS JOIN tasks t WHERE t.project = k.project AND t.log = k.log \
         AND t.log IS NOT NULL AND t.state IN ('open', 'conflict') AND t.is_gold = 0",
        super::task::COLUMNS
    );
    let mut queues: BTreeMap<QueueId, Vec<TaskRow>> = BTreeMap::new();
    for task in numbered(logs).all::<TaskRow>(&mut tx.conn, &body).await? {
        let queue = task.queue.parse().map_err(|e| corrupt("task", e))?;
        queues.entry(queue).or_default().push(task);
    }
    tx.lock_all(queues.keys().map(|queue| queue_lock(project, *queue)).collect()).await?;
    for (queue, tasks) in queues {
        let mut book = Book::open(tx, project, queue, now);
        for task in tasks {
            // It may have been decided before the lock was there.
            let task = book.task(task.task()?).await?;
            if !task.state()?.is_decided() {
                cancel_row(&mut book, task).await?;
            }
        }
        book.close().await?;
    }
    Ok(())
}
