//! What an admin changes of a task: how many are asked, for whom it is kept, when it comes.

use vouch_domain::Invalid;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{Change, Task, TaskState, TaskUpdate};

use super::book::Book;
use super::decide::{queue_of, refuse_gold, whole};
use super::lapse::lapse;
use super::seat::{ASSIGNED, LEASED, LEFT, REVIEWED, Seat};
use super::settle::settle;
use super::share::{keep_seat, keepers, no_keeping};
use super::submit::drawn;
use super::task::TaskRow;
use crate::sql::audit;
use crate::sql::tx::Tx;
use crate::{Result, StoreError};

/// What [`change`] needs: where the task is was looked up before.
pub(super) type Changed = ((ProjectId, QueueId, TaskId), TaskUpdate, NewAudit);

/// Changes a task.
pub(super) async fn change(
    ((project, queue, task), update, entry): &Changed,
    tx: &mut Tx,
) -> Result<Task> {
    audit::append(tx, entry).await?;
    let queue = queue_of(tx, *project, *queue).await?;
    let mut book = Book::open(tx, *project, queue.id, entry.at);
    lapse(&mut book).await?;
    let before = book.task(*task).await?;
    refuse_gold(&before)?;
    let asks = update.wanted.is_some() || update.assignee != Change::Keep;
    if before.state()?.is_decided() || (asks && before.state()? != TaskState::Open) {
        return Err(StoreError::Conflict("the task is not open".to_owned()));
    }
    let mut after = before.clone();
    let mut returned = false;
    if let Change::To(to) = update.assignee {
        returned = clear(&mut book, &mut after, to).await?;
    }
    if let Some(wanted) = update.wanted {
        after.wanted = i64::from(wanted).max(after.taken()).max(1);
        returned |= after.wanted > before.wanted;
    }
    if let Change::To(Some(user)) = update.assignee {
        if !keepers(&mut book, &queue).await?.iter().any(|keeper| keeper.id == user) {
            let expected = "a person who is given tasks of the queue now";
            return Err(Invalid::new("/assignee", expected, user).into());
        }
        keep_alone(&mut book, &mut after, user).await?;
    }
    if let Some(priority) = update.priority {
        after.priority = priority as i64;
    }
    if let Change::To(due_at) = update.due_at {
        after.due_at = due_at.map(vouch_domain::Time::micros);
    }
    let after = book.save(&before, after, returned).await?;
    let because = ReviewId::new(entry.at, drawn(&[&before.id, &entry.id.to_string()]));
    let after = settle(&mut book, &queue, after, because).await?;
    let task = whole(&mut book, after).await?;
    book.close().await?;
    Ok(task)
}

/// Keeps a task for nobody but one; says whether a place came back.
async fn clear(book: &mut Book<'_>, after: &mut TaskRow, but: Option<UserId>) -> Result<bool> {
    let but = but.map(|user| user.to_string());
    let mut freed = false;
    for mut seat in Seat::of_task(book, &after.id).await? {
        if Some(&seat.user_id) == but.as_ref() || seat.kept == 0 {
            continue;
        }
        if seat.is(ASSIGNED) {
            seat.set(LEFT);
            after.keep_no_more(&seat.user_id);
            freed = true;
        }
        seat.kept = 0;
        book.save_seat(seat);
    }
    Ok(freed)
}

/// Keeps a place for a person: also one who skipped the task, for the admin knows better.
async fn keep_alone(book: &mut Book<'_>, after: &mut TaskRow, user: UserId) -> Result<()> {
    let conflict = |why: &str| Err(StoreError::Conflict(why.to_owned()));
    let seat = book.seat(after.task()?, user).await?;
    match seat {
        Some(seat) if seat.is(ASSIGNED) => return Ok(()),
        Some(seat) if seat.is(REVIEWED) => return conflict("they have reviewed it already"),
        Some(mut seat) if seat.is(LEASED) => {
            seat.kept = 1;
            book.save_seat(seat);
            return Ok(());
        }
        _ => {}
    }
    if let Some(why) = no_keeping(after) {
        return conflict(why);
    }
    if after.free() < 1 {
        return conflict("the task has no free place: ask for more reviews first");
    }
    let user = user.to_string();
    keep_seat(book, after, &user).await?;
    after.keep_for(&user);
    Ok(())
}
