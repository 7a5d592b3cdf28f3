//! Whatever reviewers do, in whatever order: nobody answers a task twice, nobody is asked in vain,
//! and no task is lost. The store is compared with a model that knows who may still be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use vouch_domain::access::Role;
use vouch_domain::id::{ReviewId, TaskId, UserId};
use vouch_domain::review::{
    AssignTo, Change, Overlap, Priority, QueueUpdate, ReviewState, ReviewerState, ReviewerUpdate,
    TaskState, TaskUpdate,
};
use vouch_store::{GiveBack, QueueStore, Submitted, TaskStore, ToAssign};

use crate::backend::Backend;
use crate::desk::{Desk, no, person, record, yes};
use crate::world::World;

#[derive(Debug, Clone)]
enum Step {
    Add { priority: usize, assignee: Option<usize> },
    Next { who: usize, count: u32 },
    Drain { who: usize },
    Renew { who: usize, task: usize },
    Submit { who: usize, task: usize, agrees: bool },
    Undo { review: usize },
    Skip { who: usize, task: usize },
    Release { who: usize, task: usize },
    Escalate { who: usize, task: usize },
    Adjudicate { task: usize },
    Reject { review: usize },
    Want { task: usize, wanted: u32 },
    Cancel { task: usize },
    Assign { task: usize, who: Option<usize> },
    ShareOut { all: bool, whom: Vec<usize> },
    Prioritise { task: usize, priority: usize },
    Unskip { who: usize, task: usize },
    Overlap { reviews: u32 },
    Work,
    Away { who: usize, how: ReviewerState },
    Wait { s: i64 },
}

const PEOPLE: usize = 4;
/// How long a lease lasts.
const LEASE_S: i64 = 600;

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..PEOPLE;
    let task = || 0..64usize;
    prop_oneof![
        5 => (0..4usize, proptest::option::weighted(0.2, who()))
            .prop_map(|(priority, assignee)| Step::Add { priority, assignee }),
        8 => (who(), 1..4u32).prop_map(|(who, count)| Step::Next { who, count }),
        1 => who().prop_map(|who| Step::Drain { who }),
        1 => (who(), task()).prop_map(|(who, task)| Step::Renew { who, task }),
        8 => (who(), task(), any::<bool>())
            .prop_map(|(who, task, agrees)| Step::Submit { who, task, agrees }),
        2 => any::<usize>().prop_map(|review| Step::Undo { review }),
        3 => (who(), task()).prop_map(|(who, task)| Step::Skip { who, task }),
        1 => (who(), task()).prop_map(|(who, task)| Step::Release { who, task }),
        1 => (who(), task()).prop_map(|(who, task)| Step::Escalate { who, task }),
        1 => task().prop_map(|task| Step::Adjudicate { task }),
        1 => any::<usize>().prop_map(|review| Step::Reject { review }),
        1 => (task(), 0..5u32).prop_map(|(task, wanted)| Step::Want { task, wanted }),
        1 => task().prop_map(|task| Step::Cancel { task }),
        4 => (task(), proptest::option::weighted(0.7, who()))
            .prop_map(|(task, who)| Step::Assign { task, who }),
        1 => (any::<bool>(), proptest::collection::vec(who(), 1..PEOPLE))
            .prop_map(|(all, whom)| Step::ShareOut { all, whom }),
        1 => (task(), 0..4usize).prop_map(|(task, priority)| Step::Prioritise { task, priority }),
        4 => (who(), task()).prop_map(|(who, task)| Step::Unskip { who, task }),
        1 => (1..4u32).prop_map(|reviews| Step::Overlap { reviews }),
        2 => Just(Step::Work),
        1 => (who(), proptest::sample::select(vec![
            ReviewerState::Active, ReviewerState::Away, ReviewerState::Paused,
        ])).prop_map(|(who, how)| Step::Away { who, how }),
        2 => (1..900i64).prop_map(|s| Step::Wait { s }),
    ]
}

/// What everybody has, as far as the answers of the store tell.
struct Model {
    desk: Desk,
    people: Vec<UserId>,
    tasks: Vec<TaskId>,
    reviews: Vec<(ReviewId, TaskId, usize)>,
    /// Tasks that a person no longer wants.
    refused: BTreeSet<(usize, TaskId)>,
    /// Until when a person has a task.
    leases: BTreeMap<(usize, TaskId), i64>,
    turns: BTreeMap<TaskId, i64>,
    away: BTreeSet<usize>,
}

impl Model {
    async fn new(w: &World, n: usize) -> Self {
        let mut people = Vec::new();
        for i in 0..PEOPLE {
            people.push(person(w, &format!("p{n}-{i}"), Role::Reviewer).await);
        }
        let more = json!({
            "key": format!("q{n}"), "lease_s": LEASE_S, "overlap": {"type": "fixed", "reviews": 2},
            "people": people, "assignment": if n.is_multiple_of(2) { "line" } else { "even" },
        });
        let desk = Desk::new(w, more).await;
        Self {
            desk,
            people,
            tasks: vec![],
            reviews: vec![],
            refused: BTreeSet::new(),
            leases: BTreeMap::new(),
            turns: BTreeMap::new(),
            away: BTreeSet::new(),
        }
    }

    fn task(&self, n: usize) -> Option<TaskId> {
        (!self.tasks.is_empty()).then(|| self.tasks[n % self.tasks.len()])
    }

    /// One that a person has, if any; else any.
    fn held(&self, who: usize, n: usize) -> Option<TaskId> {
        let held: Vec<_> = self.leases.keys().filter(|(w, _)| *w == who).collect();
        if held.is_empty() { self.task(n) } else { Some(held[n % held.len()].1) }
    }

    async fn apply(&mut self, step: &Step) {
        let (w, store) = (self.desk.w.clone(), Arc::clone(&self.desk.w.store));
        match step {
            Step::Add { priority, assignee } => {
                let mut task = record(self.tasks.len());
                task["priority"] = json!(["low", "normal", "high", "urgent"][*priority]);
                if let Some(who) = assignee {
                    task["assignee"] = json!(self.people[*who]);
                }
                self.tasks.extend(self.desk.add(vec![task]).await);
            }
            Step::Next { who, count } => self.next(*who, *count).await,
            Step::Drain { who } => {
                if !self.away.contains(who) {
                    self.drain(*who).await;
                }
            }
            Step::Renew { who, task } => {
                let Some(task) = self.held(*who, *task) else { return };
                if let Ok(until) = store.renew(self.desk.holder(task, self.people[*who])).await {
                    self.leases.insert((*who, task), until.micros());
                }
            }
            Step::Submit { who, task, agrees } => {
                let Some(task) = self.held(*who, *task) else { return };
                let answers = if *agrees { yes() } else { no() };
                let submitted = self.desk.try_submit(task, self.people[*who], answers).await;
                if let Ok(Submitted::Kept(kept)) = submitted {
                    self.leases.remove(&(*who, task));
                    self.refused.remove(&(*who, task));
                    self.reviews.push((kept.review.id, task, *who));
                }
            }
            Step::Undo { review } => {
                if self.reviews.is_empty() {
                    return;
                }
                let (review, task, who) = self.reviews[review % self.reviews.len()];
                let undone = store.undo(w.project, review, self.people[who], w.now()).await;
                if let Ok(turn) = undone {
                    self.leases.insert((who, task), turn.lease.until.micros());
                }
            }
            Step::Skip { who, task } => {
                self.give_back(*who, *task, true, GiveBack::Skip { reason: "s".into() }).await;
            }
            Step::Release { who, task } => {
                self.give_back(*who, *task, false, GiveBack::Release).await;
            }
            Step::Escalate { who, task } => {
                self.give_back(*who, *task, true, GiveBack::Escalate { reason: "e".into() }).await;
            }
            Step::Adjudicate { task } => {
                let Some(task) = self.task(*task) else { return };
                let decision = vouch_store::Decision {
                    project: w.project,
                    task,
                    answers: serde_json::from_value(yes()).unwrap(),
                    shape: vouch_domain::review::ItemShape::default(),
                    adopted: None,
                    reason: "r".into(),
                };
                store.adjudicate(decision, w.audit("task.adjudicate", "t")).await.ok();
            }
            Step::Reject { review } => {
                if self.reviews.is_empty() {
                    return;
                }
                let (review, _, _) = self.reviews[review % self.reviews.len()];
                let audit = w.audit("review.reject", "r");
                store.reject(w.project, review, "again".into(), audit).await.ok();
            }
            Step::Cancel { task } => {
                let Some(task) = self.task(*task) else { return };
                if store.cancel_task(w.project, task, w.audit("task.cancel", "t")).await.is_ok() {
                    self.leases.retain(|(_, other), _| *other != task);
                }
            }
            Step::Away { who, how } => {
                let update = ReviewerUpdate { state: *how, until: None, reason: None };
                let audit = w.audit("reviewer.update", "p");
                let user = self.people[*who];
                store.set_reviewer(w.project, self.desk.queue, user, update, audit).await.unwrap();
                if *how == ReviewerState::Active {
                    self.away.remove(who);
                } else {
                    self.away.insert(*who);
                }
                if *how == ReviewerState::Away {
                    self.leases.retain(|(other, _), _| other != who);
                }
            }
            Step::Wait { s } => w.advance_s(*s),
            step => self.manage(step).await,
        }
    }

    /// What an admin does about who gets what, and what is taken up again.
    async fn manage(&mut self, step: &Step) {
        let (w, store) = (self.desk.w.clone(), Arc::clone(&self.desk.w.store));
        match step {
            Step::Want { task, wanted } => {
                let Some(task) = self.task(*task) else { return };
                let update = TaskUpdate { wanted: Some(*wanted), ..TaskUpdate::default() };
                store.update_task(w.project, task, update, w.audit("task.want", "t")).await.ok();
            }
            Step::Assign { task, who } => {
                let Some(task) = self.task(*task) else { return };
                let assignee = Change::To(who.map(|who| self.people[who]));
                let update = TaskUpdate { assignee, ..TaskUpdate::default() };
                let audit = w.audit("task.assign", "t");
                if let (Ok(_), Some(who)) =
                    (store.update_task(w.project, task, update, audit).await, who)
                {
                    self.refused.remove(&(*who, task));
                }
            }
            Step::ShareOut { all, whom } => {
                let to = AssignTo::People(whom.iter().map(|who| self.people[*who]).collect());
                let which = match (*all, self.task(whom[0])) {
                    (false, Some(task)) => ToAssign::Tasks(vec![task]),
                    _ => ToAssign::Open { limit: 5 },
                };
                let audit = w.audit("queue.assign", "q");
                store.share_out(w.project, self.desk.queue, which, to, audit).await.ok();
            }
            Step::Prioritise { task, priority } => {
                let Some(task) = self.task(*task) else { return };
                let update = TaskUpdate {
                    priority: Some(Priority::ALL[*priority]),
                    due_at: Change::To(Some(w.now())),
                    ..TaskUpdate::default()
                };
                store.update_task(w.project, task, update, w.audit("task.first", "t")).await.ok();
            }
            Step::Unskip { who, task } => {
                let skipped: Vec<_> = self.refused.iter().filter(|(w, _)| w == who).collect();
                let Some((_, task)) = skipped.get(task % skipped.len().max(1)) else { return };
                let task = *task;
                if let Ok(turn) = store.unskip(self.desk.holder(task, self.people[*who])).await {
                    self.refused.remove(&(*who, task));
                    self.leases.insert((*who, task), turn.lease.until.micros());
                }
            }
            Step::Overlap { reviews } => {
                let overlap = Some(Overlap::Fixed { reviews: *reviews });
                let update = QueueUpdate { overlap, ..QueueUpdate::default() };
                let audit = w.audit("queue.update", "q");
                store.update_queue(w.project, self.desk.queue, update, audit).await.unwrap();
            }
            Step::Work => self.work().await,
            step => panic!("{step:?} is done elsewhere"),
        }
    }

    /// All that waits to be done in steps: what is kept for who is away is somebody else's then.
    async fn work(&mut self) {
        while self.desk.w.store.apply_rules(self.desk.w.now()).await.unwrap().looked_at > 0 {}
        for id in &self.tasks {
            let task = self.desk.task(*id).await;
            let away = self.away.iter().find(|who| task.assignees.contains(&self.people[**who]));
            assert_eq!(away, None, "{task:?} is kept for who is away");
        }
    }

    async fn give_back(&mut self, who: usize, task: usize, for_good: bool, how: GiveBack) {
        let Some(task) = self.held(who, task) else { return };
        let holder = self.desk.holder(task, self.people[who]);
        if self.desk.w.store.give_back(holder, how).await.is_ok() {
            self.leases.remove(&(who, task));
            if for_good {
                self.refused.insert((who, task));
            }
        }
    }

    async fn next(&mut self, who: usize, count: u32) {
        let holding: Vec<TaskId> =
            self.leases.keys().filter(|(w, _)| *w == who).map(|(_, task)| *task).collect();
        let given = self.desk.next_beside(self.people[who], count, &holding).await;
        assert!(given.turns.len() <= count as usize);
        for turn in given.turns {
            assert!(!self.refused.contains(&(who, turn.task)), "what was refused came back");
            let counts =
                |(_, task, w): &&(ReviewId, TaskId, usize)| *task == turn.task && *w == who;
            for (review, ..) in self.reviews.iter().filter(counts) {
                let review =
                    self.desk.w.store.review(self.desk.w.project, *review).await.unwrap().unwrap();
                assert_ne!(review.state, ReviewState::Counts, "asked twice");
            }
            self.leases.insert((who, turn.task), turn.lease.until.micros());
        }
    }

    /// What must hold after every step.
    async fn check(&mut self) {
        let now = self.desk.w.now().micros();
        // Lapsed leases may be another's.
        self.leases.retain(|_, until| *until > now);
        let mut classes = [0; 5];
        let mut counted = 0;
        let mut kept: BTreeMap<UserId, u64> = BTreeMap::new();
        for id in &self.tasks {
            let task = self.desk.task(*id).await;
            let held = self.leases.keys().filter(|(_, task)| task == id).count();
            assert!(task.leases as usize >= held, "{held} have it, {} are counted", task.leases);
            let taken = task.reviews as usize + task.leases as usize + task.assignees.len();
            assert!(taken <= task.wanted as usize, "{task:?}");
            for user in &task.assignees {
                *kept.entry(*user).or_default() += 1;
            }
            let reviews = self.desk.reviews(*id).await;
            let mut authors: Vec<_> = reviews
                .iter()
                .filter(|review| review.state == ReviewState::Counts)
                .map(|review| review.user)
                .collect();
            assert_eq!(authors.len(), task.reviews as usize);
            counted += authors.len() as u64;
            authors.sort_unstable();
            authors.dedup();
            assert_eq!(authors.len(), task.reviews as usize, "somebody answered twice");
            let class = match task.state {
                TaskState::Open if task.escalated.is_some() => 2,
                TaskState::Open if task.reviews + task.leases > 0 => 1,
                TaskState::Open => 0,
                TaskState::Conflict { .. } => 2,
                TaskState::Complete { .. } => 3,
                TaskState::Cancelled { .. } => 4,
            };
            classes[class] += 1;
        }
        assert_eq!(self.desk.counts().await, classes, "the counts that are kept");
        assert_eq!(self.desk.progress(None).await.reviews, counted);
        let store = &self.desk.w.store;
        for row in store.reviewers(self.desk.w.project, self.desk.queue).await.unwrap() {
            assert_eq!(row.waiting, kept.remove(&row.user).unwrap_or(0), "what waits for one");
        }
        assert!(kept.is_empty(), "{kept:?} is not counted");
    }

    /// A person takes all that they can: exactly what has a free place and what is kept for them,
    /// but for what they have, answered or refused. Nothing is lost, and nothing is given twice.
    async fn drain(&mut self, who: usize) {
        let user = self.people[who];
        // The first one also has lapsed leases taken back.
        self.next(who, 1).await;
        let now = self.desk.w.now().micros();
        self.leases.retain(|_, until| *until > now);
        let mut expected = BTreeSet::new();
        for id in &self.tasks {
            let task = self.desk.task(*id).await;
            let held = self.leases.keys().filter(|(_, task)| task == id).count();
            assert_eq!(task.leases as usize, held, "who has {id}");
            if task.state != TaskState::Open || self.leases.contains_key(&(who, *id)) {
                continue;
            }
            let reviews = self.desk.reviews(*id).await;
            let did = reviews.iter().any(|r| r.user == user && r.state == ReviewState::Counts);
            let taken = task.reviews as usize + task.leases as usize + task.assignees.len();
            let free = task.wanted as usize > taken && task.escalated.is_none();
            let wants = !did && !self.refused.contains(&(who, *id));
            if task.assignees.contains(&user) || (free && wants) {
                expected.insert(*id);
            }
        }
        let before: BTreeSet<_> = self.leases.keys().copied().collect();
        self.next(who, 50).await;
        let after: BTreeSet<_> = self.leases.keys().copied().collect();
        let given: BTreeSet<_> = after.difference(&before).map(|(_, task)| *task).collect();
        assert_eq!(given, expected, "what person {who} is given, and what they could be");
    }

    /// At the end everybody comes back, all leases lapse, and everybody takes what they can.
    async fn check_reach(&mut self, first: usize) {
        for who in 0..PEOPLE {
            self.apply(&Step::Away { who, how: ReviewerState::Active }).await;
        }
        self.work().await;
        self.desk.w.advance_s(2 * LEASE_S);
        self.leases.clear();
        for n in 0..PEOPLE {
            self.drain((first + n) % PEOPLE).await;
        }
    }

    /// The places in the line only grow.
    fn check_turns(&mut self, places: Vec<(TaskId, i64)>) {
        for (task, turn) in places {
            let before = self.turns.insert(task, turn).unwrap_or(0);
            assert!(turn >= before, "{task} went back in the line");
        }
    }
}

fn run(w: &World, cases: u32) {
    let runtime = tokio::runtime::Handle::current();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let n = std::cell::Cell::new(0);
    let result = runner.run(&proptest::collection::vec(step(), 1..70), |steps| {
        n.set(n.get() + 1);
        runtime.block_on(async {
            let mut model = Model::new(w, n.get()).await;
            for step in &steps {
                model.apply(step).await;
                model.check().await;
                let places = w.backend.places(&model.desk.queue.to_string()).await;
                model.check_turns(places);
            }
            model.check_reach(n.get()).await;
        });
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

async fn whatever_reviewers_do(w: World) {
    let cases = if w.backend.url.starts_with("sqlite") { 48 } else { 12 };
    tokio::task::spawn_blocking(move || run(&w, cases)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_reviewers_do_on_sqlite() {
    Backend::sqlite().run(whatever_reviewers_do).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_reviewers_do_on_postgres() {
    if let Some(backend) = Backend::postgres().await {
        backend.run(whatever_reviewers_do).await;
    }
}
