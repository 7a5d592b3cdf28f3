//! Looking up API keys, with a memory of one second in front of the store.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use vouch_domain::Time;
use vouch_domain::user::ApiKey;

use crate::problem::Problem;
use crate::secret::sha256_hex;
use crate::state::App;

/// Another node's revocation is seen after this long; this node's at once.
const KEPT_US: i64 = 1_000_000;
/// `last_used_at` is kept to the minute.
const TOUCH_US: i64 = 60_000_000;
/// The most keys remembered; beyond it the memory starts anew.
const MOST: usize = 4096;

/// Keys that were looked up a moment ago, by the hash of their secret. Unknown ones are not
/// remembered: guesses must not fill it.
#[derive(Default)]
pub(crate) struct KeyCache(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    keys: HashMap<String, Kept>,
    /// How often all was forgotten: a key that was read before that is not to be remembered.
    forgotten: u64,
}

struct Kept {
    key: ApiKey,
    read_at: Time,
    touched_at: Time,
}

impl KeyCache {
    /// The unrevoked key with that secret. The lookup is by hash, so its time tells nothing
    /// about the secret.
    pub(crate) async fn find(&self, app: &App, secret: &str) -> Result<Option<ApiKey>, Problem> {
        let hash = sha256_hex(secret.as_bytes());
        let now = app.now();
        if let Some(key) = self.fresh(&hash, now) {
            return Ok(Some(key));
        }
        let forgotten = self.lock().forgotten;
        let Some(key) = app.store.key_by_hash(&hash).await? else { return Ok(None) };
        if self.keep(hash, &key, now, forgotten) {
            app.store.touch_key(key.project, key.id, now).await?;
        }
        Ok(Some(key))
    }

    /// Forgets all keys, so that a revocation holds at once.
    pub(crate) fn forget(&self) {
        let mut memory = self.lock();
        memory.forgotten += 1;
        memory.keys.clear();
    }

    fn fresh(&self, hash: &str, now: Time) -> Option<ApiKey> {
        let age = |kept: &&Kept| now.micros() - kept.read_at.micros();
        let memory = self.lock();
        memory
            .keys
            .get(hash)
            .filter(|kept| (0..KEPT_US).contains(&age(kept)))
            .map(|kept| kept.key.clone())
    }

    /// Remembers the key, unless all was forgotten since; says whether its use is to be noted.
    fn keep(&self, hash: String, key: &ApiKey, now: Time, forgotten: u64) -> bool {
        let mut memory = self.lock();
        let touched = memory.keys.get(&hash).map(|kept| kept.touched_at);
        let due = touched.is_none_or(|at| now.micros() - at.micros() >= TOUCH_US);
        if memory.forgotten != forgotten {
            return due;
        }
        if memory.keys.len() >= MOST {
            memory.keys.clear();
        }
        let touched_at = if due { now } else { touched.unwrap_or(now) };
        memory.keys.insert(hash, Kept { key: key.clone(), read_at: now, touched_at });
        due
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use vouch_domain::access::Scope;
    use vouch_domain::id::{KeyId, ProjectId};

    use super::*;

    #[test]
    fn what_was_read_before_a_revocation_is_not_remembered_after_it() {
        let (cache, now) = (KeyCache::default(), Time::from_micros(0));
        let key = ApiKey {
            id: KeyId::new(now, [0; 10]),
            project: ProjectId::new(now, [0; 10]),
            name: "shop".into(),
            prefix: "vk_1".into(),
            scopes: vec![Scope::Read],
            requests_per_minute: None,
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        let read_at = cache.lock().forgotten;
        assert!(cache.keep("hash".into(), &key, now, read_at));
        assert!(cache.fresh("hash", now).is_some());
        cache.forget();
        cache.keep("hash".into(), &key, now, read_at);
        assert!(cache.fresh("hash", now).is_none());
    }
}
