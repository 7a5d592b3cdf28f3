//! Feedback over HTTP: every answer is sent when it is on disk.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Options;
use crate::http::Api;
use crate::load::{Call, FollowUp, Pace, Plan, Report};
use crate::peer::{Target, upstream};
use crate::table::{Table, number};
use crate::vouch::{Vouch, thumbs};
use crate::{child, fsync, output, sample};

const ROUTE: &str = "/api/v1/feedback";
/// Logs that feedback is given on, in turn.
const LOGS: usize = 10_000;
/// Feedbacks in a batch.
const BATCH: u32 = 100;
/// Logs sent in at once.
const SENT_IN: usize = 500;

pub(super) async fn run(options: &Options) -> Result<String> {
    let folder = options.folder()?;
    let binary = options.binary();
    let vouch = binary.serve(folder.path()).await?;
    let application = vouch.application().await?;
    output::step(&format!("sending in {LOGS} logs"));
    let logs = send_in(&application).await?;
    vouch.wait_until_searched(&application).await?;

    let mut table = Table::new(&[
        "feedback",
        "feedbacks/s",
        "calls/s",
        "p50 ms",
        "p99 ms",
        "max ms",
        "CPU µs a feedback",
        "failed",
    ]);
    for (callers, batch) in [(1, 1), (16, 1), (64, 1), (256, 1), (16, BATCH), (64, BATCH)] {
        let name = match batch {
            1 => format!("single, {}", people(callers)),
            _ => format!("batches of {batch}, {}", people(callers)),
        };
        let plan = plan(options, &vouch, &application, callers, bodies(&logs, batch));
        measure(&mut table, &name, &plan, batch).await?;
    }
    let counted = count(&vouch).await?;
    if counted != u64::try_from(LOGS)? {
        bail!("{LOGS} logs were given thumbs by one author each, but {counted} count");
    }
    vouch.server.stop().await?;

    // Small folders of their own keep what one measured out of the other's way.
    let other = options.folder()?;
    let (_mock, address) = upstream(other.path(), 0).await?;
    let target = binary.serve(other.path()).await?;
    let target = Target::vouch(target, "", address).await?;
    for callers in [1, 16] {
        let mut plan = target.plan(Pace::Closed { callers }, false, options.seconds());
        let body = thumbs("$LOG", true).to_string();
        plan.follow_up = Some(FollowUp { path: ROUTE.into(), body });
        let name = format!("right after its call, {}", people(callers));
        measure(&mut table, &name, &plan, 1).await?;
    }
    target.stop().await?;

    let disk = fsync::measure(other.path(), Duration::from_secs_f64(options.seconds())).await?;
    let name = "fsync of 8 kB alone, in the same folder";
    output::step(&format!("  {name}: p50 {:.3} ms, p99 {:.3} ms", disk.p50_ms, disk.p99_ms));
    let per_s = f64::from(u32::try_from(disk.count)?) / options.seconds();
    let [p50, p99, max] = [disk.p50_ms, disk.p99_ms, disk.max_ms].map(number);
    let none = String::new();
    table.row([name.to_owned(), none.clone(), number(per_s), p50, p99, max, none.clone(), none]);
    Ok(table.to_string())
}

async fn measure(table: &mut Table, name: &str, plan: &Plan, batch: u32) -> Result<Report> {
    let report = child::load(plan).await?;
    let (latency, feedbacks) = (report.latency, report.per_s * f64::from(batch));
    let cpu = report.watched_cpu_us.iter().sum::<f64>() / f64::from(batch);
    output::step(&format!(
        "  {name}: {feedbacks:.0} feedbacks/s, p50 {:.3} ms, p99 {:.3} ms, {cpu:.1} us of CPU each",
        latency.p50_ms, latency.p99_ms
    ));
    table.row([
        name.to_owned(),
        number(feedbacks),
        number(report.per_s),
        number(latency.p50_ms),
        number(latency.p99_ms),
        number(latency.max_ms),
        number(cpu),
        report.failed.to_string(),
    ]);
    Ok(report)
}

fn plan(
    options: &Options,
    vouch: &Vouch,
    application: &Api,
    callers: u32,
    bodies: Vec<String>,
) -> Plan {
    let call = |body| Call { method: "POST".into(), path: ROUTE.into(), body };
    Plan {
        address: application.address,
        pace: Pace::Closed { callers },
        warm_up_s: (options.seconds() / 4.0).clamp(0.5, 2.0),
        seconds: options.seconds(),
        headers: application.headers.clone(),
        calls: bodies.into_iter().map(call).collect(),
        follow_up: None,
        watched: vec![vouch.server.pid()],
    }
}

/// Bodies of single feedbacks, or of batches, that go through all logs twice, and say the
/// opposite the second time, so that every one changes what counts.
fn bodies(logs: &[String], batch: u32) -> Vec<String> {
    let pass = |pass: usize| {
        logs.iter().enumerate().map(move |(n, log)| {
            let mut feedback = thumbs(log, (n + pass).is_multiple_of(2));
            feedback["user_id"] = json!(format!("user-{}", n % 1_000));
            feedback
        })
    };
    let all: Vec<Value> = pass(0).chain(pass(1)).collect();
    if batch == 1 {
        return all.iter().map(Value::to_string).collect();
    }
    let size = usize::try_from(batch).unwrap_or(usize::MAX);
    all.chunks_exact(size).map(|some| json!({ "feedback": some }).to_string()).collect()
}

/// Logs as an application sends them in; gives their ids.
async fn send_in(application: &Api) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    while ids.len() < LOGS {
        let log = |n: usize| {
            let call = sample::call(sample::MODEL, false);
            json!({"messages": call["messages"], "model": sample::MODEL, "provider": "mock",
                "user_id": format!("user-{}", n % 1_000), "metadata": {"plan": "pro"},
                "choices": [{"index": 0, "finish_reason": "stop",
                    "message": {"role": "assistant", "content": sample::answer_text()}}]})
        };
        let logs: Vec<Value> = (ids.len()..ids.len() + SENT_IN).map(log).collect();
        let body = json!({ "logs": logs });
        let made = application.json("POST", "/api/v1/logs", Some(&body)).await?;
        let made = made["ids"].as_array().context("the answer has no ids")?;
        ids.extend(made.iter().filter_map(|id| id.as_str().map(str::to_owned)));
        if made.len() != SENT_IN {
            bail!("{SENT_IN} logs were sent and {} written", made.len());
        }
    }
    Ok(ids)
}

/// How many thumbs count, by the roll-ups: the newest of an author on a log.
async fn count(vouch: &Vouch) -> Result<u64> {
    let summary = vouch.admin.get("/api/v1/feedback/summary?metric=thumbs").await?;
    let points = summary["points"].as_array().map(Vec::as_slice).unwrap_or_default();
    let totals = points.iter().filter(|point| point["label"] == "");
    Ok(totals.filter_map(|point| point["count"].as_u64()).sum())
}

fn people(callers: u32) -> String {
    if callers == 1 { "1 caller".into() } else { format!("{callers} callers") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_log_is_in_two_bodies_that_say_the_opposite() {
        let logs: Vec<String> = (0..200).map(|n| format!("log_{n:04}")).collect();
        let singles = bodies(&logs, 1);
        for (log, bodies) in logs.iter().zip(singles.iter().zip(&singles[200..])) {
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            let (first, second) = (read(bodies.0), read(bodies.1));
            assert_eq!((&first["log_id"], &second["log_id"]), (&json!(log), &json!(log)));
            assert_ne!(first["value"], second["value"]);
        }
        let batches = bodies(&logs, 100);
        assert_eq!(batches.len(), 4);
        for log in &logs {
            assert_eq!(batches.iter().filter(|body| body.contains(log.as_str())).count(), 2);
        }
    }
}
