//! A folder of Parquet files: each is whole once it has its name, so that an export that was cut
//! off goes on with the next one.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context;
use vouch_domain::id::LogId;
use vouch_store::WholeLog;

use super::output::publish;
use super::parquet::{ParquetSink, last_log};
use super::write::Sink;

/// The most logs of one file.
const PART_LOGS: usize = 100_000;

/// Writes the files `part-00001.parquet`, ... of a folder.
pub(crate) struct Parts {
    folder: PathBuf,
    number: usize,
    part: Option<ParquetSink<BufWriter<File>>>,
    logs: usize,
}

impl Parts {
    /// Goes on after the files that are there; says which log is their last.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<(Self, Option<LogId>)> {
        fs::create_dir_all(folder)?;
        let there = files(folder)?;
        let mut last = None;
        if let Some(path) = there.last() {
            let found = last_log(File::open(path)?)
                .with_context(|| format!("{} cannot be gone on after", path.display()))?;
            last = found.map(|id| id.parse()).transpose()?;
        }
        let parts = Self { folder: folder.to_owned(), number: there.len(), part: None, logs: 0 };
        Ok((parts, last))
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("part-{:05}.parquet", self.number))
    }

    fn close_part(&mut self) -> anyhow::Result<()> {
        let Some(part) = self.part.take() else { return Ok(()) };
        drop(part.close()?.into_inner()?);
        let path = self.path();
        publish(&draft(&path), &path)
    }
}

impl Sink for Parts {
    fn write(&mut self, whole: &WholeLog) -> anyhow::Result<()> {
        if self.part.is_none() {
            self.number += 1;
            let file = File::create(draft(&self.path()))?;
            self.part = Some(ParquetSink::new(BufWriter::new(file))?);
            self.logs = 0;
        }
        if let Some(part) = &mut self.part {
            part.write(whole)?;
        }
        self.logs += 1;
        if self.logs == PART_LOGS { self.close_part() } else { Ok(()) }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.close_part()
    }
}

/// The name of a file that is not whole yet.
pub(crate) fn draft(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// The Parquet files of a folder, by name.
pub(crate) fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "parquet") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
