//! Looks now and then whether the reviewers of a queue still agree, for webhooks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vouch_domain::clock::Clock;
use vouch_domain::id::{QueueId, ReviewId};
use vouch_domain::review::AgreementAlert;
use vouch_store::{Result, Store};

/// How often it looks. One look at a queue reads its newest reviews, some thousands at most.
const LOOK: Duration = Duration::from_secs(30);

/// Looks until the server stops.
pub(crate) async fn keep(store: Arc<dyn Store>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut seen = Seen::default();
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = look(&*store, &*clock, &mut seen).await {
            tracing::warn!(%error, "agreement was not looked at");
        }
    }
}

/// The newest review of each queue when it was looked at, and for what.
type Seen = HashMap<QueueId, (ReviewId, AgreementAlert)>;

async fn look(store: &dyn Store, clock: &dyn Clock, seen: &mut Seen) -> Result<()> {
    for project in store.projects().await? {
        for queue in store.queues(project.id).await? {
            let Some(alert) = queue.settings.alert else { continue };
            let newest = store.reviews_before(project.id, queue.id, None, 1).await?;
            let Some(newest) = newest.first().map(|review| review.id) else { continue };
            if seen.get(&queue.id) == Some(&(newest, alert)) {
                continue;
            }
            for found in vouch_review::lately(store, project.id, &queue, alert).await? {
                let (id, now) = (queue.id, clock.now());
                if store.note_agreement(project.id, id, alert, found, now).await? {
                    tracing::info!(queue = %id, "reviewers agree less than they should");
                }
            }
            seen.insert(queue.id, (newest, alert));
        }
    }
    Ok(())
}
