//! What a person does with a task that they have: keep it longer, keep a draft, give it back.

use vouch_domain::Time;
use vouch_domain::id::QueueId;
use vouch_domain::review::{EscalateTo, Escalation, ReviewDraft};

use super::book::Book;
use super::lapse::vacate;
use super::next::lease_until;
use super::queue::QueueRow;
use super::seat::{ASSIGNED, ESCALATED, LEASED, LEFT, REVIEWED, SKIPPED, Seat};
use super::task::to_json;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::{GiveBack, Holder, Result, StoreError};

fn not_theirs() -> StoreError {
    StoreError::Conflict("the task is no longer yours, and has no free place".to_owned())
}

/// Keeps a task longer.
pub(super) async fn renew((holder, queue): &(Holder, QueueId), tx: &mut Tx) -> Result<Time> {
    let queue = QueueRow::shared(tx, holder.project, *queue).await?;
    let queue = queue.ok_or(StoreError::NotFound("queue"))?;
    let until = lease_until(holder.now, &queue);
    let mut book = Book::open(tx, holder.project, queue.id, holder.now);
    let mut seat = book.seat_given(holder.task, holder.user).await?;
    let task = book.task(holder.task).await?;
    if !seat.is(LEASED) {
        let mut after = task.clone();
        let kept = seat.is(ASSIGNED);
        let takes = kept || (seat.is(LEFT) && task.has_place());
        if !takes || !task.is_open() {
            return Err(not_theirs());
        }
        if kept {
            after.keep_no_more(&seat.user_id);
        }
        after.leases += 1;
        book.save(&task, after, false).await?;
    }
    let version = u32::try_from(seat.rubric_version).unwrap_or(1);
    seat.lease(until, version);
    book.save_seat(seat);
    book.close().await?;
    Ok(until)
}

/// Keeps what a person has begun.
pub(super) async fn keep_draft((holder, draft): &(Holder, ReviewDraft), tx: &mut Tx) -> Result<()> {
    let kept = sql("UPDATE task_seats SET draft = $1 WHERE project = $2 AND task = $3 \
                    AND user_id = $4 AND state NOT IN ('reviewed', 'known')");
    let kept = kept.bind(to_json(draft)?).bind(holder.project).bind(holder.task);
    if kept.bind(holder.user).run(&mut tx.conn).await? > 0 {
        return Ok(());
    }
    let seat = Seat::load(&mut tx.conn, holder.project, holder.task, holder.user).await?;
    Err(match seat.filter(|seat| seat.is(REVIEWED)) {
        Some(_) => StoreError::Conflict("you have reviewed this task already".to_owned()),
        None => StoreError::NotFound("task"),
    })
}

/// Gives a task back.
pub(super) async fn give_back(
    (holder, queue, how): &(Holder, QueueId, GiveBack),
    tx: &mut Tx,
) -> Result<()> {
    let settings = QueueRow::any(&mut tx.conn, holder.project, *queue).await?;
    let settings = settings.ok_or(StoreError::NotFound("queue"))?.settings;
    let mut book = Book::open(tx, holder.project, *queue, holder.now);
    let mut seat = book.seat_given(holder.task, holder.user).await?;
    // A lease that lapsed may still be skipped or escalated: they have seen the task.
    let has = [LEASED, ASSIGNED].iter().any(|state| seat.is(state));
    let lapsed = seat.is(LEFT) && *how != GiveBack::Release;
    if !has && !lapsed {
        let text = if seat.is(REVIEWED) { "reviewed it" } else { "given it back" };
        return Err(StoreError::Conflict(format!("you have {text} already")));
    }
    // Gold that is put off comes back to the same person.
    seat.kept = i64::from(book.task(holder.task).await?.is_gold());
    let (state, reason) = match how {
        GiveBack::Release => {
            vacate(&mut book, seat).await?;
            return book.close().await;
        }
        GiveBack::Skip { reason } => (SKIPPED, reason),
        GiveBack::Escalate { reason } => (ESCALATED, reason),
    };
    seat.kept = 0;
    seat.reason = Some(reason.clone());
    if has {
        vacate(&mut book, seat).await?;
        seat = book.seat_given(holder.task, holder.user).await?;
    }
    seat.set(state);
    book.save_seat(seat);
    let row = book.reviewer(&holder.user.to_string()).await?;
    if state == SKIPPED {
        row.skips += 1;
    } else {
        row.escalations += 1;
        let before = book.task(holder.task).await?;
        if before.is_open() && !before.is_gold() {
            let mut after = before.clone();
            let escalation = Escalation {
                by: holder.user,
                to: whom(&settings.escalate_to),
                reason: reason.clone(),
                at: holder.now,
            };
            after.escalated = Some(to_json(&escalation)?);
            book.save(&before, after, false).await?;
        }
    }
    book.close().await
}

fn whom(escalate_to: &EscalateTo) -> String {
    match escalate_to {
        EscalateTo::Admin => "admin".to_owned(),
        EscalateTo::People(people) => {
            people.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        }
        EscalateTo::Group { group } => format!("group:{group}"),
    }
}
