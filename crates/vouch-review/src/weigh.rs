//! Deciding tasks by a method that weighs reviewers by all they did in a queue.
//!
//! A round runs the method over all reviews of each queue in which something changed, outside any
//! transaction, and then has the store apply what it found to the tasks that wait, and to those that
//! completed themselves and whose answer is another one now. It is safe to repeat, and for several
//! nodes to do at once: the store applies nothing to a task whose reviews changed meanwhile.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::{Answers, ConsensusRule, Found, Queue};
use vouch_store::{Result, Store, StoreError, Weighing};

use crate::cache::OpinionCache;
use crate::consensus::Together;
use crate::opinions::Opinions;

/// How many tasks are applied in one transaction, under the queue's lock.
const APPLIED: usize = 50;
/// How many waiting tasks, and how many that completed themselves, are read at once.
const READ: u32 = 5000;
/// Of how many tasks it is remembered what the method said last; about 50 bytes each.
const REMEMBERED: usize = 2_000_000;

/// Runs the methods of queues.
pub struct Weigher {
    cache: Arc<OpinionCache>,
    seen: HashMap<(ProjectId, QueueId), Seen>,
}

/// What a queue's method said in the last round.
struct Seen {
    rule: (ConsensusRule, u32),
    /// A hash of its answers, by task.
    answers: HashMap<TaskId, u64>,
}

/// What a round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weighed {
    /// How many queues it looked at.
    pub queues: u32,
    /// How many tasks were decided, or decided anew.
    pub tasks: u32,
}

/// The methods' results for each question of a queue that is weighed.
struct Results(Vec<(String, Together)>);

impl Results {
    fn of(opinions: &Arc<Opinions>, queue: &Queue) -> Self {
        if !queue.settings.is_weighed() {
            return Self(Vec::new());
        }
        let questions = queue.settings.rubric.questions().iter();
        let questions = questions.filter(|question| question.kind.is_weighed());
        let result = |question: &vouch_domain::review::Question| {
            let together = Together::of(Arc::clone(opinions), question, queue.settings.consensus)?;
            Some((question.key.clone(), together))
        };
        Self(questions.filter_map(result).collect())
    }

    fn found(&self, number: usize) -> BTreeMap<String, Found> {
        let found =
            |(key, together): &(String, Together)| Some((key.clone(), together.found(number)?));
        self.0.iter().filter_map(found).collect()
    }

    fn hash(&self, number: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (_, together) in &self.0 {
            let answer = together.found(number).and_then(|found| found.answer);
            answer.map(|answer| answer.to_string()).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether a task that came to these answers may come to others.
    fn differ(&self, number: usize, answers: &Answers) -> bool {
        self.0.iter().any(|(key, together)| {
            let found = together.found(number).and_then(|found| found.answer);
            let is = answers.get(key).map(|answer| answer.get("choice").unwrap_or(answer));
            found.as_ref() != is
        })
    }
}

impl Weigher {
    /// Nothing seen yet.
    pub fn new(cache: Arc<OpinionCache>) -> Self {
        Self { cache, seen: HashMap::new() }
    }

    /// Looks at the queues in which something changed.
    ///
    /// # Errors
    /// Those of the store. What was done before stays, and the next round does the rest.
    pub async fn round(&mut self, store: &dyn Store, now: Time) -> Result<Weighed> {
        let mut weighed = Weighed::default();
        for (project, id) in store.queues_to_weigh().await? {
            let Some(queue) = store.queue(project, id).await? else { continue };
            weighed.queues += 1;
            weighed.tasks += self.weigh(store, project, queue, now).await?;
        }
        Ok(weighed)
    }

    async fn weigh(
        &mut self,
        store: &dyn Store,
        project: ProjectId,
        queue: Queue,
        now: Time,
    ) -> Result<u32> {
        let opinions = self.cache.of(store, project, &queue).await?;
        let (id, upto) = (queue.id, opinions.change());
        let rule = (queue.settings.consensus, queue.rubric_version);
        let waiting = store.waiting_tasks(project, id, READ).await?;
        let before = self.seen.remove(&(project, id)).filter(|seen| seen.rule == rule);
        let known = before.is_some();
        let held = Arc::clone(&opinions);
        let compute = move || {
            let results = Results::of(&held, &queue);
            let mut changed = Vec::new();
            let mut answers = HashMap::new();
            for (number, task) in held.tasks().iter().enumerate() {
                let hash = results.hash(number);
                answers.insert(*task, hash);
                let other = before.as_ref().and_then(|seen| seen.answers.get(task));
                if other.is_some_and(|other| *other != hash) {
                    changed.push(*task);
                }
            }
            (results, changed, answers)
        };
        let computed = tokio::task::spawn_blocking(compute).await;
        let (results, changed, answers) =
            computed.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let numbers: HashMap<TaskId, usize> =
            opinions.tasks().iter().enumerate().map(|(number, task)| (*task, number)).collect();
        let mut tasks: BTreeSet<TaskId> = waiting.into_iter().chain(changed).collect();
        if !known {
            tasks.extend(outdated(store, (project, id), &results, &numbers).await?);
        }
        let tasks: Vec<TaskId> = tasks.into_iter().collect();
        let mut done = 0;
        // Also where there are none: that the queue was looked at is to be noted.
        for (n, chunk) in parts(&tasks).enumerate() {
            let found = |task: &TaskId| {
                let number = numbers.get(task);
                (*task, number.map(|number| results.found(*number)).unwrap_or_default())
            };
            let tasks_of = chunk.iter().map(found).collect();
            let is_last = (n + 1) * APPLIED >= tasks.len();
            let weighing =
                Weighing { project, queue: id, rule, upto, tasks: tasks_of, is_last, now };
            done += store.weigh(weighing).await?;
        }
        self.remember((project, id), Seen { rule, answers });
        Ok(done)
    }

    fn remember(&mut self, queue: (ProjectId, QueueId), seen: Seen) {
        let all: usize = self.seen.values().map(|seen| seen.answers.len()).sum();
        if all + seen.answers.len() > REMEMBERED {
            // Their next round compares with the store instead.
            self.seen.clear();
        }
        if seen.answers.len() <= REMEMBERED {
            self.seen.insert(queue, seen);
        }
    }
}

/// The tasks in parts; one empty part where there are none.
fn parts(tasks: &[TaskId]) -> impl Iterator<Item = &[TaskId]> {
    let none = tasks.is_empty().then_some(tasks);
    tasks.chunks(APPLIED).chain(none)
}

/// The tasks that completed themselves with other answers than the method has now.
async fn outdated(
    store: &dyn Store,
    (project, queue): (ProjectId, QueueId),
    results: &Results,
    numbers: &HashMap<TaskId, usize>,
) -> Result<Vec<TaskId>> {
    let mut after = None;
    let mut all = Vec::new();
    if results.0.is_empty() {
        return Ok(all);
    }
    loop {
        let page = store.self_completed(project, queue, after, READ).await?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after = Some(*last);
        for (task, answers) in page {
            if numbers.get(&task).is_some_and(|number| results.differ(*number, &answers)) {
                all.push(task);
            }
        }
    }
}
