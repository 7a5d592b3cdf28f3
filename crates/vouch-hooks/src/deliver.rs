//! Takes what is due from the store, sends it, and keeps what came of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::clock::Clock;
use vouch_domain::id::{AuditId, ProjectId, WebhookId};
use vouch_domain::webhook::{DeliveryAttempt, Webhook, ending};
use vouch_store::{ClaimedDelivery, FinishedDelivery, Result, Store};

use crate::post::{Message, Outcome, Poster};

/// How long it rests after it looked, unless an attempt ends.
const REST: Duration = Duration::from_millis(100);
/// How often it looks without being told: waits that are over raise no signal.
const LOOK: Duration = Duration::from_secs(1);
/// The most attempts at one webhook at once: one that is slow holds up no other.
const PER_WEBHOOK: u32 = 4;
/// The most attempts at once.
const ALL: usize = 64;
/// After so long an attempt is taken to have died with its sender, in seconds. An attempt itself
/// takes at most 17.
const CLAIM_S: i64 = 60;
/// How long attempts may take to end once the server stops.
const GRACE: Duration = Duration::from_secs(4);

/// Opens what was sealed for a place; `None` where that cannot be done.
pub type OpenSecret = Arc<dyn Fn(&str, &[u8]) -> Option<String> + Send + Sync>;

/// Sends what webhooks are to be told.
pub struct Deliverer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    open: OpenSecret,
    poster: Poster,
}

/// The attempts that are under way.
#[derive(Default)]
struct Flights {
    all: JoinSet<(ProjectId, WebhookId)>,
    of: HashMap<(ProjectId, WebhookId), u32>,
}

impl Flights {
    /// Waits for the end of one; for ever where there is none.
    async fn landed(&mut self) {
        match self.all.join_next().await {
            Some(Ok(webhook)) => {
                if let Some(count) = self.of.get_mut(&webhook) {
                    *count = count.saturating_sub(1);
                }
            }
            // Only a panic, whose webhook is not told: nothing is counted for a while.
            Some(Err(_)) => {
                while self.all.join_next().await.is_some() {}
                self.of.clear();
            }
            None => std::future::pending().await,
        }
    }
}

impl Deliverer {
    /// A deliverer over `store`. `allow_private` lets it send to private networks, and without
    /// TLS.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        open: OpenSecret,
        allow_private: bool,
    ) -> Arc<Self> {
        Arc::new(Self { store, clock, open, poster: Poster::new(allow_private) })
    }

    /// Sends what is due, as it becomes due, until the server stops. Several servers on one
    /// database share the work.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let mut written = self.store.event_signal();
        let mut flights = Flights::default();
        while !stop.is_cancelled() {
            if let Err(error) = self.take_off(&mut flights).await {
                tracing::warn!(%error, "webhooks wait");
            }
            tokio::select! {
                () = wait(&mut written) => {}
                () = flights.landed() => {}
                () = stop.cancelled() => break,
            }
        }
        let landing = async { while flights.all.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, landing).await.is_err() {
            tracing::debug!("attempts at webhooks were cut off; they are repeated");
        }
    }

    /// Sends all that is due now, each once; says how many attempts that were.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn turn(self: &Arc<Self>) -> Result<usize> {
        let mut sent = 0;
        loop {
            let mut flights = Flights::default();
            self.take_off(&mut flights).await?;
            if flights.all.is_empty() {
                return Ok(sent);
            }
            while flights.all.join_next().await.is_some() {
                sent += 1;
            }
        }
    }

    /// Begins as many attempts as there is room for.
    async fn take_off(self: &Arc<Self>, flights: &mut Flights) -> Result<()> {
        let now = self.clock.now();
        for webhook in self.store.due_webhooks(now).await? {
            let under_way = flights.of.entry(webhook).or_default();
            let room = (ALL - flights.all.len().min(ALL)).min(PER_WEBHOOK as usize);
            let room = u32::try_from(room).unwrap_or(0).min(PER_WEBHOOK - *under_way);
            if room == 0 {
                continue;
            }
            let (project, id) = webhook;
            let until = now.plus_s(CLAIM_S);
            let claimed = self.store.claim_deliveries(project, id, now, until, room).await?;
            for delivery in claimed {
                *under_way += 1;
                let this = Arc::clone(self);
                flights.all.spawn(async move {
                    this.send(delivery).await;
                    webhook
                });
            }
        }
        flights.of.retain(|_, count| *count > 0);
        Ok(())
    }

    async fn send(&self, delivery: ClaimedDelivery) {
        let (at, began) = (self.clock.now(), Instant::now());
        let outcome = self.attempt(&delivery, at).await;
        let now = self.clock.now();
        let draw = self.clock.entropy();
        let ending = ending(outcome.status, delivery.tries, now, outcome.retry_after_s, draw);
        let attempt = DeliveryAttempt {
            at,
            duration_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
            status: outcome.status,
            error: outcome.error,
            response: outcome.response,
        };
        tracing::debug!(webhook = %delivery.webhook, status = attempt.status, "a webhook was told");
        let audit = NewAudit {
            id: AuditId::new(now, self.clock.entropy()),
            project: delivery.project,
            at: now,
            actor: Actor::System,
            action: "webhook.off".to_owned(),
            subject: delivery.webhook.to_string(),
            details: Value::Null,
        };
        let finished = FinishedDelivery {
            id: delivery.id,
            project: delivery.project,
            webhook: delivery.webhook,
            claim: delivery.claim,
            attempt,
            ending,
            now,
            audit,
        };
        match self.store.finish_delivery(finished).await {
            Ok(true) => tracing::warn!(webhook = %delivery.webhook, "a webhook was switched off"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "an attempt at a webhook is repeated"),
        }
    }

    async fn attempt(&self, delivery: &ClaimedDelivery, at: vouch_domain::Time) -> Outcome {
        let place = Webhook::place(delivery.project, delivery.webhook);
        let secrets: Vec<String> =
            delivery.sealed.iter().filter_map(|sealed| (self.open)(&place, sealed)).collect();
        if secrets.is_empty() {
            let why = "its secret was sealed with another master key: make a new one";
            return Outcome::failed(why);
        }
        let id = delivery.id.to_string();
        let (url, body) = (delivery.url.as_str(), delivery.body.as_str());
        self.poster.post(&Message { url, id: &id, secrets: &secrets, body, at }).await
    }
}

async fn wait(written: &mut tokio::sync::watch::Receiver<u64>) {
    tokio::time::sleep(REST).await;
    tokio::time::timeout(LOOK, written.changed()).await.ok();
}
