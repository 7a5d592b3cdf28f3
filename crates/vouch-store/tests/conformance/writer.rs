//! The writer: durable when it answers, and one at fault does not spoil the others.

use serde_json::json;
use vouch_domain::feedback::NewFeedback;
use vouch_store::{FeedbackStore, LogStore, Store, StoreError};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    one_at_fault_does_not_spoil_the_others,
    what_was_answered_is_there_after_a_restart,
    closing_commits_what_waits,
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
        let (store, project, with_log) = (w.store.clone(), w.project, w.log());
        calls.spawn(async move {
            let result = if n % 3 == 2 {
                store.insert_logs(project, &[with_log], vec![feedback], None).await.map(drop)
            } else {
                store.append_feedback(project, vec![feedback], None).await.map(drop)
            };
            (n % 3, result)
        });
    }
    for (kind, result) in calls.join_all().await {
        match kind {
            0 => assert!(result.is_ok(), "{result:?}"),
            1 => assert!(matches!(result, Err(StoreError::Invalid(_))), "{result:?}"),
            _ => assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}"),
        }
    }
    w.store.settle().await.unwrap();
    assert_eq!(w.find("").await.len(), 1);
    let tally = w.store.log(w.project, log.id).await.unwrap().unwrap().tally;
    assert_eq!((tally.thumbs_up, tally.count), (21, 21));
    assert_eq!(w.store.log_feedback(w.project, log.id).await.unwrap().len(), 21);
}

async fn what_was_answered_is_there_after_a_restart(w: World) {
    let second = w.backend.open().await;
    let log = w.log();
    second.insert_logs(w.project, std::slice::from_ref(&log), vec![], None).await.unwrap();
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
        calls.spawn(async move { store.insert_logs(project, &[log], vec![], None).await });
    }
    // Some are done, others wait.
    calls.join_next().await.unwrap().unwrap().unwrap();
    second.close().await;
    let answered = 1 + calls.join_all().await.into_iter().flatten().count();
    assert_eq!(w.find("").await.len(), answered);
    let late = second.insert_logs(w.project, &[w.log()], vec![], None).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
}

async fn a_ready_store_says_so(w: World) {
    w.store.ready().await.unwrap();
    let second = w.backend.open().await;
    second.close().await;
    assert!(second.ready().await.is_err());
}
