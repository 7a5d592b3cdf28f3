//! A fresh database for each test: a SQLite file, or a PostgreSQL database of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use vouch_store::{SqlStore, Store, StoreOptions};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// A file in a temporary folder.
    #[default]
    Sqlite,
    /// A new database on the server of `VOUCH_TEST_POSTGRES_URL`.
    Postgres,
}

/// Names a PostgreSQL server on which databases may be made.
const POSTGRES_URL: &str = "VOUCH_TEST_POSTGRES_URL";

impl Engine {
    /// The engines that can be tested here: PostgreSQL only where a server is named.
    pub fn available() -> Vec<Self> {
        let postgres = std::env::var_os(POSTGRES_URL).map(|_| Self::Postgres);
        std::iter::once(Self::Sqlite).chain(postgres).collect()
    }
}

/// A database that goes with its test.
pub struct Database {
    /// What is over it.
    pub store: Arc<dyn Store>,
    /// How to open it again.
    pub url: String,
    _folder: Option<TempDir>,
}

impl Database {
    /// A new, empty database with its tables.
    ///
    /// # Panics
    /// When there is none to be had.
    pub async fn fresh(engine: Engine) -> Self {
        let (url, folder) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                (format!("sqlite:{}", folder.path().join("vouch.db").display()), Some(folder))
            }
            Engine::Postgres => (postgres().await, None),
        };
        let options = StoreOptions { readers: 2, ..StoreOptions::new(url.clone()) };
        let store = SqlStore::open(&options).await.expect("the database opens");
        Self { store: Arc::new(store), url, _folder: folder }
    }
}

/// Counts the databases of this process.
static NTH: AtomicU64 = AtomicU64::new(0);

/// Makes a database; it is left behind, on a server that is there for tests.
async fn postgres() -> String {
    let server = std::env::var(POSTGRES_URL).expect("VOUCH_TEST_POSTGRES_URL names a server");
    let mut connection = PgConnection::connect(&server).await.expect("the server answers");
    let nth = NTH.fetch_add(1, Ordering::SeqCst);
    let name = format!("vouch_test_{}_{nth}", std::process::id());
    for statement in [format!("drop database if exists {name}"), format!("create database {name}")] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.expect("a database");
    }
    let (base, _) = server.rsplit_once('/').expect("a URL with a database's name");
    format!("{base}/{name}")
}
