//! Webhooks: told with what happens, taken by one sender at a time, and kept as they went.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use vouch_domain::Time;
use vouch_domain::id::{DeliveryId, ProjectId, WebhookId};
use vouch_domain::review::AgreementAlert;
use vouch_domain::webhook::{
    AgreementFell, Delivery, DeliveryAttempt, DeliveryState, Ending, GIVE_UP_AFTER_S, HookKind,
    KEPT_S, OffReason, Webhook, WebhookUpdate,
};
use vouch_store::{
    AuditStore, ClaimedDelivery, FinishedDelivery, Store, StoreError, TaskStore, WebhookStore,
};

use crate::backend::on_both;
use crate::desk::{Desk, yes};
use crate::world::World;

async fn hook(w: &World, name: &str, events: &[HookKind], more: Value) -> WebhookId {
    let at = w.now();
    let webhook = Webhook {
        id: WebhookId::new(at, w.entropy()),
        name: name.into(),
        url: format!("https://{name}.example.com/hook"),
        events: events.to_vec(),
        queues: serde_json::from_value(more).unwrap(),
        off: None,
        failing_since: None,
        old_secret_until: None,
        created_at: at,
    };
    let (id, audit) = (webhook.id, w.audit("webhook.create", name));
    w.store.create_webhook(w.project, webhook.clone(), b"sealed".to_vec(), audit).await.unwrap();
    assert_eq!(w.store.webhook(w.project, id).await.unwrap(), Some(webhook));
    id
}

/// What a webhook was told, oldest first.
async fn told(w: &World, id: WebhookId) -> Vec<Delivery> {
    let page = w.store.deliveries(w.project, id, None, None, 200).await.unwrap();
    page.items.into_iter().rev().collect()
}

fn kinds(deliveries: &[Delivery]) -> Vec<&'static str> {
    deliveries.iter().map(|delivery| delivery.kind.as_str()).collect()
}

async fn claim(w: &World, id: WebhookId, limit: u32) -> Vec<ClaimedDelivery> {
    let now = w.now();
    w.store.claim_deliveries(w.project, id, now, now.plus_s(60), limit).await.unwrap()
}

fn finished(w: &World, claimed: &ClaimedDelivery, status: u16, ending: Ending) -> FinishedDelivery {
    let now = w.now();
    let attempt = DeliveryAttempt {
        at: now,
        duration_ms: 12,
        status: Some(status),
        error: None,
        response: Some("ö".into()),
    };
    FinishedDelivery {
        id: claimed.id,
        project: claimed.project,
        webhook: claimed.webhook,
        claim: claimed.claim,
        attempt,
        ending,
        now,
        audit: w.audit("webhook.off", &claimed.webhook.to_string()),
    }
}

/// One test delivery, claimed.
async fn sent_one(w: &World, id: WebhookId) -> ClaimedDelivery {
    let delivery = DeliveryId::new(w.now(), w.entropy());
    w.store.test_webhook(w.project, id, delivery, w.audit("webhook.test", "h")).await.unwrap();
    let mut claimed = claim(w, id, 10).await;
    assert_eq!(claimed.len(), 1);
    claimed.remove(0)
}

async fn what_happens_is_told_to_who_asks(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let other = Desk::new(&w, json!({"key": "other"})).await;
    let done = hook(&w, "done", &[HookKind::TaskCompleted], json!([desk.queue])).await;
    let empty = hook(&w, "empty", &[HookKind::QueueDrained], json!([])).await;
    let off = hook(&w, "off", &HookKind::ASKED, json!([])).await;
    let pause = WebhookUpdate { on: Some(false), ..WebhookUpdate::default() };
    let audit = w.audit("webhook.update", "off");
    let paused = w.store.update_webhook(w.project, off, pause, audit).await.unwrap();
    assert_eq!(paused.off.unwrap().because, OffReason::Paused);

    let ids = desk.add_records(0, 2).await;
    let far = other.add_records(0, 1).await;
    let ann = desk.person("ann").await;
    desk.next(ann, 2).await;
    other.next(ann, 1).await;
    // What is refused tells nobody.
    desk.try_submit(ids[0], ann, json!({"good": "no idea"})).await.unwrap_err();
    assert!(told(&w, done).await.is_empty());
    desk.submit(ids[0], ann, yes()).await;
    assert!(told(&w, empty).await.is_empty());
    desk.submit(ids[1], ann, yes()).await;
    other.submit(far[0], ann, yes()).await;

    let done_told = told(&w, done).await;
    assert_eq!(kinds(&done_told), ["task.completed", "task.completed"]);
    let data = json!({"queue_id": desk.queue, "task_id": ids[0], "log_id": null});
    assert_eq!(done_told[0].payload["data"], data);
    assert_eq!(done_told[0].payload["type"], "task.completed");
    assert_eq!(done_told[0].payload["timestamp"], json!(done_told[0].created_at));
    assert_eq!((done_told[0].state, &done_told[0].attempts), (DeliveryState::Waiting, &vec![]));
    let empty_told = told(&w, empty).await;
    let queues: Vec<_> = empty_told.iter().map(|one| &one.payload["data"]["queue_id"]).collect();
    assert_eq!(queues, [&json!(desk.queue), &json!(other.queue)]);
    assert!(told(&w, off).await.is_empty());

    // Decided again is told again; so is drained again.
    let review = desk.reviews(ids[1]).await[0].id;
    w.store.undo(w.project, review, ann, w.now()).await.unwrap();
    desk.submit(ids[1], ann, yes()).await;
    assert_eq!((told(&w, done).await.len(), told(&w, empty).await.len()), (3, 3));
    // A cancelled task is not completed, and yet nothing is left.
    let more = desk.add_records(5, 1).await;
    w.store.cancel_task(w.project, more[0], w.audit("task.cancel", "t")).await.unwrap();
    assert_eq!((told(&w, done).await.len(), told(&w, empty).await.len()), (3, 4));
    let elsewhere = w.in_project(ProjectId::new(w.now(), [9; 10]));
    assert!(told(&elsewhere, done).await.is_empty());
}

async fn a_delivery_is_taken_by_one_sender_at_a_time(w: World) {
    let id = hook(&w, "busy", &[HookKind::TaskCompleted], json!([])).await;
    let desk = Desk::new(&w, json!({})).await;
    let ids = desk.add_records(0, 30).await;
    let ann = desk.person("ann").await;
    for chunk in ids.chunks(5) {
        desk.next(ann, 5).await;
        for task in chunk {
            desk.submit(*task, ann, yes()).await;
        }
    }
    // On SQLite a second store stands for a server that was started again meanwhile.
    let other = Arc::new(w.backend.open().await);
    let there = w.in_store(Arc::clone(&other));
    assert_eq!(w.store.due_webhooks(w.now()).await.unwrap(), [(w.project, id)]);
    let mut claims = JoinSet::new();
    for n in 0..12 {
        let sender = if n % 2 == 0 { w.clone() } else { there.clone() };
        claims.spawn(async move { claim(&sender, id, 4).await });
    }
    let taken: Vec<_> = claims.join_all().await.into_iter().flatten().collect();
    let distinct: BTreeSet<_> = taken.iter().map(|claimed| claimed.id).collect();
    assert_eq!((taken.len(), distinct.len()), (distinct.len(), distinct.len()));
    let rest = claim(&w, id, 100).await;
    assert_eq!(taken.len() + rest.len(), 30);
    assert_eq!(w.store.due_webhooks(w.now()).await.unwrap(), []);
    assert!(taken.iter().all(|claimed| claimed.tries == 1 && claimed.sealed == [b"sealed"]));

    // Whose sender died is due again, and what the dead one says later decides nothing.
    w.advance_s(100);
    let again = claim(&there, id, 100).await;
    assert_eq!((again.len(), again[0].tries), (30, 2));
    let dead = taken.iter().find(|claimed| claimed.id == again[0].id).unwrap();
    w.store.finish_delivery(finished(&w, dead, 200, Ending::Delivered)).await.unwrap();
    let state = |all: Vec<Delivery>| all.iter().find(|d| d.id == dead.id).unwrap().clone();
    let kept = state(told(&w, id).await);
    assert_eq!((kept.state, kept.attempts.len()), (DeliveryState::Waiting, 1));
    other.finish_delivery(finished(&w, &again[0], 200, Ending::Delivered)).await.unwrap();
    let kept = state(told(&w, id).await);
    assert_eq!((kept.state, kept.attempts.len()), (DeliveryState::Delivered, 2));
    assert_eq!(kept.attempts[1].response.as_deref(), Some("ö"));
    other.close().await;
}

async fn what_is_not_taken_is_sent_again_and_then_given_up(w: World) {
    let id = hook(&w, "down", &[HookKind::TaskCompleted], json!([])).await;
    let first = sent_one(&w, id).await;
    let at = w.now().plus_s(300);
    let refused = finished(&w, &first, 500, Ending::Again(at));
    let since = refused.attempt.at;
    assert!(!w.store.finish_delivery(refused).await.unwrap());
    assert_eq!(told(&w, id).await[0].next_at, Some(at));
    assert!(claim(&w, id, 10).await.is_empty());
    let failing = async || w.store.webhook(w.project, id).await.unwrap().unwrap().failing_since;
    assert_eq!(failing().await, Some(since));
    w.advance_s(400);
    let second = claim(&w, id, 10).await.remove(0);
    assert_eq!(second.tries, 2);
    let off = w.store.finish_delivery(finished(&w, &second, 500, Ending::GivenUp)).await;
    assert!(!off.unwrap(), "a bad day does not switch it off");
    assert_eq!(told(&w, id).await[0].state, DeliveryState::Failed);
    // What is taken in between ends the count.
    let third = sent_one(&w, id).await;
    w.store.finish_delivery(finished(&w, &third, 204, Ending::Delivered)).await.unwrap();
    assert_eq!(failing().await, None);

    let fourth = sent_one(&w, id).await;
    w.store.finish_delivery(finished(&w, &fourth, 500, Ending::GivenUp)).await.unwrap();
    w.advance_s(GIVE_UP_AFTER_S);
    let fifth = sent_one(&w, id).await;
    assert!(w.store.finish_delivery(finished(&w, &fifth, 500, Ending::GivenUp)).await.unwrap());
    let hook = w.store.webhook(w.project, id).await.unwrap().unwrap();
    assert_eq!(hook.off.unwrap().because, OffReason::Failures);
    let entry = w.store.audit(w.project, None, 1).await.unwrap().items.remove(0);
    assert_eq!(
        (entry.action.as_str(), &entry.details["because"]),
        ("webhook.off", &json!("failures"))
    );
    let test = DeliveryId::new(w.now(), w.entropy());
    let test = w.store.test_webhook(w.project, id, test, w.audit("webhook.test", "h")).await;
    assert!(matches!(test, Err(StoreError::Conflict(_))));

    let gone = hook_that_is_gone(&w).await;
    assert_eq!(gone.off.unwrap().because, OffReason::Gone);
}

async fn hook_that_is_gone(w: &World) -> Webhook {
    let id = hook(w, "gone", &[HookKind::TaskCompleted], json!([])).await;
    let sent = sent_one(w, id).await;
    assert!(w.store.finish_delivery(finished(w, &sent, 410, Ending::Gone)).await.unwrap());
    w.store.webhook(w.project, id).await.unwrap().unwrap()
}

async fn deliveries_are_replayed(w: World) {
    let id = hook(&w, "again", &[HookKind::TaskCompleted], json!([])).await;
    let mut sent = Vec::new();
    for ending in [Ending::GivenUp, Ending::Delivered, Ending::GivenUp] {
        w.advance_s(10);
        let one = sent_one(&w, id).await;
        w.store.finish_delivery(finished(&w, &one, 500, ending)).await.unwrap();
        sent.push(one);
    }
    let audit = w.audit("webhook.replay", "h");
    let replayed = w.store.replay_delivery(w.project, id, sent[0].id, audit).await.unwrap();
    assert_eq!((replayed.state, replayed.attempts.len()), (DeliveryState::Waiting, 1));
    let taken = claim(&w, id, 10).await;
    assert_eq!((taken.len(), taken[0].id, taken[0].tries), (1, sent[0].id, 1));
    assert_eq!(taken[0].body, sent[0].body);
    w.store.finish_delivery(finished(&w, &taken[0], 500, Ending::GivenUp)).await.unwrap();

    let since = told(&w, id).await[1].created_at;
    let replay = async |since, all| {
        let audit = w.audit("webhook.replay", "h");
        w.store.replay_deliveries(w.project, id, since, all, audit).await.unwrap()
    };
    assert_eq!(replay(since, false).await, 1);
    assert_eq!(claim(&w, id, 10).await[0].id, sent[2].id);
    assert_eq!(replay(Time::from_micros(0), true).await, 2);
    let failed = Some(DeliveryState::Failed);
    let left = w.store.deliveries(w.project, id, failed, None, 10).await.unwrap();
    assert!(left.items.is_empty());
    let waiting = Some(DeliveryState::Waiting);
    let first = w.store.deliveries(w.project, id, waiting, None, 2).await.unwrap();
    let cursor = first.next_cursor.unwrap();
    let last = w.store.deliveries(w.project, id, waiting, Some(&cursor), 2).await.unwrap();
    assert_eq!((first.items.len(), last.items.len(), last.next_cursor), (2, 1, None));
    let nothing = DeliveryId::new(w.now(), w.entropy());
    let nothing = w.store.replay_delivery(w.project, id, nothing, w.audit("x", "h")).await;
    assert!(matches!(nothing, Err(StoreError::NotFound("delivery"))));
}

async fn both_secrets_sign_until_the_old_one_ends(w: World) {
    let id = hook(&w, "keys", &[HookKind::TaskCompleted], json!([])).await;
    let until = w.now().plus_s(100);
    let audit = w.audit("webhook.rotate", "h");
    let hook = w.store.rotate_webhook(w.project, id, b"new".to_vec(), until, audit).await.unwrap();
    assert_eq!(hook.old_secret_until, Some(until));
    assert_eq!(sent_one(&w, id).await.sealed, [b"new".to_vec(), b"sealed".to_vec()]);
    w.advance_s(200);
    let later = claim(&w, id, 1).await.remove(0);
    assert_eq!(later.sealed, [b"new".to_vec()]);
    w.store.delete_webhook(w.project, id, w.audit("webhook.delete", "h")).await.unwrap();
    w.advance_s(200);
    assert!(claim(&w, id, 1).await.is_empty());
    let gone = w.store.delete_webhook(w.project, id, w.audit("webhook.delete", "h")).await;
    assert!(matches!(gone, Err(StoreError::NotFound("webhook"))));
    // What it was told goes when it has had its time.
    assert_eq!(told(&w, id).await.len(), 1);
    w.advance_s(KEPT_S);
    w.store.prune(w.now()).await.unwrap();
    assert!(told(&w, id).await.is_empty());
}

async fn a_fall_of_agreement_is_told_once(w: World) {
    let desk = Desk::new(&w, json!({"alert": {"alpha_below": 0.6}})).await;
    let id = hook(&w, "low", &[HookKind::AgreementLow], json!([])).await;
    let alert = AgreementAlert { alpha_below: 0.6, last_tasks: 50 };
    let note = async |alpha: f64| {
        let found = AgreementFell { question: "good".into(), alpha, tasks: 50, alpha_below: 0.6 };
        w.store.note_agreement(w.project, desk.queue, alert, found, w.now()).await.unwrap()
    };
    assert!(!note(0.7).await);
    assert!(note(0.5).await);
    assert!(!note(0.4).await);
    // About the limit is no other fall.
    assert!(!note(0.62).await);
    assert!(!note(0.59).await);
    assert!(!note(0.66).await);
    assert!(note(0.59).await);
    let told_of = told(&w, id).await;
    assert_eq!(kinds(&told_of), ["agreement.low", "agreement.low"]);
    let data = json!({"queue_id": desk.queue, "question": "good", "alpha": 0.5,
        "alpha_below": 0.6, "tasks": 50});
    assert_eq!(told_of[0].payload["data"], data);
}

on_both!(
    what_happens_is_told_to_who_asks,
    a_delivery_is_taken_by_one_sender_at_a_time,
    what_is_not_taken_is_sent_again_and_then_given_up,
    deliveries_are_replayed,
    both_secrets_sign_until_the_old_one_ends,
    a_fall_of_agreement_is_told_once,
);
