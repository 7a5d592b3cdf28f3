//! Which tables there are, their columns, and which refer to which.

use sqlx::migrate::Migrator;

use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::statement::{Sql, sql};
use crate::sql::value::Kind;
use crate::{Result, Table};

/// Made anew from the logs: their words, how far these were read, and what is left to read.
pub(super) const WORDS: [&str; 5] =
    ["log_search", "search_progress", "search_todo", "search_changes", "search_source"];
/// What only SQLite has: it is made anew.
const OWN: (&str, &str) = ("logs", "seq");

/// A table of the database.
pub(super) struct Found {
    pub(super) table: Table,
    pub(super) kinds: Vec<Kind>,
    refers_to: Vec<String>,
}

/// Our tables that are there, those that others refer to first. A database may also hold tables
/// of somebody else, so the migrations say which are ours.
pub(super) async fn tables(conn: &mut Conn, migrations: &Migrator) -> Result<Vec<Found>> {
    let mut waiting = Vec::new();
    for name in names(migrations) {
        if let Some(found) = found(conn, &name).await? {
            waiting.push(found);
        }
    }
    let mut sorted: Vec<Found> = Vec::new();
    while !waiting.is_empty() {
        let free = waiting.iter().position(|found| {
            let there = |name: &String| sorted.iter().any(|s: &Found| s.table.name == *name);
            found.refers_to.iter().all(|name| *name == found.table.name || there(name))
        });
        let free =
            free.ok_or_else(|| corrupt("schema", "tables refer to each other in a circle"))?;
        sorted.push(waiting.remove(free));
    }
    Ok(sorted)
}

/// The names of all tables that the migrations make, but for what belongs to the index of words.
pub(super) fn names(migrations: &Migrator) -> Vec<String> {
    let mut names: Vec<String> = migrations
        .iter()
        .flat_map(|migration| migration.sql.as_str().lines())
        .filter_map(|line| line.trim_start().strip_prefix("CREATE TABLE "))
        .filter_map(|rest| rest.split([' ', '(']).next())
        .filter(|name| !WORDS.contains(name))
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

async fn found(conn: &mut Conn, name: &str) -> Result<Option<Found>> {
    let columns = columns(conn, name).all::<(String, String)>(conn).await?;
    if columns.is_empty() {
        return Ok(None);
    }
    let refers_to = references(conn, name).all::<(String,)>(conn).await?;
    let (mut names, mut kinds) = (Vec::new(), Vec::new());
    for (column, sql_type) in columns.into_iter().filter(|(c, _)| (name, c.as_str()) != OWN) {
        kinds.push(match sql_type.to_ascii_uppercase().as_str() {
            "TEXT" => Kind::Text,
            "INTEGER" | "BIGINT" => Kind::Int,
            "REAL" | "DOUBLE PRECISION" => Kind::Real,
            "BLOB" | "BYTEA" => Kind::Blob,
            other => return Err(corrupt("schema", format!("{name}.{column} is {other}"))),
        });
        names.push(column);
    }
    Ok(Some(Found {
        table: Table { name: name.to_owned(), columns: names },
        kinds,
        refers_to: refers_to.into_iter().map(|(other,)| other).collect(),
    }))
}

/// Name and type of each column that is not computed.
fn columns(conn: &Conn, table: &str) -> Sql {
    if conn.is_shared() {
        return sql("SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) \
                    FROM information_schema.columns WHERE table_schema = current_schema() \
                    AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position")
        .bind(table);
    }
    sql("SELECT name, type FROM pragma_table_xinfo($1) WHERE hidden = 0 ORDER BY cid").bind(table)
}

/// The tables that a table's foreign keys name.
fn references(conn: &Conn, table: &str) -> Sql {
    if conn.is_shared() {
        return sql("SELECT DISTINCT CAST(other.relname AS TEXT) FROM pg_constraint c \
                    JOIN pg_class own ON own.oid = c.conrelid \
                    JOIN pg_class other ON other.oid = c.confrelid \
                    WHERE c.contype = 'f' AND own.relname = $1 \
                    AND own.relnamespace = CAST(current_schema() AS REGNAMESPACE)")
        .bind(table);
    }
    sql("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1)").bind(table)
}
