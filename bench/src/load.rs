//! The load generator, in a process of its own: takes a plan as JSON on standard input, makes
//! calls, and prints a report as JSON.

mod closed;
mod open;
mod plan;
mod tally;

use std::io::Read;

use anyhow::{Context, Result};

pub(crate) use plan::{Call, FollowUp, Pace, Plan, Report};

use crate::load::tally::Window;
use crate::output;

/// Does what the plan says. One thread makes all calls: the other core is for the server.
pub(crate) async fn run() -> Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let plan: Plan = serde_json::from_str(&text).context("the plan cannot be read")?;
    let calls = plan.prepared()?;
    let window = Window::begin(&plan);
    let watch = window.watch(plan.watched.clone());
    let tally = match plan.pace {
        Pace::Closed { callers } => closed::run(&plan, callers, &calls, window).await,
        Pace::Open { per_s, callers } => open::run(&plan, per_s, callers, &calls, window).await,
    };
    let watched_cpu_ms = watch.join().unwrap_or_default();
    let report = tally.report(&window, watched_cpu_ms);
    output::line(&serde_json::to_string(&report)?);
    Ok(())
}
