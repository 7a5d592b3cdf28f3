//! What the reviews of a task say together, once there are enough: its consensus, the agreement of
//! its reviewers with it, and the feedback on its log.

use std::collections::BTreeMap;

use serde_json::Value;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId, ReviewId};
use vouch_domain::review::{
    Answers, ConflictReason, Consensus, Found, Outcome, Overlap, QuestionKind, Queue, Verdict,
    Vote, accuracy, conclude, conclude_with, is_sampled, matches, posterior,
};

use super::book::Book;
use super::record::ReviewRow;
use super::submit::drawn;
use super::task::{TaskRow, json, to_json};
use super::weigh;
use crate::error::corrupt;
use crate::sql::feedback::append::{Given, append};
use crate::sql::feedback::retract::{Retraction, retract};
use crate::sql::metric::Metrics;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::{Result, StoreError};

/// Settles a task after a review came, or another number of reviews is wanted.
pub(super) async fn settle(
    book: &mut Book<'_>,
    queue: &Queue,
    task: TaskRow,
    because: ReviewId,
) -> Result<TaskRow> {
    let enough = task.reviews >= task.wanted && task.reviews > 0;
    if !task.is_open() || task.is_gold() || task.escalated.is_some() || !enough {
        return Ok(task);
    }
    let reviews = book.counting(&task.id).await?;
    book.know_reviewers(reviews.iter().map(|review| review.user_id.as_str())).await?;
    if let Overlap::Adaptive { max, confidence, question, .. } = &queue.settings.overlap {
        let sure = likeliest(book, queue, question, &reviews).await?;
        if sure.is_none_or(|p| p < *confidence) && task.wanted < i64::from(*max) {
            let mut more = task.clone();
            more.wanted += 1;
            return book.save(&task, more, true).await;
        }
    }
    if queue.settings.is_weighed() {
        // Its reviews are in, but what they come to depends on all reviews of the queue: too much
        // for a transaction that others wait for.
        weigh::note(book, &task).await?;
        return Ok(task);
    }
    finish(book, queue, (task, &reviews), &BTreeMap::new(), because).await
}

/// Decides an open task whose reviews are in, where they are enough, or gives it to a person.
pub(super) async fn finish(
    book: &mut Book<'_>,
    queue: &Queue,
    (task, reviews): (TaskRow, &[ReviewRow]),
    found: &BTreeMap<String, Found>,
    because: ReviewId,
) -> Result<TaskRow> {
    let answers = reviews.iter().map(ReviewRow::answers).collect::<Result<Vec<_>>>()?;
    let given: Vec<&Answers> = answers.iter().collect();
    let (mut consensus, mut verdict) = conclude_with(&queue.settings, &given, found);
    if let Overlap::Adaptive { max, question, .. } = &queue.settings.overlap {
        let sure = likeliest(book, queue, question, reviews).await?;
        if let Some(outcome) = consensus.questions.get_mut(question) {
            outcome.posterior = outcome.posterior.or(sure);
        }
        consensus.saved = u32::try_from(i64::from(*max) - task.reviews).unwrap_or(0);
        book.count_saved(i64::from(consensus.saved));
    }
    if verdict == Verdict::Complete
        && is_sampled("second_review", &task.id, queue.settings.second_review)
    {
        verdict = Verdict::Conflict(ConflictReason::SecondReview);
    }
    let mut after = task.clone();
    let state = task.state()?.settle(verdict, book.now);
    after.set_state(state.map_err(|e| StoreError::Conflict(e.to_string()))?);
    after.consensus = Some(to_json(&consensus)?);
    if verdict == Verdict::Complete {
        tell(book, queue, (&task, reviews), &consensus, because).await?;
    }
    book.save(&task, after, false).await
}

/// The posterior of the likeliest answer to the question that an adaptive overlap looks at.
async fn likeliest(
    book: &mut Book<'_>,
    queue: &Queue,
    key: &str,
    reviews: &[ReviewRow],
) -> Result<Option<f64>> {
    let Some(question) = queue.settings.rubric.question(key) else { return Ok(None) };
    let classes = question.kind.classes().unwrap_or(2);
    let mut given = Vec::new();
    for review in reviews {
        let answers = review.answers()?;
        let Some(answer) = answers.get(key) else { continue };
        // How strong a preference is is no other answer.
        let label = match &question.kind {
            QuestionKind::Preference { .. } => answer.get("choice").unwrap_or(answer),
            _ => answer,
        };
        let (right, of) = book.reviewer(&review.user_id).await?.record();
        given.push((label.to_string(), accuracy(right, of)));
    }
    let votes: Vec<Vote<'_>> =
        given.iter().map(|(label, accuracy)| Vote { label, accuracy: *accuracy }).collect();
    Ok(posterior(&votes, classes).map(|(_, p)| p))
}

/// Tells what was decided: compares the reviews with it, and appends the feedback on the log.
pub(super) async fn tell(
    book: &mut Book<'_>,
    queue: &Queue,
    (task, reviews): (&TaskRow, &[ReviewRow]),
    consensus: &Consensus,
    because: ReviewId,
) -> Result<()> {
    compare(book, queue, reviews, &consensus.answers).await?;
    let Some(log) = &task.log else { return Ok(()) };
    let log: LogId = log.parse().map_err(|e| corrupt("task", e))?;
    for question in queue.settings.rubric.questions() {
        let Some(answer) = consensus.answers.get(&question.key) else { continue };
        let Some(value) = metric_value(&question.kind, answer) else { continue };
        let correction = matches!(question.kind, QuestionKind::Correction);
        let correction = answer.as_str().filter(|_| correction).map(str::to_owned);
        let entropy = drawn(&[&task.id, &question.key, &because.to_string()]);
        book.feedback.push(NewFeedback {
            id: FeedbackId::new(book.now, entropy),
            project: book.project,
            at: book.now,
            author: Actor::Queue(queue.id),
            source: Source::Reviewers,
            target: FeedbackTarget::LogId(log),
            name: question.key.clone(),
            value,
            comment: None,
            correction,
        });
    }
    Ok(())
}

/// The answer as the value of a metric.
fn metric_value(kind: &QuestionKind, answer: &Value) -> Option<Value> {
    kind.metric_type()?;
    Some(match kind {
        QuestionKind::Checklist { options } => {
            let ticked = |key: &str| answer.get(key) == Some(&Value::Bool(true));
            let keys = options.iter().filter(|option| ticked(&option.key));
            keys.map(|option| Value::from(option.key.as_str())).collect()
        }
        _ => answer.clone(),
    })
}

/// Appends feedback; what a metric no longer takes, because somebody changed it, is left out.
pub(super) async fn give(tx: &mut Tx, feedback: &[NewFeedback]) -> Result<()> {
    if feedback.is_empty() {
        return Ok(());
    }
    let targets =
        feedback.iter().filter_map(|new| Some((new.project, new.target.log()?.to_string())));
    tx.lock_targets(&targets.collect()).await?;
    let names = feedback.iter().map(|new| (new.project, new.name.as_str())).collect();
    let mut metrics = Metrics::load(tx, &names).await?;
    let mut given = Vec::new();
    for new in feedback {
        match metrics.check(new.project, std::slice::from_ref(new)) {
            Ok(values) => {
                given.extend(values.iter().map(|value| Given::new(new.project, new, value)));
            }
            Err(invalid) => {
                tracing::warn!(metric = new.name, %invalid, "a consensus is no feedback");
            }
        }
    }
    metrics.save(tx).await?;
    append(tx, &given).await.map(|_| ())
}

/// Compares the reviews that count with what was decided.
async fn compare(
    book: &mut Book<'_>,
    queue: &Queue,
    reviews: &[ReviewRow],
    decided: &Answers,
) -> Result<()> {
    for review in reviews {
        let rubric = &queue.settings.rubric;
        let agreed = matches(rubric, decided, &review.answers()?, &BTreeMap::new());
        book.ledger.mark(&review.id, Some(agreed));
        let row = book.reviewer(&review.user_id).await?;
        row.compared += 1;
        row.agreed += i64::from(agreed);
    }
    Ok(())
}

/// Takes back what [`tell`] told of a decided task.
pub(super) async fn untell(book: &mut Book<'_>, queue: &Queue, task: &TaskRow) -> Result<()> {
    for review in book.counting(&task.id).await? {
        let Some(agreed) = review.agreed else { continue };
        book.ledger.mark(&review.id, None);
        let row = book.reviewer(&review.user_id).await?;
        row.compared -= 1;
        row.agreed -= agreed;
    }
    let Some(log) = &task.log else { return Ok(()) };
    let author = Actor::Queue(queue.id);
    let told = sql("SELECT f.id FROM feedback f WHERE f.project = $1 AND f.target = $2 \
         AND f.author = $3 AND NOT EXISTS (SELECT 1 FROM feedback_retractions r \
         WHERE r.project = f.project AND r.feedback = f.id) ORDER BY f.id");
    let told = told.bind(book.project).bind(log).bind(&author);
    for (id,) in told.all::<(String,)>(&mut book.tx.conn).await? {
        let retraction = Retraction {
            project: book.project,
            id: id.parse().map_err(|e| corrupt("feedback", e))?,
            by: author.clone(),
            only_by: None,
            at: book.now,
        };
        retract(&retraction, book.tx).await?;
    }
    Ok(())
}

/// Reopens a task that may have been decided: nothing is said of it any more. Its state is to be
/// set by the caller.
pub(super) async fn unsettle(
    book: &mut Book<'_>,
    queue: &Queue,
    task: &TaskRow,
    after: &mut TaskRow,
) -> Result<()> {
    if task.is_open() {
        return Ok(());
    }
    untell(book, queue, task).await?;
    book.count_saved(-i64::from(saved(task)?));
    after.consensus = None;
    Ok(())
}

/// How many reviews an adaptive overlap did not need for a task.
pub(super) fn saved(task: &TaskRow) -> Result<u32> {
    let consensus = json::<Consensus>(task.consensus.as_deref())?;
    Ok(consensus.map_or(0, |consensus| consensus.saved))
}

/// The outcome of each question for a person's decision: how many of the reviews say the same.
pub(super) fn outcomes(
    queue: &Queue,
    answers: &[Answers],
    decided: &Answers,
) -> BTreeMap<String, Outcome> {
    let (consensus, _) = conclude(&queue.settings, &answers.iter().collect::<Vec<_>>());
    let same =
        |key: &str, value: &Value| answers.iter().filter(|a| a.get(key) == Some(value)).count();
    let share = |key: &str, votes: u32| {
        let same = decided.get(key).map_or(0, |value| same(key, value));
        f64::from(u32::try_from(same).unwrap_or(0)) / f64::from(votes.max(1))
    };
    let outcome = |(key, outcome): (String, Outcome)| {
        let share = share(&key, outcome.votes);
        (key, Outcome { share, ..outcome })
    };
    consensus.questions.into_iter().map(outcome).collect()
}
