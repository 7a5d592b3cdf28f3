//! `vouch export reviews` and `vouch export consensus`: the work of a review queue as a file.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use tokio::task::block_in_place;
use vouch_domain::review::Queue;
use vouch_review::{Export, ExportFormat, Exported};

use crate::bar::{Bar, grouped};
use crate::cli::{ExportAnswers, storage_only};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::note;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::transfer::Format;
use crate::transfer::output::publish;
use crate::transfer::parts::draft;

/// Runs it.
pub(crate) async fn run(what: Exported, args: ExportAnswers) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let path = Some(args.output.as_path()).filter(|path| path.as_os_str() != "-");
    let told = args.format.or_else(|| path.and_then(Format::of));
    let format = match told.unwrap_or(Format::Jsonl) {
        Format::Jsonl => ExportFormat::Jsonl,
        Format::Csv => ExportFormat::Csv,
        Format::Parquet => ExportFormat::Parquet,
    };
    check(path, format)?;
    let settings = Settings::resolve(storage_only(args.storage.clone()))?;
    let desk = Desk::open_project(&settings, args.project.as_deref()).await?;
    let queue = queue_of(&desk, &args.queue).await?;
    let store = desk.store.as_ref();
    let mut export = Export::new(store, desk.id(), &queue, (what, format)).await?;
    let mut out = open(path)?;
    let mut bar = Bar::new("rows");
    loop {
        let bytes = tokio::select! {
            bytes = export.next(store) => bytes?,
            () = signals.next() => {
                bar.clear();
                return Err(broken_off(path).into());
            }
        };
        let Some(bytes) = bytes else { break };
        block_in_place(|| out.write_all(&bytes))?;
        bar.show(export.rows(), None);
    }
    block_in_place(|| out.flush())?;
    if let Some(path) = path {
        block_in_place(|| publish(&draft(path), path))?;
    }
    bar.clear();
    note(format_args!("exported {} rows", grouped(export.rows())));
    desk.close().await;
    Ok(())
}

/// The queue with that key or id.
pub(crate) async fn queue_of(desk: &Desk, named: &str) -> anyhow::Result<Queue> {
    let all = desk.store.queues(desk.id()).await?;
    let keys: Vec<String> = all.iter().map(|queue| queue.settings.key.clone()).collect();
    let is_it = |queue: &Queue| queue.settings.key == named || queue.id.to_string() == named;
    all.into_iter().find(is_it).ok_or_else(|| {
        let hint = match keys.as_slice() {
            [] => "make one under Review in the web UI, or with --create NAME".to_owned(),
            keys => format!("there is {}", keys.join(", ")),
        };
        Failure::new(format!("there is no queue `{named}`")).hint(hint).into()
    })
}

fn check(path: Option<&Path>, format: ExportFormat) -> Result<(), Failure> {
    let Some(path) = path else {
        if format == ExportFormat::Parquet && io::stdout().is_terminal() {
            let failure = Failure::new("Parquet is nothing for a terminal");
            return Err(failure.hint("name a file with -o FILE"));
        }
        return Ok(());
    };
    if path.exists() {
        let failure = Failure::new(format!("{} is there already", path.display()));
        return Err(failure.hint("name another file, or remove it"));
    }
    Ok(())
}

/// The file has `.part` behind its name until it is whole; what people said is for the owner.
fn open(path: Option<&Path>) -> anyhow::Result<Box<dyn Write + Send>> {
    let Some(path) = path else { return Ok(Box::new(BufWriter::new(io::stdout()))) };
    let part = draft(path);
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
    let file = file.with_context(|| {
        Failure::new(format!("cannot write to {}", path.display()))
            .hint("name another file with -o FILE")
    })?;
    Ok(Box::new(BufWriter::new(file)))
}

fn broken_off(path: Option<&Path>) -> Failure {
    if let Some(path) = path {
        // What is left of it is of no use.
        fs::remove_file(draft(path)).ok();
    }
    Failure::new("broken off").hint("run the same command again")
}
