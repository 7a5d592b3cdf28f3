//! The queue between answered calls and the store: bounded, drained in batches, never lossy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{self, OwnedPermit};
use tokio::task::JoinSet;
use tokio::time::timeout;
use vouch_domain::id::ProjectId;
use vouch_domain::log::Log;
use vouch_store::{Store, StoreError};

use crate::capture::Captured;
use crate::error::GatewayError;

const BATCH: usize = 256;
/// A batch of fewer waits for more, so long: few logs in a transaction cost as much as many.
const ENOUGH: usize = 64;
const LINGER: Duration = Duration::from_millis(10);
/// Writers side by side: while one waits for the disk, the next folds and compresses.
const WRITERS: usize = 4;
/// How long a call waits for a place.
const PATIENCE: Duration = Duration::from_secs(10);
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

pub(crate) struct LogQueue {
    sender: Mutex<Option<mpsc::Sender<Box<Captured>>>>,
    writers: tokio::sync::Mutex<JoinSet<()>>,
}

impl LogQueue {
    pub(crate) fn new(store: &Arc<dyn Store>, capacity: usize) -> Self {
        let (sender, receiver) = mpsc::channel(capacity);
        let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            writers.spawn(write_all(Arc::clone(&receiver), Arc::clone(store)));
        }
        Self { sender: Mutex::new(Some(sender)), writers: tokio::sync::Mutex::new(writers) }
    }

    /// A place in the queue; waits a while when it is full.
    pub(crate) async fn reserve(&self) -> Result<OwnedPermit<Box<Captured>>, GatewayError> {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sender = sender.ok_or(GatewayError::Stopping)?;
        let place = timeout(PATIENCE, sender.reserve_owned()).await;
        place.map_err(|_| GatewayError::Full)?.map_err(|_| GatewayError::Stopping)
    }

    /// Takes no more calls, waits for those under way and writes what is queued.
    pub(crate) async fn drain(&self) {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        let mut writers = self.writers.lock().await;
        while writers.join_next().await.is_some() {}
    }
}

async fn write_all(
    receiver: Arc<tokio::sync::Mutex<mpsc::Receiver<Box<Captured>>>>,
    store: Arc<dyn Store>,
) {
    loop {
        let mut batch = Vec::new();
        let mut queued = receiver.lock().await;
        if queued.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        if batch.len() < ENOUGH && !queued.is_closed() {
            tokio::time::sleep(LINGER).await;
            while batch.len() < BATCH
                && let Ok(captured) = queued.try_recv()
            {
                batch.push(captured);
            }
        }
        drop(queued);
        let mut by_project: HashMap<ProjectId, Vec<Log>> = HashMap::new();
        for captured in batch {
            let log = captured.into_log();
            by_project.entry(log.project).or_default().push(log);
        }
        for (project, logs) in by_project {
            write(store.as_ref(), project, logs).await;
        }
    }
}

/// Writes until the store takes it: while the database is away the queue fills and calls wait.
async fn write(store: &dyn Store, project: ProjectId, logs: Vec<Log>) {
    let mut wait = FIRST_RETRY;
    loop {
        match store.insert_logs(project, &logs, vec![], None).await {
            Ok(_) => return,
            Err(error @ StoreError::Unavailable(_)) => {
                tracing::warn!(%error, logs = logs.len(), "logs wait for the database");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_RETRY);
            }
            Err(error) if logs.len() > 1 => {
                tracing::warn!(%error, "a batch of logs is written one by one");
                for log in logs {
                    Box::pin(write(store, project, vec![log])).await;
                }
                return;
            }
            Err(error) => {
                let log = logs.first().map(|log| log.id.to_string());
                tracing::error!(%error, log, "a log cannot be written");
                return;
            }
        }
    }
}
