//! Has the rules of review queues look at what changed, a moment later.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vouch_domain::clock::Clock;
use vouch_store::Store;

/// How long it rests when the rules have seen all: together with a round well below a second.
const REST: Duration = Duration::from_millis(200);
/// How often it looks without being told: other nodes, and what a crash left, raise no signal.
const LOOK: Duration = Duration::from_secs(1);

/// Has the rules look whenever something was written, until the server stops.
pub(crate) async fn keep(store: Arc<dyn Store>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut written = store.event_signal();
    while !stop.is_cancelled() {
        match store.apply_rules(clock.now()).await {
            Ok(taken) if taken.looked_at > 0 => {
                tracing::debug!(logs = taken.looked_at, tasks = taken.added, "rules looked");
                continue;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "rules of review queues wait"),
        }
        tokio::select! {
            () = wait(&mut written) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn wait(written: &mut tokio::sync::watch::Receiver<u64>) {
    tokio::time::sleep(REST).await;
    tokio::time::timeout(LOOK, written.changed()).await.ok();
}
