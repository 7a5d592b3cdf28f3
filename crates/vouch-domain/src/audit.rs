//! Who did what, when, to what: each entry hash-chained to the one before.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Time;
use crate::actor::Actor;
use crate::id::{AuditId, ProjectId};

/// What an audit entry says, before it takes its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAudit {
    /// Its id.
    pub id: AuditId,
    /// Its tenant.
    pub project: ProjectId,
    /// When.
    pub at: Time,
    /// Who.
    pub actor: Actor,
    /// What was done, e.g. `key.create`.
    pub action: String,
    /// To what, e.g. the key's id.
    pub subject: String,
    /// More of it; never a secret.
    pub details: Value,
}

/// One entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Its place in the project's chain, from 1.
    pub seq: i64,
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Time,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More of it.
    #[cfg_attr(feature = "openapi", schema(value_type = Value))]
    pub details: Value,
    /// SHA-256 over the previous hash and this entry, in hexadecimal.
    pub hash: String,
}

/// The hash before the first entry: 64 zeros.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl NewAudit {
    /// Takes its place after the entry with `seq - 1` and `previous_hash`.
    pub fn chain(self, seq: i64, previous_hash: &str) -> AuditEntry {
        let mut entry = AuditEntry {
            seq,
            id: self.id,
            at: self.at,
            actor: self.actor,
            action: self.action,
            subject: self.subject,
            details: self.details,
            hash: String::new(),
        };
        entry.hash = entry.hash_after(self.project, previous_hash);
        entry
    }
}

impl AuditEntry {
    /// What the hash must be after `previous_hash`. Every part is preceded by its length, so
    /// that no two entries share an encoding.
    pub fn hash_after(&self, project: ProjectId, previous_hash: &str) -> String {
        let mut hasher = Sha256::new();
        let parts = [
            previous_hash.to_owned(),
            project.to_string(),
            self.seq.to_string(),
            self.id.to_string(),
            self.at.to_string(),
            self.actor.to_string(),
            self.action.clone(),
            self.subject.clone(),
            self.details.to_string(),
        ];
        for part in parts {
            hasher.update(part.len().to_be_bytes());
            hasher.update(part);
        }
        format!("{:x}", hasher.finalize())
    }
}

/// Checks entries in the order of `seq`, the first coming after (`seq`, `hash`) of `after`;
/// returns the last place and hash, to go on with.
///
/// # Errors
/// The place of the first entry that is missing or was changed.
pub fn verify(
    project: ProjectId,
    after: (i64, String),
    entries: &[AuditEntry],
) -> Result<(i64, String), i64> {
    entries.iter().try_fold(after, |(seq, hash), entry| {
        let fits = entry.seq == seq + 1 && entry.hash == entry.hash_after(project, &hash);
        if fits { Ok((entry.seq, entry.hash.clone())) } else { Err(seq + 1) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn trail() -> (ProjectId, Vec<AuditEntry>) {
        let project = ProjectId::new(Time::from_micros(0), [9; 10]);
        let mut entries: Vec<AuditEntry> = vec![];
        for n in 1..=3u8 {
            let at = Time::from_micros(i64::from(n));
            let new = NewAudit {
                id: AuditId::new(at, [n; 10]),
                project,
                at,
                actor: Actor::System,
                action: "key.create".into(),
                subject: n.to_string(),
                details: json!({"n": n}),
            };
            let previous = entries.last().map_or(GENESIS, |e| e.hash.as_str());
            let entry = new.chain(i64::from(n), previous);
            entries.push(entry);
        }
        (project, entries)
    }

    fn check(project: ProjectId, entries: &[AuditEntry]) -> Result<i64, i64> {
        verify(project, (0, GENESIS.into()), entries).map(|(seq, _)| seq)
    }

    #[test]
    fn an_untouched_trail_holds() {
        let (project, entries) = trail();
        assert_eq!(check(project, &entries), Ok(3));
    }

    #[test]
    fn a_changed_or_missing_entry_is_found() {
        let (project, mut entries) = trail();
        entries[1].subject = "other".into();
        assert_eq!(check(project, &entries), Err(2));
        let (_, mut entries) = trail();
        entries.remove(1);
        assert_eq!(check(project, &entries), Err(2));
    }
}
