//! Saved views: kept, renamed, removed, and audited.

use std::collections::BTreeMap;

use vouch_domain::access::Role;
use vouch_domain::actor::Actor;
use vouch_domain::id::{ProjectId, ViewId};
use vouch_domain::view::{View, ViewUpdate};
use vouch_store::{AuditStore, StoreError, UserStore, ViewStore};

use crate::backend::on_both;
use crate::world::World;

on_both!(views_are_kept_changed_and_removed, names_are_unique_in_a_project);

fn view(w: &World, name: &str) -> View {
    let at = w.now();
    View {
        id: ViewId::new(at, w.entropy()),
        name: name.into(),
        q: "status:failed \"ä\"".into(),
        filter: BTreeMap::from([("thumbs".into(), "down".into())]),
        created_by: Actor::System,
        created_by_name: None,
        created_at: at,
    }
}

async fn keep(w: &World, view: &View) -> Result<(), StoreError> {
    w.store.create_view(w.project, view.clone(), w.audit("view.create", &view.name)).await
}

async fn views_are_kept_changed_and_removed(w: World) {
    let user = w.user("ann@example.com", Role::Reviewer);
    w.store.create_user(user.clone(), None, w.audit("user.create", "ann")).await.unwrap();
    let mut first = View { created_by: Actor::User(user.id), ..view(&w, "slow") };
    keep(&w, &first).await.unwrap();
    let second = view(&w, "Failed");
    keep(&w, &second).await.unwrap();
    // By name, whatever its case; a person's name comes along.
    first.created_by_name = Some(user.name);
    assert_eq!(w.store.views(w.project).await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(w.store.view(w.project, first.id).await.unwrap(), Some(first.clone()));

    let update = ViewUpdate { name: Some("quick".into()), ..ViewUpdate::default() };
    let audit = w.audit("view.update", "slow");
    let changed = w.store.update_view(w.project, first.id, update, audit).await.unwrap();
    assert_eq!(changed, View { name: "quick".into(), ..first.clone() });
    let update =
        ViewUpdate { q: Some(String::new()), filter: Some(BTreeMap::new()), ..Default::default() };
    let audit = w.audit("view.update", "slow");
    let changed = w.store.update_view(w.project, first.id, update, audit).await.unwrap();
    assert_eq!((changed.q.as_str(), changed.filter.len()), ("", 0));
    assert_eq!(w.store.view(w.project, first.id).await.unwrap(), Some(changed));

    w.store.delete_view(w.project, first.id, w.audit("view.delete", "quick")).await.unwrap();
    let gone = w.store.delete_view(w.project, first.id, w.audit("view.delete", "quick")).await;
    assert!(matches!(gone, Err(StoreError::NotFound("view"))));
    let update = ViewUpdate::default();
    let gone = w.store.update_view(w.project, first.id, update, w.audit("view.update", "")).await;
    assert!(matches!(gone, Err(StoreError::NotFound("view"))));
    assert_eq!(w.store.views(w.project).await.unwrap(), [second]);
    // What failed left nothing in the audit trail.
    let audit = w.store.audit(w.project, None, 4).await.unwrap().items;
    let actions: Vec<_> = audit.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["view.delete", "view.update", "view.update", "view.create"]);
}

async fn names_are_unique_in_a_project(w: World) {
    let (first, second) = (view(&w, "failed"), view(&w, "slow"));
    keep(&w, &first).await.unwrap();
    keep(&w, &second).await.unwrap();
    let again = keep(&w, &view(&w, "failed")).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let rename = |name: &str| ViewUpdate { name: Some(name.into()), ..ViewUpdate::default() };
    let clash = w.store.update_view(w.project, second.id, rename("failed"), w.audit("v", "")).await;
    assert!(matches!(clash, Err(StoreError::Conflict(_))), "{clash:?}");
    // Its own name is no clash.
    w.store.update_view(w.project, second.id, rename("slow"), w.audit("v", "")).await.unwrap();
    let other = ProjectId::new(w.now(), [2; 10]);
    w.create_project(other, "other").await;
    let elsewhere = w.in_project(other);
    keep(&elsewhere, &view(&w, "failed")).await.unwrap();
    assert_eq!(elsewhere.store.views(other).await.unwrap().len(), 1);
    assert_eq!(elsewhere.store.view(other, first.id).await.unwrap(), None);
}
