//! Rows that cannot be imported: kept beside their file, with line and reason.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use super::read::Bad;
use crate::bar::grouped;
use crate::failure::Failure;
use crate::output::{note, transient};

/// How many are told at once, so that nobody has to open a file to see what is wrong.
const TOLD: usize = 5;

/// The rejected rows of one import.
pub(crate) struct Rejected {
    path: PathBuf,
    /// Made for the first of them; not at all where nothing is to be written.
    file: Option<BufWriter<File>>,
    written: bool,
    count: usize,
}

impl Rejected {
    /// Those of `file` go to `FILE.rejected.jsonl`. What an earlier import left there is gone:
    /// the file is read from its beginning again.
    pub(crate) fn beside(file: &Path, dry_run: bool) -> anyhow::Result<Self> {
        let trimmed: PathBuf = file.components().collect();
        let mut name = trimmed.into_os_string();
        name.push(".rejected.jsonl");
        let path = PathBuf::from(name);
        if !dry_run && path.exists() {
            std::fs::remove_file(&path)?;
        }
        Ok(Self { path, file: None, written: !dry_run, count: 0 })
    }

    /// Keeps one.
    pub(crate) fn add(&mut self, line: u64, bad: &Bad) -> anyhow::Result<()> {
        self.count += 1;
        if self.count <= TOLD {
            transient("");
            note(format_args!("row {line} is rejected: {}", bad.reason));
        }
        if !self.written {
            return Ok(());
        }
        let path = &self.path;
        let unwritable = || {
            Failure::new(format!("cannot write to {}", path.display()))
                .hint("copy the file to a folder that you may write to")
        };
        if self.file.is_none() {
            let file =
                File::options().create(true).write(true).truncate(true).mode(0o600).open(path);
            self.file = Some(BufWriter::new(file.with_context(unwritable)?));
        }
        if let Some(file) = &mut self.file {
            let row = json!({"line": line, "reason": bad.reason, "row": bad.row});
            writeln!(file, "{row}").and_then(|()| file.flush()).with_context(unwritable)?;
        }
        Ok(())
    }

    /// How many.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// How many and where; `None` where there are none.
    pub(crate) fn summary(&self) -> Option<String> {
        let count = grouped(self.count as u64);
        match (self.count, self.written) {
            (0, _) => None,
            (_, true) => Some(format!("{count} rejected, see {}", self.path.display())),
            (_, false) => Some(format!("{count} would be rejected")),
        }
    }
}
