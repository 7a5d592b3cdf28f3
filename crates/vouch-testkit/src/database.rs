//! A fresh database for each test: a SQLite file, or a PostgreSQL database of its own.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use vouch_store::{SqlStore, Store, StoreOptions};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in a temporary folder.
    Sqlite,
    /// A new database on the server of `VOUCH_TEST_POSTGRES_URL`.
    Postgres,
}

/// Names a PostgreSQL server on which databases may be made.
const POSTGRES_URL: &str = "VOUCH_TEST_POSTGRES_URL";

/// SQLite, unless `VOUCH_TEST_ENGINE=postgres` asks for a whole run on the other.
impl Default for Engine {
    fn default() -> Self {
        let asked = std::env::var("VOUCH_TEST_ENGINE").ok();
        if asked.as_deref() == Some("postgres") { Self::Postgres } else { Self::Sqlite }
    }
}

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
    _place: Place,
}

/// What is removed with the test.
enum Place {
    Folder(#[expect(dead_code, reason = "removes itself")] TempDir),
    OnServer { server: String, name: String },
}

impl Database {
    /// A new, empty database with its tables.
    ///
    /// # Panics
    /// When there is none to be had.
    pub async fn fresh(engine: Engine) -> Self {
        let (url, place) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let url = format!("sqlite:{}", folder.path().join("vouch.db").display());
                (url, Place::Folder(folder))
            }
            Engine::Postgres => on_server(),
        };
        let options = StoreOptions { readers: 2, ..StoreOptions::new(url) };
        let store = SqlStore::open(&options).await.expect("the database opens");
        Self { store: Arc::new(store), _place: place }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::OnServer { server, name } = self {
            // What stays behind is the test server's affair.
            psql(server, &format!("drop database if exists {name} with (force)")).ok();
        }
    }
}

/// Makes a database on the server, and its URL.
fn on_server() -> (String, Place) {
    /// Counts the databases of this process.
    static NTH: AtomicU64 = AtomicU64::new(0);
    let server = std::env::var(POSTGRES_URL).expect("VOUCH_TEST_POSTGRES_URL names a server");
    let nth = NTH.fetch_add(1, Ordering::SeqCst);
    let name = format!("vouch_http_{}_{nth}", std::process::id());
    psql(&server, &format!("create database {name}")).expect("a database");
    let (address, parameters) = server.split_once('?').unwrap_or((&server, ""));
    let (address, _) = address.rsplit_once('/').expect("a URL with a database's name");
    let url = format!("{address}/{name}?{parameters}");
    (url, Place::OnServer { server, name })
}

/// The client of PostgreSQL, because SQL drivers belong to the store.
fn psql(server: &str, statement: &str) -> Result<(), String> {
    let output = Command::new("psql").args([server, "-qc", statement]).output();
    let output = output.map_err(|e| e.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}
