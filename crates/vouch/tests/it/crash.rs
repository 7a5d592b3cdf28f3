//! SIGKILL under load: what was acknowledged is there, and nothing is there twice.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Answer, Client, Database, Server, Upstream, run};

/// How long the load lasts before the kill.
const LOAD: Duration = Duration::from_secs(3);
/// Logs in one ingested batch.
const BATCH: usize = 5;

#[test]
fn nothing_acknowledged_is_lost_on_sqlite() {
    crash(&Database::sqlite(), &Nodes::One);
}

#[test]
fn nothing_acknowledged_is_lost_on_postgres() {
    if let Some(database) = Database::postgres("crash") {
        crash(&database, &Nodes::One);
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_one_of_two_nodes_is_killed() {
    if let Some(database) = Database::postgres("crash_two") {
        crash(&database, &Nodes::Two);
    }
}

/// How many processes work on the database. The first is killed.
#[derive(PartialEq)]
enum Nodes {
    One,
    Two,
}

/// One write, and what became of it. Sent again, it must not write a second time.
#[derive(Clone)]
struct Write {
    path: String,
    body: Value,
    key: String,
    /// The answer; `None` when the connection broke off.
    acknowledged: Option<Value>,
}

impl Write {
    fn send(&self, client: &Client) -> Option<Answer> {
        client.post_with(&self.path, &self.body, &[("idempotency-key", &self.key)]).ok()
    }
}

/// One call through the gateway that was answered whole.
struct Call {
    log: String,
    user: String,
    ended: Instant,
}

/// What the clients did.
#[derive(Default)]
struct Record {
    feedback: Mutex<Vec<Write>>,
    ingest: Mutex<Vec<Write>>,
    metrics: Mutex<Vec<Write>>,
    calls: Mutex<Vec<Call>>,
    /// Ids of logs that are there, for addMetrics.
    logs: Mutex<Vec<String>>,
}

fn crash(database: &Database, nodes: &Nodes) {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::start(Duration::from_millis(2));
    let server = Server::start(folder.path(), &database.args());
    let survivor = (*nodes == Nodes::Two).then(|| Server::start(folder.path(), &database.args()));
    let provider = json!({"kind": "openai", "base_url": upstream.base_url});
    server.client().put("/api/v1/providers/fake", &provider).ok();

    let record = Record::default();
    let killed = AtomicBool::new(false);
    let node = |t: usize| survivor.as_ref().filter(|_| t % 2 == 1).unwrap_or(&server).client();
    let killed_at = scope(|threads| {
        for t in 0..3 {
            let (client, record, killed) = (node(t), &record, &killed);
            threads.spawn(move || give_feedback(t, &client, record, killed));
        }
        for t in 0..2 {
            let (client, record, killed) = (node(t), &record, &killed);
            threads.spawn(move || ingest(t, &client, record, killed));
            let client = node(t + 1);
            threads.spawn(move || add_metrics(t, &client, record, killed));
            let client = node(t);
            threads.spawn(move || call(t, &client, record, killed));
        }
        std::thread::sleep(LOAD);
        let at = Instant::now();
        killed.store(true, Ordering::SeqCst);
        server.kill();
        at
    });
    drop(server);

    let server = survivor.unwrap_or_else(|| Server::start(folder.path(), &database.args()));
    let client = server.client();
    let logs = client.all("/api/v1/logs?");
    check_calls(&record, &logs, killed_at);
    // Everything once more with the same keys: what was lost is now written, the rest is not
    // written again.
    for writes in [&record.feedback, &record.ingest, &record.metrics] {
        for write in writes.lock().unwrap().iter_mut() {
            let again = write.send(&client).expect("the server is back").ok();
            if let Some(first) = &write.acknowledged {
                assert_eq!(*first, again, "{}", write.key);
            }
            write.acknowledged = Some(again);
        }
    }
    let logs = client.all("/api/v1/logs?");
    check_ingest(&record, &logs);
    check_metrics(&record, &client);
    check_feedback(&record, &client);
    check_rollups(&client, &logs);
    let counts =
        [&record.feedback, &record.ingest, &record.metrics].map(|w| w.lock().unwrap().len());
    eprintln!(
        "killed under load: {} feedbacks, {} batches, {} addMetrics, {} calls; {} logs in all",
        counts[0],
        counts[1],
        counts[2],
        record.calls.lock().unwrap().len(),
        logs.len()
    );
    assert!(counts.iter().all(|n| *n > 5), "too little load to mean anything: {counts:?}");
    drop(server.stop());
    let args = [&["audit", "verify"][..], &database.args()].concat();
    assert_eq!(run(folder.path(), &args).0, Some(0));
}

/// Sends one write; every fifth is sent twice at once, as a client does that lost the answer.
fn send(n: usize, mut write: Write, client: &Client, to: &Mutex<Vec<Write>>) -> Option<Value> {
    if n.is_multiple_of(5) {
        drop(write.send(client));
    }
    write.acknowledged = write.send(client).map(|answer| answer.ok());
    let acknowledged = write.acknowledged.clone();
    to.lock().unwrap().push(write);
    acknowledged
}

fn until(killed: &AtomicBool) -> impl Iterator<Item = usize> + '_ {
    (0..).take_while(|_| !killed.load(Ordering::SeqCst))
}

fn give_feedback(t: usize, client: &Client, record: &Record, killed: &AtomicBool) {
    for n in until(killed) {
        let body = json!({
            "chain_id": format!("chain-{t}"), "name": "score", "value": n % 101,
            "source": "end_user", "user_id": format!("user-{t}-{n}"),
        });
        let (path, key) = ("/api/v1/feedback".to_owned(), format!("feedback-{t}-{n}"));
        send(n, Write { path, body, key, acknowledged: None }, client, &record.feedback);
    }
}

fn ingest(t: usize, client: &Client, record: &Record, killed: &AtomicBool) {
    for n in until(killed) {
        let key = format!("ingest-{t}-{n}");
        let log = json!({
            "messages": [{"role": "user", "content": format!("question {n}")}],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "answer"}}],
            "model": "m", "conversation_id": key,
        });
        let body = json!({"logs": vec![log; BATCH]});
        let write = Write { path: "/api/v1/logs".into(), body, key, acknowledged: None };
        if let Some(answer) = send(n, write, client, &record.ingest) {
            let ids = answer["ids"].as_array().unwrap().iter();
            record.logs.lock().unwrap().extend(ids.map(|id| id.as_str().unwrap().to_owned()));
        }
    }
}

fn add_metrics(t: usize, client: &Client, record: &Record, killed: &AtomicBool) {
    for n in until(killed) {
        let known = record.logs.lock().unwrap().clone();
        if known.is_empty() {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        let log = &known[(n / 2) % known.len()];
        let key = format!("metrics-{t}-{n}");
        let metadata = json!({key.replace('-', "_"): n});
        let body = json!({"metadata": metadata, "feedback": {"score": 70}});
        let path = format!("/api/v1/logs/{log}/metrics");
        send(n, Write { path, body, key, acknowledged: None }, client, &record.metrics);
    }
}

fn call(t: usize, client: &Client, record: &Record, killed: &AtomicBool) {
    for n in until(killed) {
        let user = format!("caller-{t}-{n}");
        let body = json!({
            "model": "fake/m", "user": user, "stream": n % 2 == 0,
            "messages": [{"role": "user", "content": "hi"}],
        });
        if let Ok(answer) = client.post("/v1/chat/completions", &body) {
            assert_eq!(answer.status, 200, "{answer:?}");
            let log = answer.log.expect("every call has a log");
            record.calls.lock().unwrap().push(Call { log, user, ended: Instant::now() });
        }
    }
}

fn count_by<'a>(items: &'a [Value], field: &str) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for value in items.iter().filter_map(|item| item[field].as_str()) {
        *counts.entry(value).or_default() += 1;
    }
    counts
}

/// Every call that ended more than a second before the kill has its log, and no call has two.
fn check_calls(record: &Record, logs: &[Value], killed_at: Instant) {
    let by_id: HashMap<_, _> = logs.iter().map(|log| (log["id"].as_str().unwrap(), log)).collect();
    let by_user = count_by(logs, "user_id");
    let calls = record.calls.lock().unwrap();
    let settled = calls.iter().filter(|c| c.ended + Duration::from_secs(1) < killed_at);
    for call in settled {
        let log = by_id.get(call.log.as_str()).unwrap_or_else(|| panic!("{} is lost", call.log));
        assert_eq!(log["status"], "completed");
        assert_eq!(by_user[call.user.as_str()], 1);
    }
    assert!(by_user.values().all(|n| *n == 1));
}

fn check_ingest(record: &Record, logs: &[Value]) {
    let ids: HashSet<_> = logs.iter().map(|log| log["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), logs.len());
    let batches = count_by(logs, "conversation_id");
    for write in record.ingest.lock().unwrap().iter() {
        assert_eq!(batches.get(write.key.as_str()), Some(&BATCH), "{}", write.key);
        let acknowledged = write.acknowledged.as_ref().unwrap()["ids"].as_array().unwrap();
        assert!(acknowledged.iter().all(|id| ids.contains(id.as_str().unwrap())), "{}", write.key);
    }
}

fn check_metrics(record: &Record, client: &Client) {
    let mut by_log: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for write in record.metrics.lock().unwrap().iter() {
        let log = write.path.split('/').nth(4).unwrap().to_owned();
        by_log.entry(log).or_default().push(write.key.replace('-', "_"));
    }
    for (log, keys) in by_log {
        let log = client.get(&format!("/api/v1/logs/{log}")).ok();
        let history = log["metadata_history"].as_array().unwrap();
        assert_eq!(history.len(), keys.len());
        for key in &keys {
            assert_eq!(history.iter().filter(|change| change["key"] == key.as_str()).count(), 1);
        }
        assert_eq!(log["feedback"].as_array().unwrap().len(), keys.len());
        assert_eq!(log["tally"]["score"], 70.0);
    }
}

fn check_feedback(record: &Record, client: &Client) {
    let rows: Vec<_> =
        (0..3).flat_map(|t| client.all(&format!("/api/v1/feedback?chain_id=chain-{t}&"))).collect();
    let by_author = count_by(&rows, "author");
    let written = record.feedback.lock().unwrap();
    assert_eq!(rows.len(), written.len());
    for write in written.iter() {
        let author = format!("end_user:{}", write.body["user_id"].as_str().unwrap());
        assert_eq!(by_author.get(author.as_str()), Some(&1), "{}", write.key);
    }
}

/// The daily roll-ups say what the rows say.
fn check_rollups(client: &Client, logs: &[Value]) {
    let rows = client.all("/api/v1/feedback?name=score&");
    let on_logs = rows.iter().filter(|row| row["log_id"].is_string());
    let counting: Vec<_> = on_logs.filter(|row| row["counts"] == true).collect();
    let sum: f64 = counting.iter().map(|row| row["value"].as_f64().unwrap()).sum();
    let summary = client.get("/api/v1/feedback/summary?metric=score&by=all").ok();
    let points = summary["points"].as_array().unwrap();
    let count: u64 = points.iter().map(|point| point["count"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(count), Ok(counting.len()));
    let total: f64 = points.iter().map(|point| point["sum"].as_f64().unwrap()).sum();
    assert!((total - sum).abs() < 1e-6, "{total} is not {sum}");
    let usage = client.get("/api/v1/usage").ok();
    let calls = usage["points"].as_array().unwrap().iter().map(|p| p["calls"].as_u64().unwrap());
    assert_eq!(usize::try_from(calls.sum::<u64>()), Ok(logs.len()));
}
