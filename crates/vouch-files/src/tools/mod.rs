//! What wrote a file, told from its rows; and its entries.

mod argilla;
mod label_studio;
mod label_studio_min;
mod prodigy;

use serde_json::{Map, Value};

use crate::FileError;
use crate::entry::{Entry, LeftOut};
use crate::mapping::Mapping;
use crate::rows::{self, Bad, Format, Rows, Source};
use crate::{ours, plain};

/// What a file's rows say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Rows of any columns.
    Plain,
    /// Tasks, reviews or consensus, as Vouch writes them.
    Vouch,
    /// Label Studio's JSON: a task with its annotations.
    LabelStudio,
    /// Label Studio's JSON-MIN: an annotation with its task.
    LabelStudioMin,
    /// Argilla's records.
    Argilla,
    /// Prodigy's examples.
    Prodigy,
}

impl Layout {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "rows",
            Self::Vouch => "Vouch",
            Self::LabelStudio => "Label Studio",
            Self::LabelStudioMin => "Label Studio JSON-MIN",
            Self::Argilla => "Argilla",
            Self::Prodigy => "Prodigy",
        }
    }

    /// The word for it in options and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "rows",
            Self::Vouch => "vouch",
            Self::LabelStudio => "label-studio",
            Self::LabelStudioMin => "label-studio-min",
            Self::Argilla => "argilla",
            Self::Prodigy => "prodigy",
        }
    }

    /// The layout of that word.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Plain,
            Self::Vouch,
            Self::LabelStudio,
            Self::LabelStudioMin,
            Self::Argilla,
            Self::Prodigy,
        ];
        all.into_iter().find(|layout| layout.as_str() == word)
    }

    /// What a row looks like.
    fn of(row: &Map<String, Value>) -> Self {
        let has = |key: &str| row.contains_key(key);
        let object = |key: &str| row.get(key).is_some_and(Value::is_object);
        let list = |key: &str| row.get(key).is_some_and(Value::is_array);
        let said = |end: &str| row.keys().any(|key| key.ends_with(end));
        if ours::is_ours(row) {
            Self::Vouch
        } else if object("data")
            && (list("annotations") || list("predictions") || list("completions"))
        {
            Self::LabelStudio
        } else if has("annotation_id") && has("annotator") {
            Self::LabelStudioMin
        } else if (object("fields") && (object("responses") || object("suggestions")))
            || said(".responses")
            || (has("_server_id") && said(".suggestion"))
        {
            Self::Argilla
        } else if has("_input_hash") || has("_task_hash") || prodigy::is_answered(row) {
            Self::Prodigy
        } else {
            Self::Plain
        }
    }
}

/// An entry and where it stands.
#[derive(Debug)]
pub struct Read {
    /// The line, from 1; the number of the row for Parquet.
    pub line: u64,
    /// About how many bytes it has.
    pub bytes: usize,
    /// How much of the file was read, as [`Rows::total`] counts.
    pub done: u64,
    /// The row as it came, for the side file.
    pub row: Value,
    /// The entry, or why there is none.
    pub outcome: Result<Entry, String>,
}

/// The entries of a file.
pub struct Reader {
    rows: Box<dyn Rows>,
    format: Format,
    layout: Option<Layout>,
    mapping: Mapping,
    /// The columns that were seen, in order.
    columns: Vec<String>,
    left_out: LeftOut,
    first: Option<rows::Row>,
}

/// The most columns that are listed.
const MOST_COLUMNS: usize = 200;

impl Reader {
    /// Opens a file; format and layout are what is told, or what it looks like.
    ///
    /// # Errors
    /// When it cannot be read, or a column that the mapping names is not there.
    pub fn open(
        source: Source,
        format: Option<Format>,
        layout: Option<Layout>,
        mapping: Mapping,
    ) -> Result<Self, FileError> {
        let (format, rows) = rows::open(source, format)?;
        let mut reader = Self {
            rows,
            format,
            layout,
            mapping,
            columns: Vec::new(),
            left_out: LeftOut::default(),
            first: None,
        };
        reader.look()?;
        Ok(reader)
    }

    /// Reads the first row, which tells what the others are.
    fn look(&mut self) -> Result<(), FileError> {
        let first = self.rows.next()?;
        if let Some(Ok(row)) = first.as_ref().map(|row| &row.outcome) {
            let layout = *self.layout.get_or_insert_with(|| Layout::of(row));
            self.columns = row.keys().take(MOST_COLUMNS).cloned().collect();
            // A cell that is empty in the first row is not seen in a table.
            let listed = matches!(self.format, Format::Json | Format::Jsonl);
            if layout == Layout::Plain && listed {
                self.check_columns(row)?;
            }
        }
        self.first = first;
        Ok(())
    }

    fn check_columns(&self, row: &Map<String, Value>) -> Result<(), FileError> {
        let Some(missing) = self.mapping.named().find(|name| !row.contains_key(*name)) else {
            return Ok(());
        };
        let there = self.columns.join(", ");
        Err(FileError::Format(format!("there is no column `{missing}`; the first row has {there}")))
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What wrote it; `None` where no row could be read yet.
    pub fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// The columns of its first row.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// What [`Read::done`] is at the end, where that is known.
    pub fn total(&self) -> Option<u64> {
        self.rows.total()
    }

    /// What was not taken because Vouch has nothing for it, so far.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// The next entry; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read further.
    pub fn read(&mut self) -> Result<Option<Read>, FileError> {
        let row = match self.first.take() {
            Some(row) => Some(row),
            None => self.rows.next()?,
        };
        let Some(rows::Row { line, bytes, done, outcome }) = row else { return Ok(None) };
        let (row, outcome) = match outcome {
            Err(Bad { reason, row }) => (row, Err(reason)),
            Ok(object) => {
                let layout = *self.layout.get_or_insert_with(|| Layout::of(&object));
                let entry = self.entry(layout, &object);
                (Value::Object(object), entry)
            }
        };
        Ok(Some(Read { line, bytes, done, row, outcome }))
    }

    fn entry(&mut self, layout: Layout, row: &Map<String, Value>) -> Result<Entry, String> {
        let left_out = &mut self.left_out;
        match layout {
            Layout::Plain => plain::entry(row, &self.mapping),
            Layout::Vouch => ours::entry(row, left_out),
            Layout::LabelStudio => label_studio::entry(row, &self.mapping, left_out),
            Layout::LabelStudioMin => label_studio_min::entry(row, &self.mapping, left_out),
            Layout::Argilla => argilla::entry(row, &self.mapping, left_out),
            Layout::Prodigy => prodigy::entry(row, left_out),
        }
    }
}
