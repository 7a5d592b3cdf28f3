//! The gateway's use cases: chat, configure, list the models.

use std::sync::Arc;

use futures_util::future::join_all;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};
use http_body_util::BodyExt as _;
use serde_json::Value;
use vouch_domain::Time;
use vouch_domain::clock::Clock;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::{Log, LogOrigin, LogStatus};
use vouch_store::Store;

use crate::call::{Caller, ChatCall};
use crate::capture::{Capture, Ending};
use crate::configure::{ConfigCall, Configured};
use crate::error::GatewayError;
use crate::openai;
use crate::prompt::{Prepared, prepare};
use crate::provider::{Provider, ProviderError, ProviderRequest};
use crate::queue::LogQueue;
use crate::reply::ChatReply;
use crate::route::{Route, Router, unknown};
use crate::seal::Sealer;
use crate::settings::{Settings, SettingsCache};
use crate::strip::Strip;
use crate::tee::Tee;

/// Settings of the gateway.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// Calls whose log waits to be written; when so many wait, a new call waits too.
    pub queue: usize,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self { queue: 4096 }
    }
}

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

/// The gateway. Shared by all requests.
pub struct Gateway {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: SettingsCache,
    queue: LogQueue,
}

impl Gateway {
    /// A gateway over `store`; `local` is the model inside this process. Must be called inside a
    /// tokio runtime.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        sealer: Arc<Sealer>,
        local: Option<Arc<dyn Provider>>,
        options: &GatewayOptions,
    ) -> Arc<Self> {
        let queue = LogQueue::new(&store, options.queue);
        let settings = SettingsCache::new(Arc::clone(&store), sealer, openai::client(), local);
        Arc::new(Self { store, clock, settings, queue })
    }

    /// Serves a chat call: the reply's body streams as the provider's does.
    ///
    /// # Errors
    /// When no provider answered; a provider's error status is a reply.
    pub async fn chat(&self, caller: &Caller, call: ChatCall) -> Result<ChatReply, GatewayError> {
        let moment = Moment { at: self.clock.now(), entropy: self.clock.entropy() };
        let settings = self.settings.get(caller.project, moment.at).await?;
        let (route, prepared) = self.prepare(caller, &settings, &call, moment).await?;
        let (provider, provider_name, model) = (
            route.provider.clone(),
            route.served.provider.clone().unwrap_or_default(),
            route.served.model.clone().unwrap_or_default(),
        );
        let permit = self.queue.reserve().await?;
        let log = draft(caller, &call, &route, &prepared, moment, LogOrigin::Gateway);
        let (id, served) = (log.id, log.served.clone());
        let mut capture = Capture::new(log, settings, permit, Arc::clone(&self.clock));
        let body = prepared.body(&model, call.stream);
        let answer = match provider {
            Some(provider) => provider.chat(ProviderRequest { model, body }).await,
            None => {
                Err(ProviderError::Unreachable("there is no provider of that name any more".into()))
            }
        };
        let reply = match answer {
            Ok(reply) => reply,
            Err(error) => {
                let (message, busy) = match error {
                    ProviderError::Busy(message) => (message, true),
                    ProviderError::Unreachable(message) | ProviderError::Key(message) => {
                        (message, false)
                    }
                };
                let kind = if busy { "rejected" } else { "unreachable" };
                capture.end(Ending::NoAnswer { kind, message: message.clone() });
                let provider = provider_name;
                return Err(if busy {
                    GatewayError::Busy { provider, message, log: id }
                } else {
                    GatewayError::Unreachable { provider, message, log: id }
                });
            }
        };
        let streamed = is_event_stream(&reply.headers);
        capture.answered(reply.status, streamed);
        let mut headers = shown(&reply.headers);
        let strip = if reply.status.is_success() { prepared.strip } else { Strip::default() };
        if let Some(length) = reply.headers.get(CONTENT_LENGTH).filter(|_| strip.is_nothing()) {
            headers.insert(CONTENT_LENGTH, length.clone());
        }
        let body = Tee::new(reply.body, capture, strip, streamed).boxed_unsync();
        Ok(ChatReply { log: id, served, status: reply.status, headers, body })
    }

    /// Hands out what a deployment would send, and keeps a "configured" log (durable).
    ///
    /// # Errors
    /// When there is no such deployment, or its template needs other inputs.
    pub async fn configure(
        &self,
        caller: &Caller,
        call: ConfigCall,
    ) -> Result<Configured, GatewayError> {
        let moment = Moment { at: self.clock.now(), entropy: self.clock.entropy() };
        let settings = self.settings.get(caller.project, moment.at).await?;
        let call = call.into_chat(false);
        let (route, prepared) = self.prepare(caller, &settings, &call, moment).await?;
        if route.variant.is_none() {
            return Err(unknown(&call.model, &settings));
        }
        let log = draft(caller, &call, &route, &prepared, moment, LogOrigin::GetConfig);
        let mut parameters = log.parameters.clone();
        let tools = match parameters.shift_remove("tools") {
            Some(Value::Array(tools)) => tools,
            _ => vec![],
        };
        let (id, messages, served) = (log.id, log.messages.clone(), log.served.clone());
        self.store.insert_logs(caller.project, vec![log], vec![], None).await?;
        Ok(Configured { log: id, served, messages, parameters, tools })
    }

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

    /// Forgets what was read of the project's deployments, providers and prices.
    pub fn settings_changed(&self, project: ProjectId) {
        self.settings.forget(project);
    }

    /// Writes the logs that wait, and ends. Later calls are refused.
    pub async fn shutdown(&self) {
        self.queue.drain().await;
    }

    /// Routes a call and renders its request. A version is marked as used only once its template
    /// has rendered, and the call then gets what the version holds from that moment on.
    async fn prepare(
        &self,
        caller: &Caller,
        settings: &Settings,
        call: &ChatCall,
        moment: Moment,
    ) -> Result<(Route, Prepared), GatewayError> {
        let router = Router {
            store: self.store.as_ref(),
            cache: &self.settings,
            settings,
            project: caller.project,
            now: moment.at,
            entropy: moment.entropy,
        };
        let route = router.route(call).await?;
        let prepared = prepare(call, route.variant.as_ref(), route.capture_logprobs)?;
        let Some(frozen) = router.freeze(&route, call).await? else {
            return Ok((route, prepared));
        };
        let prepared = prepare(call, frozen.variant.as_ref(), frozen.capture_logprobs)?;
        Ok((frozen, prepared))
    }
}

/// When a call came and the randomness of its id.
#[derive(Clone, Copy)]
struct Moment {
    at: Time,
    entropy: [u8; 10],
}

fn draft(
    caller: &Caller,
    call: &ChatCall,
    route: &Route,
    prepared: &Prepared,
    moment: Moment,
    origin: LogOrigin,
) -> Log {
    let id = LogId::new(moment.at, moment.entropy);
    let status = match origin {
        LogOrigin::GetConfig => LogStatus::Configured,
        _ => LogStatus::Cancelled,
    };
    let by = caller.actor.clone();
    Log {
        served: route.served.clone(),
        context: call.ids.clone(),
        messages: prepared.messages.clone(),
        parameters: prepared.parameters(),
        inputs: call.inputs.clone(),
        metadata: call.metadata.clone(),
        ..Log::new(id, caller.project, moment.at, status, origin, by)
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
}

/// The provider's headers that a client may see.
fn shown(headers: &HeaderMap) -> HeaderMap {
    let passes = |name: &HeaderName| {
        let name = name.as_str();
        matches!(
            name,
            "content-type"
                | "content-encoding"
                | "retry-after"
                | "retry-after-ms"
                | "cache-control"
        ) || name.starts_with("x-ratelimit-")
            || name.starts_with("openai-")
            || name == "x-request-id"
    };
    headers.iter().filter(|(n, _)| passes(n)).map(|(n, v)| (n.clone(), v.clone())).collect()
}
