//! Memory under more callers than can be served.

use anyhow::Result;

use super::Options;
use crate::load::Pace;
use crate::peer::{Target, upstream};
use crate::table::{Table, number};
use crate::{child, output, proc, watch};

/// Callers who all want something at once.
const CALLERS: [u32; 3] = [256, 1_000, 2_000];
/// How long the slow provider thinks.
const SLOW_MS: u64 = 1_000;
/// What Vouch may take beside what each open call needs.
const MOST_MIB: f64 = 512.0;

pub(super) async fn run(options: &Options) -> Result<String> {
    let mut table = Table::new(&[
        "callers",
        "calls/s",
        "p50 ms",
        "p99 ms",
        "failed",
        "most RSS, MiB",
        "most files",
        "RSS afterwards, MiB",
    ]);
    let mut most_mib: f64 = 0.0;
    for (name, delay_ms, stream) in [
        ("slow provider (1 s)", SLOW_MS, false),
        ("fast provider", 0, false),
        ("fast provider, streams", 0, true),
    ] {
        let folder = options.folder()?;
        let (_mock, address) = upstream(folder.path(), delay_ms).await?;
        let server = options.binary().serve(folder.path()).await?;
        let target = Target::vouch(server, "", address).await?;
        let pid = target.watched.first().copied().unwrap_or_default();
        output::step(&format!("{name}: {:.0} MiB when idle", proc::usage(pid).rss_mib));
        for callers in CALLERS {
            let plan = target.plan(Pace::Closed { callers }, stream, options.seconds());
            let logged = target.logged().await?;
            let (report, most) = watch::most(pid, child::load(&plan)).await;
            let report = report?;
            target.settle().await?;
            target.check_logged(logged, report.answered).await?;
            let (latency, rest) = (report.latency, proc::usage(pid).rss_mib);
            most_mib = most_mib.max(most.rss_mib);
            output::step(&format!(
                "  {callers} callers: {:.0}/s, p99 {:.0} ms, {} failed, at most {:.0} MiB and {} \
                 files, {rest:.0} MiB afterwards",
                report.per_s, latency.p99_ms, report.failed, most.rss_mib, most.files
            ));
            table.row([
                format!("{callers}, {name}"),
                number(report.per_s),
                number(latency.p50_ms),
                number(latency.p99_ms),
                report.failed.to_string(),
                number(most.rss_mib),
                most.files.to_string(),
                number(rest),
            ]);
        }
        target.stop().await?;
    }
    let verdict = if most_mib <= MOST_MIB { "stayed below" } else { "**went above**" };
    Ok(format!("{table}\nMemory {verdict} {MOST_MIB} MiB.\n"))
}
