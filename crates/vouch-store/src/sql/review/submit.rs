//! Keeping a review, and what follows from it.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest, Sha256};
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{AuditId, Entropy, QueueId};
use vouch_domain::review::{
    Answers, GoldAnswers, GoldResult, Queue, Review, ReviewDraft, ReviewState, ReviewerState,
    Rubric, SuggestionMode, TaskSuggestion, matches,
};
use vouch_domain::{Invalid, Pointer};

use super::book::Book;
use super::queue::{self, QueueRow};
use super::record::{self, ReviewRow};
use super::seat::{ASSIGNED, LEASED, REVIEWED, Seat};
use super::settle::settle;
use super::task::{ItemRow, TaskRow, json, to_json};
use crate::sql::audit;
use crate::sql::tx::Tx;
use crate::{KeptReview, Result, StoreError, Submission, Submitted};

/// The longest active time of one review, ms: a day.
pub(super) const MAX_ACTIVE_MS: u64 = 86_400_000;

/// Keeps a review.
pub(super) async fn submit((new, queue): &(Submission, QueueId), tx: &mut Tx) -> Result<Submitted> {
    let holder = new.holder;
    if !(1..=128).contains(&new.submission.chars().count()) {
        let expected = "1 to 128 characters";
        return Err(Invalid::new("/submission_id", expected, &new.submission).into());
    }
    if new.order.len() > 26 {
        return Err(Invalid::new("/order", "at most 26 places", new.order.len()).into());
    }
    let queue = QueueRow::any(&mut tx.conn, holder.project, *queue).await?;
    let queue = queue.ok_or(StoreError::NotFound("queue"))?;
    let mut book = Book::open(tx, holder.project, queue.id, holder.now);
    let task = book.task(holder.task).await?;
    let items = ItemRow::load(&mut book.tx.conn, holder.project, &task.id).await?;
    let (task_text, user) = (holder.task.to_string(), holder.user.to_string());
    let name = (task_text.as_str(), user.as_str(), new.submission.as_str());
    let before = ReviewRow::of_submission(&mut book.tx.conn, holder.project, name).await?;
    if let Some(before) = before {
        return repeat(&queue, before.review()?, task, &items);
    }
    let seat = book.seat(holder.task, holder.user).await?.ok_or(StoreError::NotFound("task"))?;
    if seat.is(REVIEWED) {
        return Err(StoreError::Conflict("you have reviewed this task already".to_owned()));
    }
    let rubric = rubric(&mut book, &queue, &seat).await?;
    let answers = rubric
        .check(&new.answers, &new.shape)
        .map_err(|invalid| invalid.under(&Pointer::from("/answers")))?;
    if let Some(why) = no_place(&task, &seat) {
        let mut seat = seat;
        let draft = ReviewDraft { answers: new.answers.clone(), active_ms: new.active_ms };
        seat.draft = Some(to_json(&draft)?);
        book.save_seat(&seat).await?;
        return Ok(Submitted::NoPlace(why.to_owned()));
    }
    let gold = json::<GoldAnswers>(items.gold.as_deref())?;
    let gold = gold.map(|gold| grade(&queue, &rubric, gold, &answers));
    let suggestion = json::<TaskSuggestion>(items.suggestion.as_deref())?;
    let seen = suggestion.as_ref().filter(|_| queue.settings.suggestions == SuggestionMode::Shown);
    let followed = seen.map(|s| matches(&rubric, &s.answers, &answers, &BTreeMap::new()));
    let review = Review {
        id: new.review,
        queue: queue.id,
        task: holder.task,
        user: holder.user,
        user_name: None,
        state: ReviewState::Counts,
        answers,
        rubric_version: u32::try_from(seat.rubric_version).unwrap_or(1),
        created_at: holder.now,
        active_ms: new.active_ms.min(MAX_ACTIVE_MS),
        order: new.order.clone(),
        followed_suggestion: followed,
        gold_right: gold.as_ref().map(|gold| gold.right),
    };
    record::insert(&mut book.tx.conn, holder.project, &new.submission, &review).await?;
    note(&mut book, &queue, &review).await?;
    let task = take_place(&mut book, task, seat).await?;
    let task = settle(&mut book, &queue, task, new.review).await?;
    book.close().await?;
    kept(&queue, review, task, &items, gold, false)
}

/// What the first submission of that name did.
fn repeat(queue: &Queue, review: Review, task: TaskRow, items: &ItemRow) -> Result<Submitted> {
    let gold = json::<GoldAnswers>(items.gold.as_deref())?;
    let right = review.gold_right;
    let gold = gold.zip(right).map(|(gold, right)| told(gold, right));
    kept(queue, review, task, items, gold, true)
}

fn kept(
    queue: &Queue,
    review: Review,
    task: TaskRow,
    items: &ItemRow,
    gold: Option<GoldResult>,
    repeated: bool,
) -> Result<Submitted> {
    let task = task.whole(items)?;
    let hidden = queue.settings.suggestions == SuggestionMode::Hidden;
    let suggestion = task.suggestion.clone().filter(|_| !hidden);
    Ok(Submitted::Kept(Box::new(KeptReview { review, task, gold, suggestion, repeated })))
}

/// The rubric that the reviewer was given.
async fn rubric(book: &mut Book<'_>, queue: &Queue, seat: &Seat) -> Result<Rubric> {
    if seat.rubric_version == i64::from(queue.rubric_version) {
        return Ok(queue.settings.rubric.clone());
    }
    let conn = &mut book.tx.conn;
    let older = queue::rubric(conn, book.project, queue.id, seat.rubric_version).await?;
    older.ok_or(StoreError::NotFound("rubric"))
}

/// Why there is no place for the review, where there is none.
fn no_place(task: &TaskRow, seat: &Seat) -> Option<&'static str> {
    if seat.is(LEASED) || seat.is(ASSIGNED) || task.is_gold() {
        return (task.class() == super::task::Class::Cancelled).then_some("the task was cancelled");
    }
    if !task.is_open() {
        return Some("the task is decided");
    }
    (!task.has_place()).then_some(
        "your time for the task was over, and others have it now; your answers are kept as a draft",
    )
}

/// Takes the reviewer's place: what was leased or kept is reviewed.
async fn take_place(book: &mut Book<'_>, task: TaskRow, mut seat: Seat) -> Result<TaskRow> {
    let mut after = task.clone();
    if seat.is(LEASED) {
        after.leases -= 1;
    } else if after.assignee.as_ref() == Some(&seat.user_id) {
        after.assignee = None;
    }
    after.reviews += 1;
    seat.set(REVIEWED);
    (seat.kept, seat.draft, seat.returned, seat.reason) = (0, None, None, None);
    book.save_seat(&seat).await?;
    book.save(&task, after, false).await
}

fn grade(queue: &Queue, rubric: &Rubric, gold: GoldAnswers, answers: &Answers) -> GoldResult {
    let right = matches(rubric, &gold.answers, answers, &queue.settings.gold.tolerance);
    told(gold, right)
}

fn told(gold: GoldAnswers, right: bool) -> GoldResult {
    GoldResult { right, answers: gold.answers, why: gold.why }
}

/// Counts the review for its author; pauses who is too often wrong on gold.
async fn note(book: &mut Book<'_>, queue: &Queue, review: &Review) -> Result<()> {
    let user = review.user.to_string();
    let now = book.now;
    let row = book.reviewer(&user).await?;
    row.last_at = Some(now.micros());
    if let Some(followed) = review.followed_suggestion {
        row.suggested += 1;
        row.followed += i64::from(followed);
    }
    let Some(right) = review.gold_right else {
        row.done += 1;
        row.active_ms += i64::try_from(review.active_ms).unwrap_or(0);
        book.count_review(&user, now, 1);
        return Ok(());
    };
    row.gold_done += 1;
    row.gold_right += i64::from(right);
    row.gold_window.push(if right { '1' } else { '0' });
    let window = queue.settings.gold.window as usize;
    let over = row.gold_window.len().saturating_sub(window);
    row.gold_window.drain(..over);
    let rights = row.gold_window.chars().filter(|c| *c == '1').count();
    let share = |n: usize| f64::from(u32::try_from(n).unwrap_or(0));
    let is_below = |least: f64| share(rights) < least * share(window);
    // A window that is not full says nothing yet.
    let full = row.gold_window.len() == window;
    if !full || !queue.settings.gold.pause_below.is_some_and(is_below) {
        return Ok(());
    }
    let reason = format!(
        "{rights} of your last {window} check tasks were right. Please look at the guidelines and \
         at what was missed, and talk to whoever leads the queue: they can let you go on."
    );
    row.set_state(ReviewerState::Paused, None, Some(reason));
    row.gold_window.clear();
    let entry = NewAudit {
        id: AuditId::new(now, drawn(&[&review.id.to_string(), "pause"])),
        project: book.project,
        at: now,
        actor: Actor::System,
        action: "reviewer.pause".to_owned(),
        subject: user,
        details: json!({"queue": queue.id, "right": rights, "of": window}),
    };
    audit::append(book.tx, &entry).await
}

/// Randomness for an id that follows from other ids: the same each time.
pub(super) fn drawn(names: &[&str]) -> Entropy {
    let digest = Sha256::digest(names.join("\n"));
    let mut entropy: Entropy = [0; 10];
    entropy.copy_from_slice(&digest[..10]);
    entropy
}
