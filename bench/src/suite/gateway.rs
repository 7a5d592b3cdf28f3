//! Calls through Vouch and its peers, side by side, to the same provider.

use anyhow::Result;

use super::{Options, Peer};
use crate::load::{Pace, Report};
use crate::peer::{Target, litellm, portkey, tensorzero, upstream};
use crate::table::{Table, number, pair};
use crate::{child, output, proc};

/// Callers who keep a target busy.
const CALLERS: u32 = 64;
/// Calls a second that every target can take, and that most can.
const SLOW_PER_S: u32 = 50;
const FAST_PER_S: u32 = 500;
/// Connections of the open loop.
const OPEN_CALLERS: u32 = 128;

/// What was measured of one target.
struct Measured {
    name: String,
    version: String,
    one: Report,
    slow: Report,
    fast: Report,
    json: Saturated,
    stream: Saturated,
    peak_rss_mib: f64,
}

/// A target that was kept busy.
struct Saturated {
    load: Report,
    /// All CPU time until there was nothing left to do, for each call.
    cpu_us: f64,
}

pub(super) async fn run(options: &Options) -> Result<String> {
    let folder = options.folder()?;
    let (mock, address) = upstream(folder.path(), 0).await?;
    let mut all = Vec::new();

    all.push(measure(options, Target::direct(&mock, address)).await?);

    let binary = options.binary();
    let vouch = binary.serve(folder.path()).await?;
    let vouch = Target::vouch(vouch, &binary.version()?, address).await?;
    all.push(measure(options, vouch).await?);

    let database = options.database();
    for (peer, peers) in options.peers() {
        let folder = options.folder()?;
        let target = match peer {
            Peer::Tensorzero => tensorzero::start(&peers, folder.path(), address, None).await?,
            Peer::TensorzeroPostgres => {
                tensorzero::start(&peers, folder.path(), address, database.as_ref()).await?
            }
            Peer::Portkey => portkey::start(&peers, folder.path(), address).await?,
            Peer::Litellm => litellm::start(&peers, folder.path(), address).await?,
        };
        all.push(measure(options, target).await?);
    }
    Ok(tables(&all))
}

async fn measure(options: &Options, target: Target) -> Result<Measured> {
    output::step(&format!("{} {}", target.name, target.version));
    target.check().await?;
    let load = async |what: &str, pace| {
        target.settle().await?;
        let report = child::load(&target.plan(pace, false, options.seconds())).await?;
        output::step(&format!("  {what}: {}", said(&report)));
        anyhow::Ok(report)
    };
    let one = load("one caller", Pace::Closed { callers: 1 }).await?;
    let open = |per_s| Pace::Open { per_s, callers: OPEN_CALLERS };
    let slow = load("50 calls/s", open(SLOW_PER_S)).await?;
    let fast = load("500 calls/s", open(FAST_PER_S)).await?;
    target.settle().await?;
    let json = saturate(options, &target, false).await?;
    let stream = saturate(options, &target, true).await?;
    let gateway = target.watched.first().map_or(0.0, |pid| proc::usage(*pid).peak_rss_mib);
    let (name, version) = (target.name.clone(), target.version.clone());
    target.stop().await?;
    Ok(Measured { name, version, one, slow, fast, json, stream, peak_rss_mib: gateway })
}

async fn saturate(options: &Options, target: &Target, stream: bool) -> Result<Saturated> {
    let pace = Pace::Closed { callers: CALLERS };
    let logged = target.logged().await?;
    let before = target.cpu_ms();
    let load = child::load(&target.plan(pace, stream, options.seconds())).await?;
    target.settle().await?;
    let answered = u32::try_from(load.answered).unwrap_or(u32::MAX);
    let cpu_us = (target.cpu_ms() - before) * 1e3 / f64::from(answered.max(1));
    let what = if stream { "64 callers, streamed" } else { "64 callers" };
    output::step(&format!("  {what}: {}, {cpu_us:.1} us of CPU a call in all", said(&load)));
    target.check_logged(logged, load.answered).await?;
    Ok(Saturated { load, cpu_us })
}

fn said(report: &Report) -> String {
    let (latency, failed) = (report.latency, report.failed);
    let cpu: f64 = report.watched_cpu_us.iter().sum();
    format!(
        "{:.0}/s, p50 {:.3} ms, p99 {:.3} ms, max {:.1} ms, {failed} failed, \
         {cpu:.1} us of CPU a call meanwhile (the generator: {:.1})",
        report.per_s, latency.p50_ms, latency.p99_ms, latency.max_ms, report.own_cpu_us
    )
}

fn tables(all: &[Measured]) -> String {
    let [direct, vouch, ..] = all else { return String::new() };
    let mut rates = Table::new(&[
        "64 callers",
        "JSON/s",
        "of direct",
        "Vouch is",
        "streams/s",
        "of direct",
        "Vouch is",
        "failed",
    ]);
    let mut costs = Table::new(&[
        "CPU and memory",
        "µs a call, JSON",
        "µs a call, streamed",
        "64 callers, p50 / p99 ms",
        "peak RSS, MiB",
    ]);
    let mut times = Table::new(&[
        "added, p50 / p99 ms",
        "one caller",
        "50 calls/s",
        "500 calls/s",
        "one caller without direct",
    ]);
    for one in all {
        let name = format!("{} {}", one.name, one.version).trim().to_owned();
        let share = |of: fn(&Measured) -> f64| format!("{:.0} %", 100.0 * of(one) / of(direct));
        let times_faster = |of: fn(&Measured) -> f64| format!("{}x", number(of(vouch) / of(one)));
        let json = |m: &Measured| m.json.load.per_s;
        let stream = |m: &Measured| m.stream.load.per_s;
        rates.row([
            name.clone(),
            number(json(one)),
            share(json),
            times_faster(json),
            number(stream(one)),
            share(stream),
            times_faster(stream),
            (one.json.load.failed + one.stream.load.failed).to_string(),
        ]);
        costs.row([
            name.clone(),
            number(one.json.cpu_us),
            number(one.stream.cpu_us),
            pair(one.json.load.latency.p50_ms, one.json.load.latency.p99_ms),
            number(one.peak_rss_mib),
        ]);
        times.row([
            name,
            added(&one.one, &direct.one, None),
            added(&one.slow, &direct.slow, Some(SLOW_PER_S)),
            added(&one.fast, &direct.fast, Some(FAST_PER_S)),
            pair(one.one.latency.p50_ms, one.one.latency.p99_ms),
        ]);
    }
    format!("{rates}\n{costs}\n{times}")
}

/// What a target adds to the time of the direct call; at a rate that it cannot hold, its rate.
fn added(report: &Report, direct: &Report, per_s: Option<u32>) -> String {
    let held = per_s.is_none_or(|per_s| report.per_s >= 0.97 * f64::from(per_s));
    if !held {
        return format!("not held: {}/s", number(report.per_s));
    }
    let (with, without) = (report.latency, direct.latency);
    pair(with.p50_ms - without.p50_ms, with.p99_ms - without.p99_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latency::Summary;

    fn report(per_s: f64, p50_ms: f64, p99_ms: f64) -> Report {
        let latency = Summary { p50_ms, p99_ms, ..Summary::default() };
        Report { per_s, latency, ..Report::default() }
    }

    #[test]
    fn what_is_added_is_the_difference_where_the_rate_was_held() {
        let direct = report(500.0, 0.1, 1.0);
        assert_eq!(added(&report(500.0, 0.35, 3.5), &direct, Some(500)), "0.250 / 2.50");
        assert_eq!(added(&report(82.0, 900.0, 999.0), &direct, Some(500)), "not held: 82.0/s");
        assert_eq!(added(&report(82.0, 12.1, 13.0), &direct, None), "12.0 / 12.0");
    }
}
