//! Several nodes on one PostgreSQL database.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;
use vouch_domain::access::{Role, Scope};
use vouch_domain::audit::{GENESIS, verify};
use vouch_domain::id::KeyId;
use vouch_domain::user::{ApiKey, UserUpdate};
use vouch_store::{
    AuditStore, EventStore, FeedbackStore, KeyStore, LogStore, SessionRecord, SessionStore, Store,
    SummaryQuery, UserStore,
};

use crate::backend::Backend;
use crate::world::World;

/// How many logs race with their feedback.
const LOGS: i64 = 200;

/// Logs at one node and their feedback at the other, at the same time: all of it is attached.
async fn feedback_meets_its_log(w: World) {
    let other = Arc::new(w.backend.open().await);
    let mut calls = JoinSet::new();
    for n in 0..LOGS {
        let log = w.log();
        let up = w.on(log.id, "ann", "thumbs", json!(true));
        let down = w.on(log.id, "ann", "thumbs", json!(false));
        let patch = w.patch(log.id, json!({"metadata": {"plan": "pro"}}));
        let (here, there, project) = (w.store.clone(), other.clone(), w.project);
        let (one, two) = if n % 2 == 0 { (here, there) } else { (there, here) };
        let (three, four) = (one.clone(), two.clone());
        calls.spawn(async move {
            drop(one.insert_logs(project, &[log], vec![], None).await.unwrap());
        });
        calls.spawn(
            async move { drop(two.append_feedback(project, vec![up], None).await.unwrap()) },
        );
        calls.spawn(async move {
            drop(three.append_feedback(project, vec![down], None).await.unwrap());
        });
        calls.spawn(async move { drop(four.patch_log(patch, vec![], None).await.unwrap()) });
    }
    calls.join_all().await;
    let query = SummaryQuery {
        project: w.project,
        metric: "thumbs".into(),
        dimension: "meta:plan".into(),
        days: 0..=100_000,
    };
    let points = other.summary(&query).await.unwrap();
    let counted: Vec<_> = points.iter().map(|p| (p.label.as_str(), p.count)).collect();
    assert_eq!(counted, [("", LOGS), ("false", LOGS)]);
    let usage = w.store.usage(w.project, 0..=100_000).await.unwrap();
    assert_eq!(usage.iter().map(|u| u.calls).sum::<i64>(), LOGS);
    other.close().await;
}

/// A reader that follows along sees every event once, in order, whoever committed it.
async fn no_event_is_skipped(w: World) {
    let other = Arc::new(w.backend.open().await);
    let mut signal = other.event_signal();
    let (follower, project) = (other.clone(), w.project);
    let follow = async move {
        let (mut seq, mut logs) = (0, 0);
        while logs < 100 {
            for event in follower.events_after(project, seq, 1000).await.unwrap() {
                assert_eq!(event.seq, seq + 1);
                seq = event.seq;
                if event.kind == vouch_domain::event::EventKind::LogCreated {
                    logs += event.ids.len();
                }
            }
            if logs < 100 {
                signal.changed().await.unwrap();
            }
        }
    };
    let mut calls = JoinSet::new();
    calls.spawn(follow);
    for n in 0..100 {
        let (log, project) = (w.log(), w.project);
        let store = if n % 2 == 0 { w.store.clone() } else { other.clone() };
        calls.spawn(async move {
            drop(store.insert_logs(project, &[log], vec![], None).await.unwrap());
        });
    }
    calls.join_all().await;
    other.close().await;
}

/// Audited changes at both nodes make one chain.
async fn the_audit_chain_holds(w: World) {
    let other = Arc::new(w.backend.open().await);
    let mut calls = JoinSet::new();
    for n in 0..40 {
        let at = w.now();
        let key = ApiKey {
            id: KeyId::new(at, w.entropy()),
            project: w.project,
            name: "k".into(),
            prefix: "v".into(),
            scopes: vec![Scope::Read],
            requests_per_minute: None,
            created_at: at,
            last_used_at: None,
            revoked_at: None,
        };
        let audit = w.audit("key.create", "k");
        let store = if n % 2 == 0 { w.store.clone() } else { other.clone() };
        calls.spawn(async move { store.create_key(key, format!("h{n}"), audit).await.unwrap() });
    }
    calls.join_all().await;
    let entries = w.store.audit_after(w.project, 0, 1000).await.unwrap();
    assert_eq!(verify(w.project, (0, GENESIS.into()), &entries).unwrap().0, 41);
    other.close().await;
}

/// Two nodes learn the same new metric at once, and answer the same key at once.
async fn races_for_a_name_have_one_winner(w: World) {
    let other = Arc::new(w.backend.open().await);
    let log = w.log();
    w.insert(&log).await;
    for round in 0..10 {
        let mut calls = JoinSet::new();
        for (n, store) in [w.store.clone(), other.clone()].into_iter().enumerate() {
            let value = if n == 0 { json!(1) } else { json!("word") };
            let new = w.on(log.id, "ann", &format!("m{round}"), value);
            let same = w.on(log.id, "bob", "thumbs", json!(true));
            let key = format!("k{round}");
            let key = Some(vouch_store::Fingerprint { key, body_sha256: "x".into() });
            let project = w.project;
            calls.spawn(async move {
                let learned = store.append_feedback(project, vec![new], None).await.is_ok();
                let (written, _) = store.append_feedback(project, vec![same], key).await.unwrap();
                (learned, written.repeated, written.ids)
            });
        }
        let results = calls.join_all().await;
        assert_eq!(results.iter().filter(|r| r.0).count(), 1, "{results:?}");
        assert_eq!(results.iter().filter(|r| r.1).count(), 1, "{results:?}");
        assert_eq!(results[0].2, results[1].2);
    }
    other.close().await;
}

/// A password changes at one node while somebody signs in with the old one at the other.
async fn an_old_password_opens_no_session_that_lasts(w: World) {
    let other = Arc::new(w.backend.open().await);
    for round in 0..20 {
        let ann = w.user(&format!("ann{round}@example.org"), Role::Viewer);
        let old = Some("old".to_owned());
        w.store.create_user(ann.clone(), old.clone(), w.audit("user.create", "x")).await.unwrap();
        let (token, at) = (format!("s{round}"), w.now());
        let session = SessionRecord {
            token_sha256: token.clone(),
            user: ann.id,
            created_at: at,
            expires_at: at.plus_s(60),
        };
        let (audit, changed) = (w.audit("session.create", "x"), w.audit("user.password", "x"));
        let (nothing, new) = (UserUpdate::default(), Some("new".to_owned()));
        let (opened, updated) = tokio::join!(
            other.create_session(session, old, audit),
            w.store.update_user(w.project, ann.id, nothing, new, changed),
        );
        opened.unwrap();
        updated.unwrap();
        assert_eq!(w.store.session_user(&token, at).await.unwrap(), None, "{round}");
    }
    other.close().await;
}

macro_rules! on_postgres {
    ($($name:ident),* $(,)?) => {
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if let Some(backend) = super::Backend::postgres().await {
                        backend.run(super::$name).await;
                    }
                }
            )*
        }
    };
}

on_postgres!(
    feedback_meets_its_log,
    no_event_is_skipped,
    the_audit_chain_holds,
    races_for_a_name_have_one_winner,
    an_old_password_opens_no_session_that_lasts,
);
