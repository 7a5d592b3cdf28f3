//! Defining metrics, and learning them from feedback.

use serde_json::json;
use vouch_domain::metric::{Direction, MetricDefinition, MetricState, MetricType};
use vouch_store::{FeedbackStore, MetricStore, StoreError};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    an_unknown_metric_is_typed_by_its_first_value,
    an_undefined_metric_is_adopted,
    the_type_cannot_change_under_feedback,
    callers_at_once_agree_on_a_new_metric,
);

fn define(w: &World, name: &str, metric_type: MetricType) -> MetricDefinition {
    MetricDefinition {
        name: name.into(),
        metric_type,
        direction: Direction::HigherIsBetter,
        guideline: "Be fair.".into(),
        state: MetricState::Defined,
        built_in: false,
        created_at: w.now(),
    }
}

async fn metric(w: &World, name: &str) -> Option<MetricDefinition> {
    w.store.metrics(w.project).await.unwrap().into_iter().find(|m| m.name == name)
}

async fn an_unknown_metric_is_typed_by_its_first_value(w: World) {
    let log = w.log();
    w.insert(&log).await;
    w.give(w.on(log.id, "ann", "mood", json!("fine"))).await;
    let learned = metric(&w, "mood").await.unwrap();
    assert_eq!(learned.state, MetricState::Undefined);
    assert_eq!(learned.metric_type, MetricType::Category { categories: vec![] });
    let wrong = vec![w.on(log.id, "ann", "mood", json!(3))];
    let error = w.store.append_feedback(w.project, wrong, None).await;
    assert!(matches!(error, Err(StoreError::Invalid(_))), "{error:?}");
}

async fn an_undefined_metric_is_adopted(w: World) {
    let log = w.log();
    w.insert(&log).await;
    w.give(w.on(log.id, "ann", "mood", json!("fine"))).await;
    let words = MetricType::Category { categories: vec!["fine".into(), "bad".into()] };
    let adopted = define(&w, "mood", words.clone());
    w.store.put_metric(w.project, adopted, w.audit("metric.put", "mood")).await.unwrap();
    let now = metric(&w, "mood").await.unwrap();
    assert_eq!((now.state, now.metric_type), (MetricState::Defined, words));
    assert_eq!(now.guideline, "Be fair.");
    let wrong = vec![w.on(log.id, "ann", "mood", json!("odd"))];
    assert!(w.store.append_feedback(w.project, wrong, None).await.is_err());
}

async fn the_type_cannot_change_under_feedback(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let put = |m: MetricDefinition| w.store.put_metric(w.project, m, w.audit("metric.put", "x"));
    put(define(&w, "free", MetricType::Text)).await.unwrap();
    put(define(&w, "free", MetricType::Boolean)).await.unwrap();
    w.give(w.on(log.id, "ann", "free", json!(true))).await;
    let error = put(define(&w, "free", MetricType::Text)).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
    let error = put(define(&w, "Not A Name", MetricType::Text)).await;
    assert!(matches!(error, Err(StoreError::Invalid(_))), "{error:?}");
    assert_eq!(metric(&w, "free").await.unwrap().metric_type, MetricType::Boolean);
}

async fn callers_at_once_agree_on_a_new_metric(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..20 {
        let value = if n % 2 == 0 { json!(n) } else { json!("word") };
        let (store, project) = (w.store.clone(), w.project);
        let given = vec![w.on(log.id, &format!("u{n}"), "new", value)];
        calls.spawn(async move { store.append_feedback(project, given, None).await.is_ok() });
    }
    let kept = calls.join_all().await.into_iter().filter(|ok| *ok).count();
    assert_eq!(kept, 10);
    assert_eq!(w.store.log_feedback(w.project, log.id).await.unwrap().len(), 10);
}
