//! How far the reviewers of a queue agreed lately: what its alert looks at.

use std::collections::BTreeMap;

use vouch_domain::id::{ProjectId, TaskId};
use vouch_domain::review::{AgreementAlert, Queue, Review, ReviewState, Rubric};
use vouch_domain::webhook::AgreementFell;
use vouch_stats::agreement::{Counts, krippendorff_alpha};
use vouch_store::{Result, Store};

use crate::agreement::scale;
use crate::opinions::Opinions;
use crate::topic::Topic;

/// How many reviews are read at once.
const PAGE: u32 = 1000;
/// The most reviews that are read: a queue with many tasks that one person answered ends there.
const MOST_READ: usize = 60_000;

/// Krippendorff's alpha of each question, over the newest tasks with two answers or more: as many
/// as the alert asks for. Nothing while there are fewer; a question that was answered about less
/// than half of them is left out.
///
/// # Errors
/// Those of the store.
pub async fn lately(
    store: &dyn Store,
    project: ProjectId,
    queue: &Queue,
    alert: AgreementAlert,
) -> Result<Vec<AgreementFell>> {
    let mut newest = Newest::default();
    let (mut before, mut read) = (None, 0);
    while newest.compared < alert.last_tasks as usize && read < MOST_READ {
        let page = store.reviews_before(project, queue.id, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        read += page.len();
        for review in page {
            newest.add(review, alert.last_tasks as usize);
        }
    }
    if newest.compared < alert.last_tasks as usize {
        return Ok(Vec::new());
    }
    Ok(judge(&newest.opinions(&queue.settings.rubric), &queue.settings.rubric, alert))
}

/// The newest reviews that count, task by task.
#[derive(Default)]
struct Newest {
    of: BTreeMap<TaskId, Vec<Review>>,
    compared: usize,
}

impl Newest {
    /// Takes a review, unless there are enough tasks and it is about none of them.
    fn add(&mut self, review: Review, wanted: usize) {
        if review.state != ReviewState::Counts {
            return;
        }
        let full = self.compared >= wanted;
        let Some(task) = self.of.get_mut(&review.task) else {
            if !full {
                self.of.insert(review.task, vec![review]);
            }
            return;
        };
        if full && task.len() < 2 {
            return;
        }
        task.push(review);
        self.compared += usize::from(task.len() == 2);
    }

    fn opinions(&self, rubric: &Rubric) -> Opinions {
        let mut all = Opinions::new(rubric);
        all.take(self.of.values().filter(|task| task.len() > 1).flatten());
        all
    }
}

fn judge(opinions: &Opinions, rubric: &Rubric, alert: AgreementAlert) -> Vec<AgreementFell> {
    let questions = Topic::compared(rubric).filter_map(|question| {
        let topic = Topic::of(opinions, question)?;
        let counts = Counts::of(&topic.judgements);
        let tasks = counts.compared();
        if tasks < alert.needed() {
            return None;
        }
        let alpha = krippendorff_alpha(&counts, scale(&topic).0, None).ok()?.value;
        let (question, alpha_below) = (question.key.clone(), alert.alpha_below);
        Some(AgreementFell { question, alpha, tasks, alpha_below })
    });
    questions.collect()
}
