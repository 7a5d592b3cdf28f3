//! Places that come back: leases that lapsed, and what was kept for somebody who is away.

use vouch_domain::review::ReviewerState;

use super::book::Book;
use super::seat::{ASSIGNED, LEASED, LEFT, Seat};
use super::work;
use crate::Result;
use crate::error::corrupt;

/// How many lapsed leases are taken back at once.
pub(super) const LAPSES: u32 = 100;

/// Takes back leases that lapsed; says whether there may be more.
pub(super) async fn lapse(book: &mut Book<'_>) -> Result<bool> {
    let seats = Seat::lapsed(book, LAPSES).await?;
    let more = seats.len() >= LAPSES as usize;
    let mut kept = false;
    for seat in seats {
        kept |= vacate(book, seat).await?;
    }
    if kept {
        // They may no longer be given tasks.
        work::note(book.tx, book.project, book.queue, work::KEPT, book.now).await?;
    }
    Ok(more)
}

/// Takes a task back from who has it, or for whom it is kept. What is kept for them (`kept`)
/// stays so, unless they are away or paused; says whether it does.
pub(super) async fn vacate(book: &mut Book<'_>, mut seat: Seat) -> Result<bool> {
    let id = seat.task.parse().map_err(|e| corrupt("task", e))?;
    let before = book.task(id).await?;
    let mut after = before.clone();
    if seat.is(LEASED) {
        after.leases -= 1;
    } else {
        after.keep_no_more(&seat.user_id);
    }
    // Gold waits for each person by itself; another task has one place for one person.
    let gold = after.is_gold();
    let mut keep = seat.kept != 0 && before.is_open() && (gold || after.free() > 0);
    if keep && !gold {
        let now = book.now;
        keep = book.reviewer(&seat.user_id).await?.state(now)? == ReviewerState::Active;
    }
    seat.set(if keep { ASSIGNED } else { LEFT });
    seat.kept = i64::from(keep);
    if keep && !gold {
        after.keep_for(&seat.user_id);
    }
    book.save_seat(seat);
    // Where the place is kept for the same person, nobody else's came back.
    let returned = after.free() > before.free();
    book.save(&before, after, returned).await?;
    Ok(keep)
}
