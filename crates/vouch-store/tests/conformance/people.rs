//! Projects, people, sessions and keys.

use vouch_domain::access::{Role, Scope};
use vouch_domain::audit::{GENESIS, verify};
use vouch_domain::id::{KeyId, UserId};
use vouch_domain::log::Log;
use vouch_domain::rate::RequestsPerMinute;
use vouch_domain::user::{ApiKey, User, UserUpdate};
use vouch_store::{
    AuditStore, Fingerprint, KeyStore, LogStore, MetricStore, SessionRecord, SessionStore, Store,
    StoreError, UserStore,
};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    a_project_has_its_metrics,
    people_are_found_by_email,
    the_last_admin_stays,
    without_an_admin_others_can_be_changed,
    sessions_end,
    who_was_shut_out_meanwhile_opens_no_session,
    a_signin_link_works_once,
    what_has_expired_is_pruned,
    keys_are_found_until_revoked,
    a_key_is_given_a_limit_and_freed_again,
    a_key_is_touched_once_a_minute,
    every_change_is_audited_in_a_chain,
);

async fn a_project_has_its_metrics(w: World) {
    assert_eq!(w.store.projects().await.unwrap().len(), 1);
    let metrics = w.store.metrics(w.project).await.unwrap();
    assert!(metrics.iter().any(|m| m.name == "thumbs" && m.built_in));
    assert!(metrics.is_sorted_by_key(|m| m.name.clone()));
}

async fn people_are_found_by_email(w: World) {
    let ann = w.user("ann@example.org", Role::Admin);
    let hash = Some("$argon2id$x".to_owned());
    w.store.create_user(ann.clone(), hash.clone(), w.audit("user.create", "ann")).await.unwrap();
    let found = w.store.user_by_email("ann@example.org").await.unwrap();
    assert_eq!(found, Some((ann.clone(), hash)));
    assert_eq!(w.store.user_by_email("bob@example.org").await.unwrap(), None);
    let twin = w.user("ann@example.org", Role::Viewer);
    let error = w.store.create_user(twin, None, w.audit("user.create", "ann")).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
    assert_eq!(w.store.users(w.project).await.unwrap(), [ann]);
}

async fn the_last_admin_stays(w: World) {
    let ann = w.user("ann@example.org", Role::Admin);
    let bob = w.user("bob@example.org", Role::Admin);
    for user in [&ann, &bob] {
        w.store.create_user(user.clone(), None, w.audit("user.create", "x")).await.unwrap();
    }
    let mut calls = tokio::task::JoinSet::new();
    for user in [&ann, &bob] {
        let demoted = UserUpdate { role: Some(Role::Viewer), ..UserUpdate::default() };
        let (store, audit, id) = (w.store.clone(), w.audit("user.update", "x"), user.id);
        let project = w.project;
        calls.spawn(async move { store.update_user(project, id, demoted, None, audit).await });
    }
    let results = calls.join_all().await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
    let users = w.store.users(w.project).await.unwrap();
    assert_eq!(users.iter().filter(|u| u.role == Role::Admin).count(), 1);
    let last = users.into_iter().find(|u| u.role == Role::Admin).unwrap();
    let error = disable(&w, last.id).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
    let error = disable(&w, w.user("eve@example.org", Role::Viewer).id).await;
    assert!(matches!(error, Err(StoreError::NotFound(_))), "{error:?}");
}

async fn disable(w: &World, id: UserId) -> vouch_store::Result<User> {
    let update = UserUpdate { disabled: Some(true), ..UserUpdate::default() };
    w.store.update_user(w.project, id, update, None, w.audit("user.update", "x")).await
}

/// Keys may administer a project in which no person does.
async fn without_an_admin_others_can_be_changed(w: World) {
    let ann = w.user("ann@example.org", Role::Reviewer);
    w.store.create_user(ann.clone(), None, w.audit("user.create", "ann")).await.unwrap();
    let disabled = disable(&w, ann.id).await.unwrap();
    assert!(disabled.disabled_at.is_some());
    assert_eq!(w.store.users(w.project).await.unwrap(), std::slice::from_ref(&disabled));
    // Another change says nothing of it, and leaves it.
    let update = UserUpdate { name: Some("Ann".into()), ..UserUpdate::default() };
    let audit = w.audit("user.update", "ann");
    let renamed = w.store.update_user(w.project, ann.id, update, None, audit).await.unwrap();
    assert_eq!(renamed, User { name: "Ann".into(), ..disabled });
}

async fn open(w: &World, session: SessionRecord, verified_hash: Option<&str>) -> bool {
    let audit = w.audit("session.create", "x");
    w.store.create_session(session, verified_hash.map(str::to_owned), audit).await.unwrap()
}

fn session(w: &World, token: &str, user: UserId) -> SessionRecord {
    let at = w.now();
    SessionRecord { token_sha256: token.into(), user, created_at: at, expires_at: at.plus_s(3600) }
}

async fn sessions_end(w: World) {
    let ann = w.user("ann@example.org", Role::Admin);
    let bob = w.user("bob@example.org", Role::Reviewer);
    for user in [&ann, &bob] {
        w.store.create_user(user.clone(), None, w.audit("user.create", "x")).await.unwrap();
    }
    assert!(open(&w, session(&w, "one", bob.id), None).await);
    let now = w.now();
    assert_eq!(w.store.session_user("one", now).await.unwrap().as_ref(), Some(&bob));
    assert_eq!(w.store.session_user("one", now.plus_s(7200)).await.unwrap(), None);
    w.store.delete_session("one").await.unwrap();
    w.store.delete_session("one").await.unwrap();
    assert_eq!(w.store.session_user("one", now).await.unwrap(), None);
    assert!(open(&w, session(&w, "two", bob.id), None).await);
    let update = UserUpdate { name: Some("Bob".into()), ..UserUpdate::default() };
    let audit = w.audit("user.update", "x");
    let renamed = w.store.update_user(w.project, bob.id, update, None, audit).await.unwrap();
    assert_eq!(w.store.session_user("two", now).await.unwrap().as_ref(), Some(&renamed));
    disable(&w, bob.id).await.unwrap();
    assert_eq!(w.store.session_user("two", now).await.unwrap(), None);
}

async fn a_signin_link_works_once(w: World) {
    let ann = w.user("ann@example.org", Role::Admin);
    w.store.create_user(ann.clone(), None, w.audit("user.create", "x")).await.unwrap();
    w.store
        .create_signin_link(session(&w, "link", ann.id), w.audit("user.signin_link", "ann"))
        .await
        .unwrap();
    w.store
        .create_signin_link(session(&w, "old", ann.id), w.audit("user.signin_link", "ann"))
        .await
        .unwrap();
    let opened = session(&w, "s", ann.id);
    let now = opened.created_at;
    assert_eq!(w.store.signin_link_user("link", now).await.unwrap().as_ref(), Some(&ann));
    let enter = |link: &'static str, session: SessionRecord| {
        let (store, audit) = (w.store.clone(), w.audit("session.create", "ann"));
        async move { store.use_signin_link(link, session, audit).await.unwrap() }
    };
    // It lets in nobody else.
    let bob = w.user("bob@example.org", Role::Admin);
    assert!(!enter("link", session(&w, "s", bob.id)).await);
    assert!(enter("link", opened.clone()).await);
    assert_eq!(w.store.session_user("s", now).await.unwrap().as_ref(), Some(&ann));
    assert!(!enter("link", opened).await);
    assert_eq!(w.store.signin_link_user("link", now).await.unwrap(), None);
    let late = now.plus_s(7200);
    assert_eq!(w.store.signin_link_user("old", late).await.unwrap(), None);
    let session = SessionRecord { created_at: late, ..session(&w, "late", ann.id) };
    assert!(!enter("old", session).await);
    let entries = w.store.audit(w.project, None, 9).await.unwrap().items;
    assert_eq!(entries.iter().filter(|e| e.action == "session.create").count(), 1);
}

/// A sign-in that was right when it began is not when it ends.
async fn who_was_shut_out_meanwhile_opens_no_session(w: World) {
    let ann = w.user("ann@example.org", Role::Admin);
    let bob = w.user("bob@example.org", Role::Reviewer);
    for user in [&ann, &bob] {
        let hash = Some("old".to_owned());
        w.store.create_user(user.clone(), hash, w.audit("user.create", "x")).await.unwrap();
    }
    assert!(open(&w, session(&w, "before", bob.id), Some("old")).await);
    let audit = w.audit("user.password", "bob");
    let (nothing, hash) = (UserUpdate::default(), Some("new".to_owned()));
    w.store.update_user(w.project, bob.id, nothing, hash, audit).await.unwrap();
    let entries = w.store.audit(w.project, None, 1).await.unwrap().items[0].seq;
    assert!(!open(&w, session(&w, "after", bob.id), Some("old")).await);
    assert_eq!(w.store.session_user("after", w.now()).await.unwrap(), None);
    // Nothing happened, so nothing is in the trail.
    assert_eq!(w.store.audit(w.project, None, 1).await.unwrap().items[0].seq, entries);
    assert!(open(&w, session(&w, "again", bob.id), Some("new")).await);
    disable(&w, bob.id).await.unwrap();
    assert!(!open(&w, session(&w, "disabled", bob.id), Some("new")).await);
    assert!(!open(&w, session(&w, "disabled", bob.id), None).await);
    let nobody = w.user("eve@example.org", Role::Viewer).id;
    assert!(!open(&w, session(&w, "nobody", nobody), None).await);
}

async fn what_has_expired_is_pruned(w: World) {
    let ann = w.user("ann@example.org", Role::Admin);
    w.store.create_user(ann.clone(), None, w.audit("user.create", "x")).await.unwrap();
    let fingerprint = Fingerprint { key: "k".into(), body_sha256: "b".into() };
    let repeated = async |log: Log| {
        let logs = [log];
        let written = w.store.insert_logs(w.project, &logs, vec![], Some(fingerprint.clone()));
        written.await.unwrap().repeated
    };
    let first = w.log();
    assert!(!repeated(first.clone()).await);
    assert!(open(&w, session(&w, "one", ann.id), None).await);
    let link = session(&w, "link", ann.id);
    let (made, ends) = (first.created_at, link.expires_at);
    let audit = w.audit("user.signin_link", "ann");
    w.store.create_signin_link(link, audit).await.unwrap();
    assert_eq!(w.store.prune(made).await.unwrap(), 0);
    assert!(w.store.session_user("one", made).await.unwrap().is_some());
    assert_eq!(w.store.prune(ends).await.unwrap(), 2);
    assert_eq!(w.store.prune(ends).await.unwrap(), 0);
    assert!(repeated(first).await);
    assert_eq!(w.store.prune(w.now().plus_s(48 * 3600)).await.unwrap(), 1);
    assert!(!repeated(w.log()).await);
}

fn key(w: &World) -> ApiKey {
    let at = w.now();
    ApiKey {
        id: KeyId::new(at, w.entropy()),
        project: w.project,
        name: "ci".into(),
        prefix: "vouch_ab".into(),
        scopes: vec![Scope::Ingest, Scope::Read],
        requests_per_minute: None,
        created_at: at,
        last_used_at: None,
        revoked_at: None,
    }
}

async fn keys_are_found_until_revoked(w: World) {
    let (one, two) = (key(&w), key(&w));
    w.store.create_key(one.clone(), "h1".into(), w.audit("key.create", "1")).await.unwrap();
    w.store.create_key(two.clone(), "h2".into(), w.audit("key.create", "2")).await.unwrap();
    let error = w.store.create_key(key(&w), "h1".into(), w.audit("key.create", "3")).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
    assert_eq!(w.store.key_by_hash("h1").await.unwrap(), Some(one.clone()));
    let at = w.now();
    w.store.revoke_key(w.project, one.id, at, w.audit("key.revoke", "1")).await.unwrap();
    w.store.revoke_key(w.project, one.id, w.now(), w.audit("key.revoke", "1")).await.unwrap();
    assert_eq!(w.store.key_by_hash("h1").await.unwrap(), None);
    let keys = w.store.keys(w.project).await.unwrap();
    assert_eq!(keys, [two, ApiKey { revoked_at: Some(at), ..one }]);
    let unknown = key(&w).id;
    let error = w.store.revoke_key(w.project, unknown, at, w.audit("key.revoke", "9")).await;
    assert!(matches!(error, Err(StoreError::NotFound(_))), "{error:?}");
}

async fn a_key_is_given_a_limit_and_freed_again(w: World) {
    let one = ApiKey { requests_per_minute: RequestsPerMinute::new(60), ..key(&w) };
    w.store.create_key(one.clone(), "h1".into(), w.audit("key.create", "1")).await.unwrap();
    assert_eq!(w.store.key_by_hash("h1").await.unwrap(), Some(one.clone()));
    let limit = |id, n| w.store.limit_key(w.project, id, n, w.audit("key.update", "1"));
    for n in [RequestsPerMinute::new(1_000_000), None] {
        let changed = ApiKey { requests_per_minute: n, ..one.clone() };
        assert_eq!(limit(one.id, n).await.unwrap(), changed);
        assert_eq!(w.store.keys(w.project).await.unwrap(), [changed]);
    }
    let entries = w.store.audit_after(w.project, 0, 1000).await.unwrap().len();
    let error = limit(key(&w).id, None).await;
    assert!(matches!(error, Err(StoreError::NotFound(_))), "{error:?}");
    assert_eq!(w.store.audit_after(w.project, 0, 1000).await.unwrap().len(), entries);
}

async fn a_key_is_touched_once_a_minute(w: World) {
    let one = key(&w);
    w.store.create_key(one.clone(), "h1".into(), w.audit("key.create", "1")).await.unwrap();
    let at = w.now();
    for later in [0, 1, 59] {
        w.store.touch_key(w.project, one.id, at.plus_s(later)).await.unwrap();
    }
    // The writer takes changes in order, so what was left before is done after this.
    w.store.delete_session("none").await.unwrap();
    assert_eq!(w.store.keys(w.project).await.unwrap()[0].last_used_at, Some(at));
    w.store.touch_key(w.project, one.id, at.plus_s(60)).await.unwrap();
    w.store.delete_session("none").await.unwrap();
    assert_eq!(w.store.keys(w.project).await.unwrap()[0].last_used_at, Some(at.plus_s(60)));
}

async fn every_change_is_audited_in_a_chain(w: World) {
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (store, key, audit) = (w.store.clone(), key(&w), w.audit("key.create", "k"));
        calls.spawn(
            async move { store.create_key(key, format!("h{}", n % 15), audit).await.is_ok() },
        );
    }
    let made = calls.join_all().await.into_iter().filter(|ok| *ok).count();
    assert_eq!(made, 15);
    let entries = w.store.audit_after(w.project, 0, 1000).await.unwrap();
    // A refused change leaves no entry; the project's own is the first.
    assert_eq!(entries.len(), 16);
    let (seq, _) = verify(w.project, (0, GENESIS.into()), &entries).unwrap();
    assert_eq!(seq, 16);
    let page = w.store.audit(w.project, None, 10).await.unwrap();
    assert_eq!(page.items[0].seq, 16);
    let rest = w.store.audit(w.project, page.next_cursor.as_ref(), 10).await.unwrap();
    assert_eq!(rest.items.last().unwrap().action, "project.create");
    assert_eq!(rest.next_cursor, None);
}
