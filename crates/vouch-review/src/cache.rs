//! The opinions of queues, held in memory and kept current, so that statistics cost the method and
//! not a read of all reviews.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use vouch_domain::id::{ProjectId, QueueId};
use vouch_domain::review::Queue;
use vouch_store::{Result, Store};

use crate::opinions::Opinions;

/// How many bytes of opinions are held at most, by their own count: 256 MiB.
pub const HELD_BYTES: usize = 256 << 20;

/// The opinions of the queues that were asked about last, within a limit of bytes. A queue that is
/// over it alone is read anew each time.
pub struct OpinionCache {
    limit_bytes: usize,
    clock: AtomicU64,
    held: Mutex<HashMap<(ProjectId, QueueId), Arc<Held>>>,
}

#[derive(Default)]
struct Held {
    /// The version of the rubric, and the opinions. Who updates holds it; who computes has a handle
    /// of their own.
    opinions: tokio::sync::Mutex<Option<(u32, Arc<Opinions>)>>,
    used: AtomicU64,
    bytes: AtomicUsize,
}

impl Default for OpinionCache {
    fn default() -> Self {
        Self::new(HELD_BYTES)
    }
}

impl OpinionCache {
    /// Empty, with a limit.
    pub fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, clock: AtomicU64::new(0), held: Mutex::default() }
    }

    /// The opinions of a queue as they are now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of(
        &self,
        store: &dyn Store,
        project: ProjectId,
        queue: &Queue,
    ) -> Result<Arc<Opinions>> {
        let held = {
            let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry((project, queue.id)).or_default())
        };
        held.used.store(self.clock.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        let mut place = held.opinions.lock().await;
        // What an update left half done is not kept: it is taken out meanwhile.
        let kept = place.take().filter(|(version, opinions)| {
            *version == queue.rubric_version && opinions.ended() <= opinions.len() + 1000
        });
        let mut opinions =
            kept.map_or_else(|| Arc::new(Opinions::new(&queue.settings.rubric)), |(_, kept)| kept);
        // Who still computes with the older ones keeps them: then they are copied.
        if !opinions.is_current(store, project, queue.id).await? {
            Arc::make_mut(&mut opinions).update(store, project, queue.id).await?;
        }
        held.bytes.store(opinions.bytes(), Ordering::Relaxed);
        *place = Some((queue.rubric_version, Arc::clone(&opinions)));
        drop(place);
        self.trim();
        Ok(opinions)
    }

    /// How many bytes are held.
    pub fn bytes(&self) -> usize {
        let all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().map(|held| held.bytes.load(Ordering::Relaxed)).sum()
    }

    /// Lets go of what was not used for the longest time, down to the limit.
    fn trim(&self) {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = |held: &Arc<Held>| held.bytes.load(Ordering::Relaxed);
        while all.values().map(bytes).sum::<usize>() > self.limit_bytes {
            let oldest = all.iter().min_by_key(|(_, held)| held.used.load(Ordering::Relaxed));
            let Some(oldest) = oldest.map(|(key, _)| *key) else { return };
            all.remove(&oldest);
        }
    }
}
