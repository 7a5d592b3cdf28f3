//! Counts what happens while calls count.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Plan, Report};
use crate::latency::Latencies;
use crate::proc;

/// When calls count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// When the first call is made.
    pub(crate) begin: Instant,
    /// From here on.
    pub(crate) from: Instant,
    /// Until here.
    pub(crate) until: Instant,
}

impl Window {
    /// As planned, from now on.
    pub(crate) fn begin(plan: &Plan) -> Self {
        let begin = Instant::now();
        let from = begin + Duration::from_secs_f64(plan.warm_up_s);
        Self { begin, from, until: from + Duration::from_secs_f64(plan.seconds) }
    }

    /// Measures CPU time while calls count: that of these processes and, last, ours.
    pub(crate) fn watch(self, mut pids: Vec<u32>) -> JoinHandle<Vec<f64>> {
        pids.push(std::process::id());
        std::thread::spawn(move || {
            let look = |at: Instant| {
                std::thread::sleep(at.saturating_duration_since(Instant::now()));
                pids.iter().map(|pid| proc::cpu_ms(*pid)).collect::<Vec<_>>()
            };
            let before = look(self.from);
            let after = look(self.until);
            after.into_iter().zip(before).map(|(after, before)| after - before).collect()
        })
    }
}

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    latencies: Latencies,
    counted: u32,
    failed: u64,
    failure: Option<String>,
    answered: u64,
}

impl Tally {
    /// A call that was due at `begin` was answered well just now.
    pub(crate) fn answered(&mut self, window: &Window, begin: Instant) {
        let now = Instant::now();
        self.answered += 1;
        if (window.from..window.until).contains(&now) {
            self.counted += 1;
            self.latencies.push(now - begin);
        }
    }

    /// A call went wrong just now.
    pub(crate) fn failed(&mut self, window: &Window, why: String) {
        if (window.from..window.until).contains(&Instant::now()) {
            self.failed += 1;
        }
        self.failure.get_or_insert(why);
    }

    /// Adds another caller's.
    pub(crate) fn append(&mut self, other: Self) {
        self.latencies.append(other.latencies);
        self.counted += other.counted;
        self.failed += other.failed;
        self.answered += other.answered;
        self.failure = self.failure.take().or(other.failure);
    }

    /// What is said of it. The last CPU time is ours.
    pub(crate) fn report(self, window: &Window, mut cpu_ms: Vec<f64>) -> Report {
        let counted = f64::from(self.counted);
        for cpu in &mut cpu_ms {
            *cpu = *cpu * 1e3 / counted.max(1.0);
        }
        Report {
            per_s: counted / (window.until - window.from).as_secs_f64(),
            failed: self.failed,
            failure: self.failure,
            latency: self.latencies.summary(),
            answered: self.answered,
            own_cpu_us: cpu_ms.pop().unwrap_or_default(),
            watched_cpu_us: cpu_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_within_the_window_counts() {
        let now = Instant::now();
        let hour = Duration::from_hours(1);
        let open = Window { begin: now, from: now, until: now + hour };
        let later = Window { begin: now, from: now + hour, until: now + 2 * hour };
        let mut tally = Tally::default();
        tally.answered(&open, now);
        tally.answered(&later, now);
        tally.failed(&open, "first".into());
        tally.failed(&later, "second".into());
        let report = tally.report(&open, vec![7.2, 3.6]);
        assert_eq!((report.latency.count, report.answered, report.failed), (1, 2, 1));
        assert_eq!(report.failure.as_deref(), Some("first"));
        assert!((report.per_s - 1.0 / 3600.0).abs() < 1e-9);
        assert!((report.watched_cpu_us[0] - 7200.0).abs() < 1e-9);
        assert!((report.own_cpu_us - 3600.0).abs() < 1e-9);
    }
}
