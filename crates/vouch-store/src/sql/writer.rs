//! The one task that writes. It takes what is waiting, applies it in one transaction, commits,
//! and only then answers each caller: with many callers, one flush to disk serves them all.
//!
//! A batch that fails is rolled back and its operations are run again, each within a savepoint or one
//! by one, so that one at fault does not spoil the others.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use super::conn::Pool;
use super::feedback::inbox::Inbox;
use super::op::{Op, Slot};
use super::tx::Tx;
use crate::error::{Remedy, Shared, outward, remedy};
use crate::{Result, StoreError};

/// The most operations that wait.
const QUEUE_OPS: usize = 4096;
/// How many times as long as a turn of background work is left to the others, at most.
const LEAVE: u32 = 9;
/// How often in the time of such a turn it is looked whether they still press.
const LOOKS: u32 = 4;
/// So much that waits, in KiB, is much.
const PRESSED_KIB: usize = 32;
/// The most memory that waiting operations hold, in KiB: 256 MiB.
const QUEUE_KIB: u32 = 262_144;
/// The most that is committed together, in KiB: 16 MiB.
const BATCH_KIB: u32 = 16_384;
/// How often an operation is run again when another writer was in the way.
const ATTEMPTS: u32 = 5;

/// The callers' end of the writer.
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    memory: Arc<Semaphore>,
}

/// The task's end.
pub(crate) struct WriterTask {
    pool: Pool,
    inbox: Arc<Inbox>,
    queue: mpsc::Receiver<Job>,
    batch_ops: usize,
    committed: [watch::Sender<u64>; 2],
}

struct Job {
    op: Op,
    size_kib: u32,
    /// Held until the job is done.
    memory: OwnedSemaphorePermit,
}

impl Writer {
    /// A writer to `pool`, and its task, which is to be run. `committed` are raised after commits
    /// with events.
    pub(crate) fn new(
        pool: Pool,
        inbox: Arc<Inbox>,
        batch_ops: usize,
        committed: [watch::Sender<u64>; 2],
    ) -> (Self, WriterTask) {
        let (sender, queue) = mpsc::channel(QUEUE_OPS);
        let memory = Arc::new(Semaphore::new(QUEUE_KIB as usize));
        let writer = Self { queue: Mutex::new(Some(sender)), memory };
        (writer, WriterTask { pool, inbox, queue, batch_ops: batch_ops.max(1), committed })
    }

    /// Has an operation of about `size_bytes` done; returns when it is committed.
    pub(crate) async fn call<T>(
        &self,
        size_bytes: usize,
        op: impl FnOnce(Slot<T>) -> Op,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue().ok_or_else(closed)?;
        let size_kib = u32::try_from(size_bytes / 1024).unwrap_or(u32::MAX).clamp(1, QUEUE_KIB);
        let memory = Arc::clone(&self.memory).acquire_many_owned(size_kib);
        let memory = memory.await.map_err(|_| closed())?;
        let job = Job { op: op(Slot::new(reply)), size_kib, memory };
        queue.send(job).await.map_err(|_| closed())?;
        drop(queue);
        answer.await.map_err(|_| closed())?
    }

    /// Leaves an operation to be done, unless the writer is too busy; nobody waits for it.
    pub(crate) fn leave<T>(&self, op: impl FnOnce(Slot<T>) -> Op) {
        let Some(queue) = self.queue() else { return };
        let Ok(memory) = Arc::clone(&self.memory).try_acquire_owned() else { return };
        let (reply, _) = oneshot::channel();
        if queue.try_send(Job { op: op(Slot::new(reply)), size_kib: 1, memory }).is_err() {
            tracing::debug!("the writer is busy: a note was not kept");
        }
    }

    /// After a turn of work that nobody waits for, which took so long: leaves the writer to the
    /// others while they press, at most [`LEAVE`] times as long.
    pub(crate) async fn leave_room(&self, took: Duration) {
        let look = took / LOOKS;
        for _ in 0..LEAVE * LOOKS {
            if !self.is_pressed() {
                return;
            }
            tokio::time::sleep(look).await;
        }
    }

    /// Whether much waits to be written, or is being written.
    fn is_pressed(&self) -> bool {
        QUEUE_KIB as usize - self.memory.available_permits() >= PRESSED_KIB
    }

    /// Takes no more operations; the task ends when it has done those that wait.
    pub(crate) fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Whether it takes no more operations.
    pub(crate) fn is_closed(&self) -> bool {
        self.queue().is_none_or(|queue| queue.is_closed())
    }

    fn queue(&self) -> Option<mpsc::Sender<Job>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}

impl WriterTask {
    /// Works until the writer is closed and everything that waited is done.
    pub(crate) async fn run(mut self) {
        let mut waiting = Vec::with_capacity(self.batch_ops);
        while self.queue.recv_many(&mut waiting, self.batch_ops).await > 0 {
            let mut jobs = waiting.drain(..).peekable();
            while jobs.peek().is_some() {
                let mut size_kib: u32 = 0;
                let mut batch = Vec::new();
                while let Some(job) = jobs.next_if(|job| {
                    size_kib == 0 || size_kib.saturating_add(job.size_kib) <= BATCH_KIB
                }) {
                    size_kib = size_kib.saturating_add(job.size_kib);
                    batch.push(job);
                }
                let (mut ops, memory): (Vec<_>, Vec<_>) =
                    batch.into_iter().map(|job| (job.op, job.memory)).unzip();
                self.write(&mut ops).await;
                drop(memory);
            }
            // Who was just answered may have more: the next batch is better full than soon.
            tokio::task::yield_now().await;
        }
        self.pool.close().await;
    }

    async fn write(&self, ops: &mut Vec<Op>) {
        let mut result = self.attempt(ops, false).await;
        if let Err(error) = &result
            && remedy(error) == Remedy::Isolate
            && ops.len() > 1
        {
            result = self.attempt(ops, true).await;
        }
        let error = match result {
            Ok(()) => return ops.drain(..).for_each(Op::answer),
            Err(error) => error,
        };
        match remedy(&error) {
            Remedy::GiveUp => {
                tracing::warn!(error = %cause(&error), ops = ops.len(), "a batch was not written");
                self.pool.renew().await;
                let shared = Shared(Arc::new(error));
                for op in ops.drain(..) {
                    op.fail(StoreError::Unavailable(Box::new(shared.clone())));
                }
            }
            Remedy::Isolate if ops.len() == 1 => {
                if let Some(op) = ops.pop() {
                    op.fail(outward(error));
                }
            }
            Remedy::Repeat | Remedy::Isolate => {
                tracing::debug!(error = %cause(&error), ops = ops.len(), "a batch is taken apart");
                for mut op in ops.drain(..) {
                    match self.write_alone(&mut op).await {
                        Ok(()) => op.answer(),
                        Err(error) => op.fail(outward(error)),
                    }
                }
            }
        }
    }

    async fn write_alone(&self, op: &mut Op) -> Result<()> {
        let mut attempt = 1;
        loop {
            match self.attempt(std::slice::from_mut(op), false).await {
                Err(error) if remedy(&error) == Remedy::Repeat && attempt < ATTEMPTS => {
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// Applies and commits operations together; the transaction is rolled back on an error. Where
    /// it is `careful`, what is wrong with an operation alone is its own outcome; that costs two
    /// statements each, so that it is tried without first.
    async fn attempt(&self, ops: &mut [Op], careful: bool) -> Result<()> {
        let mut tx = Tx::begin(&self.pool, &self.inbox, careful).await?;
        super::op::apply(&mut tx, ops).await?;
        if tx.commit(&self.inbox).await? {
            self.committed.iter().for_each(|signal| signal.send_modify(|n| *n += 1));
        }
        Ok(())
    }
}

/// The innermost error, which says what the database said.
fn cause(error: &StoreError) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
