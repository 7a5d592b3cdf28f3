//! The writer: durable when it answers, and one at fault does not spoil the others.

use serde_json::json;
use vouch_domain::feedback::NewFeedback;
use vouch_store::{
    FeedbackStore, LogFilter, LogQuery, LogStore, SqlStore, Store, StoreError, StoreOptions,
};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    one_at_fault_does_not_spoil_the_others,
    what_was_answered_is_there_after_a_restart,
    closing_commits_what_waits,
    a_store_without_migrations_is_refused,
    a_ready_store_says_so,
);

async fn one_at_fault_does_not_spoil_the_others(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let (taken, _) = w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..60 {
        let who = format!("u{n}");
        let feedback = match n % 3 {
            0 => w.on(log.id, &who, "thumbs", json!(true)),
            1 => w.on(log.id, &who, "thumbs", json!("maybe")),
            // The id is taken: only the database notices.
            _ => NewFeedback { id: taken, ..w.on(log.id, &who, "thumbs", json!(true)) },
        };
        let (store, project) = (w.store.clone(), w.project);
        calls.spawn(
            async move { (n % 3, store.append_feedback(project, vec![feedback], None).await) },
        );
    }
    for (kind, result) in calls.join_all().await {
        match kind {
            0 => assert!(result.is_ok(), "{result:?}"),
            1 => assert!(matches!(result, Err(StoreError::Invalid(_))), "{result:?}"),
            _ => assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}"),
        }
    }
    let tally = w.store.log(w.project, log.id).await.unwrap().unwrap().tally;
    assert_eq!((tally.thumbs_up, tally.count), (21, 21));
    assert_eq!(w.store.log_feedback(w.project, log.id).await.unwrap().len(), 21);
}

async fn what_was_answered_is_there_after_a_restart(w: World) {
    let second = w.backend.open().await;
    let log = w.log();
    second.insert_logs(w.project, vec![log.clone()], vec![], None).await.unwrap();
    drop(second);
    let third = w.backend.open().await;
    let detail = third.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!(detail.log, log);
    third.close().await;
}

async fn closing_commits_what_waits(w: World) {
    let second = std::sync::Arc::new(w.backend.open().await);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (store, log, project) = (second.clone(), w.log(), w.project);
        calls.spawn(async move { store.insert_logs(project, vec![log], vec![], None).await });
    }
    tokio::task::yield_now().await;
    second.close().await;
    let answered = calls.join_all().await.into_iter().flatten().count();
    let query =
        LogQuery { project: w.project, filter: LogFilter::default(), cursor: None, limit: 200 };
    assert_eq!(w.store.logs(&query).await.unwrap().items.len(), answered);
    let late = second.insert_logs(w.project, vec![w.log()], vec![], None).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
}

async fn a_store_without_migrations_is_refused(w: World) {
    let options = StoreOptions { migrate: false, ..StoreOptions::new(&w.backend.url) };
    SqlStore::open(&options).await.unwrap().close().await;
    if let Some(path) = w.backend.url.strip_prefix("sqlite:") {
        let empty = StoreOptions { url: format!("sqlite:{path}.empty"), ..options };
        let refused = SqlStore::open(&empty).await.err();
        assert!(matches!(refused, Some(StoreError::Conflict(_))), "{refused:?}");
    }
    let nowhere = SqlStore::open(&StoreOptions::new("mysql://x")).await.err();
    assert!(matches!(nowhere, Some(StoreError::Invalid(_))), "{nowhere:?}");
    let gone = SqlStore::open(&StoreOptions::new("postgres://nobody@127.0.0.1:1/x")).await.err();
    assert!(matches!(gone, Some(StoreError::Unavailable(_))), "{gone:?}");
}

async fn a_ready_store_says_so(w: World) {
    w.store.ready().await.unwrap();
    let second = w.backend.open().await;
    second.close().await;
    assert!(second.ready().await.is_err());
}
