//! What can be named as `model`.

use futures_util::future::join_all;
use vouch_domain::id::ProjectId;

use crate::error::GatewayError;
use crate::gateway::Gateway;

/// Something that can be named as `model`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// The deployment's key, or `provider/model`.
    pub id: String,
    /// The provider's name; for a deployment that of its first variant.
    pub provider: String,
    /// The model's name at the provider; for a deployment that of its first variant.
    pub model: String,
    /// Whether it is a deployment.
    pub deployment: bool,
    /// Whether a call would be served right now, as far as known.
    pub ready: bool,
    /// Why not, or what it is; empty when there is nothing to say.
    pub note: String,
}

impl Gateway {
    /// What can be named as `model`: deployments first, then every provider's models. A provider
    /// that does not answer is left out.
    ///
    /// # Errors
    /// When the settings cannot be read.
    pub async fn models(&self, project: ProjectId) -> Result<Vec<ModelName>, GatewayError> {
        let settings = self.settings.get(project, self.clock.now()).await?;
        let mut providers: Vec<_> = settings.providers.iter().collect();
        providers.sort_by_key(|(name, _)| *name);
        let lists = join_all(providers.iter().map(|(_, provider)| provider.models())).await;
        let mut offered = Vec::new();
        for ((provider, _), list) in providers.into_iter().zip(lists) {
            let list = list.unwrap_or_else(|error| {
                tracing::debug!(provider, %error, "a provider does not list its models");
                vec![]
            });
            offered.extend(list.into_iter().map(|m| ModelName {
                id: format!("{provider}/{}", m.model),
                provider: provider.clone(),
                model: m.model,
                deployment: false,
                ready: m.ready,
                note: m.note,
            }));
        }
        let active = settings.deployments.iter().filter_map(|(deployment, version)| {
            let variant = version.as_ref()?.spec.variants.first()?;
            let behind =
                offered.iter().find(|m| m.provider == variant.provider && m.model == variant.model);
            Some(ModelName {
                id: deployment.key.clone(),
                provider: variant.provider.clone(),
                model: variant.model.clone(),
                deployment: true,
                ready: behind.is_none_or(|m| m.ready),
                note: behind.map(|m| m.note.clone()).unwrap_or_default(),
            })
        });
        Ok(active.collect::<Vec<_>>().into_iter().chain(offered).collect())
    }
}
