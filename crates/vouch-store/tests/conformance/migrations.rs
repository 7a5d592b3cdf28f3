//! Tables of every earlier version of the program, with data in them, are brought up to date.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::{Connection, SqliteConnection};
use vouch_domain::origins::AllowedOrigins;
use vouch_store::{AuditStore, BackupStore, OriginStore, Piece, Store, Table};

use crate::backend::{Backend, on_both};
use crate::origins::only;
use crate::transfer::{dump, fill, load, whole};
use crate::world::World;

on_both!(tables_of_every_earlier_version_are_brought_up_to_date,);

/// The columns of each table.
type Columns = HashMap<String, Vec<String>>;

async fn tables_of_every_earlier_version_are_brought_up_to_date(w: World) {
    let first = fill(&w).await;
    let origins = only(&["https://app.example.com"]);
    let audit = w.audit("origins.put", "x");
    w.store.put_allowed_origins(w.project, origins.clone(), audit).await.unwrap();
    let newest = w.store.schema().await.unwrap();
    let pieces = dump(&w.store).await;
    assert!(newest > 1);
    for version in 1..newest {
        let Some(target) = beside(&w).await else { return };
        let then = as_of(&columns(version).await, &pieces);
        load(&target.url, version, then).await.unwrap();
        let there = w.in_store(Arc::new(target.open().await));
        assert_eq!(there.store.schema().await.unwrap(), newest);
        assert_eq!(whole(&there, 200).await, whole(&w, 200).await, "from version {version}");
        assert_eq!(there.find("thumbs:up").await[0].id, first);
        let entries = there.store.audit_after(w.project, 0, 10).await.unwrap();
        let start = (0, vouch_domain::audit::GENESIS.to_owned());
        vouch_domain::audit::verify(w.project, start, &entries).unwrap();
        let kept = if version < 5 { AllowedOrigins::default() } else { origins.clone() };
        assert_eq!(there.store.allowed_origins(w.project).await.unwrap(), kept);
        there.insert(&there.log()).await;
        there.store.close().await;
        target.remove().await;
    }
}

/// Another database of the same engine.
async fn beside(w: &World) -> Option<Backend> {
    if w.backend.url.starts_with("sqlite") {
        Some(Backend::sqlite())
    } else {
        Backend::postgres().await
    }
}

/// What there was after the first so many migrations. Both engines have the same columns.
async fn columns(version: i64) -> Columns {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let migrator = Migrator::new(folder).await.unwrap();
    let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    for migration in migrator.iter().filter(|migration| migration.version <= version) {
        sqlx::raw_sql(migration.sql.clone()).execute(&mut conn).await.unwrap();
    }
    let names = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_xinfo(m.name) c \
                 WHERE m.type = 'table' AND c.hidden = 0";
    let mut columns = Columns::new();
    for (table, column) in sqlx::query_as(names).fetch_all(&mut conn).await.unwrap() {
        columns.entry(table).or_default().push(column);
    }
    columns
}

/// The pieces without what was not there yet.
fn as_of(columns: &Columns, pieces: &[Piece]) -> Vec<Piece> {
    let mut kept: Option<Vec<usize>> = None;
    let mut then = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Table(table) => {
                kept = columns.get(&table.name).map(|known| {
                    let there = |i: &usize| known.contains(&table.columns[*i]);
                    (0..table.columns.len()).filter(there).collect()
                });
                if let Some(kept) = &kept {
                    let columns = kept.iter().map(|i| table.columns[*i].clone()).collect();
                    then.push(Piece::Table(Table { name: table.name.clone(), columns }));
                }
            }
            Piece::Rows(rows) => {
                if let Some(kept) = &kept {
                    let cut = rows.iter().map(|row| kept.iter().map(|i| row[*i].clone()).collect());
                    then.push(Piece::Rows(cut.collect()));
                }
            }
            Piece::End => then.push(Piece::End),
        }
    }
    then
}
