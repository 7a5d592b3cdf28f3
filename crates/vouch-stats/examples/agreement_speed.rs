//! How long each statistic takes on a file that the example `speed` wrote:
//! `cargo run --release -p vouch-stats --example agreement_speed CSV`.
//!
//! CPU time is that of this thread, from `/proc/self/schedstat`. Peak memory is `VmHWM` of
//! `/proc/self/status`, reset before each statistic, and holds the judgements too.

use std::error::Error;
use std::fs;
use std::io::{Write, stdout};

use vouch_stats::agreement::{
    Bootstrap, Counts, Pairs, Scale, Weights, conger_kappa, fleiss_kappa, gwet_ac,
    krippendorff_alpha, with_others,
};
use vouch_stats::preference::{Comparisons, Score, Settings, fit, next_pairs};
use vouch_stats::{Judgement, Judgements};

const VALUES: [f64; 4] = [1.0, 2.0, 3.0, 4.0];
const BOOTSTRAP: Bootstrap = Bootstrap { resamples: 1_000, seed: 1 };

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name the file")?;
    let mut made = Vec::new();
    for line in fs::read_to_string(path)?.lines().skip(1) {
        let mut numbers = line.split(',').map(str::parse::<u32>);
        let mut next = || numbers.next().ok_or("a line is short");
        let (item, reviewer, category) = (next()??, next()??, next()??);
        made.push(Judgement { item, reviewer, category });
    }
    let mut judgements = Judgements::default();
    measure("grouping", || {
        judgements = Judgements::new(made, 4);
        format!("{} judgements", judgements.all().len())
    })?;
    for (name, scale) in [
        ("nominal", Scale::Nominal),
        ("ordinal", Scale::Ordinal),
        ("interval", Scale::Interval(&VALUES)),
        ("ratio", Scale::Ratio(&VALUES)),
    ] {
        let alpha = |plan| krippendorff_alpha(&Counts::of(&judgements), scale, plan);
        measure(&format!("alpha {name}, from judgements"), || format!("{:?}", alpha(None)))?;
        let with = || format!("{:?}", alpha(Some(BOOTSTRAP)));
        measure(&format!("alpha {name} with 1,000 resamples"), with)?;
    }
    let identity = Weights::identity();
    let counts = Counts::of(&judgements);
    measure("Fleiss from counts", || format!("{:?}", fleiss_kappa(&counts, &identity, None)))?;
    measure("AC1 from counts", || format!("{:?}", gwet_ac(&counts, &identity, None)))?;
    measure("Conger", || format!("{:?}", conger_kappa(&judgements, &identity)))?;
    measure("agreement with others", || format!("{:?}", with_others(&judgements)[0]))?;
    measure("pairs of 100 reviewers", || {
        format!("{:?}", Pairs::of(&judgements, &identity, 100).mean_kappa())
    })?;
    measure("pairs of 2,000 reviewers", || {
        format!("{:?}", Pairs::of(&judgements, &identity, 2_000).mean_kappa())
    })?;
    preference(200)
}

/// A tournament in which everybody plays three others.
fn preference(players: u32) -> Result<(), Box<dyn Error>> {
    let mut games = Comparisons::new(players as usize);
    for player in 0..players {
        for step in [1, 7, 31] {
            let score = Score { first: 6 + u64::from(player % 3), second: 5, ties: 2 };
            games.add(player, (player + step) % players, score);
        }
    }
    let mut fitted = None;
    measure("Bradley-Terry of 200 players", || {
        fitted = fit(&games, &Settings::default()).ok();
        format!("{:?} steps", fitted.as_ref().map(|fitted| fitted.steps))
    })?;
    let fitted = fitted.ok_or("there is a maximum")?;
    measure("the next pair", || format!("{:?}", next_pairs(&fitted, 1)))
}

fn measure(name: &str, run: impl FnOnce() -> String) -> Result<(), Box<dyn Error>> {
    // Five: reset the peak of the resident memory (proc(5)).
    fs::write("/proc/self/clear_refs", "5")?;
    let before = cpu_ns()?;
    let found = run();
    let cpu_us = (cpu_ns()? - before) / 1_000;
    writeln!(stdout(), "{name:35} {cpu_us:8} µs CPU, peak {} MB: {found}", peak_mb()?)?;
    Ok(())
}

/// Time that this thread ran.
fn cpu_ns() -> Result<u64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/schedstat")?;
    Ok(stat.split_whitespace().next().ok_or("no time in schedstat")?.parse()?)
}

/// The peak of the resident memory.
fn peak_mb() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1_024 / 1_000_000)
}
