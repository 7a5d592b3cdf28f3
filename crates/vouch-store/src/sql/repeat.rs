//! Idempotency: what a write with a key gave, so that its repeat gives the same and writes
//! nothing.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use vouch_domain::Time;
use vouch_domain::id::ProjectId;

use super::rows::Rows;
use super::tx::Tx;
use super::value::{Kind, clean};
use crate::error::corrupt;
use crate::{Fingerprint, Result, StoreError};

/// The writes with a key that a transaction has to know of, old and new.
#[derive(Default)]
pub(crate) struct Repeats {
    known: HashMap<(ProjectId, String), Stored>,
    claimed: HashSet<(ProjectId, String)>,
    new: Vec<(ProjectId, String, Time)>,
}

struct Stored {
    body_sha256: String,
    result: String,
}

impl Repeats {
    /// Reads what these keys gave before.
    pub(crate) async fn load(tx: &mut Tx, keys: &[(ProjectId, &Fingerprint)]) -> Result<Self> {
        let keys: Vec<_> = keys.iter().map(|(project, f)| (*project, clean(&f.key))).collect();
        let mut rows = Rows::new(&[("n", Kind::Int), ("project", Kind::Text), ("key", Kind::Text)]);
        for (n, (project, key)) in (0i64..).zip(&keys) {
            rows.push([n.into(), (*project).into(), key.into()]);
        }
        let stored = "SELECT k.n, i.body_sha256, i.result FROM k CROSS JOIN idempotency i \
                      WHERE i.project = k.project AND i.key = k.key";
        let mut known = HashMap::new();
        for (n, body_sha256, result) in
            rows.all::<(i64, String, String)>(&mut tx.conn, stored).await?
        {
            if let Some(key) = usize::try_from(n).ok().and_then(|n| keys.get(n)) {
                known.insert(key.clone(), Stored { body_sha256, result });
            }
        }
        Ok(Self { known, ..Self::default() })
    }

    /// Whether a write with this key was committed before.
    pub(crate) fn is_known(&self, project: ProjectId, fingerprint: Option<&Fingerprint>) -> bool {
        fingerprint.is_some_and(|f| self.known.contains_key(&(project, clean(&f.key))))
    }

    /// Whether the write is to be done: it has no key, or is the first with its key.
    pub(crate) fn claim(&mut self, project: ProjectId, fingerprint: Option<&Fingerprint>) -> bool {
        let Some(fingerprint) = fingerprint else { return true };
        let key = (project, clean(&fingerprint.key));
        !self.known.contains_key(&key) && self.claimed.insert(key)
    }

    /// What the first write with this key gave.
    ///
    /// # Errors
    /// `Conflict` when that write had another body.
    pub(crate) fn recall<T: DeserializeOwned>(
        &self,
        project: ProjectId,
        fingerprint: Option<&Fingerprint>,
    ) -> Result<T> {
        let stored =
            fingerprint.and_then(|f| Some((f, self.known.get(&(project, clean(&f.key)))?)));
        let Some((fingerprint, stored)) = stored else {
            return Err(corrupt("idempotency key", "there is no first write"));
        };
        if stored.body_sha256 != fingerprint.body_sha256 {
            let text = "the Idempotency-Key was used before with another body";
            return Err(StoreError::Conflict(text.into()));
        }
        serde_json::from_str(&stored.result).map_err(|e| corrupt("idempotency key", e))
    }

    /// Keeps what a write with a key gave.
    pub(crate) fn remember(
        &mut self,
        project: ProjectId,
        fingerprint: Option<&Fingerprint>,
        at: Time,
        result: &impl Serialize,
    ) -> Result<()> {
        let Some(fingerprint) = fingerprint else { return Ok(()) };
        let result = serde_json::to_string(result).map_err(|e| corrupt("idempotency key", e))?;
        let stored = Stored { body_sha256: fingerprint.body_sha256.clone(), result };
        let key = clean(&fingerprint.key);
        self.known.insert((project, key.clone()), stored);
        self.new.push((project, key, at));
        Ok(())
    }

    /// Writes what is new.
    pub(crate) async fn save(mut self, tx: &mut Tx) -> Result<()> {
        let mut rows = Rows::new(&[
            ("project", Kind::Text),
            ("key", Kind::Text),
            ("body_sha256", Kind::Text),
            ("result", Kind::Text),
            ("created_at", Kind::Int),
        ]);
        for (project, key, at) in self.new {
            let Some(stored) = self.known.remove(&(project, key.clone())) else { continue };
            rows.push([
                project.into(),
                key.into(),
                stored.body_sha256.into(),
                stored.result.into(),
                at.into(),
            ]);
        }
        rows.insert(&mut tx.conn, "idempotency", "").await
    }
}
