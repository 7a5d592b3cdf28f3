//! The writer's transaction, with what is summed up and written just before its commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use vouch_domain::id::{ProjectId, QueueId};
use vouch_domain::review::Queue;

use super::conn::{Conn, Pool};
use super::feedback::inbox::{Inbox, Moved};
use super::pending::Pending;
use super::rows::Rows;
use super::value::Kind;
use crate::Result;

/// A transaction of the writer.
pub(crate) struct Tx {
    pub(crate) conn: Conn,
    /// What the operation that runs leaves to the commit.
    pub(crate) pending: Pending,
    /// What those before it left.
    pub(crate) settled: Pending,
    /// Review queues that were read, until one is changed.
    pub(crate) queues: BTreeMap<(ProjectId, QueueId), Arc<Queue>>,
    /// Whether each operation runs within a savepoint: one that fails does not undo the others.
    pub(crate) careful: bool,
    /// Whether the effects of many feedbacks may wait.
    pub(crate) may_wait: bool,
    pub(crate) moved: Moved,
}

/// The most targets that are locked one by one.
const MAX_LOCKS: usize = 512;

impl Tx {
    /// Begins.
    pub(crate) async fn begin(pool: &Pool, inbox: &Inbox, careful: bool) -> Result<Self> {
        let conn = pool.begin().await?;
        let may_wait = !conn.is_shared() && inbox.has_room();
        Ok(Self {
            conn,
            pending: Pending::default(),
            settled: Pending::default(),
            queues: BTreeMap::new(),
            careful,
            may_wait,
            moved: Moved::default(),
        })
    }

    /// What is pending stays, whatever becomes of the next operation.
    pub(crate) fn settle(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.settled.merge(pending);
    }

    /// Writes what is pending and commits; says whether there are new events.
    pub(crate) async fn commit(mut self, inbox: &Inbox) -> Result<bool> {
        self.settle();
        let pending = std::mem::take(&mut self.settled);
        let has_events = pending.has_events();
        pending.write(&mut self.conn).await?;
        self.conn.commit().await?;
        inbox.moved(self.moved);
        Ok(has_events)
    }

    /// Where several nodes write, makes them take turns at the same feedback targets (a log's
    /// id, a chain, a conversation) until the commit: what comes early and what it waits for
    /// then see each other. Many targets at once lock their projects whole, so that the
    /// server's lock table stays small.
    pub(crate) async fn lock_targets(
        &mut self,
        targets: &BTreeSet<(ProjectId, String)>,
    ) -> Result<()> {
        if !self.conn.is_shared() || targets.is_empty() {
            return Ok(());
        }
        let projects: BTreeSet<i64> =
            targets.iter().map(|(project, _)| lock_key(1, &project.to_string())).collect();
        if targets.len() > MAX_LOCKS {
            return self.lock(projects, "pg_advisory_xact_lock").await;
        }
        self.lock(projects, "pg_advisory_xact_lock_shared").await?;
        let keys =
            targets.iter().map(|(project, target)| lock_key(2, &format!("{project}/{target}")));
        self.lock(keys.collect(), "pg_advisory_xact_lock").await
    }

    /// Where several nodes write, makes audited changes of one project take turns until the
    /// commit.
    pub(crate) async fn lock_audit(&mut self, project: ProjectId) -> Result<()> {
        if !self.conn.is_shared() {
            return Ok(());
        }
        self.lock(BTreeSet::from([lock_key(3, &project.to_string())]), "pg_advisory_xact_lock")
            .await
    }

    /// Where several nodes write, makes changes under these locks take turns until the commit.
    pub(crate) async fn lock_all(&mut self, keys: BTreeSet<i64>) -> Result<()> {
        if !self.conn.is_shared() || keys.is_empty() {
            return Ok(());
        }
        self.lock(keys, "pg_advisory_xact_lock").await
    }

    async fn lock(&mut self, keys: BTreeSet<i64>, function: &'static str) -> Result<()> {
        let mut rows = Rows::new(&[("key", Kind::Int)]);
        for key in keys {
            rows.push([key.into()]);
        }
        let body = format!("SELECT COUNT({function}(key)) FROM k");
        rows.all::<(i64,)>(&mut self.conn, &body).await.map(|_| ())
    }
}

/// The lock under which rules look at logs. It comes before those of queues, of which it needs
/// several.
pub(crate) fn rules_lock() -> i64 {
    lock_key(4, "rules")
}

/// The lock under which the tasks of a queue are given out and answered. It is taken before all
/// others, and those of a batch in one order, so that nobody waits in a circle.
pub(crate) fn queue_lock(project: ProjectId, queue: QueueId) -> i64 {
    lock_key(5, &format!("{project}/{queue}"))
}

/// A lock's number: its class on top, then a hash (FNV-1a, the same on every node). Two things
/// with one number only wait for each other without need.
fn lock_key(class: i64, name: &str) -> i64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (class << 60) | i64::try_from(hash >> 4).unwrap_or(0)
}
