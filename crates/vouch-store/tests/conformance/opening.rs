//! Opening a database: which tables are taken, and what is left alone.

use vouch_store::{SqlStore, StoreError, StoreOptions};

use crate::backend::on_both;
use crate::world::World;

on_both!(tables_that_are_behind_are_refused_and_left_alone, tables_of_a_newer_program_are_refused,);

async fn open(w: &World, migrate: bool) -> Result<SqlStore, StoreError> {
    SqlStore::open(&StoreOptions { migrate, ..StoreOptions::new(&w.backend.url) }).await
}

async fn tables_that_are_behind_are_refused_and_left_alone(w: World) {
    use vouch_store::Store;
    open(&w, false).await.unwrap().close().await;
    w.backend.run_sql("DROP TABLE _sqlx_migrations").await;
    let refused = open(&w, false).await.err();
    assert!(matches!(refused, Some(StoreError::Behind(_))), "{refused:?}");
    // Had the table been made, this would fail.
    w.backend.run_sql("CREATE TABLE _sqlx_migrations (version BIGINT)").await;
}

async fn tables_of_a_newer_program_are_refused(w: World) {
    w.backend
        .run_sql(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations LIMIT 1",
        )
        .await;
    for migrate in [true, false] {
        let refused = open(&w, migrate).await.err();
        let Some(StoreError::Newer(text)) = refused else { panic!("{refused:?}") };
        assert!(text.contains("migration 9999"), "{text}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_opened_says_which_kind() {
    for odd in ["mysql://x", "host=db password=secret", "sqlite:", "sqlite::memory:"] {
        let refused = SqlStore::open(&StoreOptions::new(odd)).await.err();
        assert!(matches!(refused, Some(StoreError::Invalid(_))), "{odd}: {refused:?}");
        assert!(!format!("{refused:?}").contains("secret"));
    }
    let gone = SqlStore::open(&StoreOptions::new("postgres://nobody@127.0.0.1:1/x")).await.err();
    assert!(matches!(gone, Some(StoreError::Unavailable(_))), "{gone:?}");
}

#[tokio::test]
async fn a_sqlite_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions::new(format!("sqlite:{}/vouch.db", folder.path().display()));
    let behind = SqlStore::open(&StoreOptions { migrate: false, ..options.clone() }).await.err();
    assert!(matches!(behind, Some(StoreError::Behind(_))), "{behind:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let store = SqlStore::open(&options).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    let mut names: Vec<_> =
        files.iter().map(|file| file.file_name().into_string().unwrap()).collect();
    names.sort();
    let words = ["vouch.db-words", "vouch.db-words-shm", "vouch.db-words-wal"];
    assert_eq!(names, [&["vouch.db", "vouch.db-shm", "vouch.db-wal"][..], &words[..]].concat());
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
    drop(store);
}
