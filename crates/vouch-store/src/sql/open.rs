//! Opening a database: its options, its pools and its migrations.

use std::time::Duration;

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migrator};

use super::conn::{Conn, Pool};
#[cfg(feature = "sqlite")]
use super::log::words;
use crate::{Result, StoreError};

/// Which database, and how to open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    /// `sqlite:PATH`, or `postgres://...` as libpq writes it.
    pub url: String,
    /// Bring the tables up to date; without it, opening refuses a database that is behind.
    pub migrate: bool,
    /// Connections that read.
    pub readers: u32,
    /// The most writes that are committed together.
    pub batch_ops: usize,
    /// Do in the background what may wait: index words, and write the effects of many feedbacks.
    /// Off, it is left to another process, or to [`crate::Store::settle`].
    pub background: bool,
}

impl StoreOptions {
    /// The usual options for the database at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), migrate: true, readers: 8, batch_ops: 4096, background: true }
    }
}

/// The pools of one database: one connection that writes, several that read, and one that writes
/// SQLite's index of words.
pub(super) struct Pools {
    pub(super) writer: Pool,
    pub(super) readers: Pool,
    pub(super) words: Option<Pool>,
}

#[cfg(feature = "sqlite")]
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
#[cfg(feature = "postgres")]
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a connection may take to come.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

const EXPECTED: &str = "sqlite:PATH or postgres://...";

/// Opens the database and brings its tables up to date.
pub(super) async fn open(options: &StoreOptions) -> Result<Pools> {
    let url = options.url.as_str();
    #[cfg(feature = "sqlite")]
    if let Some(path) = url.strip_prefix("sqlite:") {
        return open_sqlite(path.strip_prefix("//").unwrap_or(path), options).await;
    }
    #[cfg(feature = "postgres")]
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return open_postgres(options).await;
    }
    // What came may hold a password.
    Err(vouch_domain::Invalid::new("/database_url", EXPECTED, "another address").into())
}

/// What all connections to a SQLite file have in common.
#[cfg(feature = "sqlite")]
fn sqlite_options(path: &str) -> sqlx::sqlite::SqliteConnectOptions {
    sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .foreign_keys(true)
}

#[cfg(feature = "sqlite")]
async fn open_sqlite(path: &str, options: &StoreOptions) -> Result<Pools> {
    use sqlx::sqlite::SqlitePoolOptions;

    // SQLite means a database of one connection by these, which nobody else would see.
    if matches!(path, "" | ":memory:") {
        return Err(vouch_domain::Invalid::new("/database_url", EXPECTED, "no path").into());
    }
    if options.migrate {
        make_private(path).map_err(|e| StoreError::Unavailable(Box::new(e)))?;
    } else if matches!(std::fs::exists(path), Ok(false)) {
        check(&SQLITE, &[], options.migrate)?;
    }
    let connect = sqlite_options(path)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .busy_timeout(ACQUIRE_TIMEOUT)
        .statement_cache_capacity(1024)
        // Rows cross to our task one by one; with room for all of them the database goes on.
        .row_buffer_size(1024)
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory")
        .pragma("wal_autocheckpoint", "16000")
        .pragma("journal_size_limit", "67108864");
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(attach(path))
        .connect_with(connect.clone())
        .await?;
    let found = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')";
    let found = sqlx::query_scalar(found).fetch_one(&writer).await?;
    let applied = applied(found, &mut *writer.acquire().await?).await?;
    check(&SQLITE, &applied, options.migrate)?;
    if options.migrate {
        SQLITE.run(&writer).await.map_err(unavailable)?;
    }
    make_private(&words::file(path)).map_err(|e| StoreError::Unavailable(Box::new(e)))?;
    let words_pool = words::open(path, ACQUIRE_TIMEOUT).await?;
    words::attach(&mut *writer.acquire().await?, path).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(attach(path))
        .connect_with(connect.pragma("query_only", "on").pragma("cache_size", "-16384"))
        .await?;
    let (writer, readers) = (Pool::Sqlite(writer), Pool::Sqlite(readers));
    Ok(Pools { writer, readers, words: Some(words_pool) })
}

/// Has each connection of a pool see the index of words.
#[cfg(feature = "sqlite")]
fn attach(
    path: &str,
) -> impl for<'c> Fn(
    &'c mut sqlx::SqliteConnection,
    sqlx::pool::PoolConnectionMetadata,
) -> futures_util::future::BoxFuture<'c, sqlx::Result<()>>
+ use<> {
    let path = std::sync::Arc::<str>::from(path);
    move |conn, _| {
        let path = std::sync::Arc::clone(&path);
        Box::pin(async move { words::attach(conn, &path).await })
    }
}

#[cfg(feature = "postgres")]
async fn open_postgres(options: &StoreOptions) -> Result<Pools> {
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
    use sqlx::{Connection as _, PgConnection};
    let connect: PgConnectOptions = options.url.parse()?;
    let connect = connect.application_name("vouch").statement_cache_capacity(512);
    // A pool tries again until its time is up and then hides why; one connection says why.
    let first = tokio::time::timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(&connect));
    let first = first.await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    first.close().await?;
    let writer = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|conn, _| Box::pin(async move { set(conn, WRITER).await }))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(connect.clone())
        .await?;
    let found = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    let found = sqlx::query_scalar(found).fetch_one(&writer).await?;
    let applied = applied(found, &mut *writer.acquire().await?).await?;
    check(&POSTGRES, &applied, options.migrate)?;
    if options.migrate {
        POSTGRES.run(&writer).await.map_err(unavailable)?;
    }
    let readers = PgPoolOptions::new()
        .max_connections(options.readers.max(1))
        .after_connect(|conn, _| Box::pin(async move { set(conn, READER).await }))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(connect)
        .await?;
    let (writer, readers) = (Pool::Postgres(writer), Pool::Postgres(readers));
    Ok(Pools { writer, readers, words: None })
}

/// The writer finds every row by its key. A plan made while a table was small must not scan it
/// once it is large.
#[cfg(feature = "postgres")]
const WRITER: &str =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

/// A filter's plan depends on its values.
#[cfg(feature = "postgres")]
const READER: &str = "SET plan_cache_mode = force_custom_plan";

#[cfg(feature = "postgres")]
async fn set(conn: &mut sqlx::PgConnection, settings: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(settings).execute(conn).await.map(|_| ())
}

/// Opens the database for one connection that shares it with nobody, without touching its tables.
/// SQLite leaves the write-ahead log for that, which nobody can while others have the file open.
pub(super) async fn alone(url: &str) -> Result<Pool> {
    #[cfg(feature = "sqlite")]
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        make_private(path).map_err(|e| StoreError::Unavailable(Box::new(e)))?;
        let connect = sqlite_options(path)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Delete)
            .busy_timeout(Duration::from_secs(1));
        let one = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).idle_timeout(None);
        return Ok(Pool::Sqlite(one.acquire_timeout(ACQUIRE_TIMEOUT).connect_with(connect).await?));
    }
    #[cfg(feature = "postgres")]
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let connect: sqlx::postgres::PgConnectOptions = url.parse()?;
        let one = sqlx::postgres::PgPoolOptions::new().max_connections(1);
        let connect = connect.application_name("vouch restore");
        return Ok(Pool::Postgres(
            one.acquire_timeout(ACQUIRE_TIMEOUT).connect_with(connect).await?,
        ));
    }
    Err(vouch_domain::Invalid::new("/database_url", EXPECTED, "another address").into())
}

/// The migrations of PostgreSQL (`shared`) or SQLite.
pub(super) fn migrations(shared: bool) -> &'static Migrator {
    #[cfg(feature = "sqlite")]
    if !shared {
        return &SQLITE;
    }
    #[cfg(feature = "postgres")]
    if shared {
        return &POSTGRES;
    }
    unreachable!("a connection is of an engine of this build")
}

/// Runs the migrations up to one, or all of them.
pub(super) async fn migrate(conn: &mut Conn, to: Option<i64>) -> Result<()> {
    let migrations = migrations(conn.is_shared());
    let done = match conn {
        #[cfg(feature = "sqlite")]
        Conn::SqliteRead(c) => migrations.run_direct(to, &mut **c, false).await,
        #[cfg(feature = "sqlite")]
        Conn::SqliteWrite(c) => migrations.run_direct(to, &mut **c, false).await,
        #[cfg(feature = "postgres")]
        Conn::PostgresRead(c) => migrations.run_direct(to, &mut **c, false).await,
        #[cfg(feature = "postgres")]
        Conn::PostgresWrite(c) => migrations.run_direct(to, &mut **c, false).await,
    };
    done.map_err(unavailable)
}

/// The migrations that ran, where there is the table that says so (`found`); reading makes none.
async fn applied<C: Migrate>(found: bool, conn: &mut C) -> Result<Vec<AppliedMigration>> {
    if !found {
        return Ok(vec![]);
    }
    conn.list_applied_migrations(TABLE).await.map_err(unavailable)
}

/// Refuses tables of a newer program, and, where they may not be changed, those that are behind.
fn check(migrations: &Migrator, applied: &[AppliedMigration], migrate: bool) -> Result<()> {
    if let Some(newer) = applied.iter().find(|a| !migrations.version_exists(a.version)) {
        let version = newer.version;
        return Err(StoreError::Newer(format!(
            "the database was made by a newer Vouch: its migration {version} is unknown here"
        )));
    }
    let done = |version| applied.iter().any(|a| a.version == version);
    match migrations.iter().find(|m| !migrate && !done(m.version)) {
        None => Ok(()),
        Some(first) => Err(StoreError::Behind(format!(
            "the database is behind this program: migration {} ({}) is pending",
            first.version, first.description
        ))),
    }
}

/// Makes the file, where it is not there, for its owner alone; SQLite gives the files that it
/// makes beside it the same mode.
#[cfg(feature = "sqlite")]
fn make_private(path: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new();
    file.create(true).truncate(false).write(true).mode(0o600).open(path).map(drop)
}

/// Where sqlx keeps which migrations have run.
const TABLE: &str = "_sqlx_migrations";

fn unavailable(error: MigrateError) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}
