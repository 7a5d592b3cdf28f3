//! Parquet of named columns, written in row groups.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{
    Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type, ZstdLevel,
};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type as SchemaType, TypePtr};

/// The most rows, and about the most bytes, of a row group: it is in memory until it is full.
const GROUP_ROWS: usize = 10_000;
const GROUP_BYTES: usize = 16 << 20;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A text of JSON.
    Json,
    /// A whole number.
    Int,
    /// A number.
    Real,
    /// A moment: microseconds since 1970 UTC.
    Time,
}

/// The value of a column; `Int` also holds times.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Cell {
    Text(String),
    Int(i64),
    Real(f64),
}

/// A Parquet file that is being written.
pub struct ParquetTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<(String, Kind)>,
    rows: Vec<Vec<Option<Cell>>>,
    bytes: usize,
}

impl<W: Write + Send> ParquetTable<W> {
    /// A file of no rows yet.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(out: W, columns: Vec<(String, Kind)>) -> Result<Self, ParquetError> {
        let writer = SerializedFileWriter::new(out, schema(&columns)?, properties()?)?;
        Ok(Self { writer, columns, rows: Vec::new(), bytes: 0 })
    }

    /// Adds a row: a cell for each column.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, row: Vec<Option<Cell>>) -> Result<(), ParquetError> {
        let size = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
        self.bytes += row.iter().flatten().map(|cell| 32 + size(cell)).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.write_group()?;
        }
        Ok(())
    }

    /// Where it is written to.
    pub fn inner(&mut self) -> &mut W {
        self.writer.inner_mut()
    }

    /// Writes what is left and the footer; gives back where it was written to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(mut self) -> Result<W, ParquetError> {
        self.write_group()?;
        self.writer.into_inner()
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let mut group = self.writer.next_row_group()?;
        for (i, (_, kind)) in self.columns.iter().enumerate() {
            let Some(mut out) = group.next_column()? else { break };
            let cells = rows.iter().map(|row| row.get(i).and_then(Option::as_ref));
            let levels: Vec<i16> = cells.clone().map(|cell| i16::from(cell.is_some())).collect();
            let cells = cells.flatten();
            match physical(*kind) {
                Type::INT64 => {
                    let values: Vec<i64> = cells.map(int).collect();
                    out.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
                Type::DOUBLE => {
                    let values: Vec<f64> = cells.map(real).collect();
                    out.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
                }
                _ => {
                    let values: Vec<ByteArray> = cells.map(text).collect();
                    out.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
                }
            }
            out.close()?;
        }
        group.close()?;
        Ok(())
    }
}

fn int(cell: &Cell) -> i64 {
    if let Cell::Int(n) = cell { *n } else { 0 }
}

fn real(cell: &Cell) -> f64 {
    match cell {
        Cell::Real(n) => *n,
        #[expect(clippy::cast_precision_loss, reason = "a column of numbers holds what fits")]
        Cell::Int(n) => *n as f64,
        Cell::Text(_) => 0.0,
    }
}

fn text(cell: &Cell) -> ByteArray {
    if let Cell::Text(text) = cell { text.as_str().into() } else { "".into() }
}

const fn physical(kind: Kind) -> Type {
    match kind {
        Kind::Text | Kind::Json => Type::BYTE_ARRAY,
        Kind::Int | Kind::Time => Type::INT64,
        Kind::Real => Type::DOUBLE,
    }
}

fn schema(columns: &[(String, Kind)]) -> Result<TypePtr, ParquetError> {
    let field = |(name, kind): &(String, Kind)| {
        let logical = match kind {
            Kind::Text => Some(LogicalType::String),
            Kind::Json => Some(LogicalType::Json),
            Kind::Time => Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
            Kind::Int | Kind::Real => None,
        };
        let field = SchemaType::primitive_type_builder(name, physical(*kind))
            .with_repetition(Repetition::OPTIONAL)
            .with_converted_type(ConvertedType::NONE)
            .with_logical_type(logical);
        field.build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    SchemaType::group_type_builder("row").with_fields(fields).build().map(Arc::new)
}

fn properties() -> Result<WriterPropertiesPtr, ParquetError> {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(3)?);
    let properties = WriterProperties::builder()
        .set_compression(zstd)
        .set_created_by(format!("vouch {}", env!("CARGO_PKG_VERSION")))
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    Ok(Arc::new(properties.build()))
}
