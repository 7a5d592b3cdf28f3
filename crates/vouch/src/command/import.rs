//! `vouch import logs`: streams a file of logs into the database.
//!
//! A log is known by its id, and one without an id gets one made of its line and what it says:
//! reading a file again, after a kill or not, changes nothing that is there.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use tokio::sync::mpsc;
use vouch_store::{StoreError, TakenIn, WholeLog};

use crate::bar::{Bar, grouped};
use crate::cli::{ImportCommand, ImportLogs, storage_only};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::line;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::transfer::metrics::Metrics;
use crate::transfer::read::{self, Bad, Row, Source};
use crate::transfer::rejected::Rejected;
use crate::transfer::{Format, is_folder, parts, record};

use super::export::existing;

/// The most rows that are written together: few, for the server's own writes wait meanwhile.
const BATCH_ROWS: usize = 500;
/// About the most bytes of them.
const BATCH_BYTES: usize = 4 << 20;
/// Some rows could not be imported.
pub(super) const SOME_REJECTED: u8 = 3;

/// Runs it.
pub(crate) async fn run(command: ImportCommand) -> anyhow::Result<ExitCode> {
    match command {
        ImportCommand::Logs(args) => logs(args).await,
        ImportCommand::Tasks(args) => super::import_tasks::run(*args).await,
    }
}

async fn logs(args: ImportLogs) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    existing(&args.file)?;
    let files = files(&args)?;
    let settings = Settings::resolve(storage_only(args.storage.clone()))?;
    let desk = Desk::open_project(&settings, args.project.as_deref()).await?;
    let mut import = Import {
        metrics: Metrics::load(&desk, args.dry_run).await?,
        rejected: Rejected::beside(&args.file, args.dry_run)?,
        bar: Bar::new("logs"),
        taken: TakenIn::default(),
        known: 0,
        dry_run: args.dry_run,
        desk: &desk,
    };
    for (path, format) in &files {
        tokio::select! {
            done = import.file(path, *format) => done?,
            () = signals.next() => {
                import.bar.clear();
                let failure = Failure::new("broken off");
                return Err(failure.hint("the same command goes on where it stopped").into());
            }
        }
    }
    import.bar.clear();
    line(import.summary())?;
    let rejected = import.rejected.count();
    desk.close().await;
    Ok(if rejected > 0 { ExitCode::from(SOME_REJECTED) } else { ExitCode::SUCCESS })
}

/// The files to read: one, or those of a folder.
fn files(args: &ImportLogs) -> anyhow::Result<Vec<(PathBuf, Format)>> {
    if is_folder(&args.file) {
        let files = parts::files(&args.file)?;
        if files.is_empty() {
            let sentence = format!("there are no Parquet files in {}", args.file.display());
            return Err(Failure::new(sentence).into());
        }
        return Ok(files.into_iter().map(|file| (file, Format::Parquet)).collect());
    }
    let format = args.format.or_else(|| Format::of(&args.file)).ok_or_else(|| {
        Failure::new(format!("{} does not say what it holds", args.file.display()))
            .hint("give --format jsonl, csv or parquet")
    })?;
    Ok(vec![(args.file.clone(), format)])
}

struct Import<'a> {
    desk: &'a Desk,
    metrics: Metrics,
    rejected: Rejected,
    bar: Bar,
    taken: TakenIn,
    /// Logs that were there already.
    known: usize,
    dry_run: bool,
}

impl Import<'_> {
    async fn file(&mut self, path: &Path, format: Format) -> anyhow::Result<()> {
        let changed = std::fs::metadata(path)?.modified()?;
        let source = Source {
            project: self.desk.id(),
            now: self.desk.now(),
            changed: jiff::Timestamp::try_from(changed)?.into(),
            prices: self.desk.store.prices(self.desk.id()).await?,
        };
        let unreadable = || Failure::new(format!("cannot read {}", path.display()));
        let rows = read::open(path, format, source).with_context(unreadable)?;
        let total = rows.total();
        let (sender, mut batches) = mpsc::channel(2);
        let reader = tokio::task::spawn_blocking(move || send_batches(rows, &sender));
        while let Some(batch) = batches.recv().await {
            let done = batch.last().map_or(total, |row| row.done);
            self.batch(batch).await?;
            let seen = self.taken.logs + self.known + self.rejected.count();
            self.bar.show(seen as u64, Some(part(done, total)));
        }
        reader.await?.with_context(unreadable)
    }

    async fn batch(&mut self, rows: Vec<Row>) -> anyhow::Result<()> {
        let mut good = Vec::with_capacity(rows.len());
        for row in rows {
            match row.outcome {
                Err(bad) => self.rejected.add(row.line, &bad)?,
                Ok(whole) => match self.metrics.check(self.desk, &whole).await? {
                    Ok(()) => good.push((row.line, whole)),
                    Err(reason) => self.reject(row.line, &whole, reason)?,
                },
            }
        }
        if self.dry_run {
            self.taken.logs += good.len();
            self.taken.feedback +=
                good.iter().map(|(_, whole)| whole.feedback.len()).sum::<usize>();
            return Ok(());
        }
        let logs = good.iter().map(|(_, whole)| whole.clone()).collect();
        match self.take_in(logs).await {
            Err(e) if is_about_a_row(&e) => {
                for (line, whole) in good {
                    match self.take_in(vec![whole.clone()]).await {
                        Err(e) if is_about_a_row(&e) => {
                            self.reject(line, &whole, e.to_string())?;
                        }
                        done => done?,
                    }
                }
                Ok(())
            }
            done => Ok(done?),
        }
    }

    async fn take_in(&mut self, logs: Vec<WholeLog>) -> Result<(), StoreError> {
        let count = logs.len();
        let taken = self.desk.store.take_in(self.desk.id(), logs).await?;
        self.taken.logs += taken.logs;
        self.taken.feedback += taken.feedback;
        self.known += count - taken.logs;
        Ok(())
    }

    fn reject(&mut self, line: u64, whole: &WholeLog, reason: String) -> anyhow::Result<()> {
        let bad = Bad { reason, row: record::object(whole)? };
        self.rejected.add(line, &bad)
    }

    fn summary(&self) -> String {
        let TakenIn { logs, feedback } = self.taken;
        let [logs, feedback, known] = [logs, feedback, self.known].map(|n| grouped(n as u64));
        let mut text = if self.dry_run {
            format!("{logs} logs with {feedback} feedbacks can be imported; nothing was written")
        } else {
            format!(
                "imported {logs} logs and {feedback} feedbacks; {known} logs were there already"
            )
        };
        if let Some(rejected) = self.rejected.summary() {
            text.push_str("; ");
            text.push_str(&rejected);
        }
        text
    }
}

/// Whether the same row will not fit next time either.
const fn is_about_a_row(error: &StoreError) -> bool {
    matches!(error, StoreError::Invalid(_) | StoreError::Refused(_) | StoreError::Conflict(_))
}

#[expect(clippy::cast_precision_loss, reason = "a bar is not exact")]
pub(super) fn part(done: u64, total: u64) -> f64 {
    if total == 0 { 1.0 } else { done as f64 / total as f64 }
}

/// Reads ahead while others write.
fn send_batches(
    mut rows: Box<dyn read::Rows>,
    batches: &mpsc::Sender<Vec<Row>>,
) -> anyhow::Result<()> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        bytes += row.bytes;
        batch.push(row);
        if batch.len() == BATCH_ROWS || bytes >= BATCH_BYTES {
            bytes = 0;
            // Nobody listens any more: somebody broke it off.
            if batches.blocking_send(std::mem::take(&mut batch)).is_err() {
                return Ok(());
            }
        }
    }
    if !batch.is_empty() {
        drop(batches.blocking_send(batch));
    }
    Ok(())
}
