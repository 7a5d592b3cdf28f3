//! Inserting and reading logs.

use serde_json::json;
use vouch_domain::feedback::FeedbackTally;
use vouch_domain::log::{LogError, LogStatus};
use vouch_store::{FeedbackStore, Fingerprint, LogStore, StoreError};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    a_log_reads_back_as_it_came,
    inserting_twice_is_inserting_once,
    a_repeat_with_the_same_key_gives_the_same,
    feedback_comes_with_its_log_or_not_at_all,
    a_nul_in_a_text_does_no_harm,
    usage_counts_each_log_once,
);

async fn a_log_reads_back_as_it_came(w: World) {
    let mut log = w.log();
    log.metadata.insert("plan".into(), json!("pro"));
    log.error = Some(LogError { kind: "upstream".into(), status: Some(500), message: "no".into() });
    w.insert(&log).await;
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!(detail.log, log);
    assert_eq!(detail.metadata_history.len(), 1);
    assert_eq!(detail.tally, FeedbackTally::default());
    let page = w.page(w.filter("")).await;
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].input_preview, "What is the capital of France?");
    assert_eq!(page.items[0].output_preview, "Paris.");
    assert_eq!(page.items[0].usage, log.usage);
    assert_eq!(page.items[0].served, log.served);
}

async fn inserting_twice_is_inserting_once(w: World) {
    let first = w.log();
    let mut again = first.clone();
    again.served.model = Some("other".into());
    w.insert(&first).await;
    w.insert(&again).await;
    let both =
        w.store.insert_logs(w.project, &[first.clone(), again, first.clone()], vec![], None).await;
    assert_eq!(both.unwrap().ids, [first.id; 3]);
    let detail = w.store.log(w.project, first.id).await.unwrap().unwrap();
    assert_eq!(detail.log, first);
    let usage = w.store.usage(w.project, 0..=100_000).await.unwrap();
    assert_eq!(usage.iter().map(|u| u.calls).sum::<i64>(), 1);
}

async fn a_repeat_with_the_same_key_gives_the_same(w: World) {
    let key = |body: &str| Some(Fingerprint { key: "logs/one".into(), body_sha256: body.into() });
    let (first, second) = (w.log(), w.log());
    let written = w
        .store
        .insert_logs(w.project, std::slice::from_ref(&first), vec![], key("a"))
        .await
        .unwrap();
    assert!(!written.repeated);
    let repeat = w
        .store
        .insert_logs(w.project, std::slice::from_ref(&second), vec![], key("a"))
        .await
        .unwrap();
    assert!(repeat.repeated);
    assert_eq!(repeat.ids, [first.id]);
    assert!(w.store.log(w.project, second.id).await.unwrap().is_none());
    let other = w.store.insert_logs(w.project, &[second], vec![], key("b")).await;
    assert!(matches!(other, Err(StoreError::Conflict(_))), "{other:?}");
}

async fn feedback_comes_with_its_log_or_not_at_all(w: World) {
    let key = || Some(Fingerprint { key: "logs/two".into(), body_sha256: "a".into() });
    let log = w.log();
    let bad = vec![w.on(log.id, "ann", "score", json!("high"))];
    let refused = w.store.insert_logs(w.project, std::slice::from_ref(&log), bad, key()).await;
    let Err(StoreError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
    assert_eq!(invalid.pointer.to_string(), "/feedback/0/value");
    assert!(w.store.log(w.project, log.id).await.unwrap().is_none());
    for repeated in [false, true] {
        let good =
            vec![w.on(log.id, "ann", "score", json!(70)), w.on(log.id, "ann", "mood", json!("so"))];
        let written =
            w.store.insert_logs(w.project, std::slice::from_ref(&log), good, key()).await.unwrap();
        assert_eq!((written.ids, written.repeated), (vec![log.id], repeated));
    }
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!((detail.tally.count, detail.tally.score), (2, Some(70.0)));
    assert_eq!(w.store.log_feedback(w.project, log.id).await.unwrap().len(), 2);
}

async fn a_nul_in_a_text_does_no_harm(w: World) {
    let mut log = w.log();
    log.context.user_id = Some("a\0b".into());
    log.choices = vec![crate::world::choice("x\0y")];
    log.metadata.insert("k\0".into(), json!("v\0"));
    w.insert(&log).await;
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!(detail.log, log);
    assert_eq!(w.find("user:\"a\0b\"").await.len(), 1);
    let mut feedback = w.on(log.id, "ann\0", "mood", json!("so\0so"));
    feedback.comment = Some("a\0b".into());
    w.give(feedback).await;
}

async fn usage_counts_each_log_once(w: World) {
    let mut failed = w.log();
    failed.status = LogStatus::Failed;
    failed.usage = None;
    failed.cost_usd_micros = None;
    let other_day = {
        w.advance_days(1);
        w.log()
    };
    let logs = vec![w.log(), failed, w.log(), other_day];
    w.store.insert_logs(w.project, &logs, vec![], None).await.unwrap();
    let usage = w.store.usage(w.project, 0..=100_000).await.unwrap();
    assert_eq!(usage.len(), 2, "{usage:?}");
    let sum = |f: fn(&vouch_store::UsagePoint) -> i64| usage.iter().map(f).sum::<i64>();
    assert_eq!((sum(|u| u.calls), sum(|u| u.failed)), (4, 1));
    assert_eq!((sum(|u| u.prompt_tokens), sum(|u| u.cost_usd_micros)), (21, 9));
    assert_eq!(usage[0].deployment, "assistant");
}
