//! Reviews that were given elsewhere: kept all at once for each task, which is then settled.

use vouch_domain::id::{ProjectId, QueueId};
use vouch_domain::review::{
    Answers, CompletedBy, GoldAnswers, Queue, Review, ReviewState, TaskState, matches,
};
use vouch_domain::{Pointer, Time};

use super::add::shape;
use super::book::Book;
use super::queue::QueueRow;
use super::record::{self, ReviewRow};
use super::seat::{LEASED, REVIEWED, Seat};
use super::settle::{settle, unsettle};
use super::submit::MAX_ACTIVE_MS;
use super::task::{ItemRow, TaskRow, json};
use crate::sql::tx::Tx;
use crate::{GivenReview, GivenReviews, Result, StoreError, TakenReviews};

/// What [`take_in`] needs.
pub(super) type TakeIn = (ProjectId, QueueId, Vec<GivenReviews>, Time);

/// Keeps reviews that were given elsewhere.
pub(super) async fn take_in(
    (project, queue, tasks, now): &TakeIn,
    tx: &mut Tx,
) -> Result<TakenReviews> {
    let queue = QueueRow::live(&mut tx.conn, *project, *queue).await?;
    let mut book = Book::open(tx, *project, queue.id, *now);
    let mut taken = TakenReviews::default();
    for (place, given) in tasks.iter().enumerate() {
        let task = book.task(given.task).await?;
        match Checked::of(&mut book, &queue, &task, given).await? {
            Err(why) => taken.refused.push((place, why)),
            Ok(checked) => {
                taken.known += count(given.reviews.len() - checked.reviews.len());
                taken.kept += count(checked.reviews.len());
                checked.keep(&mut book, &queue, task).await?;
            }
        }
    }
    if taken.kept > 0 {
        book.close().await?;
    }
    Ok(taken)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The new reviews of a task: each by somebody who has not reviewed it.
struct Checked<'g> {
    reviews: Vec<(&'g GivenReview, Answers, Seat)>,
    gold: Option<GoldAnswers>,
}

impl<'g> Checked<'g> {
    /// Those that are to be kept, or why none of them can be.
    async fn of(
        book: &mut Book<'_>,
        queue: &Queue,
        task: &TaskRow,
        given: &'g GivenReviews,
    ) -> Result<Result<Self, String>> {
        let items = ItemRow::load(&mut book.tx.conn, book.project, &task.id).await?;
        let shape = shape(&items.item()?);
        let mut reviews: Vec<(&GivenReview, Answers, Seat)> = Vec::new();
        for one in &given.reviews {
            let user = one.user.to_string();
            let seat = book.seat(given.task, one.user).await?;
            let seat = seat.unwrap_or_else(|| Seat::new(&task.id, &user));
            let twice = reviews.iter().any(|(other, ..)| other.user == one.user);
            let name = (task.id.as_str(), user.as_str(), one.submission.as_str());
            // One that its author took back stays so.
            let before = ReviewRow::of_submission(&mut book.tx.conn, book.project, name).await?;
            if seat.is(REVIEWED) || twice || before.is_some() {
                continue;
            }
            match queue.settings.rubric.check(&one.answers.0, &shape) {
                Ok(answers) => reviews.push((one, answers, seat)),
                Err(e) => return Ok(Err(e.under(&Pointer::from("/answers")).to_string())),
            }
        }
        if !reviews.is_empty() {
            match task.state()? {
                TaskState::Complete { by: CompletedBy::Adjudication, .. } => {
                    return Ok(Err("a person has decided the task already".to_owned()));
                }
                TaskState::Cancelled { .. } => return Ok(Err("the task was cancelled".to_owned())),
                _ => {}
            }
        }
        Ok(Ok(Self { reviews, gold: json(items.gold.as_deref())? }))
    }

    async fn keep(self, book: &mut Book<'_>, queue: &Queue, task: TaskRow) -> Result<()> {
        let Some((last, ..)) = self.reviews.last() else { return Ok(()) };
        let because = last.id;
        let mut after = task.clone();
        if !task.is_open() && !task.is_gold() {
            unsettle(book, queue, &task, &mut after).await?;
            let state = task.state()?.undo();
            after.set_state(state.map_err(|e| StoreError::Conflict(e.to_string()))?);
        }
        for (one, answers, mut seat) in self.reviews {
            let right = self.gold.as_ref().map(|gold| {
                let tolerance = &queue.settings.gold.tolerance;
                matches(&queue.settings.rubric, &gold.answers, &answers, tolerance)
            });
            let review = review(queue, &task, one, answers, (book.now, right))?;
            record::insert(book, &one.submission, &review).await?;
            note(book, &review).await?;
            if seat.is(LEASED) {
                after.leases -= 1;
            } else {
                after.keep_no_more(&seat.user_id);
            }
            after.reviews += 1;
            seat.set(REVIEWED);
            (seat.kept, seat.draft, seat.returned, seat.reason) = (0, None, None, None);
            seat.rubric_version = i64::from(queue.rubric_version);
            book.save_seat(seat);
        }
        // Nobody who has the task loses their place.
        let taken = after.taken();
        if !after.is_gold() {
            after.wanted = after.wanted.max(taken);
        }
        let after = book.save(&task, after, false).await?;
        settle(book, queue, after, because).await.map(|_| ())
    }
}

fn review(
    queue: &Queue,
    task: &TaskRow,
    given: &GivenReview,
    answers: Answers,
    (now, gold_right): (Time, Option<bool>),
) -> Result<Review> {
    Ok(Review {
        id: given.id,
        queue: queue.id,
        task: task.task()?,
        user: given.user,
        user_name: None,
        state: ReviewState::Counts,
        answers,
        rubric_version: queue.rubric_version,
        created_at: given.at.min(now),
        active_ms: given.active_ms.min(MAX_ACTIVE_MS),
        order: Vec::new(),
        // Whether they saw what is suggested here is not known.
        followed_suggestion: None,
        gold_right,
    })
}

/// Counts the review for its author. Nobody is paused for what they said elsewhere.
async fn note(book: &mut Book<'_>, review: &Review) -> Result<()> {
    let user = review.user.to_string();
    let row = book.reviewer(&user).await?;
    row.last_at = row.last_at.max(Some(review.created_at.micros()));
    if let Some(right) = review.gold_right {
        row.gold_done += 1;
        row.gold_right += i64::from(right);
        return Ok(());
    }
    row.done += 1;
    row.active_ms += i64::try_from(review.active_ms).unwrap_or(0);
    book.count_review(&user, review.created_at, 1);
    Ok(())
}

/// About how much memory the reviews of a task hold while they wait.
pub(super) fn size_bytes(given: &GivenReviews) -> usize {
    let texts = given.reviews.iter().map(|one| serde_json::to_string(&one.answers));
    texts.map(|text| 512 + text.map_or(0, |text| text.len())).sum()
}
