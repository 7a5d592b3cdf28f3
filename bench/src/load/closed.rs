//! Callers who each make the next call when the last is answered.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use tokio::task::JoinSet;

use super::tally::{Tally, Window};
use super::{FollowUp, Plan};
use crate::http::{Answer, Connection, Prepared};

/// The pause after a call that went wrong.
const PAUSE: Duration = Duration::from_millis(20);

/// Makes calls until the window closes.
pub(super) async fn run(plan: &Plan, callers: u32, calls: &[Prepared], window: Window) -> Tally {
    let mut tasks = JoinSet::new();
    let (all, step) = (calls.len(), usize::try_from(callers).unwrap_or(1));
    for caller in 0..step {
        // Each takes every n-th call, so that no two take the same at the same time.
        let mine: Vec<_> =
            (0..all.max(step)).skip(caller).step_by(step).map(|n| calls[n % all].clone()).collect();
        tasks.spawn(one(plan.clone_without_calls(), mine, window));
    }
    let mut tally = Tally::default();
    while let Some(done) = tasks.join_next().await {
        tally.append(done.unwrap_or_default());
    }
    tally
}

async fn one(plan: Plan, calls: Vec<Prepared>, window: Window) -> Tally {
    let mut tally = Tally::default();
    let mut connection = Connection::new(plan.address);
    for call in calls.iter().cycle() {
        if Instant::now() >= window.until {
            break;
        }
        let made = make(&mut connection, call, plan.follow_up.as_ref());
        // A server that hangs must not keep us.
        let left = window.until.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left + Duration::from_secs(1), made).await {
            Ok(Ok(begin)) => tally.answered(&window, begin),
            Ok(Err(error)) => {
                tally.failed(&window, format!("{error:#}"));
                tokio::time::sleep(PAUSE).await;
            }
            Err(_) => tally.failed(&window, "no answer by the end".into()),
        }
    }
    tally
}

/// Makes a call, and the one that follows it; gives when what counts began.
pub(super) async fn make(
    connection: &mut Connection,
    call: &Prepared,
    follow_up: Option<&FollowUp>,
) -> Result<Instant> {
    let begin = Instant::now();
    let answer = well(connection.call(call, false).await?)?;
    let Some(follow_up) = follow_up else { return Ok(begin) };
    let log = answer.headers.get("x-vouch-log-id").context("the answer names no log")?;
    let body = Bytes::from(follow_up.body.replace("$LOG", log.to_str()?));
    let call = Prepared { uri: follow_up.path.parse()?, body, ..call.clone() };
    let begin = Instant::now();
    well(connection.call(&call, false).await?)?;
    Ok(begin)
}

fn well(answer: Answer) -> Result<Answer> {
    if !answer.status.is_success() {
        let text = String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
        bail!("answered with {}: {text}", answer.status);
    }
    Ok(answer)
}

impl Plan {
    /// The plan for one caller, who has its calls already.
    fn clone_without_calls(&self) -> Self {
        Self {
            calls: Vec::new(),
            headers: Vec::new(),
            watched: Vec::new(),
            follow_up: self.follow_up.clone(),
            ..*self
        }
    }
}
