//! Tasks that a method decides which weighs reviewers by all they did.

use std::sync::Arc;

use serde_json::{Value, json};
use vouch_domain::id::{LogId, TaskId, UserId};
use vouch_domain::metric::MetricValue;
use vouch_domain::review::{Consensus, Found};
use vouch_review::{OpinionCache, Weighed, Weigher};
use vouch_store::{FeedbackStore, QueueStore, Store, TaskStore, WeighStore, Weighing};

use crate::backend::on_both;
use crate::desk::{Desk, no, yes};
use crate::world::World;

on_both!(
    a_task_is_decided_by_the_method_and_follows_it,
    a_task_whose_reviews_changed_meanwhile_is_left_alone,
    a_queue_that_is_weighed_no_longer_decides_what_waits,
    a_restart_finds_what_is_out_of_date,
);

/// A queue about logs that is weighed.
fn weighed() -> Value {
    json!({"item": "log", "accept": "consensus", "consensus": {"method": "one_coin"},
        "overlap": {"type": "fixed", "reviews": 3}})
}

fn weigher() -> Weigher {
    Weigher::new(Arc::new(OpinionCache::default()))
}

async fn round(desk: &Desk, weigher: &mut Weigher) -> Weighed {
    weigher.round(desk.w.store.as_ref(), desk.w.now()).await.unwrap()
}

async fn log(desk: &Desk) -> (LogId, TaskId) {
    let log = desk.w.log();
    desk.w.insert(&log).await;
    (log.id, desk.add(vec![json!({"type": "log", "log_id": log.id})]).await[0])
}

/// A task about a log that these people answer so.
async fn answered(desk: &Desk, said: &[(UserId, Value)]) -> (LogId, TaskId) {
    let (log, task) = log(desk).await;
    for (user, answer) in said {
        assert_eq!(desk.take(*user).await.unwrap().task, task);
        desk.submit(task, *user, answer.clone()).await;
    }
    (log, task)
}

async fn says(desk: &Desk, log: LogId) -> Vec<MetricValue> {
    desk.w.store.settle().await.unwrap();
    let told = desk.w.store.log_feedback(desk.w.project, log).await.unwrap();
    told.into_iter().filter(|f| f.counts).map(|f| f.value).collect()
}

async fn consensus(desk: &Desk, task: TaskId) -> Consensus {
    desk.task(task).await.consensus.unwrap()
}

async fn five(desk: &Desk) -> [UserId; 5] {
    let mut people = Vec::new();
    for name in ["ann", "bob", "cem", "dan", "eve"] {
        people.push(desk.person(name).await);
    }
    people.try_into().unwrap()
}

/// Ann is always with those who agree; Dan and Eve are always alone against two.
async fn shows_who_is_right(desk: &Desk, [ann, bob, cem, dan, eve]: [UserId; 5]) {
    for n in 0..6 {
        let (right, wrong) = if n % 2 == 0 { (yes(), no()) } else { (no(), yes()) };
        for wrong_one in [dan, eve] {
            let said = [(wrong_one, wrong.clone()), (ann, right.clone()), (bob, right.clone())];
            answered(desk, &said).await;
        }
        let said = [(ann, right.clone()), (bob, right.clone()), (cem, right.clone())];
        answered(desk, &said).await;
    }
}

async fn a_task_is_decided_by_the_method_and_follows_it(w: World) {
    let desk = Desk::new(&w, weighed()).await;
    let people = five(&desk).await;
    let [ann, _, _, dan, eve] = people;
    let mut weigher = weigher();
    let (about, task) = answered(&desk, &[(ann, yes()), (dan, no()), (eve, no())]).await;
    // Its reviews are in; it waits for the method and is given to nobody else.
    assert_eq!(desk.task(task).await.state.as_str(), "open");
    assert_eq!(desk.counts().await, [0, 1, 0, 0, 0]);
    assert_eq!(says(&desk, about).await, []);
    assert_eq!(round(&desk, &mut weigher).await, Weighed { queues: 1, tasks: 1 });
    assert_eq!(desk.task(task).await.state.as_str(), "complete");
    let first = consensus(&desk, task).await;
    assert_eq!(first.answers.get("good"), Some(&json!(false)));
    let posterior = first.questions["good"].posterior.unwrap();
    assert!((0.5..1.0).contains(&posterior), "{posterior}");
    assert_eq!(says(&desk, about).await, [MetricValue::Boolean(false)]);
    // Nothing new, nothing to do.
    assert_eq!(round(&desk, &mut weigher).await, Weighed::default());

    // By what comes later, two who are always wrong outvote nobody.
    shows_who_is_right(&desk, people).await;
    let round_two = round(&desk, &mut weigher).await;
    assert_eq!(round_two, Weighed { queues: 1, tasks: 18 + 1 });
    let now = consensus(&desk, task).await;
    assert_eq!(now.answers.get("good"), Some(&json!(true)));
    assert!((now.questions["good"].share - 1.0 / 3.0).abs() < 1e-9);
    assert!(now.questions["good"].posterior.unwrap() > 0.9);
    assert_eq!(says(&desk, about).await, [MetricValue::Boolean(true)]);
    assert_eq!(desk.task(task).await.state.as_str(), "complete");
    assert_eq!(desk.counts().await, [0, 0, 0, 19, 0]);
    let rows = w.store.reviewers(w.project, desk.queue).await.unwrap();
    let of = |user| rows.iter().find(|row| row.user == user).map(|r| (r.agreed, r.compared));
    assert_eq!((of(ann), of(dan)), (Some((19, 19)), Some((0, 7))));
    assert_eq!(round(&desk, &mut weigher).await, Weighed::default());
}

async fn a_task_whose_reviews_changed_meanwhile_is_left_alone(w: World) {
    let desk = Desk::new(&w, weighed()).await;
    let [ann, bob, cem, ..] = five(&desk).await;
    let (_, task) = answered(&desk, &[(ann, yes()), (bob, yes()), (cem, yes())]).await;
    let queue = w.store.queue(w.project, desk.queue).await.unwrap().unwrap();
    let found = Found { answer: Some(json!(true)), posterior: 0.9 };
    let weighing = Weighing {
        project: w.project,
        queue: desk.queue,
        rule: (queue.settings.consensus, queue.rubric_version),
        upto: 3,
        tasks: vec![(task, [("good".to_owned(), found)].into())],
        is_last: true,
        now: w.now(),
    };
    // Between what was computed and what is applied, Cem says something else.
    let review = desk.reviews(task).await.into_iter().find(|r| r.user == cem).unwrap().id;
    w.store.undo(w.project, review, cem, w.now()).await.unwrap();
    assert_eq!(w.store.weigh(weighing.clone()).await.unwrap(), 0);
    desk.submit(task, cem, no()).await;
    assert_eq!(w.store.weigh(weighing.clone()).await.unwrap(), 0);
    assert_eq!(desk.task(task).await.state.as_str(), "open");
    assert_eq!(w.store.waiting_tasks(w.project, desk.queue, 9).await.unwrap(), [task]);
    // By another rule than the queue's nothing is applied either.
    let mut other = Weighing { upto: 5, ..weighing.clone() };
    other.rule.1 += 1;
    assert_eq!(w.store.weigh(other).await.unwrap(), 0);
    let now = Weighing { upto: 5, ..weighing };
    assert_eq!(w.store.weigh(now.clone()).await.unwrap(), 1);
    assert_eq!(desk.task(task).await.state.as_str(), "complete");
    // To do it again changes nothing.
    assert_eq!(w.store.weigh(now).await.unwrap(), 0);
    assert_eq!(desk.counts().await, [0, 0, 0, 1, 0]);
}

async fn a_queue_that_is_weighed_no_longer_decides_what_waits(w: World) {
    let desk = Desk::new(&w, weighed()).await;
    let [ann, bob, cem, ..] = five(&desk).await;
    let (_, agreed) = answered(&desk, &[(ann, yes()), (bob, yes()), (cem, yes())]).await;
    let (_, not) = answered(&desk, &[(ann, yes()), (bob, yes()), (cem, no())]).await;
    let update = serde_json::from_value(json!({"accept": "unanimous"})).unwrap();
    w.store
        .update_queue(w.project, desk.queue, update, w.audit("queue.update", "q"))
        .await
        .unwrap();
    assert_eq!(round(&desk, &mut weigher()).await, Weighed { queues: 1, tasks: 2 });
    assert_eq!(desk.task(agreed).await.state.as_str(), "complete");
    assert_eq!(desk.task(not).await.state.as_str(), "conflict");
    assert_eq!(round(&desk, &mut weigher()).await, Weighed::default());
}

async fn a_restart_finds_what_is_out_of_date(w: World) {
    let desk = Desk::new(&w, weighed()).await;
    let people = five(&desk).await;
    let [ann, _, _, dan, eve] = people;
    let (_, task) = answered(&desk, &[(ann, yes()), (dan, no()), (eve, no())]).await;
    round(&desk, &mut weigher()).await;
    assert_eq!(consensus(&desk, task).await.answers.get("good"), Some(&json!(false)));
    shows_who_is_right(&desk, people).await;
    // Another program, which remembers nothing.
    assert_eq!(round(&desk, &mut weigher()).await, Weighed { queues: 1, tasks: 19 });
    assert_eq!(consensus(&desk, task).await.answers.get("good"), Some(&json!(true)));
    // A tie takes nothing back, and a person's word stays.
    let update = serde_json::from_value(json!({"consensus": {"method": "dawid_skene"}})).unwrap();
    w.store
        .update_queue(w.project, desk.queue, update, w.audit("queue.update", "q"))
        .await
        .unwrap();
    assert_eq!(round(&desk, &mut weigher()).await.queues, 1);
    assert_eq!(round(&desk, &mut weigher()).await, Weighed::default());
}
