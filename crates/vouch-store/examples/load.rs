//! How many logs and feedbacks a second the store commits, by the number of callers, and what a
//! row costs: CPU time of the threads that make it and of those of the database.
//!
//! `cargo run --release -p vouch-store --example load -- sqlite:/tmp/load.db [SECONDS [CALLERS]]`

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use vouch_domain::Time;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::audit::NewAudit;
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::{AuditId, Entropy, FeedbackId, LogId, ProjectId};
use vouch_domain::log::{Log, LogOrigin, LogStatus, Usage};
use vouch_domain::message::{Choice, Message};
use vouch_domain::metric::built_in;
use vouch_domain::project::Project;
use vouch_store::{FeedbackStore, LogStore, SqlStore, Store, StoreOptions, UserStore};

/// As in the `vouch` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Draws numbers that are unlike each other (splitmix64).
struct Draw(AtomicU64);

impl Draw {
    fn number(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn entropy(&self) -> Entropy {
        let (a, b) = (self.number().to_le_bytes(), self.number().to_le_bytes());
        std::array::from_fn(|i| if i < 8 { a[i] } else { b[i - 8] })
    }
}

/// What all callers share.
struct Load {
    store: SqlStore,
    project: ProjectId,
    begun: Instant,
    start: Time,
    draw: Draw,
    logs: tokio::sync::RwLock<Vec<LogId>>,
}

impl Load {
    fn now(&self) -> Time {
        let past = i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        Time::from_micros(self.start.micros() + past)
    }

    fn log(&self) -> Log {
        let at = self.now();
        let id = LogId::new(at, self.draw.entropy());
        let status = LogStatus::Completed;
        let mut log = Log::new(id, self.project, at, status, LogOrigin::Ingest, Actor::System);
        let n = self.draw.number();
        log.served.deployment = Some(format!("assistant-{}", n % 5));
        log.served.variant = Some(if n.is_multiple_of(2) { "a".into() } else { "b".into() });
        log.served.model = Some(format!("model-{}", n % 7));
        log.context.user_id = Some(format!("user-{}", n % 10_000));
        let words: Vec<String> =
            (0..90).map(|_| format!("word{}", self.draw.number() % 4000)).collect();
        log.messages = vec![Message::text_of("user", words[..30].join(" "))];
        log.choices = vec![Choice {
            index: 0,
            message: Message::text_of("assistant", words[30..].join(" ")),
            finish_reason: Some("stop".into()),
            rest: serde_json::Map::new(),
        }];
        log.metadata.insert("plan".into(), json!(if n.is_multiple_of(3) { "pro" } else { "free" }));
        log.metadata.insert("country".into(), json!(format!("c{}", n % 40)));
        log.usage = Some(Usage::of(40, 80));
        log.cost_usd_micros = Some(17);
        log
    }

    fn feedback(&self, log: LogId) -> NewFeedback {
        let at = self.now();
        let n = self.draw.number();
        NewFeedback {
            id: FeedbackId::new(at, self.draw.entropy()),
            project: self.project,
            at,
            author: Actor::EndUser(format!("user-{}", n % 10_000)),
            source: Source::EndUser,
            target: FeedbackTarget::LogId(log),
            name: "thumbs".into(),
            value: json!(!n.is_multiple_of(4)),
            comment: None,
            correction: None,
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("give a database URL, e.g. sqlite:/tmp/load.db")?;
    let seconds: u64 = arguments.next().map_or(Ok(5), |s| s.parse())?;
    let callers = arguments.next().map_or(Ok(vec![1, 64, 256]), |n| n.parse().map(|n| vec![n]))?;
    let start: Time = "2026-01-31T12:00:00Z".parse()?;
    let draw = Draw(AtomicU64::new(u64::from(std::process::id()) << 20));
    let project = ProjectId::new(start, draw.entropy());
    let store = SqlStore::open(&StoreOptions::new(url)).await?;
    let audit = NewAudit {
        id: AuditId::new(start, draw.entropy()),
        project,
        at: start,
        actor: Actor::System,
        action: "project.create".into(),
        subject: project.to_string(),
        details: json!({}),
    };
    let new = Project { id: project, name: "load".into(), created_at: start };
    store.create_project(new, built_in(start), audit).await?;
    let begun = Instant::now();
    let logs = tokio::sync::RwLock::default();
    let load = Arc::new(Load { store, project, begun, start, draw, logs });
    for callers in &callers {
        run(&load, "logs", *callers, seconds, one_log).await?;
    }
    for callers in &callers {
        run(&load, "feedback", *callers, seconds, one_feedback).await?;
    }
    let begun = Instant::now();
    load.store.settle().await?;
    let line = format!("its effects followed within {:.2} s\n", begun.elapsed().as_secs_f64());
    std::io::stdout().write_all(line.as_bytes())?;
    load.store.close().await;
    Ok(())
}

/// CPU time until now, in nanoseconds, of our threads and of those of SQLite; none where Linux
/// does not tell.
fn cpu_ns() -> [u64; 2] {
    let mut sums = [0; 2];
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let spent = read("schedstat").split(' ').next().and_then(|ns| ns.parse::<u64>().ok());
        let database = read("comm").starts_with("sqlx-sqlite");
        sums[usize::from(database)] += spent.unwrap_or(0);
    }
    sums
}

type Done = std::pin::Pin<Box<dyn Future<Output = vouch_store::Result<()>> + Send>>;

fn one_log(load: Arc<Load>) -> Done {
    Box::pin(async move {
        let log = load.log();
        let id = log.id;
        load.store.insert_logs(load.project, &[log], vec![], None).await?;
        if id.made_at().micros() % 7 == 0 {
            load.logs.write().await.push(id);
        }
        Ok(())
    })
}

fn one_feedback(load: Arc<Load>) -> Done {
    Box::pin(async move {
        let log = {
            let logs = load.logs.read().await;
            let n = usize::try_from(load.draw.number() >> 8).unwrap_or(0);
            logs[n % logs.len()]
        };
        let feedback = load.feedback(log);
        load.store.append_feedback(load.project, vec![feedback], None).await?;
        Ok(())
    })
}

async fn run(
    load: &Arc<Load>,
    what: &str,
    callers: usize,
    seconds: u64,
    one: fn(Arc<Load>) -> Done,
) -> Result<(), Box<dyn Error>> {
    let used = cpu_ns();
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let mut tasks: JoinSet<vouch_store::Result<Vec<Duration>>> = JoinSet::new();
    for _ in 0..callers {
        let load = Arc::clone(load);
        tasks.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < until {
                let begun = Instant::now();
                one(Arc::clone(&load)).await?;
                times.push(begun.elapsed());
            }
            Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.append(&mut done??);
    }
    let rate = f64::from(u32::try_from(times.len())?) / begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1e3;
    let (p50, p99) = (at(50), at(99));
    let now = cpu_ns();
    let micros = |part: usize| Duration::from_nanos(now[part] - used[part]).as_secs_f64() * 1e6;
    let rows = f64::from(u32::try_from(times.len())?);
    let (ours, database) = (micros(0) / rows, micros(1) / rows);
    let line = format!(
        "{what:9} {callers:4} callers {rate:8.0} rows/s  p50 {p50:.2} ms  p99 {p99:.2} ms  \
         CPU a row: {ours:.0} us + database {database:.0} us\n"
    );
    std::io::stdout().write_all(line.as_bytes())?;
    Ok(())
}
