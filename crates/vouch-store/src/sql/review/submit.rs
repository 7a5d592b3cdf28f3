//! Keeping a review, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sha2::{Digest, Sha256};
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{AuditId, Entropy, ProjectId, QueueId};
use vouch_domain::review::{
    Answers, GoldAnswers, GoldResult, Queue, Review, ReviewDraft, ReviewState, ReviewerState,
    Rubric, SuggestionMode, TaskSuggestion, matches,
};
use vouch_domain::{Invalid, Pointer, Time};

use super::book::Book;
use super::queue::{self, QueueRow};
use super::record::{self, ReviewRow};
use super::seat::{ASSIGNED, JoinedSeat, KNOWN, LEASED, REVIEWED, Seat};
use super::settle::settle;
use super::task::{self, ItemRow, TaskRow, json, to_json};
use super::work;
use crate::error::{Remedy, outward, remedy};
use crate::sql::audit;
use crate::sql::op::Slot;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::{Kind, clean};
use crate::{Holder, KeptReview, Result, StoreError, Submission, Submitted};

/// The longest active time of one review, ms: a day.
pub(super) const MAX_ACTIVE_MS: u64 = 86_400_000;

/// A review that waits to be kept.
pub(crate) struct Submit {
    pub(crate) new: Submission,
    pub(crate) slot: Slot<Submitted>,
}

/// Keeps reviews of one queue, one after the other; what they need is read for all together. What
/// is wrong with one becomes its outcome.
pub(crate) async fn submit_all(
    tx: &mut Tx,
    (project, queue): (ProjectId, QueueId),
    ops: &mut [&mut Submit],
) -> Result<()> {
    tx.settle();
    let Some(queue) = QueueRow::shared(tx, project, queue).await? else {
        for op in ops {
            op.slot.set(Err(StoreError::NotFound("queue")));
        }
        return Ok(());
    };
    let now = ops.iter().map(|op| op.new.holder.now).max().unwrap_or(Time::from_micros(0));
    let mut book = Book::open(tx, project, queue.id, now);
    let mut seated = book.seated(ops.iter().map(|op| &op.new)).await?;
    for op in &mut *ops {
        let holder = op.new.holder;
        book.now = holder.now;
        let found = seated.get_mut(&(holder.task.to_string(), holder.user.to_string()));
        let step = match found {
            Some(found) => admit(&mut book, &queue, &op.new, found).await,
            None => Err(StoreError::NotFound("task")),
        };
        let outcome = match step {
            Ok(Step::Done(done)) => Ok(done),
            Ok(Step::Keep(admitted)) => keep(&mut book, &queue, &op.new, *admitted).await?,
            Err(error) if remedy(&error) != Remedy::Isolate => return Err(error),
            Err(error) => Err(outward(error)),
        };
        op.slot.set(outcome);
    }
    book.close().await
}

/// What is to be done with a submission.
enum Step {
    /// Nothing more.
    Done(Submitted),
    /// It is kept.
    Keep(Box<Admitted>),
}

/// A submission for which there is a place.
struct Admitted {
    task: TaskRow,
    items: ItemRow,
    seat: Seat,
    rubric: Rubric,
    answers: Answers,
}

/// Checks a submission; changes nothing but a draft.
async fn admit(
    book: &mut Book<'_>,
    queue: &Queue,
    new: &Submission,
    found: &mut Seated,
) -> Result<Step> {
    let holder = new.holder;
    if !(1..=128).contains(&new.submission.chars().count()) {
        let expected = "1 to 128 characters";
        return Err(Invalid::new("/submission_id", expected, &new.submission).into());
    }
    if new.order.len() > 26 {
        return Err(Invalid::new("/order", "at most 26 places", new.order.len()).into());
    }
    let (task_id, user_id) = (holder.task.to_string(), holder.user.to_string());
    // Another submission of the batch may have changed either.
    let changed = book.ledger.seat(&task_id, &user_id).cloned();
    let is_known = found.submissions.contains(&new.submission) || changed.is_some();
    let task = book.ledger.task(&task_id).unwrap_or(&found.task).clone();
    let items = found.item.clone();
    if is_known && let Some(before) = submitted(book, new).await? {
        return repeat(queue, before, task, &items).map(Step::Done);
    }
    let seat = changed.or_else(|| found.seat.clone()).filter(|seat| !seat.is(KNOWN));
    let seat = seat.ok_or(StoreError::NotFound("task"))?;
    if seat.is(REVIEWED) {
        return Err(StoreError::Conflict("you have reviewed this task already".to_owned()));
    }
    let rubric = rubric(book, queue, &seat).await?;
    let answers = rubric
        .check(&new.answers, &new.shape)
        .map_err(|invalid| invalid.under(&Pointer::from("/answers")))?;
    if let Some(why) = no_place(&task, &seat) {
        let mut seat = seat;
        let draft = ReviewDraft { answers: new.answers.clone(), active_ms: new.active_ms };
        seat.draft = Some(to_json(&draft)?);
        book.save_seat(seat);
        return Ok(Step::Done(Submitted::NoPlace(why.to_owned())));
    }
    Ok(Step::Keep(Box::new(Admitted { task, items, seat, rubric, answers })))
}

/// Keeps a review, with all that follows. An error spoils the transaction.
async fn keep(
    book: &mut Book<'_>,
    queue: &Queue,
    new: &Submission,
    admitted: Admitted,
) -> Result<Result<Submitted>> {
    let Admitted { task, items, seat, rubric, answers } = admitted;
    let gold = json::<GoldAnswers>(items.gold.as_deref())?;
    let gold = gold.map(|gold| grade(queue, &rubric, gold, &answers));
    let suggestion = json::<TaskSuggestion>(items.suggestion.as_deref())?;
    let seen = suggestion.as_ref().filter(|_| queue.settings.suggestions == SuggestionMode::Shown);
    let followed = seen.map(|s| matches(&rubric, &s.answers, &answers, &BTreeMap::new()));
    let review = Review {
        id: new.review,
        queue: queue.id,
        task: new.holder.task,
        user: new.holder.user,
        user_name: None,
        state: ReviewState::Counts,
        answers,
        rubric_version: u32::try_from(seat.rubric_version).unwrap_or(1),
        created_at: new.holder.now,
        active_ms: new.active_ms.min(MAX_ACTIVE_MS),
        order: new.order.clone(),
        followed_suggestion: followed,
        gold_right: gold.as_ref().map(|gold| gold.right),
    };
    record::insert(book, &new.submission, &review).await?;
    note(book, queue, &review).await?;
    let task = take_place(book, task, seat).await?;
    let task = settle(book, queue, task, new.review).await?;
    Ok(kept(queue, review, task, &items, gold, false))
}

/// A task with what it is about, a person's seat, and which of their submissions are there.
struct Seated {
    task: TaskRow,
    item: ItemRow,
    seat: Option<Seat>,
    submissions: Vec<String>,
}

/// The row of a [`Seated`].
#[derive(sqlx::FromRow)]
struct SeatedRow {
    for_user: String,
    #[sqlx(flatten)]
    task: TaskRow,
    #[sqlx(flatten)]
    item: ItemRow,
    #[sqlx(flatten)]
    seat: JoinedSeat,
    submitted: Option<String>,
}

impl Book<'_> {
    /// The tasks of submissions, by task and person, with what settles them and with their
    /// reviewers.
    async fn seated(
        &mut self,
        all: impl Iterator<Item = &Submission>,
    ) -> Result<BTreeMap<(String, String), Seated>> {
        let mut rows = Rows::new(&[
            ("project", Kind::Text),
            ("task", Kind::Text),
            ("user_id", Kind::Text),
            ("submission", Kind::Text),
        ]);
        for new in all {
            let Holder { task, user, .. } = new.holder;
            let submission = clean(&new.submission);
            rows.push([self.project.into(), task.into(), user.into(), submission.into()]);
        }
        let body = format!(
            "SELECT k.user_id AS for_user, {}, i.item, i.suggestion, i.gold, {}, \
             r.submission AS submitted FROM k CROSS JOIN tasks t CROSS JOIN task_items i \
             LEFT JOIN task_seats s ON s.project = k.project AND s.task = k.task \
             AND s.user_id = k.user_id LEFT JOIN reviews r ON r.project = k.project \
             AND r.task = k.task AND r.user_id = k.user_id AND r.submission = k.submission \
             WHERE t.project = k.project AND t.id = k.task AND i.project = k.project \
             AND i.task = k.task",
            task::COLUMNS,
            JoinedSeat::COLUMNS
        );
        let queue = self.queue.to_string();
        let mut seated: BTreeMap<_, Seated> = BTreeMap::new();
        for row in rows.all::<SeatedRow>(&mut self.tx.conn, &body).await? {
            if row.task.queue != queue {
                continue;
            }
            let entry = seated.entry((row.task.id.clone(), row.for_user));
            let seat = row.seat;
            let fresh = || Seated {
                task: row.task,
                item: row.item,
                seat: seat.seat(),
                submissions: Vec::new(),
            };
            entry.or_insert_with(fresh).submissions.extend(row.submitted);
        }
        self.read_ahead(&seated).await?;
        Ok(seated)
    }

    /// Reads the reviews of tasks that may be settled, and the rows of all reviewers.
    async fn read_ahead(&mut self, seated: &BTreeMap<(String, String), Seated>) -> Result<()> {
        let tasks = seated.values().map(|seated| &seated.task);
        let settles = |task: &&TaskRow| !task.is_gold() && task.reviews + 1 >= task.wanted;
        let (begun, fresh): (Vec<_>, Vec<_>) =
            tasks.filter(settles).partition(|task| task.reviews > 0);
        let begun: Vec<String> = begun.into_iter().map(|task| task.id.clone()).collect();
        let known = ReviewRow::of_tasks(&mut self.tx.conn, self.project, &begun).await?;
        self.counting = known;
        self.counting.extend(fresh.into_iter().map(|task| (task.id.clone(), Vec::new())));
        let authors: BTreeSet<String> =
            self.counting.values().flatten().map(|review| review.user_id.clone()).collect();
        let submit = seated.keys().map(|(_, user)| user.as_str());
        self.know_reviewers(authors.iter().map(String::as_str).chain(submit)).await
    }
}

/// What was kept under the name of this submission before.
async fn submitted(book: &mut Book<'_>, new: &Submission) -> Result<Option<Review>> {
    let (task, user) = (new.holder.task.to_string(), new.holder.user.to_string());
    let name = (task.as_str(), user.as_str(), new.submission.as_str());
    let project = book.project;
    let row = ReviewRow::of_submission(book.flush().await?, project, name).await?;
    row.map(ReviewRow::review).transpose()
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
    } else {
        after.keep_no_more(&seat.user_id);
    }
    after.reviews += 1;
    seat.set(REVIEWED);
    (seat.kept, seat.draft, seat.returned, seat.reason) = (0, None, None, None);
    book.save_seat(seat);
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
    work::note(book.tx, book.project, book.queue, work::KEPT, now).await?;
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
pub(crate) fn drawn(names: &[&str]) -> Entropy {
    let digest = Sha256::digest(names.join("\n"));
    let mut entropy: Entropy = [0; 10];
    entropy.copy_from_slice(&digest[..10]);
    entropy
}
