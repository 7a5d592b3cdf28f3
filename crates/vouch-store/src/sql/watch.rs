//! Learning of events that other nodes on the same database committed, and telling them of ours.
//!
//! SQLite has one node, so there is nothing to do. On PostgreSQL nodes notify each other; a
//! notice may be lost with a connection, so the numbers of the newest events are also looked at.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::conn::Pool;

/// Starts what has to run beside the store: `signal` is raised when others committed, and others
/// are told when `committed` is raised.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    pool: &Pool,
    signal: &watch::Sender<u64>,
    committed: watch::Receiver<u64>,
) {
    match pool {
        #[cfg(feature = "sqlite")]
        Pool::Sqlite(_) => drop(committed),
        #[cfg(feature = "postgres")]
        Pool::Postgres(pool) => {
            tasks.spawn(postgres::listen(pool.clone(), signal.clone()));
            tasks.spawn(postgres::poll(pool.clone(), signal.clone()));
            tasks.spawn(postgres::notify(pool.clone(), committed));
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::{Duration, watch};
    use sqlx::PgPool;
    use sqlx::postgres::PgListener;

    /// How often the newest numbers are looked at.
    const POLL: Duration = Duration::from_millis(500);
    /// The least time between two notices of one node.
    const NOTICE: Duration = Duration::from_millis(20);
    const CHANNEL: &str = "vouch_events";

    /// Raises the signal at each notice (also at our own, which does no harm), as long as the pool is open.
    pub(super) async fn listen(pool: PgPool, signal: watch::Sender<u64>) {
        while !pool.is_closed() {
            if let Err(error) = hear(&pool, &signal).await {
                tracing::warn!(%error, "not hearing of other nodes' events; polling goes on");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn hear(pool: &PgPool, signal: &watch::Sender<u64>) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            listener.recv().await?;
            signal.send_modify(|n| *n += 1);
        }
    }

    /// Raises the signal when the newest numbers have changed.
    pub(super) async fn poll(pool: PgPool, signal: watch::Sender<u64>) {
        let mut known = None;
        while !pool.is_closed() {
            tokio::time::sleep(POLL).await;
            let sum = "SELECT CAST(COALESCE(SUM(seq), 0) AS BIGINT) FROM event_heads";
            let Ok(sum) = sqlx::query_scalar::<_, i64>(sum).fetch_one(&pool).await else {
                continue;
            };
            if known.replace(sum).is_some_and(|before| before != sum) {
                signal.send_modify(|n| *n += 1);
            }
        }
    }

    /// Sends a notice after commits of this node.
    pub(super) async fn notify(pool: PgPool, mut committed: watch::Receiver<u64>) {
        while committed.changed().await.is_ok() {
            let notice = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL);
            if let Err(error) = notice.execute(&pool).await {
                tracing::debug!(%error, "other nodes were not notified");
            }
            tokio::time::sleep(NOTICE).await;
        }
    }
}
