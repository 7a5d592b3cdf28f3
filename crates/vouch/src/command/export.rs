//! `vouch export logs`: streams logs into a file.

use std::path::{Path, PathBuf};

use tokio::task::block_in_place;
use vouch_domain::Time;
use vouch_domain::filter::{Bound, Filter, Range, Test};
use vouch_review::Exported;
use vouch_store::{LogQuery, UsagePoint};

use crate::bar::{Bar, grouped};
use crate::cli::{ExportCommand, ExportLogs, storage_only};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::note;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::transfer::Format;
use crate::transfer::output::{Output, Wanted};

/// Logs read at once.
const PAGE: u32 = 200;

/// Runs it.
pub(crate) async fn run(command: ExportCommand) -> anyhow::Result<()> {
    match command {
        ExportCommand::Logs(args) => logs(args).await,
        ExportCommand::Reviews(args) => super::export_answers::run(Exported::Reviews, args).await,
        ExportCommand::Consensus(args) => {
            super::export_answers::run(Exported::Consensus, args).await
        }
    }
}

async fn logs(args: ExportLogs) -> anyhow::Result<()> {
    let signals = Signals::listen()?;
    let wanted = wanted(&args);
    let settings = Settings::resolve(storage_only(args.storage.clone()))?;
    let desk = Desk::open_project(&settings, args.project.as_deref()).await?;
    let filter = filter(&args, desk.now())?;
    if wanted.is_done() {
        note("it was written whole before: there is nothing to go on with");
        return Ok(());
    }
    let output = block_in_place(|| wanted.open())?;
    let done = export(&desk, filter, output, signals).await;
    desk.close().await;
    done
}

fn wanted(args: &ExportLogs) -> Wanted {
    let path = args.output.clone().filter(|path| path.as_os_str() != "-");
    let told = path.as_deref().and_then(Format::of);
    let format = args.format.or(told).unwrap_or(Format::Jsonl);
    Wanted { path: path.map(expand), format, resume: args.resume }
}

/// A folder that is not there yet is one by its slash alone.
fn expand(path: PathBuf) -> PathBuf {
    if path.is_dir() { path.join("") } else { path }
}

/// The filter with the times around it.
fn filter(args: &ExportLogs, now: Time) -> anyhow::Result<Filter> {
    let mut parts = Vec::new();
    if let Some(text) = &args.filter {
        let parsed = vouch_domain::filter::parse(text, now);
        parts.push(parsed.map_err(|e| {
            Failure::new(format!("the filter cannot be read: {e}"))
                .hint("docs/filters.md lists the fields, e.g. 'model:gpt-4o score<50'")
        })?);
    }
    let bound = |at: Option<Time>, inclusive| at.map(|value| Bound { value, inclusive });
    let range = Range { from: bound(args.from, true), to: bound(args.to, false) };
    if range.from.is_some() || range.to.is_some() {
        parts.push(Filter::Is(Test::Time(range)));
    }
    Ok(match parts.len() {
        1 => parts.remove(0),
        // Parts of a conjunction stay beside the times, so that each may lead.
        _ => Filter::And(parts.into_iter().flat_map(conjuncts).collect()),
    })
}

fn conjuncts(filter: Filter) -> Vec<Filter> {
    match filter {
        Filter::And(parts) => parts,
        one => vec![one],
    }
}

async fn export(
    desk: &Desk,
    filter: Filter,
    mut output: Output,
    mut signals: Signals,
) -> anyhow::Result<()> {
    let stretch = Stretch::new(desk.store.usage(desk.id(), 0..=i64::MAX).await?);
    let after = output.after.map(|log| vouch_domain::Cursor(log.to_string()));
    let mut query = LogQuery { project: desk.id(), filter, cursor: after, limit: PAGE };
    let (mut bar, mut count) = (Bar::new("logs"), 0);
    loop {
        let page = tokio::select! {
            page = desk.store.whole_logs(&query) => page?,
            () = signals.next() => {
                bar.clear();
                return Err(broken_off(block_in_place(|| output.break_off())?, count));
            }
        };
        block_in_place(|| {
            page.items.iter().try_for_each(|whole| output.sink.write(whole))?;
            output.sink.flush()
        })?;
        count += page.items.len() as u64;
        if let Some(last) = page.items.last() {
            bar.show(count, Some(stretch.newer_than(last.log.created_at)));
        }
        match page.next_cursor {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    block_in_place(|| output.finish())?;
    bar.clear();
    note(format_args!("exported {} logs", grouped(count)));
    Ok(())
}

fn broken_off(resumable: bool, count: u64) -> anyhow::Error {
    let failure = Failure::new(format!("broken off after {} logs", grouped(count)));
    let hint = if resumable {
        "the same command with --resume goes on"
    } else {
        "JSON lines, CSV and a folder of Parquet files (-o DIR/) can be gone on with"
    };
    failure.hint(hint).into()
}

/// How many calls there were on each day, to tell how far an export is: newest come first.
struct Stretch {
    /// Days and their calls, oldest first.
    days: Vec<(i64, f64)>,
    total: f64,
}

impl Stretch {
    #[expect(clippy::cast_precision_loss, reason = "a bar is not exact")]
    fn new(points: Vec<UsagePoint>) -> Self {
        let mut days: Vec<(i64, f64)> = Vec::new();
        for point in points {
            match days.last_mut() {
                Some((day, calls)) if *day == point.day => *calls += point.calls as f64,
                _ => days.push((point.day, point.calls as f64)),
            }
        }
        let total = days.iter().map(|(_, calls)| calls).sum();
        Self { days, total }
    }

    /// The part of all calls that are newer, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a bar is not exact")]
    fn newer_than(&self, at: Time) -> f64 {
        let day = at.day();
        let newer: f64 = self.days.iter().filter(|(d, _)| *d > day).map(|(_, calls)| calls).sum();
        let of_day = self.days.iter().find(|(d, _)| *d == day).map_or(0.0, |(_, calls)| *calls);
        let into_day = (at.micros() - Time::from_day(day).micros()) as f64 / 86_400e6;
        if self.total > 0.0 { (newer + of_day * (1.0 - into_day)) / self.total } else { 0.0 }
    }
}

/// A moment as people write it: a day, or a time of a day.
pub(crate) fn moment(text: &str) -> Result<Time, String> {
    let day = || format!("{text}T00:00:00Z").parse();
    text.parse::<Time>().or_else(|_| day()).map_err(|_| {
        format!("`{text}` is not a day or a time, such as 2026-11-01 or 2026-11-01T08:00:00Z")
    })
}

/// A path whose file is there.
pub(crate) fn existing(path: &Path) -> Result<(), Failure> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new(format!("there is no file {}", path.display()))),
        Err(e) => Err(Failure::new(format!("cannot look for {}: {e}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_moment() {
        assert_eq!(moment("2026-11-01").unwrap(), moment("2026-11-01T01:00:00+01:00").unwrap());
        assert!(moment("yesterday").unwrap_err().starts_with("`yesterday` is not a day"));
    }

    #[test]
    fn the_way_is_measured_in_calls() {
        let point = |day, calls| UsagePoint {
            day,
            deployment: String::new(),
            variant: String::new(),
            model: String::new(),
            calls,
            failed: 0,
            prompt_tokens: 0,
            completion_tokens: 0,
            cost_usd_micros: 0,
        };
        let stretch = Stretch::new(vec![point(1, 30), point(1, 30), point(2, 40)]);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        near(stretch.newer_than(Time::from_day(3)), 0.0);
        near(stretch.newer_than(Time::from_day(2)), 0.4);
        near(stretch.newer_than(Time::from_day(1).plus_s(43_200)), 0.7);
        near(stretch.newer_than(Time::from_day(1)), 1.0);
    }
}
