//! How long logs are kept, and letting go of those that leave.

use serde_json::json;
use vouch_domain::Time;
use vouch_domain::id::LogId;
use vouch_domain::retention::Retention;
use vouch_domain::span::SpanKey;
use vouch_store::{
    FeedbackStore, LogStore, RetentionStore, Revision, StoreError, SummaryQuery, TransferStore,
};

use crate::backend::on_both;
use crate::world::{START, World};

on_both!(
    the_setting_is_kept_and_audited,
    old_logs_are_listed_oldest_first,
    what_is_forgotten_is_gone_and_stays_counted,
    a_log_that_changed_meanwhile_stays,
    only_one_archives_at_a_time,
);

async fn the_setting_is_kept_and_audited(w: World) {
    assert_eq!(w.store.retention(w.project).await.unwrap(), Retention { days: None });
    for days in [Some(30), None, Some(7)] {
        let audit = w.audit("retention.put", "x");
        w.store.put_retention(w.project, Retention { days }, audit).await.unwrap();
        assert_eq!(w.store.retention(w.project).await.unwrap(), Retention { days });
    }
    let wrong = Retention { days: Some(0) };
    let refused = w.store.put_retention(w.project, wrong, w.audit("retention.put", "x")).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
}

/// Three logs of the first day, and two of ten days later.
async fn fill(w: &World) -> (Vec<LogId>, Time) {
    let mut ids = Vec::new();
    for n in 0..5 {
        if n == 3 {
            w.advance_days(10);
        }
        let mut log = w.log();
        log.metadata.insert("plan".into(), json!("pro"));
        w.insert(&log).await;
        ids.push(log.id);
    }
    (ids, Time::from_micros(START).plus_s(5 * 86_400))
}

async fn leaving(w: &World, before: Time) -> Vec<(LogId, Revision)> {
    let mut all: Vec<(LogId, Revision)> = Vec::new();
    loop {
        let after = all.last().map(|(id, _)| *id);
        let page = w.store.leaving(w.project, before, after, 2).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.iter().map(|leaving| (leaving.whole.log.id, leaving.revision)));
    }
}

async fn old_logs_are_listed_oldest_first(w: World) {
    let (ids, before) = fill(&w).await;
    let found: Vec<_> = leaving(&w, before).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(found, ids[..3]);
    let (count, oldest) = w.store.count_before(w.project, before, 100).await.unwrap();
    assert_eq!((count, oldest), (3, Some(ids[0].made_at())));
    assert_eq!(w.store.count_before(w.project, before, 2).await.unwrap().0, 2);
    let start = Time::from_micros(START);
    assert_eq!(w.store.count_before(w.project, start, 100).await.unwrap(), (0, None));
}

async fn what_is_forgotten_is_gone_and_stays_counted(w: World) {
    let (ids, before) = fill(&w).await;
    w.give(w.on(ids[0], "ann", "thumbs", json!(true))).await;
    w.give(w.on(ids[0], "bob", "defects", json!(["spelling"]))).await;
    w.give(w.on(ids[4], "ann", "thumbs", json!(true))).await;
    let patch = w.patch(ids[0], json!({"metadata": {"more": 1}}));
    w.store.patch_log(patch, vec![], None).await.unwrap();
    let span = SpanKey::new([1; 16], [1; 8]).unwrap();
    let named = w.store.span_logs(w.project, vec![(span, ids[0])]).await.unwrap();
    assert_eq!(named, ids[..1]);
    let days = 0..=i64::MAX;
    let usage = w.store.usage(w.project, days.clone()).await.unwrap();
    let old = leaving(&w, before).await;
    assert_eq!(old[0].1, Revision(3));
    let audit = Some(w.audit("retention.archive", "a"));
    assert_eq!(w.store.forget(w.project, old.clone(), w.now(), audit).await.unwrap(), 3);
    assert_eq!(w.store.forget(w.project, old, w.now(), None).await.unwrap(), 0);
    assert_eq!(w.store.usage(w.project, days.clone()).await.unwrap(), usage);
    let query =
        SummaryQuery { project: w.project, metric: "thumbs".into(), dimension: "all".into(), days };
    let thumbs = w.store.summary(&query).await.unwrap();
    assert_eq!(thumbs.iter().filter(|p| p.label.is_empty()).map(|p| p.count).sum::<i64>(), 2);
    for id in &ids[..3] {
        assert!(w.store.log(w.project, *id).await.unwrap().is_none());
        assert!(w.store.log_feedback(w.project, *id).await.unwrap().is_empty());
    }
    let fresh = w.log().id;
    assert_eq!(w.store.span_logs(w.project, vec![(span, fresh)]).await.unwrap(), [fresh]);
    for filter in ["", "meta.plan:pro", "\"capital of France\""] {
        while w.find(filter).await.len() != 2 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(w.find("thumbs:up").await.len(), 1);
    assert_eq!(w.find("defects:spelling").await.len(), 0);
}

async fn a_log_that_changed_meanwhile_stays(w: World) {
    let (ids, before) = fill(&w).await;
    let old = leaving(&w, before).await;
    let (thumb, _) = w.give(w.on(ids[0], "ann", "thumbs", json!(true))).await;
    let patch = w.patch(ids[1], json!({"metadata": {"more": 1}}));
    w.store.patch_log(patch, vec![], None).await.unwrap();
    assert_eq!(w.store.forget(w.project, old, w.now(), None).await.unwrap(), 1);
    let old = leaving(&w, before).await;
    let by = vouch_domain::actor::Actor::System;
    w.store.retract_feedback(w.project, thumb, &by, None, w.now()).await.unwrap();
    assert_eq!(w.store.forget(w.project, old, w.now(), None).await.unwrap(), 1);
    let last = w.store.leaving(w.project, before, None, 10).await.unwrap().remove(0);
    assert!(last.whole.feedback[0].retracted_at.is_some());
    assert_eq!(
        w.store.forget(w.project, vec![(ids[0], last.revision)], w.now(), None).await.unwrap(),
        1
    );
    // What was archived can be brought back.
    w.store.take_in(w.project, vec![last.whole]).await.unwrap();
    assert!(w.store.log(w.project, ids[0]).await.unwrap().is_some());
}

async fn only_one_archives_at_a_time(w: World) {
    let (now, until) = (w.now(), w.now().plus_s(600));
    let lease = |now, until, holds| w.store.lease_archive(w.project, now, until, holds);
    assert!(lease(now, until, None).await.unwrap());
    assert!(!lease(now, until, None).await.unwrap());
    let later = until.plus_s(100);
    assert!(lease(now, later, Some(until)).await.unwrap());
    assert!(!lease(now, later, Some(until)).await.unwrap());
    assert!(lease(later, later.plus_s(600), None).await.unwrap());
    assert!(lease(now, now, Some(later.plus_s(600))).await.unwrap());
    assert!(lease(now, until, None).await.unwrap());
}
