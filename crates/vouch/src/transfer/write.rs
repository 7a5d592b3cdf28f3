//! Writing logs row by row, as JSON lines or CSV.

use std::io::Write;

use vouch_domain::Time;
use vouch_store::WholeLog;

use super::columns::{COLUMNS, Cell, Kind, flatten};
use super::record;

/// Where logs are written to.
pub(crate) trait Sink: Send {
    /// Writes one log.
    fn write(&mut self, whole: &WholeLog) -> anyhow::Result<()>;

    /// Hands over what can be handed over before the end.
    fn flush(&mut self) -> anyhow::Result<()>;

    /// Writes what is left; all is there afterwards.
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

/// One JSON object a line.
pub(crate) struct Jsonl<W>(pub(crate) W);

impl<W: Write + Send> Sink for Jsonl<W> {
    fn write(&mut self, whole: &WholeLog) -> anyhow::Result<()> {
        // As an error of the pipe, not of JSON: `head` may have had enough.
        record::write(&mut self.0, whole).map_err(std::io::Error::from)?;
        Ok(self.0.write_all(b"\n")?)
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        Ok(self.0.flush()?)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.flush()
    }
}

/// Comma-separated values, quoted where they must be.
pub(crate) struct Csv<W: Write>(csv::Writer<W>);

impl<W: Write> Csv<W> {
    /// Writes the line of names, unless the rows follow others.
    pub(crate) fn new(out: W, names: bool) -> anyhow::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        if names {
            writer.write_record(COLUMNS.iter().map(|column| column.name))?;
        }
        Ok(Self(writer))
    }
}

impl<W: Write + Send> Sink for Csv<W> {
    fn write(&mut self, whole: &WholeLog) -> anyhow::Result<()> {
        let cells = COLUMNS.iter().zip(flatten(whole)?);
        let texts = cells.map(|(column, cell)| text(column.kind, cell));
        self.0.write_record(texts).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => anyhow::anyhow!("{other:?}"),
        })
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        Ok(self.0.flush()?)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.flush()
    }
}

fn text(kind: Kind, cell: Option<Cell>) -> String {
    match (kind, cell) {
        (_, None) => String::new(),
        (_, Some(Cell::Text(text))) => text,
        (Kind::Time, Some(Cell::Int(micros))) => Time::from_micros(micros).to_string(),
        (_, Some(Cell::Int(n))) => n.to_string(),
        (_, Some(Cell::Real(n))) => n.to_string(),
    }
}
