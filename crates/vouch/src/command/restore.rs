//! `vouch restore`: fills a database from a backup.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::sync::mpsc;
use tokio::task::block_in_place;
use vouch_store::{Piece, Restore, StoreError};

use super::export::existing;
use crate::backup::{Manifest, Reader, verify};
use crate::bar::{Bar, grouped};
use crate::cli::storage_only;
use crate::database;
use crate::desk::make_data_folder;
use crate::failure::Failure;
use crate::output::{line, note};
use crate::secret;
use crate::settings::{Settings, StorageOptions};
use crate::transfer::output::publish;

/// Runs it.
pub(crate) async fn run(path: &Path, force: bool, storage: StorageOptions) -> anyhow::Result<()> {
    existing(path)?;
    let settings = Settings::resolve(storage_only(storage))?;
    let manifest = block_in_place(|| check(path)).with_context(|| {
        Failure::new(format!("{} cannot be restored", path.display()))
            .hint("nothing was changed; use another backup")
    })?;
    let url = settings.database_url();
    if !settings.names_database() {
        make_data_folder(&settings.data)?;
    }
    let rows = if let Some(target) = database::sqlite_path(&url) {
        into_sqlite(path, &manifest, Path::new(target), force).await?
    } else {
        let restore = open(&url).await?;
        refuse_unless_empty(&restore, &url, force).await?;
        refuse_unknown(&restore, &manifest)?;
        load(restore, path, manifest.schema).await?
    };
    line(format_args!(
        "restored {} rows, as of {}, into {}",
        grouped(rows),
        manifest.made_at,
        database::place(&url)
    ))?;
    if std::env::var(secret::VARIABLE).is_err() {
        note(format_args!(
            "the master key is not in a backup: put the {} of that time into {}, or enter the \
             provider keys again. Words of logs can be searched for once the server has read them.",
            secret::FILE,
            settings.data.display()
        ));
    }
    Ok(())
}

/// Reads the backup to its end.
fn check(path: &Path) -> anyhow::Result<Manifest> {
    let mut bar = Bar::new("MB checked");
    #[expect(clippy::cast_precision_loss, reason = "a bar is not exact")]
    verify(path, |done, total| bar.show(done / 1_000_000, Some(done as f64 / total as f64)))?;
    bar.clear();
    Ok(Reader::open(path)?.1)
}

/// The new file takes the place of the old one when all is in it.
async fn into_sqlite(
    path: &Path,
    manifest: &Manifest,
    target: &Path,
    force: bool,
) -> anyhow::Result<u64> {
    let url = |path: &Path| format!("sqlite:{}", path.display());
    let beside = |end: &str| {
        let mut name = target.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let replaces = target.exists();
    if replaces {
        let old = open(&url(target)).await?;
        let empty = refuse_unless_empty(&old, &url(target), force).await;
        old.close().await;
        empty?;
    }
    let new = beside(".restoring");
    for leftover in [&new, &beside(".restoring-journal")] {
        if leftover.exists() {
            std::fs::remove_file(leftover)?;
        }
    }
    let restore = open(&url(&new)).await?;
    let loaded = async {
        refuse_unknown(&restore, manifest)?;
        load(restore, path, manifest.schema).await
    };
    let rows = match loaded.await {
        Ok(rows) => rows,
        Err(error) => {
            std::fs::remove_file(&new)?;
            return Err(error);
        }
    };
    if replaces {
        let old = beside(".before-restore");
        std::fs::rename(target, &old)?;
        note(format_args!("what was there before is in {}", old.display()));
    }
    publish(&new, target)?;
    Ok(rows)
}

async fn open(url: &str) -> anyhow::Result<Restore> {
    match Restore::open(url).await {
        Ok(restore) => Ok(restore),
        Err(StoreError::Conflict(text)) => {
            Err(Failure::new(text).hint("stop all servers on it first").into())
        }
        Err(error) => Err(database::cannot_open(url, &error).into()),
    }
}

async fn refuse_unless_empty(restore: &Restore, url: &str, force: bool) -> anyhow::Result<()> {
    if force || restore.is_empty().await? {
        return Ok(());
    }
    Err(Failure::new(format!("there is a project in {}", database::place(url)))
        .hint("name another database, or replace this one with --force")
        .into())
}

fn refuse_unknown(restore: &Restore, manifest: &Manifest) -> anyhow::Result<()> {
    if restore.knows(manifest.schema) {
        return Ok(());
    }
    let made_by = &manifest.vouch;
    Err(Failure::new(format!("the backup was made by a newer Vouch ({made_by})"))
        .hint("upgrade this program")
        .into())
}

/// Loads the backup; says how many rows it has.
async fn load(restore: Restore, path: &Path, schema: i64) -> anyhow::Result<u64> {
    let (sender, pieces) = mpsc::channel(4);
    let (mut reader, _) = Reader::open(path)?;
    let read = tokio::task::spawn_blocking(move || {
        let mut bar = Bar::new("rows");
        loop {
            let piece = reader.next()?;
            let last = matches!(piece, Piece::End);
            // Nobody listens any more: loading failed, and says why.
            if sender.blocking_send(piece).is_err() || last {
                bar.clear();
                return anyhow::Ok(reader.rows());
            }
            bar.show(reader.rows(), Some(reader.part()));
        }
    });
    let loaded = restore.load(schema, pieces).await;
    let rows = read.await?;
    loaded.map_err(anyhow::Error::from).and(rows)
}
