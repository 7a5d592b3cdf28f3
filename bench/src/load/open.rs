//! Calls at even distances, whatever became of those before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::Plan;
use super::closed::make;
use super::tally::{Tally, Window};
use crate::http::{Connection, Prepared};
use crate::schedule::Schedule;

/// A call that is due: its number, and when it should have been made.
type Due = (u64, Instant);

/// Makes each call when it is due, or as soon after as a connection is free.
pub(super) async fn run(
    plan: &Plan,
    per_s: u32,
    callers: u32,
    calls: &[Prepared],
    window: Window,
) -> Tally {
    let (sender, receiver) = mpsc::unbounded_channel();
    let receiver = Arc::new(Mutex::new(receiver));
    let mut tasks = JoinSet::new();
    let calls: Arc<[Prepared]> = calls.into();
    for _ in 0..callers {
        let connection = Connection::new(plan.address);
        tasks.spawn(one(connection, Arc::clone(&calls), Arc::clone(&receiver), window));
    }
    let pacemaker = std::thread::spawn(move || pace(Schedule::new(per_s), window, &sender));
    let mut tally = Tally::default();
    while let Some(done) = tasks.join_next().await {
        tally.append(done.unwrap_or_default());
    }
    // It has ended, for nobody takes calls any more.
    pacemaker.join().ok();
    tally
}

/// Says when calls are due. The system's sleep is exact to some 50 µs, tokio's to a millisecond.
fn pace(schedule: Schedule, window: Window, sender: &mpsc::UnboundedSender<Due>) {
    for n in 0..schedule.calls_in(window.until - window.begin) {
        let due = window.begin + schedule.due(n);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if sender.send((n, due)).is_err() {
            return;
        }
    }
}

async fn one(
    mut connection: Connection,
    calls: Arc<[Prepared]>,
    due: Arc<Mutex<mpsc::UnboundedReceiver<Due>>>,
    window: Window,
) -> Tally {
    let mut tally = Tally::default();
    if let Err(error) = connection.connect().await {
        tally.failed(&window, format!("{error:#}"));
    }
    let last = tokio::time::Instant::from_std(window.until + Duration::from_secs(1));
    loop {
        let next = async { due.lock().await.recv().await };
        let Ok(Some((n, begin))) = tokio::time::timeout_at(last, next).await else { return tally };
        let n = usize::try_from(n).unwrap_or(0) % calls.len();
        match tokio::time::timeout_at(last, make(&mut connection, &calls[n], None)).await {
            Ok(Ok(_)) => tally.answered(&window, begin),
            Ok(Err(error)) => tally.failed(&window, format!("{error:#}")),
            Err(_) => {
                tally.failed(&window, "no answer by the end".into());
                return tally;
            }
        }
    }
}
