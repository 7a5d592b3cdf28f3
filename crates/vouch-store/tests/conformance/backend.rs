//! A fresh database of either engine for each test.

use std::sync::Arc;

use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::task::JoinSet;
use vouch_domain::id::TaskId;
use vouch_store::{SqlStore, Store, StoreOptions};

use crate::world::World;

/// The variable with the URL of a PostgreSQL server.
const SERVER: &str = "VOUCH_TEST_POSTGRES_URL";

/// A database that is gone after the test.
pub(crate) struct Backend {
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
    database: Option<(String, String)>,
}

impl Backend {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vouch.db").display());
        Self { url, _folder: Some(folder), database: None }
    }

    /// `None`, and a word on it, where there is no server.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(SERVER) else {
            println!("skipped: {SERVER} is not set");
            return None;
        };
        let name = format!("vouch_test_{}_{}", std::process::id(), unique());
        admin(&server, &format!("CREATE DATABASE {name}")).await;
        let (start, parameters) = server.split_once('?').unwrap_or((&server, ""));
        let start =
            match start.find("://").and_then(|i| start[i + 3..].find('/').map(|j| i + 3 + j)) {
                Some(slash) => &start[..slash],
                None => start,
            };
        let url = format!("{start}/{name}?{parameters}");
        Some(Self { url, _folder: None, database: Some((server, name)) })
    }

    pub(crate) async fn open(&self) -> SqlStore {
        SqlStore::open(&StoreOptions::new(&self.url)).await.unwrap()
    }

    /// A store that does nothing in the background.
    pub(crate) async fn open_still(&self) -> SqlStore {
        let options = StoreOptions { background: false, ..StoreOptions::new(&self.url) };
        SqlStore::open(&options).await.unwrap()
    }

    /// Runs a statement past the store.
    pub(crate) async fn run_sql(&self, statement: &'static str) {
        if self.database.is_some() {
            return admin(&self.url, statement).await;
        }
        let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut conn).await.unwrap();
    }

    /// The places in the line of a review queue, past the store.
    pub(crate) async fn places(&self, queue: &str) -> Vec<(TaskId, i64)> {
        let places = "SELECT task, turn FROM task_line WHERE queue = $1";
        let rows: Vec<(String, i64)> = if self.database.is_some() {
            let mut conn = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_as(places).bind(queue).fetch_all(&mut conn).await.unwrap()
        } else {
            let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query_as(places).bind(queue).fetch_all(&mut conn).await.unwrap()
        };
        rows.into_iter().map(|(task, turn)| (task.parse().unwrap(), turn)).collect()
    }

    /// Removes the database, where that is not done by itself.
    pub(crate) async fn remove(&self) {
        if let Some((server, name)) = &self.database {
            admin(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }

    /// Runs a test and removes the database, whatever came of it.
    pub(crate) async fn run<F: Future<Output = ()> + Send + 'static>(
        self,
        test: impl FnOnce(World) -> F,
    ) {
        let backend = Arc::new(self);
        let store = Arc::new(backend.open().await);
        let world = World::new(Arc::clone(&backend), Arc::clone(&store)).await;
        let mut tasks = JoinSet::new();
        tasks.spawn(test(world));
        let result = tasks.join_next().await.unwrap();
        store.close().await;
        backend.remove().await;
        if let Err(failed) = result {
            std::panic::resume_unwind(failed.into_panic());
        }
    }
}

fn unique() -> usize {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

async fn admin(server: &str, statement: &str) {
    let mut conn = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut conn).await.unwrap();
}

/// Makes a test of each function, for both engines.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    $crate::backend::Backend::sqlite().run(super::$name).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if let Some(backend) = $crate::backend::Backend::postgres().await {
                        backend.run(super::$name).await;
                    }
                }
            )*
        }
    };
}
pub(crate) use on_both;
