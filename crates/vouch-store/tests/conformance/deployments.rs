//! Deployments, providers and prices.

use serde_json::json;
use vouch_domain::actor::Actor;
use vouch_domain::deployment::{Deployment, DeploymentUpdate, DeploymentVersion};
use vouch_domain::id::{DeploymentId, ProviderId};
use vouch_domain::price::Price;
use vouch_domain::provider::{Provider, ProviderKey, ProviderKind};
use vouch_store::{DeploymentStore, PriceStore, ProviderStore, StoreError};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    a_deployment_has_versions,
    a_used_version_is_immutable,
    a_deployment_is_activated_and_archived,
    providers_keep_their_keys,
    prices_are_replaced_and_removed,
);

fn deployment(w: &World, key: &str) -> Deployment {
    let at = w.now();
    Deployment {
        id: DeploymentId::new(at, w.entropy()),
        key: key.into(),
        description: "helps".into(),
        active_version: Some(1),
        created_at: at,
        archived_at: None,
    }
}

fn version(w: &World, note: &str) -> DeploymentVersion {
    let variants = json!([{"name": "a", "provider": "local", "model": "tiny"}]);
    DeploymentVersion {
        number: 1,
        spec: serde_json::from_value(json!({"variants": variants, "note": note})).unwrap(),
        created_at: w.now(),
        created_by: Actor::System,
        used_at: None,
    }
}

async fn create(w: &World, key: &str) -> Deployment {
    let (made, first) = (deployment(w, key), version(w, "first"));
    let audit = w.audit("deployment.create", key);
    w.store.create_deployment(w.project, made.clone(), first, audit).await.unwrap();
    made
}

async fn a_deployment_has_versions(w: World) {
    let made = create(&w, "assistant").await;
    assert_eq!(w.store.deployment(w.project, "assistant").await.unwrap(), Some(made.clone()));
    assert_eq!(w.store.deployment(w.project, "other").await.unwrap(), None);
    let (twin, first) = (deployment(&w, "assistant"), version(&w, ""));
    let error = w.store.create_deployment(w.project, twin, first, w.audit("x", "x")).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
    let add = |note: &str| {
        w.store.add_version(w.project, "assistant", version(&w, note), w.audit("x", "x"))
    };
    assert_eq!(add("second").await.unwrap(), 2);
    assert_eq!(add("third").await.unwrap(), 3);
    let error = w.store.add_version(w.project, "other", version(&w, ""), w.audit("x", "x")).await;
    assert!(matches!(error, Err(StoreError::NotFound(_))), "{error:?}");
    let versions = w.store.versions(w.project, "assistant").await.unwrap();
    assert_eq!(versions.iter().map(|v| v.number).collect::<Vec<_>>(), [3, 2, 1]);
    let second = w.store.version(w.project, "assistant", 2).await.unwrap().unwrap();
    assert_eq!(second.spec.note, "second");
}

async fn a_used_version_is_immutable(w: World) {
    create(&w, "assistant").await;
    let replace = |note: &str| {
        w.store.replace_version(w.project, "assistant", version(&w, note), w.audit("x", "x"))
    };
    replace("better").await.unwrap();
    let at = w.now();
    w.store.mark_used(w.project, "assistant", 1, at).await.unwrap();
    w.store.mark_used(w.project, "assistant", 1, w.now()).await.unwrap();
    let error = replace("worse").await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
    let used = w.store.version(w.project, "assistant", 1).await.unwrap().unwrap();
    assert_eq!((used.spec.note.as_str(), used.used_at), ("better", Some(at)));
    let missing = DeploymentVersion { number: 9, ..version(&w, "") };
    let error = w.store.replace_version(w.project, "assistant", missing, w.audit("x", "x")).await;
    assert!(matches!(error, Err(StoreError::NotFound(_))), "{error:?}");
    assert!(w.store.mark_used(w.project, "assistant", 9, at).await.is_err());
}

async fn a_deployment_is_activated_and_archived(w: World) {
    let made = create(&w, "b").await;
    create(&w, "a").await;
    create(&w, "c").await;
    let update = |key: &'static str, change: DeploymentUpdate| {
        w.store.update_deployment(w.project, key, change, w.audit("x", "x"))
    };
    let activate = DeploymentUpdate { active_version: Some(2), ..DeploymentUpdate::default() };
    let error = update("b", activate).await;
    assert!(matches!(error, Err(StoreError::NotFound("version"))), "{error:?}");
    let archive = DeploymentUpdate { archived: Some(true), ..DeploymentUpdate::default() };
    let error = update("none", archive.clone()).await;
    assert!(matches!(error, Err(StoreError::NotFound("deployment"))), "{error:?}");
    let archived = update("b", archive).await.unwrap();
    assert!(archived.archived_at.is_some());
    assert_eq!(Deployment { archived_at: None, ..archived }, made);
    let all = w.store.deployments(w.project).await.unwrap();
    assert_eq!(all.iter().map(|d| d.key.as_str()).collect::<Vec<_>>(), ["a", "c", "b"]);
}

async fn providers_keep_their_keys(w: World) {
    let at = w.now();
    let mut provider = Provider {
        id: ProviderId::new(at, w.entropy()),
        name: "openai".into(),
        kind: ProviderKind::Openai,
        base_url: Some("https://api.openai.com/v1".into()),
        key: ProviderKey::Sealed { sealed: vec![0, 1, 255] },
        created_at: at,
    };
    w.store.put_provider(w.project, provider.clone(), w.audit("x", "x")).await.unwrap();
    assert_eq!(w.store.providers(w.project).await.unwrap(), [provider.clone()]);
    provider.key = ProviderKey::Environment { variable: "KEY".into() };
    w.store.put_provider(w.project, provider.clone(), w.audit("x", "x")).await.unwrap();
    assert_eq!(w.store.providers(w.project).await.unwrap(), [provider]);
    w.store.delete_provider(w.project, "openai", w.audit("x", "x")).await.unwrap();
    let error = w.store.delete_provider(w.project, "openai", w.audit("x", "x")).await;
    assert!(matches!(error, Err(StoreError::NotFound(_))), "{error:?}");
}

async fn prices_are_replaced_and_removed(w: World) {
    let price = |input| Price {
        provider: "openai".into(),
        model: "m/1".into(),
        input_usd_micros_per_mtok: input,
        output_usd_micros_per_mtok: 2,
    };
    w.store.put_price(w.project, price(1), w.audit("x", "x")).await.unwrap();
    w.store.put_price(w.project, price(5), w.audit("x", "x")).await.unwrap();
    assert_eq!(w.store.prices(w.project).await.unwrap(), [price(5)]);
    w.store.delete_price(w.project, "openai", "m/1", w.audit("x", "x")).await.unwrap();
    let error = w.store.delete_price(w.project, "openai", "m/1", w.audit("x", "x")).await;
    assert!(matches!(error, Err(StoreError::NotFound(_))), "{error:?}");
}
