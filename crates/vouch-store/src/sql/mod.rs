//! All stores over one SQL database: SQLite or PostgreSQL.
//!
//! Reads go to a pool. Writes go to one task, which commits what is waiting together; see
//! [`writer`]. Every statement is written once, for both engines.

mod audit;
mod backup;
mod conn;
mod deployment;
mod event;
mod feedback;
mod hot;
mod invitation;
mod key;
mod log;
mod metric;
mod op;
mod open;
mod origins;
mod pending;
mod price;
mod provider;
mod prune;
mod repeat;
mod retention;
mod review;
mod rows;
mod session;
mod span;
mod statement;
mod transfer;
mod tx;
mod user;
mod value;
mod view;
mod watch;
mod webhook;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;
use vouch_domain::Time;

pub use self::backup::Restore;
use self::conn::Pool;
use self::feedback::inbox::{self, Inbox};
use self::op::{Act, Action, Op};
pub use self::open::StoreOptions;
use self::statement::sql;
use self::writer::Writer;
use crate::{Result, Store};

/// A store in SQLite or PostgreSQL.
pub struct SqlStore {
    readers: Pool,
    /// Where SQLite's index of words is written.
    words: Option<Arc<Pool>>,
    writer: Arc<Writer>,
    inbox: Arc<Inbox>,
    signal: tokio::sync::watch::Receiver<u64>,
    touched: key::Touched,
    tasks: Mutex<Tasks>,
}

/// The store's own tasks; they end with it.
#[derive(Default)]
struct Tasks {
    writer: JoinSet<()>,
    others: JoinSet<()>,
}

impl SqlStore {
    /// Opens the database, brings its tables up to date and starts the task that writes.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be opened; `Newer` when a newer program made its
    /// tables; `Behind` when they are behind and `options.migrate` is off; `Invalid` when the URL
    /// names no engine of this build.
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        let pools = open::open(options).await?;
        let words = pools.words.map(Arc::new);
        let (sender, signal) = tokio::sync::watch::channel(0);
        let mut tasks = Tasks::default();
        let (committed, told) = tokio::sync::watch::channel(0);
        watch::start(&mut tasks.others, &pools.readers, &sender, told);
        let inbox = Arc::new(Inbox::open(&mut pools.readers.acquire().await?).await?);
        let told_of = [sender, committed];
        let (writer, task) =
            Writer::new(pools.writer, Arc::clone(&inbox), options.batch_ops, told_of);
        // On a thread of its own, which wakes sooner than a task: each statement is a turn to
        // SQLite's thread and back.
        let runtime = tokio::runtime::Handle::current();
        tasks.writer.spawn_blocking(move || runtime.block_on(task.run()));
        let writer = Arc::new(writer);
        if options.background {
            match words.clone() {
                #[cfg(feature = "sqlite")]
                Some(words) => {
                    let words = log::words::run(words, Arc::clone(&writer), signal.clone());
                    tasks.others.spawn(words)
                }
                _ => tasks.others.spawn(log::search::run(Arc::clone(&writer), signal.clone())),
            };
            tasks.others.spawn(inbox::run(Arc::clone(&writer), Arc::clone(&inbox)));
        }
        Ok(Self {
            readers: pools.readers,
            words,
            writer,
            inbox,
            signal,
            touched: key::Touched::default(),
            tasks: Mutex::new(tasks),
        })
    }

    /// Has one change written in a transaction that it shares with others; what it did is
    /// undone when it fails.
    async fn write<A, T>(&self, arguments: A, action: Action<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.write_under(None, SMALL, arguments, action).await
    }

    /// The same for a change of about `size_bytes`, under a lock where several nodes write.
    async fn write_under<A, T>(
        &self,
        lock: Option<i64>,
        size_bytes: usize,
        arguments: A,
        action: Action<A, T>,
    ) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let act = |slot| Op::Other(Box::new(Act { arguments, lock, action, slot }));
        self.writer.call(size_bytes, act).await
    }
}

/// About how many bytes a change of settings has.
const SMALL: usize = 4096;

#[async_trait::async_trait]
impl Store for SqlStore {
    async fn ready(&self) -> Result<()> {
        sql("SELECT seq FROM event_heads WHERE project = ''")
            .one::<(i64,)>(&mut self.readers.acquire().await?)
            .await?;
        // A write that changes nothing still needs a database that takes writes.
        self.write((), |(), tx| {
            Box::pin(async {
                let nothing = sql("DELETE FROM sessions WHERE token_sha256 = ''");
                nothing.run(&mut tx.conn).await.map(|_| ())
            })
        })
        .await
    }

    async fn settle(&self) -> Result<()> {
        let before = self.inbox.put_in();
        while self.inbox.taken_out() < before {
            inbox::turn(&self.writer).await?;
        }
        Ok(())
    }

    async fn prune(&self, now: Time) -> Result<u64> {
        self.write(now, |now, tx| Box::pin(prune::prune(now, tx))).await
    }

    async fn close(&self) {
        self.writer.close();
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let Tasks { mut writer, mut others } = tasks;
        while writer.join_next().await.is_some() {}
        others.shutdown().await;
        if let Some(words) = &self.words {
            words.close().await;
        }
        self.readers.close().await;
    }
}
