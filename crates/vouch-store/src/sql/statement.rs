//! A statement with its parameters, for either engine.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, FromRow};

use super::conn::{Conn, on_conn};
use super::value::{Value, arguments};
use crate::Result;

/// What can be read from a row of either engine.
#[cfg(all(feature = "sqlite", feature = "postgres"))]
pub(crate) trait Row:
    for<'r> FromRow<'r, sqlx::sqlite::SqliteRow>
    + for<'r> FromRow<'r, sqlx::postgres::PgRow>
    + Send
    + Unpin
{
}
#[cfg(all(feature = "sqlite", feature = "postgres"))]
impl<T> Row for T where
    T: for<'r> FromRow<'r, sqlx::sqlite::SqliteRow>
        + for<'r> FromRow<'r, sqlx::postgres::PgRow>
        + Send
        + Unpin
{
}

/// What can be read from a row of SQLite.
#[cfg(all(feature = "sqlite", not(feature = "postgres")))]
pub(crate) trait Row: for<'r> FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin {}
#[cfg(all(feature = "sqlite", not(feature = "postgres")))]
impl<T> Row for T where T: for<'r> FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin {}

/// What can be read from a row of PostgreSQL.
#[cfg(all(not(feature = "sqlite"), feature = "postgres"))]
pub(crate) trait Row: for<'r> FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin {}
#[cfg(all(not(feature = "sqlite"), feature = "postgres"))]
impl<T> Row for T where T: for<'r> FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin {}

/// A statement. Its text is ours; what comes from outside is bound.
pub(crate) struct Sql {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement with the parameters `$1`, `$2`, ... to be bound in this order.
pub(crate) fn sql(text: &'static str) -> Sql {
    Sql { text: text.into(), values: Vec::new() }
}

impl Sql {
    /// A statement whose text and values were put together by [`super::rows`].
    pub(crate) fn assembled(text: String, values: Vec<Value>) -> Self {
        Self { text: text.into(), values }
    }

    /// One statement of several, whose parameters are all `?`; none of none.
    #[cfg(feature = "sqlite")]
    pub(crate) fn joined(all: Vec<Self>) -> Vec<Self> {
        let join = |mut first: Self, next: Self| {
            first.text = format!("{}; {}", first.text, next.text).into();
            first.values.extend(next.values);
            first
        };
        all.into_iter().reduce(join).into_iter().collect()
    }

    /// Gives the next parameter its value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds to the text.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds a parameter to the text.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let placeholder = format!("${}", self.values.len());
        self.text.to_mut().push_str(&placeholder);
        self
    }

    /// All rows.
    pub(crate) async fn all<T: Row>(self, conn: &mut Conn) -> Result<Vec<T>> {
        let text = AssertSqlSafe(self.text);
        Ok(on_conn!(conn, c: DB => {
            let arguments = arguments::<DB>(self.values)?;
            sqlx::query_as_with::<DB, T, _>(text, arguments).fetch_all(&mut **c).await?
        }))
    }

    /// The first row.
    pub(crate) async fn one<T: Row>(self, conn: &mut Conn) -> Result<Option<T>> {
        let text = AssertSqlSafe(self.text);
        Ok(on_conn!(conn, c: DB => {
            let arguments = arguments::<DB>(self.values)?;
            sqlx::query_as_with::<DB, T, _>(text, arguments).fetch_optional(&mut **c).await?
        }))
    }

    /// Runs it; returns how many rows it changed.
    pub(crate) async fn run(self, conn: &mut Conn) -> Result<u64> {
        let text = AssertSqlSafe(self.text);
        Ok(on_conn!(conn, c: DB => {
            let arguments = arguments::<DB>(self.values)?;
            sqlx::query_with::<DB, _>(text, arguments).execute(&mut **c).await?.rows_affected()
        }))
    }
}
