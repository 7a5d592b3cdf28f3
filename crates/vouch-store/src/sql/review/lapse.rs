//! Places that come back: leases that lapsed, and what was kept for somebody who is away.

use super::book::Book;
use super::seat::{ASSIGNED, LEASED, LEFT, Seat};
use crate::Result;
use crate::error::corrupt;

/// How many lapsed leases are taken back at once.
pub(super) const LAPSES: u32 = 100;

/// Takes back leases that lapsed; says whether there may be more.
pub(super) async fn lapse(book: &mut Book<'_>) -> Result<bool> {
    let seats = Seat::lapsed(book, LAPSES).await?;
    let more = seats.len() >= LAPSES as usize;
    for seat in seats {
        vacate(book, seat).await?;
    }
    Ok(more)
}

/// Takes a task back from who has it, or for whom it is kept. What is kept for them (`kept`)
/// stays so.
pub(super) async fn vacate(book: &mut Book<'_>, mut seat: Seat) -> Result<()> {
    let id = seat.task.parse().map_err(|e| corrupt("task", e))?;
    let before = book.task(id).await?;
    let mut after = before.clone();
    if seat.is(LEASED) {
        after.leases -= 1;
    } else if after.assignee.as_deref() == Some(&seat.user_id) {
        after.assignee = None;
    }
    let keep = seat.kept != 0 && before.is_open();
    if keep {
        // Gold waits for each person by itself; another task has one place for one person.
        let taken = after.assignee.is_some() && !after.is_gold();
        seat.set(if taken { LEFT } else { ASSIGNED });
        if !taken && !after.is_gold() {
            after.assignee = Some(seat.user_id.clone());
        }
    } else {
        seat.set(LEFT);
    }
    book.save_seat(seat);
    // Where the place is kept for the same person, nobody else's came back.
    let returned = after.free() > before.free();
    book.save(&before, after, returned).await.map(|_| ())
}
