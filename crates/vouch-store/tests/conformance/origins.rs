//! From which pages feedback may come.

use vouch_domain::id::ProjectId;
use vouch_domain::origins::{AllowedOrigins, MAX_ORIGINS};
use vouch_store::{AuditStore, OriginStore, StoreError};

use crate::backend::on_both;
use crate::world::World;

on_both!(the_origins_are_kept_and_audited, what_does_not_fit_changes_nothing);

/// The list of these origins.
pub(crate) fn only(origins: &[&str]) -> AllowedOrigins {
    AllowedOrigins { origins: Some(origins.iter().map(|text| text.parse().unwrap()).collect()) }
}

async fn the_origins_are_kept_and_audited(w: World) {
    let any = AllowedOrigins::default();
    assert_eq!(w.store.allowed_origins(w.project).await.unwrap(), any);
    let some = only(&["https://app.example.com", "https://*.example.org"]);
    for origins in [some, only(&[]), any] {
        let audit = w.audit("origins.put", "x");
        let kept = w.store.put_allowed_origins(w.project, origins.clone(), audit).await.unwrap();
        assert_eq!(kept, origins);
        assert_eq!(w.store.allowed_origins(w.project).await.unwrap(), origins);
    }
    let entries = w.store.audit_after(w.project, 0, 10).await.unwrap();
    let puts = entries.iter().filter(|entry| entry.action == "origins.put").count();
    assert_eq!(puts, 3);
}

async fn what_does_not_fit_changes_nothing(w: World) {
    let one = only(&["https://app.example.com"]);
    let audit = || w.audit("origins.put", "x");
    w.store.put_allowed_origins(w.project, one.clone(), audit()).await.unwrap();
    let many = (0..=MAX_ORIGINS).map(|n| format!("https://a{n}.example").parse().unwrap());
    let many = AllowedOrigins { origins: Some(many.collect()) };
    let refused = w.store.put_allowed_origins(w.project, many, audit()).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    let nobody = ProjectId::new(w.now(), [9; 10]);
    let refused = w.store.put_allowed_origins(nobody, only(&[]), audit()).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))), "{refused:?}");
    assert_eq!(w.store.allowed_origins(w.project).await.unwrap(), one);
}
