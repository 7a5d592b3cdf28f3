//! Events: told after the commit, in order, to be resumed from any number.

use serde_json::json;
use vouch_domain::event::EventKind;
use vouch_store::{EventStore, FeedbackStore, Store};

use crate::backend::on_both;
use crate::world::World;

on_both!(events_resume_after_a_number, one_event_names_few_ids);

async fn events_resume_after_a_number(w: World) {
    let start = w.store.last_event(w.project).await.unwrap();
    let mut signal = w.store.event_signal();
    signal.mark_unchanged();
    let log = w.log();
    w.insert(&log).await;
    signal.changed().await.unwrap();
    let (id, _) = w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let by = vouch_domain::actor::Actor::System;
    w.store.retract_feedback(w.project, id, &by, None, w.now()).await.unwrap();
    let events = w.store.events_after(w.project, start, 100).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|e| e.kind).collect();
    let (created, updated, feedback) =
        (EventKind::LogCreated, EventKind::LogUpdated, EventKind::FeedbackChanged);
    assert_eq!(kinds, [created, feedback, updated, feedback, updated]);
    assert!(events.iter().all(|e| e.ids == [log.id.to_string()]));
    let seqs: Vec<_> = events.iter().map(|e| e.seq).collect();
    assert_eq!(seqs, (start + 1..=start + 5).collect::<Vec<_>>());
    assert_eq!(w.store.last_event(w.project).await.unwrap(), start + 5);
    let rest = w.store.events_after(w.project, start + 3, 100).await.unwrap();
    assert_eq!(rest, events[3..]);
    assert_eq!(w.store.events_after(w.project, start, 2).await.unwrap(), events[..2]);
}

async fn one_event_names_few_ids(w: World) {
    let start = w.store.last_event(w.project).await.unwrap();
    let given = (0..150).map(|_| w.on(w.log().id, "ann", "thumbs", json!(true))).collect();
    w.store.append_feedback(w.project, given, None).await.unwrap();
    w.store.settle().await.unwrap();
    let events = w.store.events_after(w.project, start, 100).await.unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].ids.len(), 100);
}
