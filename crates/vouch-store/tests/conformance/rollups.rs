//! Tallies, labels and roll-ups after any sequence of changes equal those made from scratch.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::feedback::{Feedback, FeedbackTally, FeedbackTarget, NewFeedback, counting};
use vouch_domain::log::Log;
use vouch_domain::metric::{MetricType, built_in};
use vouch_domain::patch::Patch;
use vouch_domain::rollup::{RollupChanges, contribute, dimensions, labels};
use vouch_store::{FeedbackStore, LogStore, Store, SummaryQuery};

use crate::backend::Backend;
use crate::world::World;

#[derive(Debug, Clone)]
enum Step {
    Insert {
        log: usize,
    },
    Patch {
        log: usize,
        plan: u8,
        user: bool,
    },
    Give {
        log: usize,
        who: u8,
        source: usize,
        metric: usize,
        value: u8,
        at_back: bool,
    },
    /// So many that their effects wait.
    GiveMany {
        log: usize,
        first: u8,
    },
    Settle,
    GiveChain {
        who: u8,
        up: bool,
    },
    Retract {
        which: usize,
    },
}

const LOGS: usize = 4;

fn step() -> impl Strategy<Value = Step> {
    let give = (0..LOGS, 0..3u8, 0..4usize, 0..METRICS.len(), any::<u8>(), any::<bool>()).prop_map(
        |(log, who, source, metric, value, at_back)| Step::Give {
            log,
            who,
            source,
            metric,
            value,
            at_back,
        },
    );
    prop_oneof![
        2 => (0..LOGS).prop_map(|log| Step::Insert { log }),
        2 => (0..LOGS, 0..3u8, any::<bool>())
            .prop_map(|(log, plan, user)| Step::Patch { log, plan, user }),
        6 => give,
        1 => (0..LOGS, any::<u8>()).prop_map(|(log, first)| Step::GiveMany { log, first }),
        1 => Just(Step::Settle),
        1 => (0..2u8, any::<bool>()).prop_map(|(who, up)| Step::GiveChain { who, up }),
        2 => any::<usize>().prop_map(|which| Step::Retract { which }),
    ]
}

/// The truth, kept in the simplest way.
#[derive(Default)]
struct Model {
    logs: Vec<Log>,
    inserted: [bool; LOGS],
    patches: Vec<Patch>,
    feedback: Vec<Feedback>,
}

impl Model {
    fn merged(&self, n: usize) -> Log {
        let mut log = self.logs[n].clone();
        let mut patches: Vec<_> = self.patches.iter().filter(|p| p.log == log.id).collect();
        patches.sort_by_key(|p| (p.at, p.id));
        for patch in patches {
            patch.additions.merge_into(&mut log);
        }
        log
    }

    fn on(&self, target: &FeedbackTarget) -> Vec<Feedback> {
        let mut on: Vec<_> =
            self.feedback.iter().filter(|f| f.target == *target).cloned().collect();
        let ids = counting(&on);
        for f in &mut on {
            f.counts = ids.contains(&f.id);
        }
        on.sort_by_key(|f| (f.created_at, f.id));
        on
    }

    fn rollups(&self) -> RollupChanges {
        let mut changes = RollupChanges::new();
        for n in (0..LOGS).filter(|n| self.inserted[*n]) {
            let log = self.merged(n);
            let dimensions = dimensions(&log.served, &log.context, &log.metadata);
            for f in self.on(&FeedbackTarget::LogId(log.id)).iter().filter(|f| f.counts) {
                contribute(&mut changes, &f.name, &f.value, f.created_at, &dimensions, 1);
            }
        }
        changes
    }
}

const METRICS: [&str; 5] = ["thumbs", "score", "defects", "mood", "comment"];

fn value(metric: usize, n: u8) -> Value {
    match metric {
        0 => json!(n.is_multiple_of(2)),
        1 => json!(f64::from(n % 100) + 0.25),
        2 => json!([["spelling"], ["ambiguity"], ["off_topic"]][usize::from(n % 3)]),
        3 => json!(["fine", "bad"][usize::from(n % 2)]),
        _ => json!("fine"),
    }
}

fn kept(new: &NewFeedback) -> Feedback {
    let defined = built_in(new.at).into_iter().find(|m| m.name == new.name);
    let any = MetricType::Category { categories: vec![] };
    let metric_type = defined.map_or(any, |m| m.metric_type);
    Feedback {
        id: new.id,
        created_at: new.at,
        author: new.author.clone(),
        author_name: None,
        source: new.source,
        target: new.target.clone(),
        name: new.name.clone(),
        value: metric_type.check(&new.value).unwrap(),
        comment: None,
        correction: new.correction.clone(),
        counts: true,
        retracted_at: None,
    }
}

/// Takes the steps, eight at a time so that they meet in batches, and compares.
async fn check(w: World, steps: Vec<Step>) {
    // Nothing is settled but by a step, so that what waits meets everything else.
    let w = w.in_store(Arc::new(w.backend.open_still().await));
    let mut model = Model::default();
    model.logs = (0..LOGS)
        .map(|n| {
            let mut log = w.log();
            log.served.model = Some(format!("m{}", n % 2));
            log.context.chain_id = Some("c".into());
            log
        })
        .collect();
    for group in steps.chunks(8) {
        let mut tasks = JoinSet::new();
        let mut retract = Vec::new();
        for step in group {
            start(&w, &mut model, &mut tasks, &mut retract, step);
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        for which in retract {
            let Some(f) = which_of(&mut model.feedback, which) else { continue };
            let at = w.now();
            w.store.retract_feedback(w.project, f.id, &Actor::System, None, at).await.unwrap();
            f.retracted_at = f.retracted_at.or(Some(at));
        }
        w.advance_days(1);
    }
    w.store.settle().await.unwrap();
    compare(&w, &model).await;
    w.store.close().await;
}

fn which_of(all: &mut [Feedback], which: usize) -> Option<&mut Feedback> {
    if all.is_empty() {
        None
    } else {
        let n = which % all.len();
        all.get_mut(n)
    }
}

fn start(
    w: &World,
    model: &mut Model,
    tasks: &mut JoinSet<()>,
    retract: &mut Vec<usize>,
    step: &Step,
) {
    let store = Arc::clone(&w.store);
    let project = w.project;
    let append = |new: Vec<NewFeedback>| async move {
        store.append_feedback(project, new, None).await.unwrap();
    };
    match step {
        Step::Insert { log } => {
            model.inserted[*log] = true;
            let (store, log) = (Arc::clone(&w.store), model.logs[*log].clone());
            tasks.spawn(async move {
                store.insert_logs(project, &[log], vec![], None).await.unwrap();
            });
        }
        Step::Patch { log, plan, user } => {
            let mut additions = json!({"metadata": {"plan": format!("p{plan}")}});
            if *user {
                additions["user_id"] = json!(format!("u{plan}"));
            }
            let patch = w.patch(model.logs[*log].id, additions);
            model.patches.push(patch.clone());
            let store = Arc::clone(&w.store);
            tasks.spawn(async move {
                store.patch_log(patch, vec![], None).await.unwrap();
            });
        }
        Step::Give { log, who, source, metric, value: n, at_back } => {
            let (id, who) = (model.logs[*log].id, format!("u{who}"));
            let mut new = w.on(id, &who, METRICS[*metric], value(*metric, *n));
            new.source = Source::ALL[*source];
            new.correction = at_back.then(|| "better".to_owned());
            model.feedback.push(kept(&new));
            tasks.spawn(append(vec![new]));
        }
        Step::GiveMany { log, first } => {
            let id = model.logs[*log].id;
            let give = |n: u8| {
                let (metric, n) = (usize::from(n) % METRICS.len(), first.wrapping_add(n));
                w.on(id, &format!("u{}", n % 5), METRICS[metric], value(metric, n))
            };
            let many: Vec<_> = (0..25).map(give).collect();
            model.feedback.extend(many.iter().map(kept));
            tasks.spawn(append(many));
        }
        Step::Settle => {
            let store = Arc::clone(&w.store);
            tasks.spawn(async move { store.settle().await.unwrap() });
        }
        Step::GiveChain { who, up } => {
            let chain = FeedbackTarget::ChainId("c".into());
            let new = w.feedback(chain, &format!("u{who}"), "thumbs", json!(up));
            model.feedback.push(kept(&new));
            tasks.spawn(append(vec![new]));
        }
        Step::Retract { which } => retract.push(*which),
    }
}

async fn compare(w: &World, model: &Model) {
    for n in 0..LOGS {
        let (log, target) = (model.merged(n), FeedbackTarget::LogId(model.logs[n].id));
        let stored = w.store.log(w.project, log.id).await.unwrap();
        assert_eq!(stored.is_some(), model.inserted[n]);
        let Some(stored) = stored else { continue };
        assert_eq!(stored.log, log);
        let on = model.on(&target);
        let tally = FeedbackTally::of(&on);
        assert_eq!(stored.tally.score.is_some(), tally.score.is_some());
        let apart = stored.tally.score.unwrap_or(0.0) - tally.score.unwrap_or(0.0);
        assert!(apart.abs() < 1e-5, "{stored:?} {tally:?}");
        assert_eq!(
            FeedbackTally { score: None, ..stored.tally },
            FeedbackTally { score: None, ..tally }
        );
        let read = w.store.log_feedback(w.project, log.id).await.unwrap();
        let read: Vec<_> = read.into_iter().filter(|f| f.target == target).collect();
        assert_eq!(read, on);
        compare_labels(w, &on, log.id).await;
    }
    compare_rollups(w, &model.rollups()).await;
}

async fn compare_labels(w: &World, on: &[Feedback], log: vouch_domain::id::LogId) {
    for metric in METRICS {
        for label in ["true", "spelling", "fine"] {
            let has = on.iter().any(|f| {
                f.counts && f.name == metric && labels(&f.value).iter().any(|l| l == label)
            });
            let found = w.find(&format!("feedback.{metric}:{label}")).await;
            assert_eq!(found.iter().any(|l| l.id == log), has, "{metric} {label}");
        }
    }
}

async fn compare_rollups(w: &World, expected: &RollupChanges) {
    let mut stored = BTreeMap::new();
    for metric in METRICS {
        for dimension in w.store.dimensions(w.project, 0..=100_000).await.unwrap() {
            let query = SummaryQuery {
                project: w.project,
                metric: metric.into(),
                dimension: dimension.clone(),
                days: 0..=100_000,
            };
            for p in w.store.summary(&query).await.unwrap() {
                let key = (metric.to_owned(), p.day, dimension.clone(), p.dimension_value, p.label);
                stored.insert(key, (p.count, p.sum));
            }
        }
    }
    let expected: BTreeMap<_, _> = expected
        .iter()
        .filter(|(_, delta)| delta.count != 0)
        .map(|(k, delta)| {
            let k = k.clone();
            ((k.metric, k.day, k.dimension, k.dimension_value, k.label), (delta.count, delta.sum))
        })
        .collect();
    assert!(stored.keys().eq(expected.keys()), "{stored:?}\n{expected:?}");
    for (key, (count, sum)) in &expected {
        let (stored_count, stored_sum) = stored[key];
        assert_eq!(stored_count, *count, "{key:?}");
        assert!((stored_sum - sum).abs() < 1e-6, "{key:?}");
    }
}

fn any_steps(cases: u32, backend: impl Fn(&tokio::runtime::Runtime) -> Option<Backend>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&proptest::collection::vec(step(), 1..60), |steps| {
        if let Some(backend) = backend(&runtime) {
            runtime.block_on(backend.run(|w| check(w, steps)));
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn any_steps_on_sqlite() {
    any_steps(40, |_| Some(Backend::sqlite()));
}

#[test]
fn any_steps_on_postgres() {
    any_steps(6, |runtime| runtime.block_on(Backend::postgres()));
}
