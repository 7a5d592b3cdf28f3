//! Archiving what a project keeps no longer: written as Parquet, on disk, and only then removed.
//!
//! A crash in between leaves a log in the archive and in the database; it is archived again. So a
//! log may be in two archives, and is never in none.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::block_in_place;
use tokio_util::sync::CancellationToken;
use vouch_domain::Time;
use vouch_domain::id::LogId;
use vouch_store::{Revision, Store};

use crate::desk::{Desk, make_data_folder};
use crate::transfer::output::publish;
use crate::transfer::parquet::ParquetSink;
use crate::transfer::parts::draft;
use crate::transfer::write::Sink;

/// How often a server looks for what leaves.
const LOOK: Duration = Duration::from_hours(1);
/// The most logs of one archive.
const FILE_LOGS: usize = 100_000;
/// Logs read at once.
const PAGE: u32 = 200;
/// Logs removed in one transaction, and the rest after it: others write meanwhile.
const BATCH: usize = 100;
const REST: Duration = Duration::from_millis(5);
/// How long one's turn lasts unless it is renewed, which it is at every page.
const LEASE_S: i64 = 600;

/// What was archived.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Archived {
    /// Logs that are gone from the database.
    pub(crate) removed: u64,
    /// The files that hold them.
    pub(crate) files: Vec<PathBuf>,
    /// Whether somebody else archives right now.
    pub(crate) busy: bool,
}

/// Archives what leaves of all projects, now and every hour, until the server stops.
pub(crate) async fn keep(store: Arc<dyn Store>, data: PathBuf, stop: CancellationToken) {
    let mut hours = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = hours.tick() => {}
            () = stop.cancelled() => return,
        }
        let projects = match store.projects().await {
            Ok(projects) => projects,
            Err(error) => {
                tracing::warn!(%error, "what leaves was not archived");
                continue;
            }
        };
        for project in projects {
            let desk = Desk::new(Arc::clone(&store), project);
            match archive(&desk, &data, |_| ()).await {
                Ok(done) if done.removed > 0 => {
                    tracing::info!(logs = done.removed, "what is kept no longer was archived");
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "what leaves was not archived"),
            }
        }
    }
}

/// Archives and removes what leaves of one project. `seen` is told how many logs are removed.
pub(crate) async fn archive(
    desk: &Desk,
    data: &Path,
    mut seen: impl FnMut(u64),
) -> anyhow::Result<Archived> {
    let mut done = Archived::default();
    let Some(before) = desk.store.retention(desk.id()).await?.cutoff(desk.now()) else {
        return Ok(done);
    };
    let Some(mut turn) = Turn::take(desk).await? else {
        return Ok(Archived { busy: true, ..done });
    };
    let folder = data.join("archive").join(desk.id().to_string());
    let mut after = None;
    while let Some(file) = write(desk, &folder, before, after, &mut turn).await? {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let details = json!({"logs": file.logs.len(), "before": before});
        let mut audit = Some(desk.audit("retention.archive", &name, details));
        after = file.logs.last().map(|(id, _)| *id);
        for batch in file.logs.chunks(BATCH) {
            done.removed +=
                desk.store.forget(desk.id(), batch.to_vec(), desk.now(), audit.take()).await?;
            seen(done.removed);
            turn.renew(desk).await?;
            tokio::time::sleep(REST).await;
        }
        done.files.push(file.path);
    }
    turn.end(desk).await?;
    Ok(done)
}

/// One's turn at archiving a project.
struct Turn {
    until: Time,
}

impl Turn {
    async fn take(desk: &Desk) -> anyhow::Result<Option<Self>> {
        let until = desk.now().plus_s(LEASE_S);
        let taken = desk.store.lease_archive(desk.id(), desk.now(), until, None).await?;
        Ok(taken.then_some(Self { until }))
    }

    /// Renews it once half of it is over.
    async fn renew(&mut self, desk: &Desk) -> anyhow::Result<()> {
        let now = desk.now();
        if now.plus_s(LEASE_S / 2) < self.until {
            return Ok(());
        }
        let until = now.plus_s(LEASE_S);
        if !desk.store.lease_archive(desk.id(), now, until, Some(self.until)).await? {
            anyhow::bail!("another server took over archiving");
        }
        self.until = until;
        Ok(())
    }

    async fn end(self, desk: &Desk) -> anyhow::Result<()> {
        let now = desk.now();
        desk.store.lease_archive(desk.id(), now, now, Some(self.until)).await?;
        Ok(())
    }
}

/// An archive that is whole and on disk.
struct Written {
    path: PathBuf,
    logs: Vec<(LogId, Revision)>,
}

/// Writes the next archive; `None` where nothing is left to leave.
async fn write(
    desk: &Desk,
    folder: &Path,
    before: Time,
    mut after: Option<LogId>,
    turn: &mut Turn,
) -> anyhow::Result<Option<Written>> {
    let mut open: Option<(PathBuf, ParquetSink<BufWriter<File>>)> = None;
    let mut logs = Vec::new();
    while logs.len() < FILE_LOGS {
        let page = desk.store.leaving(desk.id(), before, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.whole.log.id);
        block_in_place(|| {
            if open.is_none() {
                open = Some(begin(folder, page[0].whole.log.created_at)?);
            }
            if let Some((_, sink)) = &mut open {
                page.iter().try_for_each(|leaving| sink.write(&leaving.whole))?;
            }
            anyhow::Ok(())
        })?;
        logs.extend(page.iter().map(|leaving| (leaving.whole.log.id, leaving.revision)));
        turn.renew(desk).await?;
    }
    let Some((path, sink)) = open else { return Ok(None) };
    block_in_place(|| {
        drop(sink.close()?.into_inner()?);
        publish(&draft(&path), &path)
    })?;
    Ok(Some(Written { path, logs }))
}

/// A new file, named after the day of its first log, and a number where there are several.
fn begin(folder: &Path, first: Time) -> anyhow::Result<(PathBuf, ParquetSink<BufWriter<File>>)> {
    make_data_folder(folder)?;
    let name = |n: u32| folder.join(format!("logs-{}-{n:04}.parquet", first.date()));
    let free = (1..10_000).map(name).find(|path| !path.exists());
    let path = free.unwrap_or_else(|| name(0));
    // One of that name was of a server that was killed.
    let part = draft(&path);
    if part.exists() {
        fs::remove_file(&part)?;
    }
    Ok((path, ParquetSink::new(BufWriter::new(private(&part)?))?))
}

fn private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().create_new(true).write(true).mode(0o600).open(path)
}
