//! How long each method takes: `cargo run --release -p vouch-stats --example speed [ITEMS [CSV]]`.
//!
//! The judgements are made from a seed: 200,000 items (or `ITEMS`), each of four equally frequent
//! categories and judged by five different workers of 2,000. A worker is right with a probability
//! of their own, drawn evenly from 0.45 to 0.95 and the same for every category, and else says one
//! of the other three. With a second argument they are also written to a file with the columns
//! `task,worker,label,truth`, for other packages.
//!
//! CPU time is that of this thread, from `/proc/self/schedstat`. Peak memory is `VmHWM` of
//! `/proc/self/status`, reset before each method, and holds the judgements too.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write, stdout};

use vouch_stats::consensus::{
    Consensus, DawidSkeneSettings, MaceSettings, OneCoinSettings, TieRule, dawid_skene, mace,
    majority, one_coin,
};
use vouch_stats::{Judgement, Judgements};

const WORKERS: u64 = 2_000;
const CATEGORIES: u32 = 4;
const OVERLAP: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let items = arguments.next().map_or(Ok(200_000), |items| items.parse())?;
    let (made, truth) = generate(items);
    if let Some(path) = arguments.next() {
        write(&path, &made, &truth)?;
    }
    let mut judgements = Judgements::default();
    measure("grouping", || {
        judgements = Judgements::new(made, CATEGORIES as usize);
        format!("{} judgements", judgements.all().len())
    })?;
    measure("majority", || right(&majority(&judgements), &truth))?;
    measure("Dawid-Skene", || {
        let found = dawid_skene(&judgements, &DawidSkeneSettings::default());
        let (log_likelihood, iterations) = (found.log_likelihood, found.iterations);
        let converged = if found.converged { "converged" } else { "stopped" };
        let right = right(&found.consensus, &truth);
        format!("{right}, {converged} after {iterations}, log-likelihood {log_likelihood:.6}")
    })?;
    measure("one-coin", || {
        let found = one_coin(&judgements, &OneCoinSettings::default());
        format!("{}, {} iterations", right(&found.consensus, &truth), found.iterations)
    })?;
    measure("MACE", || {
        let found = mace(&judgements, &MaceSettings::default());
        let (iterations, start) = (found.iterations, found.best_start);
        format!("{}, {iterations} iterations from start {start}", right(&found.consensus, &truth))
    })
}

/// Judgements in the order of the items, and the truth.
fn generate(items: u32) -> (Vec<Judgement>, Vec<u32>) {
    let mut random = Random(20_261_123);
    let accuracies: Vec<f64> = (0..WORKERS).map(|_| 0.45 + 0.5 * random.unit()).collect();
    let mut made = Vec::with_capacity(items as usize * OVERLAP);
    let mut truths = Vec::with_capacity(items as usize);
    for item in 0..items {
        let truth = random.below(u64::from(CATEGORIES));
        truths.push(truth);
        let mut workers = Vec::with_capacity(OVERLAP);
        while workers.len() < OVERLAP {
            let worker = random.below(WORKERS);
            if workers.contains(&worker) {
                continue;
            }
            workers.push(worker);
            let is_right = random.unit() < accuracies[worker as usize];
            let wrong = (truth + 1 + random.below(u64::from(CATEGORIES) - 1)) % CATEGORIES;
            let category = if is_right { truth } else { wrong };
            made.push(Judgement { item, reviewer: worker, category });
        }
    }
    (made, truths)
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u32 {
        u32::try_from(self.next() % end).expect("below a small number")
    }

    #[expect(clippy::cast_precision_loss, reason = "53 bits are what an f64 holds")]
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn write(path: &str, made: &[Judgement], truth: &[u32]) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "task,worker,label,truth")?;
    for Judgement { item, reviewer, category } in made {
        writeln!(file, "{item},{reviewer},{category},{}", truth[*item as usize])?;
    }
    file.flush()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far under 2^53")]
fn right(consensus: &Consensus, truth: &[u32]) -> String {
    let right = (0..)
        .zip(truth)
        .filter(|(item, truth)| consensus.answer(*item, TieRule::First) == Some(**truth));
    format!("accuracy {:.4}", right.count() as f64 / truth.len() as f64)
}

fn measure(name: &str, run: impl FnOnce() -> String) -> Result<(), Box<dyn Error>> {
    // Five: reset the peak of the resident memory (proc(5)).
    fs::write("/proc/self/clear_refs", "5")?;
    let before = cpu_ns()?;
    let found = run();
    let cpu_ms = (cpu_ns()? - before) / 1_000_000;
    writeln!(stdout(), "{name:12} {cpu_ms:6} ms CPU, peak {}: {found}", peak()?)?;
    Ok(())
}

/// Time that this thread ran.
fn cpu_ns() -> Result<u64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/schedstat")?;
    Ok(stat.split_whitespace().next().ok_or("no time in schedstat")?.parse()?)
}

/// The peak of the resident memory, in whole MB.
fn peak() -> Result<String, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(format!("{} MB", kib * 1_024 / 1_000_000))
}
