//! Writing rows of answers: CSV, TSV or JSON lines.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Map, Value};

use super::format_of;
use crate::cli::LabelFormat;
use crate::failure::Failure;

/// A file that is there when it is whole, or standard output.
pub(crate) struct Writer {
    sink: Sink,
    columns: Vec<&'static str>,
    /// From where to where it is renamed at the end.
    place: Option<(PathBuf, PathBuf)>,
}

enum Sink {
    Delimited(Box<csv::Writer<Box<dyn Write>>>),
    Lines(Box<dyn Write>),
}

impl Writer {
    /// Opens it; `-` is standard output, as CSV.
    pub(crate) fn open(path: &Path, columns: Vec<&'static str>) -> anyhow::Result<Self> {
        let (out, place): (Box<dyn Write>, _) = if path.as_os_str() == "-" {
            (Box::new(BufWriter::new(io::stdout().lock())), None)
        } else {
            let mut part = path.as_os_str().to_owned();
            part.push(".part");
            let part = PathBuf::from(part);
            let file = File::create(&part).with_context(|| {
                Failure::new(format!("cannot write {}", path.display()))
                    .hint("does the folder exist, and may you write there?")
            })?;
            (Box::new(BufWriter::new(file)), Some((part, path.to_owned())))
        };
        let delimiter = match format_of(path) {
            LabelFormat::Csv => Some(b','),
            LabelFormat::Tsv => Some(b'\t'),
            _ => None,
        };
        let sink = match delimiter {
            None => Sink::Lines(out),
            Some(delimiter) => {
                let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
                writer.write_record(&columns)?;
                Sink::Delimited(Box::new(writer))
            }
        };
        Ok(Self { sink, columns, place })
    }

    /// Writes a row: a value for each column. Text is text, `null` an empty cell.
    pub(crate) fn row(&mut self, values: Vec<Value>) -> anyhow::Result<()> {
        match &mut self.sink {
            Sink::Delimited(writer) => {
                let cell = |value: &Value| match value {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    value => value.to_string(),
                };
                writer.write_record(values.iter().map(cell))?;
            }
            Sink::Lines(out) => {
                let names = self.columns.iter().map(|name| (*name).to_owned());
                let object: Map<String, Value> = names.zip(values).collect();
                serde_json::to_writer(&mut *out, &object)?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Writes what waits, and gives the file its name.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        match self.sink {
            Sink::Delimited(mut writer) => writer.flush()?,
            Sink::Lines(mut out) => out.flush()?,
        }
        if let Some((part, whole)) = self.place {
            fs::rename(part, whole)?;
        }
        Ok(())
    }
}
