//! Minutes at half of what can be served at most: does anything grow?

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::Options;
use crate::load::Pace;
use crate::peer::{Target, upstream};
use crate::table::{Table, number};
use crate::{child, output, proc, watch};

/// Callers that find out what can be served at most; connections afterwards.
const CALLERS: u32 = 64;
/// How long each line of the table is, in seconds.
const LINE_S: f64 = 30.0;
/// A log takes less than this on disk.
const LOG_BYTES: u64 = 4_000;

/// A line of the table.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    rss_mib: f64,
    files: f64,
    cpu_us: f64,
    /// Until a log that is written now is found by its words.
    lag_s: f64,
}

pub(super) async fn run(options: &Options) -> Result<String> {
    let folder = options.folder()?;
    let (_mock, address) = upstream(folder.path(), 0).await?;
    let server = options.binary().serve(folder.path()).await?;
    let target = Target::vouch(server, "", address).await?;
    let busy = target.plan(Pace::Closed { callers: CALLERS }, false, options.seconds());
    let most = child::load(&busy).await?.per_s;
    target.settle().await?;
    let per_s = half(most);
    let minutes = options.minutes;
    output::step(&format!("{most:.0}/s at most; now {per_s}/s for {minutes} minutes"));
    let free = rustix::fs::statvfs(folder.path())?;
    let (free, needed) =
        (free.f_bavail * free.f_frsize, u64::from(per_s * minutes * 60) * LOG_BYTES);
    if free < needed {
        bail!("the logs take up to {needed} bytes, but {free} are free; see --minutes");
    }
    let mut lines = Vec::new();
    let mut table = Table::new(&[
        "minute",
        "calls/s",
        "p50 ms",
        "p99 ms",
        "CPU µs a call",
        "RSS, MiB",
        "files",
        "found by words after, s",
    ]);
    for n in 1..=minutes * 2 {
        let line = one(&target, per_s).await?;
        output::step(&format!("  {:.1} min: {line:?}", f64::from(n) / 2.0));
        table.row([
            format!("{:.1}", f64::from(n) / 2.0),
            number(line.per_s),
            number(line.p50_ms),
            number(line.p99_ms),
            number(line.cpu_us),
            number(line.rss_mib),
            number(line.files),
            number(line.lag_s),
        ]);
        lines.push(line);
    }
    target.settle().await?;
    target.stop().await?;
    Ok(format!(
        "At most {} calls/s; half of it is {per_s}.\n\n{table}\n{}\n",
        number(most),
        verdict(&lines)
    ))
}

async fn one(target: &Target, per_s: u32) -> Result<Line> {
    let mut plan = target.plan(Pace::Open { per_s, callers: 2 * CALLERS }, false, LINE_S);
    plan.warm_up_s = 0.0;
    let pid = target.watched.first().copied().unwrap_or_default();
    let lag = async {
        tokio::time::sleep(Duration::from_secs_f64(LINE_S / 2.0)).await;
        let began = Instant::now();
        if let Some(vouch) = &target.vouch {
            vouch.wait_until_searched(&target.api).await?;
        }
        anyhow::Ok(began.elapsed())
    };
    let ((report, lag), _) =
        watch::most(pid, async { tokio::join!(child::load(&plan), lag) }).await;
    let (report, lag, now) = (report?, lag?, proc::usage(pid));
    if report.failed > 0 {
        bail!("{} calls failed", report.failed);
    }
    Ok(Line {
        per_s: report.per_s,
        p50_ms: report.latency.p50_ms,
        p99_ms: report.latency.p99_ms,
        rss_mib: now.rss_mib,
        files: f64::from(now.files),
        cpu_us: report.watched_cpu_us.iter().sum(),
        lag_s: lag.as_secs_f64(),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range")]
fn half(per_s: f64) -> u32 {
    (per_s / 2.0).clamp(1.0, 1e6) as u32
}

type Check = (&'static str, fn(&Line) -> f64, f64, f64);

/// Whether the last third is as the first: by the means, with what is allowed above.
fn verdict(lines: &[Line]) -> String {
    let third = lines.len() / 3;
    if third == 0 {
        return "Too short for a verdict.".into();
    }
    // What it is, how many times as much it may become, and how much more.
    let checks: [Check; 5] = [
        ("p50 ms", |line| line.p50_ms, 1.25, 0.1),
        ("p99 ms", |line| line.p99_ms, 1.5, 1.0),
        ("RSS, MiB", |line| line.rss_mib, 1.15, 8.0),
        ("files", |line| line.files, 1.1, 8.0),
        ("found by words after, s", |line| line.lag_s, 1.5, 0.5),
    ];
    let mut said = Vec::new();
    let mut flat = true;
    for (name, of, times, plus) in checks {
        let first = mean(&lines[..third], of);
        let last = mean(&lines[lines.len() - third..], of);
        let grew = last > first * times + plus;
        flat &= !grew;
        let mark = if grew { " (grew)" } else { "" };
        said.push(format!("{name} {} -> {}{mark}", number(first), number(last)));
    }
    let word = if flat { "Flat" } else { "**Not flat**" };
    format!("{word}, first third -> last third: {}.", said.join("; "))
}

fn mean(lines: &[Line], of: fn(&Line) -> f64) -> f64 {
    let count = f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX));
    lines.iter().map(of).sum::<f64>() / count.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rss: impl Fn(f64) -> f64) -> Vec<Line> {
        let line = |n: u32| Line {
            p50_ms: 0.5,
            p99_ms: 4.0,
            files: 80.0,
            rss_mib: rss(f64::from(n)),
            ..Line::default()
        };
        (0..20).map(line).collect()
    }

    #[test]
    fn what_stays_is_flat_and_what_grows_is_named() {
        assert!(verdict(&lines(|n| 100.0 + n % 2.0)).starts_with("Flat, "));
        let grown = verdict(&lines(|n| 100.0 + 5.0 * n));
        assert!(grown.starts_with("**Not flat**"), "{grown}");
        assert!(grown.contains("RSS, MiB 112 -> 182 (grew); files"), "{grown}");
        assert_eq!(verdict(&lines(|_| 1.0)[..2]), "Too short for a verdict.");
    }

    #[test]
    fn half_is_whole_and_at_least_one() {
        assert_eq!((half(9_001.9), half(0.0)), (4_500, 1));
    }
}
