//! The gateway: what all its calls share, and `get_config`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use vouch_domain::Time;
use vouch_domain::clock::Clock;
use vouch_domain::id::{Entropy, LogId, ProjectId};
use vouch_domain::log::{Log, LogOrigin, LogStatus};
use vouch_store::Store;

use crate::call::{Caller, ChatCall};
use crate::circuit::Circuits;
use crate::client;
use crate::configure::{ConfigCall, Configured};
use crate::error::GatewayError;
use crate::prompt::{Prepared, prepare};
use crate::provider::Provider;
use crate::queue::LogQueue;
use crate::route::{Route, Router, unknown};
use crate::seal::Sealer;
use crate::settings::{Settings, SettingsCache};

/// Settings of the gateway.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// Calls whose log waits to be written; when so many wait, a new call waits too.
    pub queue: usize,
    /// The longest wait before a failed call is repeated for the first time; it doubles from
    /// then on.
    pub first_wait: Duration,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self { queue: 16_384, first_wait: Duration::from_millis(250) }
    }
}

/// The gateway. Shared by all requests.
pub struct Gateway {
    store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: SettingsCache,
    pub(crate) queue: LogQueue,
    pub(crate) circuits: Circuits,
    pub(crate) first_wait: Duration,
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
        let settings = SettingsCache::new(
            Arc::clone(&store),
            Arc::clone(&clock),
            sealer,
            client::client(),
            local,
        );
        let (circuits, first_wait) = (Circuits::default(), options.first_wait);
        Arc::new(Self { store, clock, settings, queue, circuits, first_wait })
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
        let moment = Moment::now(self.clock.as_ref());
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
        self.store.insert_logs(caller.project, &[log], vec![], None).await?;
        Ok(Configured { log: id, served, messages, parameters, tools })
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
    pub(crate) async fn prepare(
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
pub(crate) struct Moment {
    pub(crate) at: Time,
    pub(crate) entropy: Entropy,
}

impl Moment {
    pub(crate) fn now(clock: &dyn Clock) -> Self {
        Self { at: clock.now(), entropy: clock.entropy() }
    }
}

pub(crate) fn draft(
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
