//! Where an export goes: standard output, a file, or a folder of Parquet files.
//!
//! A file has `.part` behind its name until it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use vouch_domain::id::LogId;

use super::parquet::ParquetSink;
use super::parts::{Parts, draft};
use super::resume::{LastRow, last_line, last_record};
use super::write::{Csv, Jsonl, Sink};
use super::{Format, is_folder};
use crate::failure::Failure;

/// An open output.
pub(crate) struct Output {
    /// Takes the logs.
    pub(crate) sink: Box<dyn Sink>,
    /// The last log that is there already.
    pub(crate) after: Option<LogId>,
    /// The file's name once it is whole.
    file: Option<PathBuf>,
    resumable: bool,
}

/// Where to write to, and how.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// `None` for standard output.
    pub(crate) path: Option<PathBuf>,
    pub(crate) format: Format,
    /// Whether to go on where an earlier export broke off.
    pub(crate) resume: bool,
}

impl Wanted {
    /// Whether it was written whole before.
    pub(crate) fn is_done(&self) -> bool {
        let file = self.path.as_deref().filter(|path| !is_folder(path));
        self.resume && file.is_some_and(|path| path.exists() && !draft(path).exists())
    }

    /// Opens it.
    pub(crate) fn open(&self) -> anyhow::Result<Output> {
        match &self.path {
            None => self.open_stdout(),
            Some(path) if is_folder(path) => self.open_folder(path),
            Some(path) => {
                self.check_file(path)?;
                self.open_file(path).with_context(|| {
                    Failure::new(format!("cannot write to {}", path.display()))
                        .hint("name another file with -o FILE")
                })
            }
        }
    }

    fn open_stdout(&self) -> anyhow::Result<Output> {
        if self.resume {
            return Err(Failure::new("standard output cannot be gone on with")
                .hint("name a file with -o FILE")
                .into());
        }
        if self.format == Format::Parquet && io::stdout().is_terminal() {
            return Err(Failure::new("Parquet is nothing for a terminal")
                .hint("name a file with -o FILE")
                .into());
        }
        let sink = sink(self.format, io::stdout(), true)?;
        Ok(Output { sink, after: None, file: None, resumable: false })
    }

    fn open_folder(&self, path: &Path) -> anyhow::Result<Output> {
        if self.format != Format::Parquet {
            return Err(Failure::new(format!("{} is a folder", path.display()))
                .hint("name a file; only Parquet is written as a folder of files")
                .into());
        }
        let (parts, after) = Parts::open(path)
            .with_context(|| Failure::new(format!("cannot write to {}", path.display())))?;
        if after.is_some() && !self.resume {
            return Err(Failure::new(format!("{} has Parquet files already", path.display()))
                .hint("go on after them with --resume, or name another folder")
                .into());
        }
        Ok(Output { sink: Box::new(parts), after, file: None, resumable: true })
    }

    /// Refuses to write over what is there.
    fn check_file(&self, path: &Path) -> Result<(), Failure> {
        if path.exists() {
            return Err(Failure::new(format!("{} is there already", path.display()))
                .hint("name another file, or remove it"));
        }
        let part = draft(path);
        let resumable = self.is_resumable();
        if resumable && part.exists() && !self.resume {
            return Err(Failure::new(format!("{} is of an export that broke off", part.display()))
                .hint("go on with --resume, or remove it"));
        }
        if !resumable && self.resume {
            return Err(Failure::new("a single Parquet file cannot be gone on with")
                .hint("leave out --resume; a folder (-o DIR/) holds files that can"));
        }
        Ok(())
    }

    fn is_resumable(&self) -> bool {
        self.format != Format::Parquet
    }

    fn open_file(&self, path: &Path) -> anyhow::Result<Output> {
        // What people said to a model is for the owner's eyes.
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(!self.resume)
            .mode(0o600)
            .open(draft(path))?;
        let last = if self.resume { last_row(self.format, &mut file)? } else { None };
        let end = last.map_or(0, |last| last.end);
        file.set_len(end)?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(end))?;
        let sink = sink(self.format, file, last.is_none())?;
        Ok(Output {
            sink,
            after: last.map(|last| last.log),
            file: Some(path.to_owned()),
            resumable: self.is_resumable(),
        })
    }
}

impl Output {
    /// Everything was written.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        self.sink.finish()?;
        match self.file {
            Some(path) => publish(&draft(&path), &path),
            None => Ok(()),
        }
    }

    /// It breaks off here; says whether it can be gone on with.
    pub(crate) fn break_off(self) -> anyhow::Result<bool> {
        if self.resumable {
            self.sink.finish()?;
        } else if let Some(path) = self.file {
            fs::remove_file(draft(&path))?;
        }
        Ok(self.resumable)
    }
}

fn sink(
    format: Format,
    out: impl io::Write + Send + 'static,
    names: bool,
) -> anyhow::Result<Box<dyn Sink>> {
    let out = BufWriter::with_capacity(1 << 16, out);
    Ok(match format {
        Format::Jsonl => Box::new(Jsonl(out)),
        Format::Csv => Box::new(Csv::new(out, names)?),
        Format::Parquet => Box::new(ParquetSink::new(out)?),
    })
}

fn last_row(format: Format, file: &mut File) -> anyhow::Result<Option<LastRow>> {
    match format {
        Format::Jsonl => last_line(file),
        Format::Csv => last_record(file),
        Format::Parquet => Ok(None),
    }
}

/// Gives a file that is whole its name, once all of it is on disk.
pub(crate) fn publish(draft: &Path, path: &Path) -> anyhow::Result<()> {
    File::open(draft)?.sync_all()?;
    fs::rename(draft, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}
