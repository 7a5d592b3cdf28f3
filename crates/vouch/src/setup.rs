//! The first start: what a project has from the beginning, and what a demonstration adds.

use serde_json::{Map, json};
use vouch_domain::access::{Role, Scope};
use vouch_domain::clock::Clock;
use vouch_domain::deployment::{Deployment, DeploymentVersion, Variant, VersionSpec};
use vouch_domain::id::{DeploymentId, ProjectId, ProviderId};
use vouch_domain::message::Message;
use vouch_domain::price::Price;
use vouch_domain::project::Project;
use vouch_domain::provider::{Provider, ProviderKey, ProviderKind};
use vouch_domain::user::User;
use vouch_domain::{actor::Actor, metric};
use vouch_http::secret::Secret;
use vouch_store::{Store, StoreError};

use crate::clock::SystemClock;
use crate::command::{key, user};
use crate::desk::{Desk, audit};
use crate::failure::Failure;

/// The environment variable that presets the first admin key.
pub(crate) const ADMIN_KEY: &str = "VOUCH_ADMIN_KEY";
/// The name of the local provider, the part of `local/MODEL` before the slash.
const LOCAL: &str = "local";
/// The demonstration's person.
const DEMO_EMAIL: &str = "demo@vouch.local";
/// The demonstration's deployment.
const DEMO_DEPLOYMENT: &str = "assistant";

/// The project, made where there is none.
pub(crate) async fn project(store: &dyn Store) -> anyhow::Result<Project> {
    if let Some(project) = store.projects().await?.into_iter().next() {
        return Ok(project);
    }
    let at = SystemClock.now();
    let id = ProjectId::new(at, SystemClock.entropy());
    let project = Project { id, name: "default".into(), created_at: at };
    let entry = audit(&SystemClock, id, "project.create", &id, json!({"name": project.name}));
    store.create_project(project.clone(), metric::built_in(at), entry).await?;
    // Another server may have made one at the same moment: both go on with the older.
    Ok(store.projects().await?.into_iter().next().unwrap_or(project))
}

/// The local provider, made where there is none.
pub(crate) async fn local_provider(desk: &Desk) -> anyhow::Result<()> {
    let providers = desk.store.providers(desk.id()).await?;
    if providers.iter().any(|provider| provider.kind == ProviderKind::Local) {
        return Ok(());
    }
    let (at, entropy) = desk.fresh();
    let provider = Provider {
        id: ProviderId::new(at, entropy),
        name: LOCAL.into(),
        kind: ProviderKind::Local,
        base_url: None,
        key: ProviderKey::None,
        created_at: at,
    };
    let entry = desk.audit("provider.put", &provider.name, json!({"kind": provider.kind}));
    Ok(desk.store.put_provider(desk.id(), provider, entry).await?)
}

/// The first admin key: the preset one, or a new one, which is returned to be shown once. Where
/// there is a key already, only a preset one that is not known yet is added.
pub(crate) async fn admin_key(
    desk: &Desk,
    preset: Option<String>,
) -> anyhow::Result<Option<Secret>> {
    let Some(preset) = preset else {
        if !desk.store.keys(desk.id()).await?.is_empty() {
            return Ok(None);
        }
        let secret = Secret::api_key();
        key::create(desk, "first admin key", vec![Scope::Admin], None, &secret).await?;
        return Ok(Some(secret));
    };
    if preset.len() < 16 || preset.contains(|c: char| c.is_whitespace() || !c.is_ascii_graphic()) {
        let sentence = format!("{ADMIN_KEY} is not 16 or more visible ASCII characters");
        let hint = "make one with: printf 'vk_%s' \"$(openssl rand -hex 24)\"";
        return Err(Failure::new(sentence).hint(hint).into());
    }
    let secret = Secret::of(preset);
    if desk.store.key_by_hash(&secret.sha256).await?.is_none() {
        let name = format!("from {ADMIN_KEY}");
        let made = key::create(desk, &name, vec![Scope::Admin], None, &secret).await;
        match made.as_ref().map_err(|error| error.downcast_ref::<StoreError>()) {
            // It was revoked, or another server that starts now has just added it.
            Err(Some(StoreError::Conflict(_))) => {
                if desk.store.key_by_hash(&secret.sha256).await?.is_none() {
                    tracing::warn!("the key in {ADMIN_KEY} was revoked and does not work");
                }
            }
            _ => drop(made?),
        }
    }
    Ok(None)
}

/// What a demonstration needs: someone to sign in as, an assistant on the local `model`, and a
/// price for it. What is there already is left as it is.
pub(crate) async fn demonstration(desk: &Desk, model: &str) -> anyhow::Result<User> {
    let person = match user::lookup(desk, DEMO_EMAIL).await? {
        Some(user) => user,
        None => user::create(desk, DEMO_EMAIL, Some("Demo"), Role::Admin, None).await?,
    };
    if person.disabled_at.is_some() {
        let hint = "let them in again on the page People, or use another folder with --data DIR";
        return Err(Failure::new(format!("{DEMO_EMAIL} is shut out")).hint(hint).into());
    }
    let prices = desk.store.prices(desk.id()).await?;
    if !prices.iter().any(|price| price.provider == LOCAL && price.model == model) {
        let price = Price {
            provider: LOCAL.into(),
            model: model.into(),
            input_usd_micros_per_mtok: 0,
            output_usd_micros_per_mtok: 0,
        };
        let entry = desk.audit("price.put", &format!("{LOCAL}/{model}"), json!({}));
        desk.store.put_price(desk.id(), price, entry).await?;
    }
    if desk.store.deployment(desk.id(), DEMO_DEPLOYMENT).await?.is_none() {
        let (deployment, first) = assistant(desk, model);
        let details = json!({"key": deployment.key});
        let entry = desk.audit("deployment.create", &deployment.id, details);
        desk.store.create_deployment(desk.id(), deployment, first, entry).await?;
    }
    Ok(person)
}

fn assistant(desk: &Desk, model: &str) -> (Deployment, DeploymentVersion) {
    let (at, entropy) = desk.fresh();
    let system = "You are a helpful AI assistant. Keep your answers short.";
    // What the model card of SmolLM2 recommends; hotter, so small a model loses the thread.
    let parameters =
        [("temperature", json!(0.2)), ("top_p", json!(0.9)), ("max_tokens", json!(400))];
    let variant = Variant {
        name: "default".into(),
        weight: 1,
        context: std::collections::BTreeMap::new(),
        provider: LOCAL.into(),
        model: model.into(),
        prompt: vec![Message::text_of("system", system)],
        parameters: parameters
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect::<Map<_, _>>(),
        tools: vec![],
        timeout_s: None,
        retries: None,
        fallback: None,
    };
    let first = DeploymentVersion {
        number: 1,
        spec: VersionSpec {
            variants: vec![variant],
            capture_logprobs: true,
            note: "made by `vouch demo`".into(),
        },
        created_at: at,
        created_by: Actor::System,
        used_at: None,
    };
    let deployment = Deployment {
        id: DeploymentId::new(at, entropy),
        key: DEMO_DEPLOYMENT.into(),
        description: "A small assistant on the local model, to try things with".into(),
        active_version: Some(1),
        created_at: at,
        archived_at: None,
    };
    (deployment, first)
}
