//! What a person decides: a conflict, a review that goes back, that nobody is asked.

use vouch_domain::Pointer;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{
    Adjudication, Answers, Consensus, Queue, Returned, ReviewDraft, ReviewState, ReviewerState,
    Task, TaskTurn,
};
use vouch_domain::{Invalid, Time};

use super::book::Book;
use super::lapse::vacate;
use super::next::hand_over;
use super::queue::QueueRow;
use super::record::{self, ReviewRow};
use super::seat::{ASSIGNED, LEFT, Seat};
use super::settle::{outcomes, saved, tell, unsettle, untell};
use super::submit::drawn;
use super::task::{ItemRow, TaskRow, to_json};
use crate::error::corrupt;
use crate::sql::audit;
use crate::sql::tx::Tx;
use crate::{Decision, Result, StoreError};

pub(super) async fn queue_of(tx: &mut Tx, project: ProjectId, queue: QueueId) -> Result<Queue> {
    let queue = QueueRow::any(&mut tx.conn, project, queue).await?;
    queue.ok_or(StoreError::NotFound("queue"))
}

pub(super) fn refuse_gold(task: &TaskRow) -> Result<()> {
    if task.is_gold() {
        return Err(StoreError::Conflict("the answers of a gold task are known".to_owned()));
    }
    Ok(())
}

fn refused(error: vouch_domain::review::TransitionError) -> StoreError {
    StoreError::Conflict(error.to_string())
}

pub(super) async fn whole(book: &mut Book<'_>, row: TaskRow) -> Result<Task> {
    let items = ItemRow::load(&mut book.tx.conn, book.project, &row.id).await?;
    row.whole(&items)
}

/// A person decides a task.
pub(super) async fn adjudicate(
    (decision, queue, entry): &(Decision, QueueId, NewAudit),
    tx: &mut Tx,
) -> Result<Task> {
    audit::append(tx, entry).await?;
    let queue = queue_of(tx, decision.project, *queue).await?;
    let mut book = Book::open(tx, decision.project, queue.id, entry.at);
    let task = book.task(decision.task).await?;
    refuse_gold(&task)?;
    let state = task.state()?.adjudicate(entry.at).map_err(refused)?;
    let answers = queue.settings.rubric.check(&decision.answers, &decision.shape);
    let answers = answers.map_err(|invalid| invalid.under(&Pointer::from("/answers")))?;
    let reviews = book.counting(&task.id).await?;
    if let Some(adopted) = decision.adopted
        && reviews.iter().all(|review| review.id != adopted.to_string())
    {
        let expected = "a review of the task that counts";
        return Err(Invalid::new("/adopted", expected, adopted).into());
    }
    let given = reviews.iter().map(ReviewRow::answers).collect::<Result<Vec<Answers>>>()?;
    let mut after = task.clone();
    untell(&mut book, &queue, &task).await?;
    let consensus = Consensus {
        questions: outcomes(&queue, &given, &answers),
        answers,
        saved: saved(&task)?,
        adjudication: Some(Adjudication {
            by: entry.actor.clone(),
            at: entry.at,
            adopted: decision.adopted,
            reason: decision.reason.clone(),
        }),
    };
    let because = ReviewId::new(entry.at, drawn(&[&task.id, &entry.id.to_string()]));
    tell(&mut book, &queue, (&task, &reviews), &consensus, because).await?;
    after.set_state(state);
    after.consensus = Some(to_json(&consensus)?);
    let after = release_assignees(&mut book, after).await?;
    let after = book.save(&task, after, false).await?;
    let task = whole(&mut book, after).await?;
    book.close().await?;
    Ok(task)
}

/// Nobody is waited for any more.
async fn release_assignees(book: &mut Book<'_>, mut after: TaskRow) -> Result<TaskRow> {
    let keepers: Vec<String> = after.keepers().map(str::to_owned).collect();
    for keeper in keepers {
        after.keep_no_more(&keeper);
        let user: UserId = keeper.parse().map_err(|e| corrupt("task", e))?;
        if let Some(mut seat) = book.seat(after.task()?, user).await? {
            seat.set(LEFT);
            seat.kept = 0;
            book.save_seat(seat);
        }
    }
    Ok(after)
}

/// Where a review is: its queue and task, looked up before.
pub(super) type Reviewed = (ProjectId, QueueId, TaskId, ReviewId);

/// The review, the task and the seat of its author.
async fn open_review(
    book: &mut Book<'_>,
    task: TaskId,
    review: ReviewId,
) -> Result<(ReviewRow, TaskRow, Seat)> {
    let row = ReviewRow::load(&mut book.tx.conn, book.project, review).await?;
    let row = row.ok_or(StoreError::NotFound("review"))?;
    if !row.counts() {
        return Err(StoreError::Conflict("the review no longer counts".to_owned()));
    }
    let task = book.task(task).await?;
    let user: UserId = row.user_id.parse().map_err(|e| corrupt("review", e))?;
    let seat = book.seat(task.task()?, user).await?.ok_or(StoreError::NotFound("task"))?;
    Ok((row, task, seat))
}

/// A review no longer counts: its answers become the draft of its author.
async fn withdraw(
    book: &mut Book<'_>,
    row: &ReviewRow,
    seat: &mut Seat,
    state: &ReviewState,
) -> Result<()> {
    record::end(book, &row.id, state).await?;
    let draft = ReviewDraft {
        answers: row.answers()?.0,
        active_ms: u64::try_from(row.active_ms).unwrap_or(0),
    };
    seat.draft = Some(to_json(&draft)?);
    book.count_review(&row.user_id, Time::from_micros(row.created_at), -1);
    let reviewer = book.reviewer(&row.user_id).await?;
    reviewer.done -= 1;
    reviewer.active_ms -= row.active_ms;
    Ok(())
}

/// Its author takes a review back.
pub(super) async fn undo(
    ((project, queue, task, review), user, now): &(Reviewed, UserId, Time),
    tx: &mut Tx,
) -> Result<TaskTurn> {
    let queue = queue_of(tx, *project, *queue).await?;
    let mut book = Book::open(tx, *project, queue.id, *now);
    let (row, task, mut seat) = open_review(&mut book, *task, *review).await?;
    if row.user_id != user.to_string() {
        return Err(StoreError::NotFound("review"));
    }
    refuse_gold(&task)?;
    let state = task.state()?.undo().map_err(refused)?;
    let mut after = task.clone();
    unsettle(&mut book, &queue, &task, &mut after).await?;
    withdraw(&mut book, &row, &mut seat, &ReviewState::Withdrawn { ended_at: *now }).await?;
    after.set_state(state);
    after.reviews -= 1;
    after.leases += 1;
    let after = book.save(&task, after, false).await?;
    let items = ItemRow::load(&mut book.tx.conn, book.project, &after.id).await?;
    let turn = hand_over(&mut book, &queue, &after, items, seat)?;
    book.close().await?;
    Ok(turn)
}

/// A review goes back to its author.
pub(super) async fn reject(
    ((project, queue, task, review), reason, entry): &(Reviewed, String, NewAudit),
    tx: &mut Tx,
) -> Result<Task> {
    audit::append(tx, entry).await?;
    let queue = queue_of(tx, *project, *queue).await?;
    let mut book = Book::open(tx, *project, queue.id, entry.at);
    let (row, task, mut seat) = open_review(&mut book, *task, *review).await?;
    refuse_gold(&task)?;
    let state = task.state()?.reopen().map_err(refused)?;
    let mut after = task.clone();
    unsettle(&mut book, &queue, &task, &mut after).await?;
    let by = entry.actor.clone();
    let rejected =
        ReviewState::Rejected { ended_at: entry.at, by: by.clone(), reason: reason.clone() };
    withdraw(&mut book, &row, &mut seat, &rejected).await?;
    after.set_state(state);
    after.reviews -= 1;
    let reviewer = book.reviewer(&row.user_id).await?;
    reviewer.rejected += 1;
    let works = reviewer.state(entry.at)? == ReviewerState::Active;
    seat.returned = Some(to_json(&Returned { reason: reason.clone(), by })?);
    // Kept for its author, unless they do not work, or the place is another's by now.
    let kept = works && after.free() > 0;
    if kept {
        seat.set(ASSIGNED);
        seat.kept = 1;
        after.keep_for(&seat.user_id);
    } else {
        seat.set(LEFT);
    }
    book.save_seat(seat);
    let returned = !kept;
    let after = book.save(&task, after, returned).await?;
    let task = whole(&mut book, after).await?;
    book.close().await?;
    Ok(task)
}

/// Nobody is asked any more.
pub(super) async fn cancel(
    ((project, queue, task), entry): &((ProjectId, QueueId, TaskId), NewAudit),
    tx: &mut Tx,
) -> Result<Task> {
    audit::append(tx, entry).await?;
    let mut book = Book::open(tx, *project, *queue, entry.at);
    let before = book.task(*task).await?;
    refuse_gold(&before)?;
    let after = cancel_row(&mut book, before).await?;
    let task = whole(&mut book, after).await?;
    book.close().await?;
    Ok(task)
}

/// Cancels a task: who has it or was to have it no longer does.
pub(super) async fn cancel_row(book: &mut Book<'_>, before: TaskRow) -> Result<TaskRow> {
    let state = before.state()?.cancel(book.now).map_err(refused)?;
    let mut after = before.clone();
    after.set_state(state);
    book.save(&before, after, false).await?;
    for seat in Seat::of_task(book, &before.id).await? {
        if seat.is(super::seat::LEASED) || seat.is(ASSIGNED) {
            vacate(book, Seat { kept: 0, ..seat }).await?;
        }
    }
    book.task(before.task()?).await
}

/// Forgets what reviews said of a task that is asked again.
pub(super) async fn supersede(book: &mut Book<'_>, queue: &Queue, task: &TaskRow) -> Result<()> {
    untell(book, queue, task).await?;
    for row in book.counting(&task.id).await? {
        let user: UserId = row.user_id.parse().map_err(|e| corrupt("review", e))?;
        let Some(mut seat) = book.seat(task.task()?, user).await? else { continue };
        let superseded = ReviewState::Superseded { ended_at: book.now };
        withdraw(book, &row, &mut seat, &superseded).await?;
        seat.set(LEFT);
        book.save_seat(seat);
    }
    Ok(())
}
