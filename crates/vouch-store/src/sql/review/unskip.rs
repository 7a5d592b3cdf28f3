//! Taking up again what one skipped.

use vouch_domain::id::{ProjectId, QueueId, UserId};
use vouch_domain::review::TaskTurn;

use super::book::Book;
use super::next::{hand_over, paused};
use super::queue::QueueRow;
use super::read::whole;
use super::seat::{COLUMNS, SKIPPED, Seat};
use super::task::{ItemRow, TaskRow};
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::{Holder, Result, Skipped, StoreError};

/// Whether somebody who skipped a task may have it again.
fn is_free(task: &TaskRow) -> bool {
    task.is_open() && (task.is_gold() || task.has_place())
}

/// Leases a task to who skipped it.
pub(super) async fn unskip((holder, queue): &(Holder, QueueId), tx: &mut Tx) -> Result<TaskTurn> {
    let queue = QueueRow::live(&mut tx.conn, holder.project, *queue).await?;
    let mut book = Book::open(tx, holder.project, queue.id, holder.now);
    let mut seat = book.seat_given(holder.task, holder.user).await?;
    if !seat.is(SKIPPED) {
        return Err(StoreError::Conflict("you have not skipped this task".to_owned()));
    }
    if let Some(why) = paused(&mut book, &queue, holder.user).await? {
        return Err(StoreError::Conflict(why));
    }
    let before = book.task(holder.task).await?;
    if !is_free(&before) {
        let why = if before.is_open() { "others have the task now" } else { "the task is decided" };
        return Err(StoreError::Conflict(why.to_owned()));
    }
    let mut after = before.clone();
    after.leases += 1;
    let after = book.save(&before, after, false).await?;
    (seat.kept, seat.reason) = (i64::from(after.is_gold()), None);
    let items = ItemRow::load(&mut book.tx.conn, book.project, &after.id).await?;
    let turn = hand_over(&mut book, &queue, &after, items, seat)?;
    book.reviewer(&holder.user.to_string()).await?.skips -= 1;
    book.close().await?;
    Ok(turn)
}

/// What a person skipped in a queue and nobody has decided since, newest task first.
pub(super) async fn skipped(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    user: UserId,
    limit: u32,
) -> Result<Vec<Skipped>> {
    let mut seats = sql("SELECT ");
    seats.push(COLUMNS).push(" FROM task_seats s JOIN tasks t ON t.project = s.project ");
    seats.push("AND t.id = s.task AND t.state = 'open' WHERE s.project = ").push_bind(project);
    seats.push(" AND s.queue = ").push_bind(queue).push(" AND s.user_id = ").push_bind(user);
    seats.push(" AND s.state = ").push_bind(SKIPPED);
    seats.push(" ORDER BY s.task DESC LIMIT ").push_bind(limit);
    let mut skipped = Vec::new();
    for seat in seats.all::<Seat>(conn).await? {
        let id = seat.task.parse().map_err(|e| corrupt("seat", e))?;
        let Some(row) = TaskRow::load(conn, project, id).await? else { continue };
        let available = is_free(&row);
        let reason = seat.reason.unwrap_or_default();
        skipped.push(Skipped { task: whole(conn, project, row).await?, reason, available });
    }
    Ok(skipped)
}
