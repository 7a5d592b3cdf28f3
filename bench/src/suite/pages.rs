//! Pages of the request log, under each filter, over databases of different sizes.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Options;
use crate::child::{self, Child};
use crate::generate::{self, CHAIN, CONVERSATION};
use crate::http::Api;
use crate::load::{Call, Pace, Plan};
use crate::output;
use crate::proc;
use crate::table::{Table, number, pair};
use crate::vouch::{Binary, Vouch};

/// Values that are asked for in turn.
const VALUES: u64 = 64;

/// What was measured of one database.
struct Measured {
    logs: u64,
    gib: f64,
    start: Duration,
    idle_rss_mib: f64,
    rss_mib: f64,
    /// For each filter p50 and p99 in ms, and how many logs were on the first page.
    pages: Vec<(f64, f64, usize)>,
}

pub(super) async fn run(options: &Options) -> Result<String> {
    let mut all = Vec::new();
    for logs in &options.logs {
        let folder = options.folder()?;
        check_room(folder.path(), *logs)?;
        make(&options.binary(), folder.path(), *logs).await?;
        all.push(measure(options, folder.path(), *logs).await?);
    }
    Ok(tables(&all))
}

/// A log and its indexes take less than 3 kB.
fn check_room(folder: &Path, logs: u64) -> Result<()> {
    let free = rustix::fs::statvfs(folder)?;
    let (free, needed) = (free.f_bavail * free.f_frsize, logs * 3_000);
    if free < needed {
        bail!("{logs} logs take up to {needed} bytes, but {free} are free; see --logs");
    }
    Ok(())
}

/// A database of a server, filled while the server is away.
async fn make(binary: &Binary, folder: &Path, logs: u64) -> Result<()> {
    binary.serve(folder).await?.server.stop().await?;
    output::step(&format!("writing {logs} logs"));
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("generate").arg("--logs").arg(logs.to_string());
    command.arg("--database").arg(folder.join("data/vouch.db"));
    let mut writing = Child::start("generate", folder, &command)?;
    writing.wait_until_done(true).await?;
    let vouch = binary.serve(folder).await?;
    output::step("waiting until all words are searched");
    vouch.wait_until_searched(&vouch.application().await?).await?;
    vouch.server.stop().await
}

async fn measure(options: &Options, folder: &Path, logs: u64) -> Result<Measured> {
    let bytes = fs::metadata(folder.join("data/vouch.db"))?.len();
    let mut starts = Vec::new();
    for _ in 0..2 {
        let vouch = options.binary().serve(folder).await?;
        starts.push(vouch.started_in);
        vouch.server.stop().await?;
    }
    let vouch = options.binary().serve(folder).await?;
    starts.push(vouch.started_in);
    starts.sort_unstable();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle_rss_mib = proc::usage(vouch.server.pid()).rss_mib;
    let mib = f64::from(u32::try_from(bytes >> 20)?);
    let (gib, start) = (mib / 1024.0, starts[starts.len() / 2]);
    output::step(&format!(
        "{logs} logs, {gib:.2} GiB: started in {:.3} s, {idle_rss_mib:.0} MiB when idle",
        start.as_secs_f64()
    ));
    let mut pages = Vec::new();
    for (name, paths) in filters(logs) {
        let page = measure_filter(options, &vouch, name, paths).await?;
        pages.push(page);
    }
    let rss_mib = proc::usage(vouch.server.pid()).rss_mib;
    vouch.server.stop().await?;
    Ok(Measured { logs, gib, start, idle_rss_mib, rss_mib, pages })
}

async fn measure_filter(
    options: &Options,
    vouch: &Vouch,
    name: &str,
    paths: Vec<String>,
) -> Result<(f64, f64, usize)> {
    let found = found(&vouch.admin, paths.first().context("no path")?).await?;
    let call = |path| Call { method: "GET".into(), path, body: String::new() };
    let plan = Plan {
        address: vouch.admin.address,
        pace: Pace::Closed { callers: 1 },
        warm_up_s: 0.5,
        seconds: options.seconds(),
        headers: vouch.admin.headers.clone(),
        calls: paths.into_iter().map(call).collect(),
        follow_up: None,
        watched: vec![vouch.server.pid()],
    };
    let report = child::load(&plan).await?;
    if report.failed > 0 {
        bail!("{} pages failed under {name}", report.failed);
    }
    let (p50, p99) = (report.latency.p50_ms, report.latency.p99_ms);
    let cpu = report.watched_cpu_us.iter().sum::<f64>();
    output::step(&format!(
        "  {name}: {found} logs, p50 {p50:.3} ms, p99 {p99:.3} ms, {cpu:.0} us of CPU"
    ));
    Ok((p50, p99, found))
}

/// How many logs are on a page; none is a mistake of ours.
async fn found(api: &Api, path: &str) -> Result<usize> {
    let page: Value = api.get(path).await?;
    let found = page["items"].as_array().map_or(0, Vec::len);
    if found == 0 {
        bail!("{path} finds nothing");
    }
    Ok(found)
}

/// Each filter with the pages that are asked for.
fn filters(logs: u64) -> Vec<(&'static str, Vec<String>)> {
    let each = |of: &dyn Fn(u64) -> String| -> Vec<String> {
        (0..VALUES).map(|n| format!("/api/v1/logs?limit=50&{}", of(n))).collect()
    };
    // Numbers of logs from all over the time, and days with those before and after in it.
    let spread = move |n: u64| (logs - 1) * (n + 1) / (VALUES + 1);
    let deep = move |n: u64| format!("cursor={}", generate::id_of(spread(n), logs));
    let day = |n: u64| {
        let at = vouch_domain::Time::from_micros(generate::FIRST_S * 1_000_000);
        vouch_domain::Time::from_day(at.day() + i64::try_from(n).unwrap_or(0) % generate::DAYS)
            .date()
    };
    vec![
        ("project only", vec!["/api/v1/logs?limit=50".into()]),
        ("project only, deep", each(&deep)),
        ("model", each(&|n| format!("model={}", generate::model(n)))),
        ("model, deep", each(&|n| format!("model={}&{}", generate::model(n), deep(n)))),
        ("deployment", each(&|n| format!("deployment={}", generate::deployment(n)))),
        ("user", each(&|n| format!("user_id={}", generate::user(n * 7)))),
        ("chain", each(&|n| format!("chain_id={}", generate::chain(spread(n) / CHAIN * CHAIN)))),
        (
            "conversation",
            each(&|n| {
                let of = generate::conversation(spread(n) / CONVERSATION * CONVERSATION);
                format!("conversation_id={of}")
            }),
        ),
        ("metadata", each(&|n| format!("metadata=country:{}", generate::country(n)))),
        (
            "metadata, deep",
            each(&|n| format!("metadata=country:{}&{}", generate::country(n), deep(n))),
        ),
        ("score at most 20", each(&|_| "max_score=20".into())),
        ("score at least 90", each(&|_| "min_score=90".into())),
        ("thumbs down", each(&|_| "thumbs=down".into())),
        ("thumbs down, deep", each(&|n| format!("thumbs=down&{}", deep(n)))),
        ("failed", each(&|_| "status=failed".into())),
        ("one day", each(&|n| format!("from={0}&to={0}", day(n)))),
        ("text, a common word", each(&|n| format!("q=text:{}", generate::word(n)))),
        ("text, a rare word", each(&|n| format!("q=text:{}", generate::rare(n)))),
    ]
}

fn tables(all: &[Measured]) -> String {
    let heads = |first: &str| {
        let sizes = all.iter().map(|one| format!("{} logs", number(real(one.logs))));
        let head: Vec<String> = std::iter::once(first.to_owned()).chain(sizes).collect();
        Table::new(&head.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut servers = heads("");
    let row = |name: &str, of: &dyn Fn(&Measured) -> String| -> Vec<String> {
        std::iter::once(name.to_owned()).chain(all.iter().map(of)).collect()
    };
    servers.row(row("database, GiB", &|one| number(one.gib)));
    servers.row(row("start until ready, s", &|one| number(one.start.as_secs_f64())));
    servers.row(row("idle RSS, MiB", &|one| number(one.idle_rss_mib)));
    servers.row(row("RSS after all pages, MiB", &|one| number(one.rss_mib)));
    let mut pages = heads("page of 50, p50 / p99 ms");
    for (n, (name, _)) in filters(1).iter().enumerate() {
        pages.row(row(name, &|one| match one.pages.get(n) {
            Some((p50, p99, 50)) => pair(*p50, *p99),
            Some((p50, p99, found)) => format!("{} ({found} logs)", pair(*p50, *p99)),
            None => String::new(),
        }));
    }
    format!("{servers}\n{pages}")
}

fn real(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_has_pages_and_deep_ones_a_cursor_within_the_logs() {
        let ids: Vec<String> = (0..1_000).map(|n| generate::id_of(n, 1_000)).collect();
        for (name, paths) in filters(1_000) {
            assert!(!paths.is_empty(), "{name}");
            for path in paths.iter().filter(|_| name.ends_with("deep")) {
                let cursor = path.rsplit_once("cursor=").unwrap().1;
                assert!(ids.iter().any(|id| id == cursor), "{name}: {path}");
            }
        }
    }
}
