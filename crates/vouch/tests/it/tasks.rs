//! Tasks into queues from files, and the work of queues out of them: what leaves comes back.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Client, Database, Server, run, run_ok};

/// An export of another tool, as it wrote it.
fn export(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vouch-files/tests/exports").join(name)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn queue_of(client: &Client, key: &str) -> Value {
    let all = client.get("/api/v1/queues").ok()["items"].clone();
    all.as_array().unwrap().iter().find(|queue| queue["key"] == key).unwrap().clone()
}

fn task_of(client: &Client, queue: &Value, key: &str) -> Value {
    let path = format!("/api/v1/queues/{}/tasks", queue["id"].as_str().unwrap());
    let tasks = client.get(&path).ok()["items"].clone();
    let task = tasks.as_array().unwrap().iter().find(|task| task["key"] == key).unwrap().clone();
    client.get(&format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())).ok()
}

/// What is said of each task by whom, without what is new at each import.
fn said(rows: &[Value]) -> Vec<Value> {
    let mut said: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!([
                row["key"],
                row["item"],
                row["user_email"],
                row["answers"],
                row["created_at"],
                row["active_ms"]
            ])
        })
        .collect();
    said.sort_by_key(Value::to_string);
    said
}

#[test]
fn a_label_studio_export_becomes_a_queue_and_comes_out_again() {
    round_trips(&Database::sqlite());
}

#[test]
fn a_label_studio_export_becomes_a_queue_on_postgres() {
    if let Some(database) = Database::postgres("tasks") {
        round_trips(&database);
    }
}

fn round_trips(database: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &database.args());
    let (client, folder) = (server.client(), folder.path());
    let ok = |args: &[&str]| run_ok(folder, &[args, &database.args()].concat());
    let file = folder.join("label-studio.json");
    fs::copy(export("label-studio.json"), &file).unwrap();
    let import = ["import", "tasks", "label-studio.json", "--create", "From Label Studio"];
    assert_eq!(
        ok(&import),
        "imported 2 tasks and 3 reviews into `from-label-studio`; 0 tasks and 0 reviews were \
         there already\n"
    );
    // The queue asks what was asked there; the unanimous task is complete, the other in conflict.
    let queue = queue_of(&client, "from-label-studio");
    let kinds: Vec<&str> = queue["rubric"]["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|question| question["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["category", "rating", "text", "spans"]);
    let progress =
        client.get(&format!("/api/v1/queues/{}/progress", queue["id"].as_str().unwrap()));
    let progress = progress.ok();
    assert_eq!((&progress["conflict"], &progress["complete"]), (&json!(1), &json!(1)));
    // Ada and Bob are people who cannot sign in.
    let users = client.get("/api/v1/users").ok()["items"].clone();
    let ada = users.as_array().unwrap().iter().find(|user| user["email"] == "ada@example.com");
    assert!(ada.unwrap()["disabled_at"].is_string(), "{users}");
    // Again: nothing is there twice.
    assert_eq!(
        ok(&import),
        "imported 0 tasks and 0 reviews into `from-label-studio`; 2 tasks and 3 reviews were \
         there already\n"
    );

    let reviews = lines(&ok(&["export", "reviews", "--queue", "from-label-studio"]));
    assert_eq!(reviews.len(), 3);
    let oslo = reviews.iter().find(|row| row["key"] == "2").unwrap();
    assert_eq!(oslo["item"]["fields"]["text"], "Oslo is cold.");
    for name in ["reviews.jsonl", "reviews.parquet"] {
        ok(&["export", "reviews", "--queue", "from-label-studio", "-o", name]);
        let again = format!("again {name}");
        let rubric = json!({"name": again, "item": "record", "rubric": queue["rubric"]});
        let made = client.post("/api/v1/queues", &rubric).unwrap().ok();
        let key = made["key"].as_str().unwrap();
        let summary = ok(&["import", "tasks", name, "--queue", key]);
        assert!(summary.starts_with("imported 2 tasks and 3 reviews into"), "{summary}");
        let back = lines(&ok(&["export", "reviews", "--queue", key]));
        assert_eq!(said(&back), said(&reviews), "{name}");
    }

    // Consensus comes back as gold, or as a suggestion.
    for name in ["consensus.jsonl", "consensus.parquet", "consensus.csv"] {
        ok(&["export", "consensus", "--queue", "from-label-studio", "-o", name]);
        let gold =
            json!({"name": format!("gold {name}"), "item": "record", "rubric": queue["rubric"]});
        let made = client.post("/api/v1/queues", &gold).unwrap().ok();
        let key = made["key"].as_str().unwrap();
        let summary = ok(&["import", "tasks", name, "--queue", key, "--annotations", "gold"]);
        assert!(summary.starts_with("imported 1 tasks and 0 reviews"), "{name}: {summary}");
        let task = task_of(&client, &made, "2");
        let expected = json!({"sentiment": "Negative", "quality": 3, "note": "brr",
            "ner": [{"start": 0, "end": 4, "label": "LOC"}]});
        assert_eq!(task["gold"]["answers"], expected, "{name}");
    }

    // The CSV of reviews is a label file.
    ok(&["export", "reviews", "--queue", "from-label-studio", "-o", "answers.csv"]);
    let agreement = run_ok(folder, &["agreement", "answers.csv"]);
    let agreement: Value = serde_json::from_str(&agreement).unwrap();
    assert_eq!(agreement["questions"][0]["question"], "sentiment");
}

/// A file of rows, some of which do not fit.
const ROWS: &str = "id,comment,label,gold,priority\r
1,fine,ok,yes,high\r
\r
2,\"two\r
lines\",ok,,\r
3,bad gold,ok,maybe,\r
4,too,many,values,here,now\r
5,bad priority,ok,,soon\r
";

#[test]
fn rows_that_do_not_fit_are_kept_beside_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let (client, folder) = (server.client(), folder.path());
    let queue = json!({"name": "Fine", "item": "record", "rubric": {"questions": [
        {"key": "fine", "title": "Fine?", "type": "yes_no"}]}});
    client.post("/api/v1/queues", &queue).unwrap().ok();
    fs::write(folder.join("rows.csv"), ROWS).unwrap();
    let args = ["import", "tasks", "rows.csv", "--queue", "fine", "--text", "comment"];
    let dry = run(folder, &[&args[..], &["--dry-run"]].concat());
    assert_eq!(dry.0, Some(3), "{}", dry.2);
    assert!(dry.1.starts_with("2 tasks with 0 reviews can be imported"), "{}", dry.1);
    assert!(!folder.join("rows.csv.rejected.jsonl").exists());
    let (code, out, err) = run(folder, &args);
    assert_eq!(code, Some(3), "{err}");
    assert!(out.contains("imported 2 tasks and 0 reviews"), "{out}");
    let rejected = lines(&fs::read_to_string(folder.join("rows.csv.rejected.jsonl")).unwrap());
    let told: Vec<_> = rejected
        .iter()
        .map(|row| (row["line"].as_u64().unwrap(), row["reason"].as_str().unwrap()))
        .collect();
    assert_eq!((told[0].0, told[1].0, told[2].0), (6, 7, 8), "{told:?}");
    assert!(told[0].1.contains("expected true or false, got maybe"), "{told:?}");
    assert!(told[1].1.starts_with("expected 5 values, got 6"), "{told:?}");
    assert!(told[2].1.contains("expected low, normal, high or urgent, got soon"), "{told:?}");
    let first = task_of(&client, &queue_of(&client, "fine"), "1");
    assert_eq!(first["item"]["fields"], json!({"comment": "fine"}));
    assert_eq!(
        (&first["gold"]["answers"], &first["priority"]),
        (&json!({"fine": true}), &json!("high"))
    );

    let (code, _, err) = run(folder, &["import", "tasks", "rows.csv", "--queue", "none"]);
    assert_eq!((code, err.contains("hint: there is fine")), (Some(1), true), "{err}");
    let (code, _, err) = run(folder, &["import", "tasks", "rows.csv", "--create", "New"]);
    // Line 6 fits the questions that are made of it; the others are no rows.
    assert_eq!(
        (code, err.contains("made the queue `new`: answer (category)")),
        (Some(3), true),
        "{err}"
    );
}

#[test]
fn annotators_are_named_and_known_ones_found() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let (client, folder) = (server.client(), folder.path());
    let ann = json!({"email": "ann@example.com", "name": "Ann", "role": "reviewer"});
    client.post("/api/v1/users", &ann).unwrap().ok();
    for name in ["prodigy.jsonl", "argilla.json"] {
        fs::copy(export(name), folder.join(name)).unwrap();
    }
    let args =
        ["import", "tasks", "prodigy.jsonl", "--create", "P", "--annotator", "ada=Ann@example.com"];
    let (code, out, err) = run(folder, &args);
    // Two people in two rows about one text; one place is beyond its text.
    assert_eq!(code, Some(3), "{err}");
    assert!(out.starts_with("imported 2 tasks and 2 reviews into `p`; 1 tasks and"), "{out}");
    assert!(err.contains("left out: 1 ignored examples"), "{err}");
    let emails: Vec<String> = lines(&run_ok(folder, &["export", "reviews", "--queue", "p"]))
        .iter()
        .map(|row| row["user_email"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(emails[0], "ann@example.com");
    assert!(emails[1].starts_with("bob@prodigy.") && emails[1].ends_with(".invalid"), "{emails:?}");
    let out = run_ok(folder, &["import", "tasks", "argilla.json", "--create", "A"]);
    assert!(out.contains("imported 2 tasks"), "{out}");
}

#[test]
fn agreement_and_consensus_read_what_other_tools_export() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, question, judgements) in [
        ("label-studio.json", "sentiment", 3),
        ("label-studio-min.json", "sentiment", 3),
        ("label-studio-compare.json", "better", 2),
        ("argilla.json", "sentiment", 6),
        ("argilla-flat.jsonl", "sentiment", 4),
        ("prodigy-choice.jsonl", "choice", 2),
    ] {
        let file = export(name);
        let said = run_ok(folder, &["agreement", file.to_str().unwrap(), "--bootstrap", "0"]);
        let said: Value = serde_json::from_str(&said).unwrap();
        let all = said["questions"].as_array().unwrap();
        let one = all.iter().find(|one| one["question"] == question).unwrap();
        assert_eq!(one["judgements"], judgements, "{name}");
    }
    let file = export("label-studio.json");
    let said = run_ok(folder, &["consensus", file.to_str().unwrap(), "--method", "majority"]);
    assert!(said.starts_with("question,item,label,posterior\n"), "{said}");
    assert!(said.contains("sentiment,2,Negative,1.0\n"), "{said}");
    let (code, _, err) = run(folder, &["agreement", export("prodigy.jsonl").to_str().unwrap()]);
    assert_eq!(
        (code, err.contains("line 5: there is no place from 0 to 9")),
        (Some(1), true),
        "{err}"
    );
    // What is no export of a tool is a label file as before.
    fs::write(folder.join("l.jsonl"), "{\"item\":1,\"reviewer\":2,\"label\":3}\n").unwrap();
    run_ok(folder, &["agreement", "l.jsonl"]);
}
