//! Rows of Parquet, with whatever columns it has; also lists and groups within them.

use std::fs::File;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row as Record};
use serde_json::{Map, Number, Value};
use vouch_domain::Time;

use super::{Row, Rows};
use crate::FileError;

pub(super) struct Parquet {
    rows: RowIter<'static>,
    line: u64,
    total: u64,
}

impl Parquet {
    pub(super) fn open(file: File) -> Result<Self, FileError> {
        let reader = SerializedFileReader::new(file).map_err(failed)?;
        let total = u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
        Ok(Self { rows: RowIter::from_file_into(Box::new(reader)), line: 0, total })
    }
}

impl Rows for Parquet {
    fn next(&mut self) -> Result<Option<Row>, FileError> {
        let Some(record) = self.rows.next().transpose().map_err(failed)? else { return Ok(None) };
        self.line += 1;
        let object = object(record);
        let bytes = object.values().map(size).sum();
        Ok(Some(Row { line: self.line, bytes, done: self.line, outcome: Ok(object) }))
    }

    fn total(&self) -> Option<u64> {
        Some(self.total)
    }
}

fn failed(error: ParquetError) -> FileError {
    match error {
        ParquetError::External(error) => FileError::Format(format!("it cannot be read: {error}")),
        other => FileError::Format(format!("it is no Parquet that can be read: {other}")),
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => 32 + text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 32,
    }
}

/// The columns that have a value.
fn object(record: Record) -> Map<String, Value> {
    let filled = record.into_columns().into_iter().filter(|(_, field)| *field != Field::Null);
    filled.map(|(name, field)| (name, value(field))).collect()
}

fn real(n: f64) -> Value {
    Number::from_f64(n).map_or(Value::Null, Value::Number)
}

fn value(field: Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(yes) => yes.into(),
        Field::Byte(n) => n.into(),
        Field::Short(n) => n.into(),
        Field::Int(n) => n.into(),
        Field::Long(n) => n.into(),
        Field::UByte(n) => n.into(),
        Field::UShort(n) => n.into(),
        Field::UInt(n) => n.into(),
        Field::ULong(n) => n.into(),
        // The shortest number that is the same in its own precision.
        Field::Float(n) => n.to_string().parse().map_or(Value::Null, real),
        Field::Double(n) => real(n),
        Field::Str(text) => text.into(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into(),
        Field::TimestampMillis(ms) => Time::from_micros(ms.saturating_mul(1000)).to_string().into(),
        Field::TimestampMicros(micros) => Time::from_micros(micros).to_string().into(),
        Field::Group(group) => Value::Object(object(group)),
        Field::ListInternal(list) => list.elements().iter().cloned().map(value).collect(),
        Field::MapInternal(map) => {
            let entry = |(key, field): &(Field, Field)| {
                let key = if let Field::Str(text) = key { text.clone() } else { key.to_string() };
                (key, value(field.clone()))
            };
            Value::Object(map.entries().iter().map(entry).collect())
        }
        other => other.to_string().into(),
    }
}
