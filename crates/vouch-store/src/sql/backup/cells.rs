//! A row of any table, from either engine.

use sqlx::{Column, FromRow, Row, TypeInfo, ValueRef};

use crate::Cell;

/// The values of a row.
pub(super) struct Cells(pub(super) Vec<Cell>);

macro_rules! from_row {
    ($row:ty) => {
        impl FromRow<'_, $row> for Cells {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                let cell = |i| {
                    let value = row.try_get_raw(i)?;
                    if value.is_null() {
                        return Ok(Cell::Null);
                    }
                    match value.type_info().name() {
                        "TEXT" => row.try_get(i).map(Cell::Text),
                        "INTEGER" | "INT8" => row.try_get(i).map(Cell::Int),
                        "REAL" | "FLOAT8" => row.try_get(i).map(Cell::Real),
                        "BLOB" | "BYTEA" => row.try_get(i).map(Cell::Blob),
                        other => {
                            let source = format!("a value of the type {other}").into();
                            let index = row.column(i).name().to_owned();
                            Err(sqlx::Error::ColumnDecode { index, source })
                        }
                    }
                };
                (0..row.len()).map(cell).collect::<Result<_, _>>().map(Self)
            }
        }
    };
}

#[cfg(feature = "sqlite")]
from_row!(sqlx::sqlite::SqliteRow);
#[cfg(feature = "postgres")]
from_row!(sqlx::postgres::PgRow);
