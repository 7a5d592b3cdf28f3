//! `vouch import tasks`: a file of tasks into a review queue, with what people said of them.
//!
//! A task is known by its key and reviewed by a person once: reading a file again, after a kill or
//! not, changes nothing that is there.

use std::fs::File;
use std::process::ExitCode;

use serde_json::json;
use tokio::sync::mpsc;
use vouch_domain::actor::Actor;
use vouch_domain::id::QueueId;
use vouch_domain::review::{NewQueue, Queue, QueueState};
use vouch_files::rows::{Format, Source};
use vouch_files::{FileError, Fit, Infer, Inferred, LeftOut, Mapping, Reader};
use vouch_review::{Batch, ImportError, Imported, Importer, RejectedRow, read_in_batches};

use crate::bar::{Bar, grouped};
use crate::cli::{ImportTasks, storage_only};
use crate::clock::SystemClock;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::{line, note};
use crate::settings::Settings;
use crate::signals::Signals;
use crate::transfer::read::Bad;
use crate::transfer::rejected::Rejected;

use super::export::existing;
use super::export_answers::queue_of;
use super::import::{SOME_REJECTED, part};

/// Runs it.
pub(crate) async fn run(args: ImportTasks) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    existing(&args.file)?;
    let settings = Settings::resolve(storage_only(args.storage.clone()))?;
    let desk = Desk::open_project(&settings, args.project.as_deref()).await?;
    let queue = tokio::select! {
        queue = queue(&desk, &args) => queue?,
        () = signals.next() => return Err(Failure::new("broken off before anything was written").into()),
    };
    let rejected = Rejected::beside(&args.file, args.dry_run)?;
    let mut import =
        Import { args: &args, desk: &desk, queue: &queue, rejected, bar: Bar::new("rows") };
    let done = tokio::select! {
        done = import.run() => done,
        () = signals.next() => {
            import.bar.clear();
            let failure = Failure::new("broken off");
            return Err(failure.hint("the same command goes on where it stopped").into());
        }
    };
    import.bar.clear();
    done?;
    let rejected = import.rejected.count();
    desk.close().await;
    Ok(if rejected > 0 { ExitCode::from(SOME_REJECTED) } else { ExitCode::SUCCESS })
}

/// The queue that is named, or a new one.
async fn queue(desk: &Desk, args: &ImportTasks) -> anyhow::Result<Queue> {
    match (&args.queue, &args.create) {
        (Some(named), _) => queue_of(desk, named).await,
        (None, Some(name)) => create(desk, args, name).await,
        (None, None) => Err(Failure::new("give --queue KEY or --create NAME").into()),
    }
}

fn open(args: &ImportTasks, mapping: Mapping) -> Result<Reader, FileError> {
    let told = args.format.and_then(crate::cli::Shape::rows);
    let format = told.or_else(|| Format::of_name(&args.file));
    let layout = args.format.and_then(crate::cli::Shape::layout);
    Reader::open(Source::File(File::open(&args.file)?), format, layout, mapping)
}

fn unreadable(args: &ImportTasks, error: &FileError) -> anyhow::Error {
    Failure::new(format!("{}: {error}", args.file.display())).into()
}

/// Makes a queue that asks what the answers of the file show; one that an earlier import made is
/// taken.
async fn create(desk: &Desk, args: &ImportTasks, name: &str) -> anyhow::Result<Queue> {
    let (file, mapping) = (args.file.display().to_string(), args.mapping());
    let reader = open(args, mapping).map_err(|e| unreadable(args, &e))?;
    let found = tokio::task::spawn_blocking(move || infer(reader)).await?;
    let found = found.map_err(|e| unreadable(args, &e))?.map_err(|why| {
        Failure::new(format!("no queue can be made of {file}: {why}"))
            .hint("make a queue under Review in the web UI, and name it with --queue KEY")
    })?;
    let new = json!({"name": name, "item": found.item, "rubric": found.rubric});
    let settings = serde_json::from_value::<NewQueue>(new)?.settings().map_err(|invalid| {
        Failure::new(format!("no queue can be made of {file}: {invalid}"))
            .hint("make a queue under Review in the web UI, and name it with --queue KEY")
    })?;
    let there = desk.store.queues(desk.id()).await?;
    if let Some(there) = there.into_iter().find(|queue| queue.settings.key == settings.key) {
        if there.settings.rubric == settings.rubric && there.settings.item == settings.item {
            return Ok(there);
        }
        return Err(Failure::new(format!(
            "there is a queue `{}` that asks otherwise",
            settings.key
        ))
        .hint("give another name, or --queue to add to it")
        .into());
    }
    let kinds = settings.rubric.questions().iter();
    let asked: Vec<_> = kinds.map(|q| format!("{} ({})", q.key, q.kind.as_str())).collect();
    let (now, entropy) = desk.fresh();
    let queue = Queue {
        id: QueueId::new(now, entropy),
        state: QueueState::Open,
        settings,
        rubric_version: 1,
        guidelines_version: 1,
        created_at: now,
        archived_at: None,
    };
    if args.dry_run {
        note(format_args!("would make the queue `{}`: {}", queue.settings.key, asked.join(", ")));
        return Ok(queue);
    }
    let details = json!({"key": queue.settings.key, "by": "import"});
    let audit = desk.audit("queue.create", &queue.id, details);
    desk.store.create_queue(desk.id(), queue.clone(), audit).await?;
    note(format_args!("made the queue `{}`: {}", queue.settings.key, asked.join(", ")));
    Ok(queue)
}

fn infer(mut reader: Reader) -> Result<Result<Inferred, String>, FileError> {
    let mut infer = Infer::default();
    while let Some(read) = reader.read()? {
        if let Ok(entry) = &read.outcome {
            infer.take(entry);
        }
    }
    Ok(infer.finish())
}

struct Import<'a> {
    args: &'a ImportTasks,
    desk: &'a Desk,
    queue: &'a Queue,
    rejected: Rejected,
    bar: Bar,
}

impl Import<'_> {
    async fn run(&mut self) -> anyhow::Result<()> {
        let args = self.args;
        let mapping = Mapping { item: Some(self.queue.settings.item), ..args.mapping() };
        let mut reader = open(args, mapping).map_err(|e| unreadable(args, &e))?;
        let total = reader.total();
        let fit = Fit::new(self.queue.settings.rubric.clone(), args.annotations());
        let (sender, mut batches) = mpsc::channel(1);
        let reading = tokio::task::spawn_blocking(move || {
            read_in_batches(&mut reader, &fit, |batch| sender.blocking_send(batch).is_ok())
        });
        let (store, clock) = (self.desk.store.as_ref(), SystemClock);
        let aliases = args.annotators.iter().cloned().collect();
        let places = (self.desk.id(), self.queue.id);
        let importer = Importer::new((store, &clock), places, Actor::System, aliases).await;
        let mut importer = importer.map_err(ImportError::into_store)?;
        let (mut checked, mut seen) = (Imported::default(), 0);
        while let Some(Batch { ready, rejected, done }) = batches.recv().await {
            seen += (ready.len() + rejected.len()) as u64;
            self.reject(rejected)?;
            if args.dry_run {
                checked.created += ready.len() as u64;
                checked.reviews +=
                    ready.iter().map(|row| row.fitted.reviews.len() as u64).sum::<u64>();
            } else {
                let rejected = importer.add(ready).await.map_err(ImportError::into_store)?;
                self.reject(rejected)?;
            }
            self.bar.show(seen, total.map(|total| part(done, total)));
        }
        let left_out = reading.await?.map_err(|e| unreadable(args, &e))?;
        self.bar.clear();
        let done = if args.dry_run { checked } else { importer.done() };
        line(self.summary(done))?;
        tell(&importer, &left_out);
        Ok(())
    }

    fn reject(&mut self, rows: Vec<RejectedRow>) -> anyhow::Result<()> {
        for RejectedRow { line, reason, row } in rows {
            self.rejected.add(line, &Bad { reason, row })?;
        }
        Ok(())
    }

    fn summary(&self, done: Imported) -> String {
        let key = &self.queue.settings.key;
        let [created, known, reviews, there] =
            [done.created, done.known, done.reviews, done.known_reviews].map(grouped);
        let mut text = if self.args.dry_run {
            format!("{created} tasks with {reviews} reviews can be imported; nothing was written")
        } else {
            format!(
                "imported {created} tasks and {reviews} reviews into `{key}`; {known} tasks and \
                 {there} reviews were there already"
            )
        };
        if let Some(rejected) = self.rejected.summary() {
            text.push_str("; ");
            text.push_str(&rejected);
        }
        text
    }
}

/// Says what was left out, and who is new.
fn tell(importer: &Importer<'_>, left_out: &LeftOut) {
    for (what, count) in &left_out.0 {
        note(format_args!("left out: {} {what}", grouped(*count)));
    }
    for user in importer.people().made() {
        note(format_args!("new, and shut out until `vouch user` lets them in: {}", user.email));
    }
}
