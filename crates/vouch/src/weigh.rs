//! Has the methods of review queues decide what waits for them, a moment later.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use vouch_domain::clock::Clock;
use vouch_review::{OpinionCache, Weigher};
use vouch_store::Store;

/// How long it rests between rounds, at least.
const REST: Duration = Duration::from_secs(1);
/// After a round it rests so many times as long as the round took: a large queue in which people
/// work all the time takes a fifth of a core at most.
const REST_FACTOR: u32 = 4;

/// Where opinions come from, and what tells the time.
pub(crate) type Parts = (Arc<dyn Store>, Arc<OpinionCache>, Arc<dyn Clock>);

/// Looks at what changed, until the server stops.
pub(crate) async fn keep((store, cache, clock): Parts, stop: CancellationToken) {
    let mut weigher = Weigher::new(cache);
    while !stop.is_cancelled() {
        let began = Instant::now();
        match weigher.round(store.as_ref(), clock.now()).await {
            Ok(round) if round.queues > 0 => {
                tracing::debug!(queues = round.queues, tasks = round.tasks, "queues weighed");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "review queues wait to be weighed"),
        }
        let rest = REST.max(began.elapsed() * REST_FACTOR);
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = stop.cancelled() => return,
        }
    }
}
