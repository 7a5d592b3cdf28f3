//! What follows when a feedback begins or ceases to count: its log's tally, the labels that
//! lead from a chart to its logs, and the roll-ups.

use std::collections::BTreeMap;

use vouch_domain::actor::Source;
use vouch_domain::feedback::FeedbackTarget;
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::metric::MetricValue;
use vouch_domain::rollup::{Dimension, labels};

use super::kept::Kept;
use crate::Result;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;

/// Effects of many feedbacks, to be written together.
#[derive(Default)]
pub(super) struct Effects {
    tallies: BTreeMap<(ProjectId, LogId), TallyDelta>,
    labels: Vec<LabelChange>,
    counts: Vec<(ProjectId, FeedbackId, bool)>,
}

/// Changes to a row of `log_tallies`, in the order of its columns.
#[derive(Default)]
struct TallyDelta {
    thumbs_up: i64,
    thumbs_down: i64,
    feedback_count: i64,
    corrections: i64,
    /// For each weight of a source its scores and their sum in millionths.
    scores: [(i64, i64); Source::WEIGHTS],
}

struct LabelChange {
    project: ProjectId,
    log: LogId,
    feedback: FeedbackId,
    metric: String,
    label: String,
    day: i64,
    added: bool,
}

impl Effects {
    /// `kept` begins (`sign` 1) or ceases (`sign` -1) to count. `dimensions` are those of its
    /// log, or `None` when the log has not come yet. Charts count what is said of logs, so that
    /// every bar leads to its logs; what is said of a chain or conversation stays on its page.
    pub(super) fn count(
        &mut self,
        tx: &mut Tx,
        project: ProjectId,
        kept: &Kept,
        dimensions: Option<&[Dimension]>,
        sign: i8,
    ) {
        let feedback = (kept.name.as_str(), &kept.value, kept.at);
        let FeedbackTarget::LogId(log) = kept.target else { return };
        if let Some(dimensions) = dimensions {
            tx.pending.count_feedback(project, feedback, dimensions, sign);
        }
        self.tallies.entry((project, log)).or_default().add(kept, i64::from(sign));
        if sign > 0 {
            tx.pending.spans.add_feedback(project, &kept.name, kept.at.day(), log);
        }
        let mut labels = labels(&kept.value);
        if labels.is_empty() {
            labels.push(String::new());
        }
        for label in labels {
            self.labels.push(LabelChange {
                project,
                log,
                feedback: kept.id,
                metric: kept.name.clone(),
                label,
                day: kept.at.day(),
                added: sign > 0,
            });
        }
    }

    /// A feedback that is stored has another `counts` flag from now on.
    pub(super) fn set_counts(&mut self, project: ProjectId, id: FeedbackId, counts: bool) {
        self.counts.push((project, id, counts));
    }

    /// Writes the effects on tallies, labels and flags; the roll-ups are in `tx.pending`.
    pub(super) async fn write(self, tx: &mut Tx) -> Result<()> {
        write_counts(tx, &self.counts).await?;
        write_labels(tx, self.labels).await?;
        write_tallies(tx, self.tallies).await
    }
}

impl TallyDelta {
    fn add(&mut self, kept: &Kept, sign: i64) {
        self.feedback_count += sign;
        self.corrections += if kept.corrects { sign } else { 0 };
        match (kept.name.as_str(), &kept.value) {
            ("thumbs", MetricValue::Boolean(true)) => self.thumbs_up += sign,
            ("thumbs", MetricValue::Boolean(false)) => self.thumbs_down += sign,
            ("score", MetricValue::Number(score)) => {
                let (count, sum) = &mut self.scores[kept.source.weight()];
                *count += sign;
                *sum = sum.saturating_add(sign.saturating_mul(micros(*score)));
            }
            _ => {}
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and scores are small")]
fn micros(score: f64) -> i64 {
    (score * 1e6).round() as i64
}

async fn write_counts(tx: &mut Tx, changes: &[(ProjectId, FeedbackId, bool)]) -> Result<()> {
    let columns = &[("project", Kind::Text), ("id", Kind::Text)];
    let (mut on, mut off) = (Rows::new(columns), Rows::new(columns));
    for (project, id, counts) in changes {
        let rows = if *counts { &mut on } else { &mut off };
        rows.push([(*project).into(), (*id).into()]);
    }
    off.run(
        &mut tx.conn,
        "UPDATE feedback SET counts = 0 WHERE (project, id) IN (SELECT project, id FROM k)",
    )
    .await?;
    on.run(
        &mut tx.conn,
        "UPDATE feedback SET counts = 1 WHERE (project, id) IN (SELECT project, id FROM k)",
    )
    .await
    .map(|_| ())
}

/// Adds and removes labels. Within one batch a feedback may begin and cease to count, in this
/// order, so what is added comes first.
async fn write_labels(tx: &mut Tx, changes: Vec<LabelChange>) -> Result<()> {
    let mut added = Rows::new(&[
        ("project", Kind::Text),
        ("metric", Kind::Text),
        ("label", Kind::Text),
        ("log", Kind::Text),
        ("feedback", Kind::Text),
        ("day", Kind::Int),
    ]);
    let mut removed = Rows::new(&[
        ("project", Kind::Text),
        ("metric", Kind::Text),
        ("label", Kind::Text),
        ("log", Kind::Text),
        ("feedback", Kind::Text),
    ]);
    for c in changes {
        let (metric, label) = (c.metric.into(), c.label.into());
        if c.added {
            let day = c.day.into();
            added.push([c.project.into(), metric, label, c.log.into(), c.feedback.into(), day]);
        } else {
            removed.push([c.project.into(), metric, label, c.log.into(), c.feedback.into()]);
        }
    }
    added.insert(&mut tx.conn, "feedback_labels", "").await?;
    let delete = "DELETE FROM feedback_labels WHERE (project, metric, log, label, feedback) IN \
                  (SELECT project, metric, log, label, feedback FROM k)";
    removed.run(&mut tx.conn, delete).await.map(|_| ())
}

/// Adds to the tallies. The sums of scores, many columns, are touched only by scores.
async fn write_tallies(
    tx: &mut Tx,
    tallies: BTreeMap<(ProjectId, LogId), TallyDelta>,
) -> Result<()> {
    let mut counts = Rows::new(&[
        ("project", Kind::Text),
        ("log", Kind::Text),
        ("thumbs_up", Kind::Int),
        ("thumbs_down", Kind::Int),
        ("feedback_count", Kind::Int),
        ("corrections", Kind::Int),
    ]);
    let mut scores = Rows::new(&[
        ("project", Kind::Text),
        ("log", Kind::Text),
        ("program_scores", Kind::Int),
        ("program_score_micros", Kind::Int),
        ("judge_scores", Kind::Int),
        ("judge_score_micros", Kind::Int),
        ("end_user_scores", Kind::Int),
        ("end_user_score_micros", Kind::Int),
        ("reviewer_scores", Kind::Int),
        ("reviewer_score_micros", Kind::Int),
    ]);
    for ((project, log), delta) in tallies {
        counts.push([
            project.into(),
            log.into(),
            delta.thumbs_up.into(),
            delta.thumbs_down.into(),
            delta.feedback_count.into(),
            delta.corrections.into(),
        ]);
        if delta.scores == <[(i64, i64); Source::WEIGHTS]>::default() {
            continue;
        }
        let [program, judge, end_user, reviewer] = delta.scores;
        scores.push([
            project.into(),
            log.into(),
            program.0.into(),
            program.1.into(),
            judge.0.into(),
            judge.1.into(),
            end_user.0.into(),
            end_user.1.into(),
            reviewer.0.into(),
            reviewer.1.into(),
        ]);
    }
    let add = "ON CONFLICT (project, log) DO UPDATE SET \
        thumbs_up = log_tallies.thumbs_up + excluded.thumbs_up, \
        thumbs_down = log_tallies.thumbs_down + excluded.thumbs_down, \
        feedback_count = log_tallies.feedback_count + excluded.feedback_count, \
        corrections = log_tallies.corrections + excluded.corrections";
    counts.insert(&mut tx.conn, "log_tallies", add).await?;
    let add = "UPDATE log_tallies SET \
        program_scores = log_tallies.program_scores + k.program_scores, \
        program_score_micros = log_tallies.program_score_micros + k.program_score_micros, \
        judge_scores = log_tallies.judge_scores + k.judge_scores, \
        judge_score_micros = log_tallies.judge_score_micros + k.judge_score_micros, \
        end_user_scores = log_tallies.end_user_scores + k.end_user_scores, \
        end_user_score_micros = log_tallies.end_user_score_micros + k.end_user_score_micros, \
        reviewer_scores = log_tallies.reviewer_scores + k.reviewer_scores, \
        reviewer_score_micros = log_tallies.reviewer_score_micros + k.reviewer_score_micros \
        FROM k WHERE log_tallies.project = k.project AND log_tallies.log = k.log";
    scores.run(&mut tx.conn, add).await.map(|_| ())
}
