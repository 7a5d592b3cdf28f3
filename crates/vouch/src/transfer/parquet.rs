//! Parquet: the columns written in row groups, and read some rows at a time.
//!
//! The column API of the `parquet` crate is used, without Arrow: it compiles in a fraction of the
//! time, and our rows are flat.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use parquet::basic::{
    Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type, ZstdLevel,
};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type as SchemaType, TypePtr};
use vouch_store::WholeLog;

use super::columns::{COLUMNS, Cell, Column, Kind, flatten, named};
use super::write::Sink;

/// The most rows, and about the most bytes, of a row group: it is kept in memory until it is
/// full.
const GROUP_ROWS: usize = 10_000;
const GROUP_BYTES: usize = 32 << 20;

/// Where the footer says which log is the last of the file.
const LAST: &str = "vouch.last_log";

/// Writes a Parquet file.
pub(crate) struct ParquetSink<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    rows: Vec<Vec<Option<Cell>>>,
    bytes: usize,
    last: Option<String>,
}

impl<W: Write + Send> ParquetSink<W> {
    /// A file of no rows yet.
    pub(crate) fn new(out: W) -> anyhow::Result<Self> {
        let writer = SerializedFileWriter::new(out, schema()?, properties()?)?;
        Ok(Self { writer, rows: Vec::new(), bytes: 0, last: None })
    }

    /// Writes what is left and the footer; gives back where it was written to.
    pub(crate) fn close(mut self) -> anyhow::Result<W> {
        self.write_group()?;
        if let Some(last) = self.last.take() {
            self.writer.append_key_value_metadata(KeyValue::new(LAST.to_owned(), last));
        }
        Ok(self.writer.into_inner()?)
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let mut group = self.writer.next_row_group()?;
        for (i, column) in COLUMNS.iter().enumerate() {
            let Some(mut out) = group.next_column()? else { break };
            let cells = rows.iter().map(|row| row.get(i).and_then(Option::as_ref));
            let levels: Vec<i16> = cells.clone().map(|cell| i16::from(cell.is_some())).collect();
            let cells = cells.flatten();
            match physical(column.kind) {
                Type::INT64 => {
                    let values: Vec<i64> = cells.filter_map(int).collect();
                    out.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
                Type::DOUBLE => {
                    let values: Vec<f64> = cells.filter_map(real).collect();
                    out.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
                }
                _ => {
                    let values: Vec<ByteArray> = cells.filter_map(text).collect();
                    out.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
                }
            }
            out.close()?;
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> Sink for ParquetSink<W> {
    fn write(&mut self, whole: &WholeLog) -> anyhow::Result<()> {
        let row = flatten(whole)?;
        let size = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
        self.bytes += row.iter().flatten().map(|cell| 32 + size(cell)).sum::<usize>();
        self.rows.push(row);
        self.last = Some(whole.log.id.to_string());
        if self.rows.len() >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.write_group()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        self.close()?.flush().map_err(Into::into)
    }
}

fn int(cell: &Cell) -> Option<i64> {
    if let Cell::Int(n) = cell { Some(*n) } else { None }
}

fn real(cell: &Cell) -> Option<f64> {
    if let Cell::Real(n) = cell { Some(*n) } else { None }
}

fn text(cell: &Cell) -> Option<ByteArray> {
    if let Cell::Text(text) = cell { Some(text.as_str().into()) } else { None }
}

const fn physical(kind: Kind) -> Type {
    match kind {
        Kind::Text | Kind::Json => Type::BYTE_ARRAY,
        Kind::Int | Kind::Time => Type::INT64,
        Kind::Real => Type::DOUBLE,
    }
}

fn schema() -> Result<TypePtr, ParquetError> {
    let field = |column: &Column| {
        let logical = match column.kind {
            Kind::Text => Some(LogicalType::String),
            Kind::Json => Some(LogicalType::Json),
            Kind::Time => Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
            Kind::Int | Kind::Real => None,
        };
        let field = SchemaType::primitive_type_builder(column.name, physical(column.kind))
            .with_repetition(Repetition::OPTIONAL)
            .with_converted_type(ConvertedType::NONE)
            .with_logical_type(logical);
        field.build().map(Arc::new)
    };
    let fields = COLUMNS.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    SchemaType::group_type_builder("log").with_fields(fields).build().map(Arc::new)
}

fn properties() -> Result<WriterPropertiesPtr, ParquetError> {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(3)?);
    let properties = WriterProperties::builder()
        .set_compression(zstd)
        .set_created_by(format!("vouch {}", env!("CARGO_PKG_VERSION")))
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    Ok(Arc::new(properties.build()))
}

/// The last log of a file of ours; `None` for one without rows.
pub(crate) fn last_log(file: File) -> anyhow::Result<Option<String>> {
    let reader = SerializedFileReader::new(file)?;
    let pairs = reader.metadata().file_metadata().key_value_metadata();
    let last = pairs.into_iter().flatten().find(|pair| pair.key == LAST);
    Ok(last.and_then(|pair| pair.value.clone()))
}

/// Reads the rows of a Parquet file, some at a time.
pub(crate) struct ParquetRows {
    reader: SerializedFileReader<File>,
    /// The columns of the file that we know, by their place.
    columns: Vec<(usize, &'static Column)>,
    group: usize,
    readers: Vec<ColumnReader>,
    /// Rows of the group that are not read yet.
    left: usize,
}

/// The cells of one row.
pub(crate) type Row = Vec<(&'static Column, Cell)>;

impl ParquetRows {
    /// Opens a file.
    ///
    /// # Errors
    /// When it is no Parquet, or one of its columns is none of ours or of another type.
    pub(crate) fn open(file: File) -> anyhow::Result<Self> {
        let reader = SerializedFileReader::new(file)?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let mut columns = Vec::new();
        for (i, found) in schema.columns().iter().enumerate() {
            let name = found.path().string();
            let Some(column) = named(&name) else {
                anyhow::bail!("its column `{name}` is unknown")
            };
            if found.physical_type() != physical(column.kind) || found.max_rep_level() > 0 {
                anyhow::bail!("its column `{name}` is of another type");
            }
            if !column.derived {
                columns.push((i, column));
            }
        }
        Ok(Self { reader, columns, group: 0, readers: Vec::new(), left: 0 })
    }

    /// How many rows the file has.
    pub(crate) fn total(&self) -> u64 {
        u64::try_from(self.reader.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// At most `most` of the next rows; none at the end.
    pub(crate) fn next(&mut self, most: usize) -> anyhow::Result<Vec<Row>> {
        while self.left == 0 {
            if self.group == self.reader.num_row_groups() {
                return Ok(Vec::new());
            }
            let group = self.reader.get_row_group(self.group)?;
            self.left = usize::try_from(group.metadata().num_rows())?;
            let open = |(i, _): &(usize, _)| group.get_column_reader(*i);
            self.readers = self.columns.iter().map(open).collect::<Result<_, _>>()?;
            self.group += 1;
        }
        let count = self.left.min(most);
        let mut rows: Vec<Row> = vec![Vec::new(); count];
        for ((_, column), reader) in self.columns.iter().zip(&mut self.readers) {
            read_column(reader, column, &mut rows)?;
        }
        self.left -= count;
        Ok(rows)
    }
}

/// Adds the column's next cells to the rows.
fn read_column(
    reader: &mut ColumnReader,
    column: &'static Column,
    rows: &mut [Row],
) -> anyhow::Result<()> {
    match reader {
        ColumnReader::Int64ColumnReader(reader) => {
            add(rows, column, values(reader, rows.len())?, |n| Ok(Cell::Int(n)))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            add(rows, column, values(reader, rows.len())?, |n| Ok(Cell::Real(n)))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            let utf8 = |bytes: ByteArray| Ok(Cell::Text(bytes.as_utf8()?.to_owned()));
            add(rows, column, values(reader, rows.len())?, utf8)
        }
        _ => anyhow::bail!("its column `{}` is of another type", column.name),
    }
}

/// The next `count` values, nulls among them.
fn values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    count: usize,
) -> Result<Vec<Option<T::T>>, ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < count {
        let (records, ..) =
            reader.read_records(count - read, Some(&mut levels), None, &mut values)?;
        if records == 0 {
            return Err(ParquetError::EOF("a column ends before its row group".into()));
        }
        read += records;
    }
    let mut values = values.into_iter();
    if levels.is_empty() {
        return Ok(values.map(Some).collect());
    }
    Ok(levels.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect())
}

fn add<T>(
    rows: &mut [Row],
    column: &'static Column,
    values: Vec<Option<T>>,
    cell: impl Fn(T) -> anyhow::Result<Cell>,
) -> anyhow::Result<()> {
    for (row, value) in rows.iter_mut().zip(values) {
        if let Some(value) = value {
            row.push((column, cell(value)?));
        }
    }
    Ok(())
}
