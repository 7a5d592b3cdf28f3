//! How long the next task and a review take with many tasks in a queue and several reviewers.
//!
//! `cargo run --release -p vouch-store --example review_load -- sqlite:/tmp/review.db [TASKS
//! [REVIEWERS [EACH]]]`

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use vouch_domain::Time;
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{AuditId, Entropy, ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::metric::built_in;
use vouch_domain::project::Project;
use vouch_domain::review::{ItemShape, NewQueue, NewTask, Queue, QueueState, TaskOrigin};
use vouch_store::{
    Ask, Holder, QueueStore, SqlStore, Store, StoreOptions, Submission, TaskStore, TaskToAdd,
    UserStore,
};

/// As in the `vouch` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What all reviewers share.
struct Load {
    store: SqlStore,
    project: ProjectId,
    queue: QueueId,
    begun: Instant,
    start: Time,
    drawn: AtomicU64,
}

impl Load {
    fn now(&self) -> Time {
        let past = i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        Time::from_micros(self.start.micros() + past)
    }

    fn entropy(&self) -> Entropy {
        let n = self.drawn.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bytes = n.to_be_bytes();
        std::array::from_fn(|i| if i < 2 { 7 } else { bytes[i - 2] })
    }

    fn audit(&self, action: &str) -> NewAudit {
        let at = self.now();
        NewAudit {
            id: AuditId::new(at, self.entropy()),
            project: self.project,
            at,
            actor: Actor::System,
            action: action.into(),
            subject: "load".into(),
            details: json!({}),
        }
    }

    async fn fill(&self, tasks: usize) -> Result<(), Box<dyn Error>> {
        let project = Project { id: self.project, name: "load".into(), created_at: self.start };
        self.store
            .create_project(project, built_in(self.start), self.audit("project.create"))
            .await?;
        let new: NewQueue = serde_json::from_value(json!({
            "name": "Load", "item": "record", "overlap": {"type": "fixed", "reviews": 3},
            "accept": "consensus",
            "rubric": {"questions": [
                {"key": "good", "title": "Good?", "type": "thumbs"},
                {"key": "stars", "title": "How good?", "type": "rating", "min": 1, "max": 5},
            ]},
        }))?;
        let queue = Queue {
            id: self.queue,
            state: QueueState::Open,
            settings: new.settings()?,
            rubric_version: 1,
            guidelines_version: 1,
            created_at: self.start,
            archived_at: None,
        };
        self.store.create_queue(self.project, queue, self.audit("queue.create")).await?;
        for first in (0..tasks).step_by(1000) {
            let task = |n: usize| {
                let fields =
                    json!({"n": n, "text": format!("Text number {n} of {tasks}. ").repeat(8)});
                let new = json!({"type": "record", "fields": fields, "key": n.to_string()});
                Ok::<_, serde_json::Error>(TaskToAdd {
                    id: TaskId::new(self.now(), self.entropy()),
                    origin: TaskOrigin::Import { by: Actor::System },
                    new: serde_json::from_value::<NewTask>(new)?,
                })
            };
            let batch =
                (first..tasks.min(first + 1000)).map(task).collect::<Result<Vec<_>, _>>()?;
            self.store.add_tasks(self.project, self.queue, batch, self.now()).await?;
        }
        Ok(())
    }

    /// One reviewer: five tasks at a time, each answered; the times of both.
    async fn review(&self, each: usize) -> Result<[Vec<Duration>; 2], vouch_store::StoreError> {
        let user = UserId::new(self.now(), self.entropy());
        let [mut nexts, mut submits] = [Vec::new(), Vec::new()];
        while submits.len() < each {
            let (project, queue, now) = (self.project, self.queue, self.now());
            let ask = Ask { project, queue, user, count: 5, holding: vec![], now };
            let begun = Instant::now();
            let given = self.store.next(ask).await?;
            nexts.push(begun.elapsed());
            if given.turns.is_empty() {
                break;
            }
            for turn in given.turns {
                let now = self.now();
                let review = ReviewId::new(now, self.entropy());
                let answers = json!({"good": true, "stars": 4});
                let submission = Submission {
                    holder: Holder { project, task: turn.task, user, now },
                    queue,
                    review,
                    submission: review.to_string(),
                    answers: answers.as_object().cloned().unwrap_or_default(),
                    shape: ItemShape::default(),
                    active_ms: 1000,
                    order: vec![],
                };
                let begun = Instant::now();
                self.store.submit(submission).await?;
                submits.push(begun.elapsed());
            }
        }
        Ok([nexts, submits])
    }
}

fn tell(name: &str, mut times: Vec<Duration>) -> std::io::Result<()> {
    times.sort_unstable();
    let at = |per_mille: usize| {
        let place = (times.len() * per_mille / 1000).min(times.len().max(1) - 1);
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    let (p50, p99, most) = (at(500), at(990), at(1000));
    let n = times.len();
    writeln!(
        std::io::stdout(),
        "{name}: {n} calls, p50 {p50:.2} ms, p99 {p99:.2} ms, max {most:.2} ms"
    )
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("give a database URL, e.g. sqlite:/tmp/review.db")?;
    let tasks: usize = arguments.next().map_or(Ok(100_000), |n| n.parse())?;
    let reviewers: usize = arguments.next().map_or(Ok(16), |n| n.parse())?;
    let each: usize = arguments.next().map_or(Ok(500), |n| n.parse())?;
    let start: Time = "2026-01-31T12:00:00Z".parse()?;
    let drawn = AtomicU64::new(u64::from(std::process::id()) << 20);
    let load = Arc::new(Load {
        store: SqlStore::open(&StoreOptions::new(url)).await?,
        project: ProjectId::new(start, [3; 10]),
        queue: QueueId::new(start, [4; 10]),
        begun: Instant::now(),
        start,
        drawn,
    });
    load.fill(tasks).await?;
    let filled = load.begun.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{tasks} tasks in {filled:.1} s")?;
    let begun = Instant::now();
    let mut crowd = JoinSet::new();
    for _ in 0..reviewers {
        let load = Arc::clone(&load);
        crowd.spawn(async move { load.review(each).await });
    }
    let [mut nexts, mut submits] = [Vec::new(), Vec::new()];
    while let Some(times) = crowd.join_next().await {
        let [mut next, mut submit] = times??;
        nexts.append(&mut next);
        submits.append(&mut submit);
    }
    let rate = f64::from(u32::try_from(submits.len())?) / begun.elapsed().as_secs_f64();
    tell("next (5 tasks)", nexts)?;
    tell("submit", submits)?;
    writeln!(std::io::stdout(), "{rate:.0} reviews/s by {reviewers} reviewers")?;
    load.store.close().await;
    Ok(())
}
