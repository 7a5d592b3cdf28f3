//! Many feedbacks at once: acknowledged when they are on disk, counted a moment later.

use std::sync::Arc;

use serde_json::json;
use vouch_domain::actor::Actor;
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::LogId;
use vouch_domain::metric::MetricType;
use vouch_store::{FeedbackStore, LogStore, MetricStore, Store, StoreError};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    many_at_once_are_counted,
    what_waits_survives_a_restart,
    what_waits_can_be_taken_back,
    a_log_may_come_while_its_feedback_waits,
    what_waits_keeps_the_type_of_its_metric,
    one_is_seen_at_once,
);

const MANY: usize = 40;

fn many(w: &World, log: LogId) -> Vec<NewFeedback> {
    (0..MANY).map(|n| w.on(log, &format!("u{n}"), "thumbs", json!(n % 4 != 0))).collect()
}

/// Nothing is written in the background, so that what may wait does.
async fn still(w: &World) -> World {
    w.in_store(Arc::new(w.backend.open_still().await))
}

async fn thumbs(w: &World, log: LogId) -> (u32, u32) {
    let tally = w.store.log(w.project, log).await.unwrap().unwrap().tally;
    (tally.thumbs_up, tally.thumbs_down)
}

async fn many_at_once_are_counted(w: World) {
    let (log, missing) = (w.log(), w.log());
    w.insert(&log).await;
    let mut given = many(&w, log.id);
    given.push(w.on(log.id, "u0", "thumbs", json!(true)));
    given.push(w.on(missing.id, "ann", "thumbs", json!(true)));
    given.push(w.feedback(FeedbackTarget::ChainId("c".into()), "ann", "thumbs", json!(true)));
    let ids: Vec<_> = given.iter().map(|new| new.id).collect();
    let (written, here) = w.store.append_feedback(w.project, given, None).await.unwrap();
    assert_eq!(written.ids, ids);
    assert_eq!(here.iter().filter(|here| !**here).count(), 1);
    assert!(!here[MANY + 1]);
    w.store.settle().await.unwrap();
    assert_eq!(thumbs(&w, log.id).await, (31, 9));
    assert_eq!(w.store.log_feedback(w.project, log.id).await.unwrap().len(), MANY + 1);
}

async fn what_waits_survives_a_restart(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let before = still(&w).await;
    before.store.append_feedback(w.project, many(&w, log.id), None).await.unwrap();
    before.store.close().await;
    let after = w.in_store(Arc::new(w.backend.open().await));
    after.store.settle().await.unwrap();
    assert_eq!(thumbs(&after, log.id).await, (30, 10));
    after.store.close().await;
}

async fn what_waits_can_be_taken_back(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let still = still(&w).await;
    let given = many(&w, log.id);
    let first = given[0].id;
    still.store.append_feedback(w.project, given, None).await.unwrap();
    let at = w.now();
    let by = Actor::System;
    let gone = still.store.retract_feedback(w.project, first, &by, None, at).await.unwrap();
    assert_eq!(gone.retracted_at, Some(at));
    assert_eq!(thumbs(&still, log.id).await, (30, 9));
    still.store.close().await;
}

async fn a_log_may_come_while_its_feedback_waits(w: World) {
    let log = w.log();
    let still = still(&w).await;
    let (_, here) = still.store.append_feedback(w.project, many(&w, log.id), None).await.unwrap();
    assert!(here.iter().all(|here| !here));
    still.insert(&log).await;
    still.store.settle().await.unwrap();
    assert_eq!(thumbs(&still, log.id).await, (30, 10));
    still.store.close().await;
}

async fn what_waits_keeps_the_type_of_its_metric(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let still = still(&w).await;
    let moods = (0..MANY).map(|n| w.on(log.id, &format!("u{n}"), "mood", json!(n))).collect();
    still.store.append_feedback(w.project, moods, None).await.unwrap();
    let mut mood = still.store.metrics(w.project).await.unwrap();
    let mut mood = mood.remove(mood.iter().position(|m| m.name == "mood").unwrap());
    mood.metric_type = MetricType::Boolean;
    let changed = still.store.put_metric(w.project, mood, w.audit("metric.put", "mood")).await;
    assert!(matches!(changed, Err(StoreError::Conflict(_))), "{changed:?}");
    still.store.close().await;
}

async fn one_is_seen_at_once(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let still = still(&w).await;
    still.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    assert_eq!(thumbs(&still, log.id).await, (1, 0));
    still.store.close().await;
}
