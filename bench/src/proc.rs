//! What Linux tells of a process and its children in `/proc`.

use std::fs;

/// A process and its children, as of now.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Usage {
    /// CPU time since the start, in ms. Linux counts in ticks of 10 ms.
    pub(crate) cpu_ms: f64,
    /// Memory that is in RAM, in MiB; what several share is counted for each.
    pub(crate) rss_mib: f64,
    /// The most of it that there ever was.
    pub(crate) peak_rss_mib: f64,
    /// Open files.
    pub(crate) files: u32,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.cpu_ms += other.cpu_ms;
        self.rss_mib += other.rss_mib;
        self.peak_rss_mib += other.peak_rss_mib;
        self.files += other.files;
    }
}

/// Of a process and all its descendants.
pub(crate) fn usage(pid: u32) -> Usage {
    let all = all();
    let mut wanted = vec![pid];
    let mut sum = Usage::default();
    while let Some(pid) = wanted.pop() {
        wanted.extend(all.iter().filter(|process| process.parent == pid).map(|p| p.pid));
        if let Some(process) = all.iter().find(|process| process.pid == pid) {
            sum += of(process);
        }
    }
    sum
}

/// CPU time of a process and its descendants, in ms.
pub(crate) fn cpu_ms(pid: u32) -> f64 {
    usage(pid).cpu_ms
}

fn of(process: &Stat) -> Usage {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid)).unwrap_or_default();
    let files = fs::read_dir(format!("/proc/{}/fd", process.pid)).map_or(0, Iterator::count);
    Usage {
        cpu_ms: process.cpu_ms,
        rss_mib: mib(&status, "VmRSS:"),
        peak_rss_mib: mib(&status, "VmHWM:"),
        files: u32::try_from(files).unwrap_or(u32::MAX),
    }
}

fn all() -> Vec<Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let stats = pids.filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok());
    stats.filter_map(|text| Stat::parse(&text)).collect()
}

/// A line of `/proc/PID/stat`.
#[derive(Debug, PartialEq)]
struct Stat {
    pid: u32,
    parent: u32,
    /// Its own, and that of children that have ended.
    cpu_ms: f64,
}

/// `USER_HZ`, which is 100 on every Linux that people run.
const MS_PER_TICK: f64 = 10.0;

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name stands in brackets and may hold anything, brackets too.
        let (begin, rest) = text.rsplit_once(") ")?;
        let pid = begin.split_once(" (")?.0.parse().ok()?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let parent = fields.get(1)?.parse().ok()?;
        let ticks = fields.get(11..15)?.iter().map(|ticks| ticks.parse::<f64>());
        let ticks = ticks.sum::<Result<f64, _>>().ok()?;
        Some(Self { pid, parent, cpu_ms: ticks * MS_PER_TICK })
    }
}

/// A line such as `VmRSS:     1024 kB`.
fn mib(status: &str, name: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_stat_is_read_whatever_the_name() {
        let text = "42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 20 5 20 0 9 0 100 1 1";
        assert_eq!(Stat::parse(text), Some(Stat { pid: 42, parent: 7, cpu_ms: 2250.0 }));
        assert_eq!(Stat::parse("42 (short) S 7"), None);
        assert_eq!(Stat::parse(""), None);
    }

    #[test]
    fn memory_is_read_in_mib() {
        let status = "Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t  1536 kB\n";
        assert!((mib(status, "VmRSS:") - 1.5).abs() < 1e-9);
        assert!((mib(status, "VmHWM:") - 2.0).abs() < 1e-9);
        assert!(mib("Name:\tkernel\n", "VmRSS:").abs() < 1e-9);
    }

    #[test]
    fn we_use_memory_and_files_ourselves() {
        let ours = usage(std::process::id());
        assert!(ours.rss_mib > 0.1 && ours.peak_rss_mib >= ours.rss_mib && ours.files >= 3);
    }
}
