//! addMetrics, before and after its log.

use serde_json::json;
use vouch_domain::log::{LogStatus, Usage};
use vouch_domain::price::Price;
use vouch_store::{FeedbackStore, Fingerprint, LogStore, PriceStore, StoreError, SummaryQuery};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    a_patch_completes_a_configured_log,
    an_early_patch_waits_for_its_log,
    patches_apply_in_the_order_of_their_times,
    the_cost_of_a_patch_is_counted_once,
    usage_that_came_early_is_priced_when_its_log_comes,
    metadata_keeps_its_history,
    a_patch_moves_feedback_to_the_new_dimensions,
    a_repeated_patch_writes_nothing,
    a_patch_with_bad_feedback_writes_nothing,
);

async fn a_patch_completes_a_configured_log(w: World) {
    let mut log = w.log();
    log.status = LogStatus::Configured;
    (log.choices, log.usage, log.cost_usd_micros) = (vec![], None, None);
    w.insert(&log).await;
    let patch = w.patch(
        log.id,
        json!({
            "choices": [{"message": {"role": "assistant", "content": "Rome"}}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6},
            "performance": {"latency": 12.5},
            "user_id": "ann",
        }),
    );
    let patched = w.store.patch_log(patch, vec![], None).await.unwrap();
    assert!(patched.attached && !patched.repeated);
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!(detail.log.status, LogStatus::Completed);
    assert_eq!(detail.log.choices[0].message.text(), "Rome");
    let found = w.find("user:ann status:completed").await;
    assert_eq!(found[0].output_preview, "Rome");
    let usage = Usage::of(5, 1);
    assert_eq!(found[0].usage, Some(usage));
    let points = w.store.usage(w.project, 0..=100_000).await.unwrap();
    assert_eq!((points[0].calls, points[0].prompt_tokens), (1, 5));
}

async fn an_early_patch_waits_for_its_log(w: World) {
    let mut log = w.log();
    log.context.user_id = None;
    let patch = w.patch(log.id, json!({"metadata": {"plan": "pro"}, "user_id": "ann"}));
    let up = w.on(log.id, "ann", "thumbs", json!(true));
    let patched = w.store.patch_log(patch, vec![up], None).await.unwrap();
    assert!(!patched.attached);
    assert_eq!(patched.feedback.len(), 1);
    w.insert(&log).await;
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!(detail.log.context.user_id.as_deref(), Some("ann"));
    assert_eq!(detail.tally.thumbs_up, 1);
    assert_eq!(w.find("meta.plan:pro").await.len(), 1);
    assert_eq!(total(&w, "meta:plan").await, [("pro".to_owned(), 1)]);
    assert_eq!(total(&w, "user").await, [("ann".to_owned(), 1)]);
}

async fn patches_apply_in_the_order_of_their_times(w: World) {
    let log = w.log();
    let older = w.patch(log.id, json!({"metadata": {"k": 1}, "chain_id": "first"}));
    let newer = w.patch(log.id, json!({"metadata": {"k": 2}, "chain_id": "second"}));
    w.insert(&log).await;
    w.store.patch_log(newer, vec![], None).await.unwrap();
    w.store.patch_log(older, vec![], None).await.unwrap();
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!(detail.log.metadata["k"], 2);
    assert_eq!(detail.log.context.chain_id.as_deref(), Some("first"));
    assert_eq!(w.find("chain:first").await.len(), 1);
}

async fn the_cost_of_a_patch_is_counted_once(w: World) {
    let mut log = w.log();
    (log.usage, log.cost_usd_micros) = (None, None);
    w.insert(&log).await;
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6});
    for patch in [
        json!({"usage": usage, "cost_usd_micros": 40}),
        json!({"metadata": {"plan": "pro"}}),
        json!({"metadata": {"plan": "team"}}),
    ] {
        w.store.patch_log(w.patch(log.id, patch), vec![], None).await.unwrap();
    }
    assert_eq!(w.find("").await[0].cost_usd_micros, Some(40));
    let points = w.store.usage(w.project, 0..=100_000).await.unwrap();
    assert_eq!(points.iter().map(|p| p.cost_usd_micros).sum::<i64>(), 40);
}

async fn usage_that_came_early_is_priced_when_its_log_comes(w: World) {
    let mut log = w.log();
    (log.usage, log.cost_usd_micros) = (None, None);
    (log.served.provider, log.served.model) = (Some("openai".into()), Some("m".into()));
    let price = Price {
        provider: "openai".into(),
        model: "m".into(),
        input_usd_micros_per_mtok: 2_000_000,
        output_usd_micros_per_mtok: 0,
    };
    w.store.put_price(w.project, price, w.audit("price.put", "m")).await.unwrap();
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6});
    w.store.patch_log(w.patch(log.id, json!({"usage": usage})), vec![], None).await.unwrap();
    w.insert(&log).await;
    let plan = w.patch(log.id, json!({"metadata": {"plan": "pro"}}));
    w.store.patch_log(plan, vec![], None).await.unwrap();
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!(detail.log.cost_usd_micros, Some(10));
    let points = w.store.usage(w.project, 0..=100_000).await.unwrap();
    assert_eq!(points.iter().map(|p| p.cost_usd_micros).sum::<i64>(), 10);
}

async fn metadata_keeps_its_history(w: World) {
    let mut log = w.log();
    log.metadata.insert("plan".into(), json!("free"));
    w.insert(&log).await;
    for plan in ["pro", "team"] {
        let patch = w.patch(log.id, json!({"metadata": {"plan": plan}}));
        w.store.patch_log(patch, vec![], None).await.unwrap();
    }
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    let values: Vec<_> = detail.metadata_history.iter().map(|c| c.value.clone()).collect();
    assert_eq!(values, [json!("free"), json!("pro"), json!("team")]);
    assert!(detail.metadata_history.is_sorted_by_key(|c| c.at));
    assert_eq!(detail.log.metadata["plan"], "team");
}

async fn a_patch_moves_feedback_to_the_new_dimensions(w: World) {
    let mut log = w.log();
    log.metadata.insert("plan".into(), json!("free"));
    w.insert(&log).await;
    w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    assert_eq!(total(&w, "meta:plan").await, [("free".to_owned(), 1)]);
    let patch = w.patch(log.id, json!({"metadata": {"plan": "pro"}}));
    w.store.patch_log(patch, vec![], None).await.unwrap();
    assert_eq!(total(&w, "meta:plan").await, [("pro".to_owned(), 1)]);
    for (plan, logs) in [("free", 0), ("pro", 1)] {
        let filter = format!("meta.plan:{plan} feedback.thumbs:*");
        assert_eq!(w.find(&filter).await.len(), logs, "{plan}");
    }
}

async fn a_repeated_patch_writes_nothing(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let key = Some(Fingerprint { key: "metrics/1".into(), body_sha256: "a".into() });
    let send = || {
        let patch = w.patch(log.id, json!({"metadata": {"k": "v"}}));
        let score = w.on(log.id, "ann", "score", json!(80));
        w.store.patch_log(patch, vec![score], key.clone())
    };
    // Both are in one batch, or one after the other: the answer is the same.
    let (a, b) = tokio::join!(send(), send());
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_ne!(a.repeated, b.repeated);
    assert_eq!(a.feedback, b.feedback);
    assert!(a.attached && b.attached);
    assert_eq!(w.store.log_feedback(w.project, log.id).await.unwrap().len(), 1);
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert_eq!(detail.metadata_history.len(), 1);
}

async fn a_patch_with_bad_feedback_writes_nothing(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let patch = w.patch(log.id, json!({"metadata": {"k": "v"}}));
    let (good, bad) =
        (w.on(log.id, "a", "thumbs", json!(true)), w.on(log.id, "a", "score", json!(101)));
    let error = w.store.patch_log(patch, vec![good, bad], None).await.unwrap_err();
    let StoreError::Invalid(invalid) = error else { panic!("{error:?}") };
    assert_eq!(invalid.pointer.to_string(), "/feedback/1/value");
    let detail = w.store.log(w.project, log.id).await.unwrap().unwrap();
    assert!(detail.log.metadata.is_empty());
    assert_eq!(detail.tally.count, 0);
}

async fn total(w: &World, dimension: &str) -> Vec<(String, i64)> {
    let query = SummaryQuery {
        project: w.project,
        metric: "thumbs".into(),
        dimension: dimension.into(),
        days: 0..=100_000,
    };
    let points = w.store.summary(&query).await.unwrap();
    let totals = points.into_iter().filter(|p| p.label.is_empty());
    totals.map(|p| (p.dimension_value, p.count)).collect()
}
