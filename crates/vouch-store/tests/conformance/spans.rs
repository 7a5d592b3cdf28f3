//! Which log a span has: whoever names it first says so.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;
use vouch_domain::Time;
use vouch_domain::id::ProjectId;
use vouch_domain::log::Log;
use vouch_domain::span::SpanKey;
use vouch_store::{LogStore, Store};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    the_first_name_of_a_span_holds,
    feedback_may_name_a_span_before_it_comes,
    two_nodes_agree_on_the_log_of_a_span,
);

fn span(n: u8) -> SpanKey {
    SpanKey::new([1; 16], [n; 8]).unwrap()
}

async fn the_first_name_of_a_span_holds(w: World) {
    let [first, second, third] = [w.log().id, w.log().id, w.log().id];
    let named = |spans| w.store.span_logs(w.project, spans);
    assert_eq!(named(vec![]).await.unwrap(), []);
    let both = named(vec![(span(2), second), (span(1), first), (span(2), third)]).await.unwrap();
    assert_eq!(both, [second, first, second]);
    let again = named(vec![(span(1), third), (span(3), third)]).await.unwrap();
    assert_eq!(again, [first, third]);
    let other = ProjectId::new(Time::from_micros(0), [9; 10]);
    w.create_project(other, "other").await;
    let elsewhere = w.store.span_logs(other, vec![(span(1), third)]).await.unwrap();
    assert_eq!(elsewhere, [third], "each project has its own spans");
}

async fn feedback_may_name_a_span_before_it_comes(w: World) {
    let early = w.log().id;
    let log = w.store.span_logs(w.project, vec![(span(1), early)]).await.unwrap()[0];
    let (_, attached) = w.give(w.on(log, "ann", "thumbs", json!(false))).await;
    assert!(!attached);
    let come = w.log();
    let id = w.store.span_logs(w.project, vec![(span(1), come.id)]).await.unwrap()[0];
    w.insert(&Log { id, ..come.clone() }).await;
    let detail = w.store.log(w.project, early).await.unwrap().unwrap();
    assert_eq!((detail.log.created_at, detail.tally.thumbs_down), (come.created_at, 1));
    assert_eq!(w.find("thumbs:down").await.len(), 1);
}

async fn two_nodes_agree_on_the_log_of_a_span(w: World) {
    let other = Arc::new(w.backend.open().await);
    for round in 0..20 {
        let mut calls = JoinSet::new();
        for store in [w.store.clone(), other.clone()] {
            let mut spans: Vec<_> =
                (0..50).map(|n| (span(round * 12 + n % 20 + 1), w.log().id)).collect();
            if round % 2 == 0 {
                spans.reverse();
            }
            let project = w.project;
            calls.spawn(async move {
                let logs = store.span_logs(project, spans.clone()).await.unwrap();
                let mut named: Vec<_> = spans.into_iter().map(|(span, _)| span).zip(logs).collect();
                named.sort_unstable();
                named.dedup();
                named
            });
        }
        let named = calls.join_all().await;
        assert_eq!(named[0], named[1]);
        assert_eq!(named[0].len(), 20, "a span has one log");
    }
    other.close().await;
}
