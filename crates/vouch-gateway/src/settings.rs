//! What the gateway needs of a project's settings, read once and kept for a second.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use vouch_domain::Time;
use vouch_domain::clock::Clock;
use vouch_domain::deployment::{Deployment, DeploymentVersion};
use vouch_domain::id::ProjectId;
use vouch_domain::log::Usage;
use vouch_domain::price::Price;
use vouch_domain::provider::{Provider as Configured, ProviderKey, ProviderKind};
use vouch_store::Store;

use crate::anthropic::Anthropic;
use crate::client::HttpClient;
use crate::error::GatewayError;
use crate::openai::OpenAi;
use crate::provider::Provider;
use crate::seal::Sealer;

/// Another node's change is seen after this long; this node's at once.
const KEPT_US: i64 = 1_000_000;

/// The name under which the model inside this process is always there.
pub(crate) const LOCAL: &str = "local";

/// A project's settings at one moment.
pub(crate) struct Settings {
    read_at: Time,
    pub(crate) deployments: Vec<(Deployment, Option<DeploymentVersion>)>,
    pub(crate) providers: HashMap<String, Arc<dyn Provider>>,
    prices: HashMap<(String, String), Price>,
}

impl Settings {
    #[cfg(test)]
    pub(crate) fn empty() -> Self {
        let read_at = Time::from_micros(0);
        Self { read_at, deployments: vec![], providers: HashMap::new(), prices: HashMap::new() }
    }

    /// The cost of a call, where the price is known.
    pub(crate) fn cost(&self, provider: &str, model: &str, usage: &Usage) -> Option<i64> {
        let price = self.prices.get(&(provider.to_owned(), model.to_owned()))?;
        Some(price.cost_usd_micros(usage))
    }
}

/// Reads settings and keeps them for a moment.
pub(crate) struct SettingsCache {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    sealer: Arc<Sealer>,
    client: HttpClient,
    local: Option<Arc<dyn Provider>>,
    kept: RwLock<HashMap<ProjectId, Arc<Settings>>>,
    /// Counts what was forgotten, so that a read from before does not bring it back.
    forgotten: AtomicU64,
}

impl SettingsCache {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        sealer: Arc<Sealer>,
        client: HttpClient,
        local: Option<Arc<dyn Provider>>,
    ) -> Self {
        Self {
            store,
            clock,
            sealer,
            client,
            local,
            kept: RwLock::default(),
            forgotten: AtomicU64::new(0),
        }
    }

    pub(crate) fn forget(&self, project: ProjectId) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.kept.write().unwrap_or_else(PoisonError::into_inner).remove(&project);
    }

    pub(crate) async fn get(
        &self,
        project: ProjectId,
        now: Time,
    ) -> Result<Arc<Settings>, GatewayError> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&project).cloned();
        if let Some(kept) =
            kept.filter(|k| (0..KEPT_US).contains(&(now.micros() - k.read_at.micros())))
        {
            return Ok(kept);
        }
        let before = self.forgotten.load(Ordering::SeqCst);
        let read = Arc::new(self.read(project, now).await?);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if self.forgotten.load(Ordering::SeqCst) == before {
            kept.insert(project, Arc::clone(&read));
        }
        Ok(read)
    }

    async fn read(&self, project: ProjectId, now: Time) -> Result<Settings, GatewayError> {
        let mut deployments = Vec::new();
        for deployment in self.store.deployments(project).await? {
            if deployment.archived_at.is_some() {
                continue;
            }
            let active = match deployment.active_version {
                Some(number) => self.store.version(project, &deployment.key, number).await?,
                None => None,
            };
            deployments.push((deployment, active));
        }
        let mut providers = HashMap::new();
        if let Some(local) = &self.local {
            providers.insert(LOCAL.to_owned(), Arc::clone(local));
        }
        for configured in self.store.providers(project).await? {
            if let Some(provider) = self.connect(project, &configured) {
                providers.insert(configured.name, provider);
            }
        }
        let prices = self.store.prices(project).await?;
        let prices =
            prices.into_iter().map(|p| ((p.provider.clone(), p.model.clone()), p)).collect();
        Ok(Settings { read_at: now, deployments, providers, prices })
    }

    fn connect(&self, project: ProjectId, configured: &Configured) -> Option<Arc<dyn Provider>> {
        match configured.kind {
            ProviderKind::Local => self.local.clone(),
            ProviderKind::Openai => Some(Arc::new(OpenAi {
                client: self.client.clone(),
                base_url: configured.base_url.clone()?,
                key: self.key(project, configured),
            })),
            ProviderKind::Anthropic => Some(Arc::new(Anthropic {
                client: self.client.clone(),
                base_url: configured.base_url.clone()?,
                key: self.key(project, configured),
                clock: Arc::clone(&self.clock),
            })),
        }
    }

    fn key(&self, project: ProjectId, configured: &Configured) -> Result<Option<String>, String> {
        match &configured.key {
            ProviderKey::None => Ok(None),
            ProviderKey::Environment { variable } => std::env::var(variable)
                .map(Some)
                .map_err(|_| format!("its key is to be read from {variable}, which is not set")),
            ProviderKey::Sealed { sealed } => {
                let place = Sealer::provider_place(project, &configured.name);
                self.sealer.open(&place, sealed).map(Some).map_err(|e| e.to_string())
            }
        }
    }
}
