//! A connection to either engine, and the one place that tells them apart.

#[cfg(feature = "postgres")]
use sqlx::{PgPool, Postgres};
#[cfg(feature = "sqlite")]
use sqlx::{Sqlite, SqlitePool};
use sqlx::{Transaction, pool::PoolConnection};

use crate::Result;

/// A pool of connections.
pub(crate) enum Pool {
    #[cfg(feature = "sqlite")]
    Sqlite(SqlitePool),
    #[cfg(feature = "postgres")]
    Postgres(PgPool),
}

/// A connection that reads, or a transaction that writes and is rolled back when it is dropped.
pub(crate) enum Conn {
    #[cfg(feature = "sqlite")]
    SqliteRead(PoolConnection<Sqlite>),
    #[cfg(feature = "sqlite")]
    SqliteWrite(Transaction<'static, Sqlite>),
    #[cfg(feature = "postgres")]
    PostgresRead(PoolConnection<Postgres>),
    #[cfg(feature = "postgres")]
    PostgresWrite(Transaction<'static, Postgres>),
}

/// Runs one expression on the connection of whichever engine; it is type-checked for each.
/// `$DB` names the engine in the expression.
macro_rules! on_conn {
    ($conn:expr, $c:ident: $DB:ident => $body:expr) => {
        match $conn {
            #[cfg(feature = "sqlite")]
            $crate::sql::conn::Conn::SqliteRead($c) => {
                type $DB = sqlx::Sqlite;
                $body
            }
            #[cfg(feature = "sqlite")]
            $crate::sql::conn::Conn::SqliteWrite($c) => {
                type $DB = sqlx::Sqlite;
                $body
            }
            #[cfg(feature = "postgres")]
            $crate::sql::conn::Conn::PostgresRead($c) => {
                type $DB = sqlx::Postgres;
                $body
            }
            #[cfg(feature = "postgres")]
            $crate::sql::conn::Conn::PostgresWrite($c) => {
                type $DB = sqlx::Postgres;
                $body
            }
        }
    };
}
pub(crate) use on_conn;

impl Pool {
    /// A connection to read with.
    pub(crate) async fn acquire(&self) -> Result<Conn> {
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(pool) => Conn::SqliteRead(pool.acquire().await?),
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => Conn::PostgresRead(pool.acquire().await?),
        })
    }

    /// A transaction to write in. SQLite's takes the write lock at once.
    pub(crate) async fn begin(&self) -> Result<Conn> {
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(pool) => Conn::SqliteWrite(pool.begin_with("BEGIN IMMEDIATE").await?),
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => Conn::PostgresWrite(pool.begin().await?),
        })
    }

    /// A transaction that takes SQLite's write lock with its first write, and only that of the
    /// file it writes to.
    #[cfg(feature = "sqlite")]
    pub(crate) async fn begin_later(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite(pool) => Conn::SqliteWrite(pool.begin().await?),
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => Conn::PostgresWrite(pool.begin().await?),
        })
    }

    /// Closes a connection, after which another is opened when it is needed. SQLite ends a
    /// transaction by itself when the disk is full, and the connection then no longer knows
    /// whether it is within one.
    pub(crate) async fn renew(&self) {
        let closed = match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(pool) => match pool.acquire().await {
                Ok(conn) => conn.close().await,
                Err(error) => Err(error),
            },
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => match pool.try_acquire() {
                Some(conn) => conn.close().await,
                None => Ok(()),
            },
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "a connection could not be closed");
        }
    }

    /// Closes all connections once they are given back.
    pub(crate) async fn close(&self) {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(pool) => pool.close().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Conn {
    /// Commits a transaction; what it wrote is on disk afterwards.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::SqliteWrite(tx) => tx.commit().await?,
            #[cfg(feature = "postgres")]
            Self::PostgresWrite(tx) => tx.commit().await?,
            #[cfg(feature = "sqlite")]
            Self::SqliteRead(_) => {}
            #[cfg(feature = "postgres")]
            Self::PostgresRead(_) => {}
        }
        Ok(())
    }

    /// Whether several nodes may write at once.
    pub(crate) const fn is_shared(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::SqliteRead(_) | Self::SqliteWrite(_) => false,
            #[cfg(feature = "postgres")]
            Self::PostgresRead(_) | Self::PostgresWrite(_) => true,
        }
    }
}
