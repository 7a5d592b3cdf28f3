//! `vouch backup`: everything in the database as one file, while a server may run.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use tokio::sync::mpsc;
use tokio::task::block_in_place;

use crate::backup::{Manifest, Writer};
use crate::bar::{Bar, grouped};
use crate::cli::storage_only;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::{line, note};
use crate::secret;
use crate::settings::{Settings, StorageOptions};
use crate::signals::Signals;
use crate::transfer::output::publish;
use crate::transfer::parts::draft;

/// Runs it.
pub(crate) async fn run(path: &Path, storage: StorageOptions) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let settings = Settings::resolve(storage_only(storage))?;
    let desk = Desk::open(&settings).await?;
    if path.exists() {
        let sentence = format!("{} is there already", path.display());
        return Err(Failure::new(sentence).hint("name another file, or remove it").into());
    }
    let part = draft(path);
    let written = tokio::select! {
        written = write(&desk, &part) => written,
        () = signals.next() => Err(Failure::new("broken off: there is no backup").into()),
    };
    let published = written.and_then(|rows| publish(&part, path).map(|()| rows));
    let rows = match published {
        Ok(rows) => rows,
        Err(error) => {
            // It may not even have been made.
            std::fs::remove_file(&part).ok();
            return Err(error);
        }
    };
    desk.close().await;
    let bytes = std::fs::metadata(path)?.len();
    line(format_args!(
        "{} holds {} rows in {} MB",
        path.display(),
        grouped(rows),
        grouped(bytes.div_ceil(1_000_000))
    ))?;
    note(format_args!("not in it: {}", not_in_it(&settings)));
    Ok(())
}

fn not_in_it(settings: &Settings) -> String {
    let key = match std::env::var(secret::VARIABLE) {
        Ok(_) => format!("the master key in {}", secret::VARIABLE),
        Err(_) => format!("the master key {}", settings.data.join(secret::FILE).display()),
    };
    format!("{key}, without which provider keys must be entered again; the local model")
}

/// Writes the backup; says how many rows it has.
async fn write(desk: &Desk, path: &Path) -> anyhow::Result<u64> {
    let unwritable = || Failure::new(format!("cannot write to {}", path.display()));
    // Whoever reads it reads everything.
    let file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path);
    let file = file.with_context(unwritable)?;
    let manifest = Manifest {
        vouch: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: desk.now(),
        schema: desk.store.schema().await?,
    };
    let mut writer = Writer::new(file, &manifest).with_context(unwritable)?;
    let (sender, mut pieces) = mpsc::channel(4);
    let mut bar = Bar::new("rows");
    let dump = async { Ok(desk.store.dump(sender).await?) };
    let write = async {
        while let Some(piece) = pieces.recv().await {
            block_in_place(|| writer.write(&piece)).with_context(unwritable)?;
            bar.show(writer.rows(), None);
        }
        anyhow::Ok(())
    };
    tokio::try_join!(dump, write)?;
    bar.clear();
    let rows = writer.rows();
    block_in_place(|| writer.finish()).with_context(unwritable)?;
    Ok(rows)
}
