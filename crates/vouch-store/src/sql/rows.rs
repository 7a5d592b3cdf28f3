//! Many rows in one statement: to insert, to look up by, to delete by.
//!
//! A statement sees the rows as the table `k`. SQLite gets them as `VALUES`, filled up with empty
//! rows to a power of two so that a few prepared statements serve all lengths; PostgreSQL gets
//! one array for each column. The first column is never null.

use super::conn::Conn;
use super::statement::{Row, Sql};
#[cfg(feature = "postgres")]
use super::value::Array;
use super::value::{Kind, Value};
use crate::Result;

/// The most rows in one statement for SQLite.
const BLOCK: usize = 256;

/// Rows of the same columns.
pub(crate) struct Rows {
    columns: &'static [(&'static str, Kind)],
    values: Vec<Value>,
}

/// Statements that write and run one after the other. SQLite gets them as one text: each message to
/// the thread that has its connection costs more than most statements do.
#[derive(Default)]
pub(crate) struct Script(Vec<Sql>);

impl Script {
    /// Runs them.
    pub(crate) async fn run(self, conn: &mut Conn) -> Result<()> {
        let statements = match conn {
            #[cfg(feature = "sqlite")]
            Conn::SqliteRead(_) | Conn::SqliteWrite(_) => Sql::joined(self.0),
            #[cfg(feature = "postgres")]
            Conn::PostgresRead(_) | Conn::PostgresWrite(_) => self.0,
        };
        for statement in statements {
            statement.run(conn).await?;
        }
        Ok(())
    }
}

impl Rows {
    /// No rows yet, of these columns.
    pub(crate) fn new(columns: &'static [(&'static str, Kind)]) -> Self {
        Self { columns, values: Vec::new() }
    }

    /// Adds a row; one value for each column.
    pub(crate) fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.values.extend(row);
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len() / self.columns.len()
    }

    /// Inserts the rows into a table with columns of the same names. `conflict` is an
    /// `ON CONFLICT` clause or empty.
    pub(crate) async fn insert(
        self,
        conn: &mut Conn,
        table: &'static str,
        conflict: &'static str,
    ) -> Result<()> {
        let body = self.insert_body(table, conflict);
        self.run(conn, &body).await.map(|_| ())
    }

    fn insert_body(&self, table: &str, conflict: &str) -> String {
        let names = self.names();
        format!("INSERT INTO {table} ({names}) SELECT {names} FROM k WHERE true {conflict}")
    }

    /// Runs a statement that reads the table `k`; returns how many rows it changed.
    pub(crate) async fn run(self, conn: &mut Conn, body: &str) -> Result<u64> {
        let mut changed = 0;
        for statement in self.statements(conn, body) {
            changed += statement.run(conn).await?;
        }
        Ok(changed)
    }

    /// Leaves a statement that reads the table `k` to a script.
    pub(crate) fn later(self, conn: &Conn, body: &str, script: &mut Script) {
        script.0.extend(self.statements(conn, body));
    }

    /// Leaves an insert to a script, see [`Self::insert`].
    pub(crate) fn insert_later(
        self,
        conn: &Conn,
        (table, conflict): (&'static str, &'static str),
        script: &mut Script,
    ) {
        let body = self.insert_body(table, conflict);
        self.later(conn, &body, script);
    }

    /// All rows of a statement that reads the table `k`.
    pub(crate) async fn all<T: Row>(self, conn: &mut Conn, body: &str) -> Result<Vec<T>> {
        let mut all = Vec::new();
        for statement in self.statements(conn, body) {
            all.append(&mut statement.all(conn).await?);
        }
        Ok(all)
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn statements(self, conn: &Conn, body: &str) -> Vec<Sql> {
        if self.values.is_empty() {
            return Vec::new();
        }
        match conn {
            #[cfg(feature = "sqlite")]
            Conn::SqliteRead(_) | Conn::SqliteWrite(_) => self.blocks(body),
            #[cfg(feature = "postgres")]
            Conn::PostgresRead(_) | Conn::PostgresWrite(_) => vec![self.arrays(body)],
        }
    }

    #[cfg(feature = "sqlite")]
    fn blocks(self, body: &str) -> Vec<Sql> {
        let (names, width) = (self.names(), self.columns.len());
        let row = format!("({})", vec!["?"; width].join(","));
        let mut left = self.len();
        let mut values = self.values.into_iter();
        let mut statements = Vec::new();
        while left > 0 {
            let rows = left.min(BLOCK);
            let padded = rows.next_power_of_two();
            let table = vec![row.as_str(); padded].join(",");
            let text = format!(
                "WITH k ({names}) AS (SELECT * FROM (VALUES {table}) WHERE column1 IS NOT NULL) {body}"
            );
            let mut block: Vec<_> = values.by_ref().take(rows * width).collect();
            block.resize(padded * width, Value::Int(None));
            statements.push(Sql::assembled(text, block));
            left -= rows;
        }
        statements
    }

    #[cfg(feature = "postgres")]
    fn arrays(self, body: &str) -> Sql {
        let (names, width, len) = (self.names(), self.columns.len(), self.len());
        let mut arrays: Vec<Array> =
            self.columns.iter().map(|(_, kind)| Array::new(*kind, len)).collect();
        for (i, value) in self.values.into_iter().enumerate() {
            arrays[i % width].push(value);
        }
        let mut text = format!("WITH k ({names}) AS (SELECT * FROM UNNEST(");
        for (i, (_, kind)) in self.columns.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            let sql_type = match kind {
                Kind::Text => "TEXT",
                Kind::Int => "BIGINT",
                Kind::Real => "DOUBLE PRECISION",
                Kind::Blob => "BYTEA",
            };
            text.extend([comma, "$", &(i + 1).to_string(), "::", sql_type, "[]"]);
        }
        text.push_str(")) ");
        text.push_str(body);
        Sql::assembled(text, arrays.into_iter().map(Value::Array).collect())
    }
}
