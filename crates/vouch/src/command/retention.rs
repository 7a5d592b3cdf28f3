//! `vouch retention`: how long logs are kept, and archiving what leaves.

use serde_json::json;
use vouch_domain::retention::Retention;

use crate::bar::{Bar, grouped};
use crate::cli::{RetentionCommand, storage_only};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::{line, note};
use crate::retention::archive;
use crate::settings::Settings;

/// The most logs that are counted.
const MOST: u32 = 10_000_000;

/// Runs it.
pub(crate) async fn run(command: RetentionCommand) -> anyhow::Result<()> {
    match command {
        RetentionCommand::Show { storage } => {
            let desk = Desk::open(&Settings::resolve(storage_only(storage))?).await?;
            let retention = desk.store.retention(desk.id()).await?;
            line(format_args!("logs are kept {}", span(retention)))?;
            tell(&desk, retention).await?;
            desk.close().await;
        }
        RetentionCommand::Set { days, storage } => {
            let desk = Desk::open(&Settings::resolve(storage_only(storage))?).await?;
            let audit = desk.audit("retention.put", &desk.id(), json!(days));
            desk.store.put_retention(desk.id(), days, audit).await?;
            note(format_args!("logs are kept {} from now on", span(days)));
            desk.close().await;
        }
        RetentionCommand::Run { dry_run, storage } => {
            let settings = Settings::resolve(storage_only(storage))?;
            let desk = Desk::open(&settings).await?;
            let retention = desk.store.retention(desk.id()).await?;
            if dry_run {
                tell(&desk, retention).await?;
            } else {
                now(&desk, &settings).await?;
            }
            desk.close().await;
        }
    }
    Ok(())
}

async fn now(desk: &Desk, settings: &Settings) -> anyhow::Result<()> {
    let mut bar = Bar::new("logs");
    let done = archive(desk, &settings.data, |removed| bar.show(removed, None)).await?;
    bar.clear();
    if done.busy {
        return Err(Failure::new("a server archives right now").hint("try again later").into());
    }
    line(format_args!("archived and removed {} logs", grouped(done.removed)))?;
    for file in done.files {
        line(file.display())?;
    }
    Ok(())
}

/// Says what leaves.
async fn tell(desk: &Desk, retention: Retention) -> anyhow::Result<()> {
    let Some(before) = retention.cutoff(desk.now()) else {
        return Ok(line("none leave")?);
    };
    let (count, oldest) = desk.store.count_before(desk.id(), before, MOST).await?;
    let since = oldest.map_or(String::new(), |at| format!(", the oldest of {}", at.date()));
    let (count, day) = (grouped(count), before.date());
    Ok(line(format_args!("{count} logs made before {day} leave{since}"))?)
}

fn span(retention: Retention) -> String {
    retention.days.map_or("for ever".into(), |days| format!("for {} days", grouped(days.into())))
}

/// A number of days, or `forever`.
pub(crate) fn days(text: &str) -> Result<Retention, String> {
    let days = if text == "forever" { None } else { Some(text.parse().unwrap_or(0)) };
    let wrong = |_| format!("`{text}` is not a number of days from 1 to 36500, or `forever`");
    Retention { days }.check().map_err(wrong)
}
