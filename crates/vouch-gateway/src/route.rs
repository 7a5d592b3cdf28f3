//! Which deployment's variant, or which provider, serves a call.

use std::sync::Arc;

use vouch_domain::Time;
use vouch_domain::deployment::{DeploymentVersion, Variant};
use vouch_domain::id::{Entropy, ProjectId};
use vouch_domain::log::Served;
use vouch_store::Store;

use crate::call::ChatCall;
use crate::error::GatewayError;
use crate::provider::Provider;
use crate::settings::{Settings, SettingsCache};

/// What serves a call.
pub(crate) struct Route {
    /// `None` when the variant names a provider that is gone.
    pub(crate) provider: Option<Arc<dyn Provider>>,
    pub(crate) served: Served,
    pub(crate) variant: Option<Variant>,
    pub(crate) capture_logprobs: bool,
    /// What is tried when the variant fails, in this order.
    pub(crate) fallbacks: Vec<Variant>,
    /// Whether the version may still be edited.
    draft: bool,
}

impl Route {
    /// To this provider, as this variant says.
    #[cfg(test)]
    pub(crate) fn to(provider: Option<Arc<dyn Provider>>, variant: &Variant) -> Self {
        let served = Served {
            variant: Some(variant.name.clone()),
            provider: Some(variant.provider.clone()),
            model: Some(variant.model.clone()),
            ..Served::default()
        };
        let variant = Some(variant.clone());
        let (capture_logprobs, fallbacks, draft) = (false, vec![], false);
        Self { provider, served, variant, capture_logprobs, fallbacks, draft }
    }

    /// The same call served by another variant of the version.
    pub(crate) fn by(&self, variant: &Variant, settings: &Settings) -> Self {
        let (provider, model) = (Some(variant.provider.clone()), Some(variant.model.clone()));
        let name = Some(variant.name.clone());
        Self {
            provider: settings.providers.get(&variant.provider).cloned(),
            served: Served { variant: name, provider, model, ..self.served.clone() },
            variant: Some(variant.clone()),
            fallbacks: vec![],
            ..*self
        }
    }
}

/// Finds what serves a call, and marks a version as used before its first call is made.
pub(crate) struct Router<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) cache: &'a SettingsCache,
    pub(crate) settings: &'a Settings,
    pub(crate) project: ProjectId,
    pub(crate) now: Time,
    pub(crate) entropy: Entropy,
}

impl Router<'_> {
    /// `model` is a deployment's key, `key@version`, or `provider/model`.
    ///
    /// # Errors
    /// `UnknownModel`, with what could be named instead.
    pub(crate) async fn route(&self, call: &ChatCall) -> Result<Route, GatewayError> {
        let settings = self.settings;
        let find = |key: &str| settings.deployments.iter().find(|(d, _)| d.key == key);
        if let Some((deployment, active)) = find(&call.model) {
            let version = active.as_ref().ok_or_else(|| {
                let text = format!("deployment {} has no active version", deployment.key);
                GatewayError::UnknownModel(text)
            })?;
            return self.deployed(&deployment.key, version, call);
        }
        if let Some((key, number)) = call.model.rsplit_once('@')
            && let (Some(_), Ok(number)) = (find(key), number.parse())
            && let Some(version) = self.store.version(self.project, key, number).await?
        {
            return self.deployed(key, &version, call);
        }
        let (name, model) =
            call.model.split_once('/').ok_or_else(|| unknown(&call.model, settings))?;
        let provider =
            settings.providers.get(name).ok_or_else(|| unknown(&call.model, settings))?;
        Ok(Route {
            provider: Some(Arc::clone(provider)),
            served: Served {
                provider: Some(name.to_owned()),
                model: Some(model.to_owned()),
                ..Served::default()
            },
            variant: None,
            capture_logprobs: false,
            fallbacks: vec![],
            draft: false,
        })
    }

    /// Marks the version of `route` as used, so that it can no longer change. The route within
    /// the version as it is from then on; `None` where it was marked before.
    ///
    /// # Errors
    /// When the store fails, or the version changed until now and serves this call no more.
    pub(crate) async fn freeze(
        &self,
        route: &Route,
        call: &ChatCall,
    ) -> Result<Option<Route>, GatewayError> {
        let (true, Some(key), Some(number)) =
            (route.draft, &route.served.deployment, route.served.version)
        else {
            return Ok(None);
        };
        self.store.mark_used(self.project, key, number, self.now).await?;
        self.cache.forget(self.project);
        match self.store.version(self.project, key, number).await? {
            Some(version) => self.deployed(key, &version, call).map(Some),
            None => Ok(None),
        }
    }

    fn deployed(
        &self,
        key: &str,
        version: &DeploymentVersion,
        call: &ChatCall,
    ) -> Result<Route, GatewayError> {
        let variant =
            version.spec.pick(&call.call_context, draw(call, self.entropy)).ok_or_else(|| {
                let text = format!("no variant of deployment {key} serves this context");
                GatewayError::UnknownModel(text)
            })?;
        Ok(Route {
            provider: self.settings.providers.get(&variant.provider).cloned(),
            served: Served {
                deployment: Some(key.to_owned()),
                version: Some(version.number),
                variant: Some(variant.name.clone()),
                provider: Some(variant.provider.clone()),
                model: Some(variant.model.clone()),
            },
            variant: Some(variant.clone()),
            capture_logprobs: version.spec.capture_logprobs,
            fallbacks: {
                let others = version.spec.fallbacks(&variant.name, &call.call_context);
                others.into_iter().cloned().collect()
            },
            draft: version.used_at.is_none(),
        })
    }
}

/// A conversation stays on one variant; other calls are spread at random.
fn draw(call: &ChatCall, entropy: Entropy) -> u64 {
    match &call.ids.conversation_id {
        Some(conversation) => hash(conversation.as_bytes()),
        None => hash(&entropy),
    }
}

/// FNV-1a, mixed once more because variants are drawn by its low bits. The same on every node
/// and in every release, so that a conversation stays where it is.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix);
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (hash >> 29)
}

/// Says what could be named instead.
pub(crate) fn unknown(model: &str, settings: &Settings) -> GatewayError {
    let mut known: Vec<&str> = settings.deployments.iter().map(|(d, _)| d.key.as_str()).collect();
    known.truncate(5);
    let mut providers: Vec<&str> = settings.providers.keys().map(String::as_str).collect();
    providers.sort_unstable();
    GatewayError::UnknownModel(format!(
        "there is no model {model}: name a deployment ({}) or provider/model with one of the providers ({})",
        if known.is_empty() { "there are none yet".to_owned() } else { known.join(", ") },
        if providers.is_empty() { "there are none yet".to_owned() } else { providers.join(", ") },
    ))
}
