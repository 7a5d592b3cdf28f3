//! The operations of the writer: the hot ones, which are applied together, and any other, which
//! is applied alone; within a savepoint once one of a batch has failed.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;

use tokio::sync::oneshot;
use vouch_domain::id::{ProjectId, QueueId};

use super::feedback::append::Append;
use super::hot::Hot;
use super::log::insert::InsertLogs;
use super::pending::Pending;
use super::review::{Submit, submit_all};
use super::statement::sql;
use super::tx::{Tx, queue_lock};
use crate::error::{Remedy, remedy};
use crate::{Result, StoreError};

/// An operation that waits to be written.
pub(crate) enum Op {
    /// [`crate::LogStore::insert_logs`].
    InsertLogs(InsertLogs),
    /// [`crate::FeedbackStore::append_feedback`] and [`crate::LogStore::patch_log`].
    Append(Append),
    /// [`crate::TaskStore::submit`].
    Submit(Submit),
    /// Anything else.
    Other(Box<dyn Other>),
}

/// What comes of an operation, and who waits for it.
pub(crate) struct Slot<T> {
    reply: oneshot::Sender<Result<T>>,
    outcome: Option<Result<T>>,
}

impl<T> Slot<T> {
    pub(crate) fn new(reply: oneshot::Sender<Result<T>>) -> Self {
        Self { reply, outcome: None }
    }

    /// Notes the outcome, to be told after the commit.
    pub(crate) fn set(&mut self, outcome: Result<T>) {
        self.outcome = Some(outcome);
    }

    /// Forgets the outcome of an attempt that was rolled back.
    pub(crate) fn reset(&mut self) {
        self.outcome = None;
    }

    /// Whether the outcome is known.
    pub(crate) const fn is_set(&self) -> bool {
        self.outcome.is_some()
    }

    fn answer(self) {
        let lost = || Err(StoreError::Unavailable("the write has no outcome".into()));
        // A caller that went away no longer wants to know.
        drop(self.reply.send(self.outcome.unwrap_or_else(lost)));
    }

    fn fail(self, error: StoreError) {
        drop(self.reply.send(Err(error)));
    }
}

impl Op {
    /// Tells the caller what came of it, after the commit.
    pub(crate) fn answer(self) {
        match self {
            Self::InsertLogs(op) => op.slot.answer(),
            Self::Append(op) => op.slot.answer(),
            Self::Submit(op) => op.slot.answer(),
            Self::Other(op) => op.answer(),
        }
    }

    /// Tells the caller that nothing was written.
    pub(crate) fn fail(self, error: StoreError) {
        match self {
            Self::InsertLogs(op) => op.slot.fail(error),
            Self::Append(op) => op.slot.fail(error),
            Self::Submit(op) => op.slot.fail(error),
            Self::Other(op) => op.fail(error),
        }
    }
}

/// Applies operations within one transaction. An error spoils the transaction; what is wrong
/// with one operation alone becomes its outcome instead.
pub(crate) async fn apply(tx: &mut Tx, ops: &mut [Op]) -> Result<()> {
    let mut hot = Hot::default();
    let mut submits: BTreeMap<(ProjectId, QueueId), Vec<&mut Submit>> = BTreeMap::new();
    let mut others = Vec::new();
    for op in ops {
        match op {
            Op::InsertLogs(op) => hot.inserts.push(op),
            Op::Append(op) => hot.appends.push(op),
            Op::Submit(op) => {
                submits.entry((op.new.holder.project, op.new.queue)).or_default().push(op);
            }
            Op::Other(op) => others.push(op),
        }
    }
    let mut locks: BTreeSet<i64> = others.iter().filter_map(|op| op.lock()).collect();
    locks.extend(submits.keys().map(|(project, queue)| queue_lock(*project, *queue)));
    tx.lock_all(locks).await?;
    hot.apply(tx).await?;
    for (queue, mut ops) in submits {
        submit_all(tx, queue, &mut ops).await?;
    }
    for op in others {
        op.run(tx).await?;
    }
    Ok(())
}

/// A future that may move between threads.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What an operation does with its arguments. It may run more than once.
pub(crate) type Action<A, T> = for<'t> fn(&'t A, &'t mut Tx) -> BoxFuture<'t, Result<T>>;

/// An operation of any kind.
#[async_trait::async_trait]
pub(crate) trait Other: Send {
    /// The lock under which it runs, see [`super::tx`].
    fn lock(&self) -> Option<i64>;
    /// Runs it. Where the transaction is [`Tx::careful`], it runs within a savepoint, and its own
    /// failure becomes its outcome.
    async fn run(&mut self, tx: &mut Tx) -> Result<()>;
    /// See [`Op::answer`].
    fn answer(self: Box<Self>);
    /// See [`Op::fail`].
    fn fail(self: Box<Self>, error: StoreError);
}

/// An action with its arguments.
pub(crate) struct Act<A, T> {
    pub(crate) arguments: A,
    pub(crate) lock: Option<i64>,
    pub(crate) action: Action<A, T>,
    pub(crate) slot: Slot<T>,
}

#[async_trait::async_trait]
impl<A: Send + Sync, T: Send> Other for Act<A, T> {
    fn lock(&self) -> Option<i64> {
        self.lock
    }

    async fn run(&mut self, tx: &mut Tx) -> Result<()> {
        tx.settle();
        if !tx.careful {
            let value = (self.action)(&self.arguments, tx).await?;
            self.slot.set(Ok(value));
            return Ok(());
        }
        sql("SAVEPOINT action").run(&mut tx.conn).await?;
        let moved = tx.moved;
        match (self.action)(&self.arguments, tx).await {
            Ok(value) => {
                sql("RELEASE SAVEPOINT action").run(&mut tx.conn).await?;
                self.slot.set(Ok(value));
            }
            Err(error) if remedy(&error) != Remedy::Isolate => return Err(error),
            Err(error) => {
                sql("ROLLBACK TO SAVEPOINT action").run(&mut tx.conn).await?;
                sql("RELEASE SAVEPOINT action").run(&mut tx.conn).await?;
                (tx.pending, tx.moved) = (Pending::default(), moved);
                self.slot.set(Err(crate::error::outward(error)));
            }
        }
        Ok(())
    }

    fn answer(self: Box<Self>) {
        self.slot.answer();
    }

    fn fail(self: Box<Self>, error: StoreError) {
        self.slot.fail(error);
    }
}
