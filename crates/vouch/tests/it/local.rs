//! The local model behind the real server. Needs `VOUCH_MODEL_PATH`.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Client, Server, command};

/// A demonstration with the real model, loaded; `None` where there is no model.
fn demo(folder: &std::path::Path) -> Option<(Server, Client)> {
    let Ok(model) = std::env::var("VOUCH_MODEL_PATH") else {
        eprintln!("skipped: VOUCH_MODEL_PATH is not set");
        return None;
    };
    let mut command = command(folder);
    command.env("VOUCH_ADMIN_KEY", crate::support::ADMIN_KEY);
    command.args(["demo", "--model-path", &model]);
    let server = Server::spawn(command);
    let client = server.client();
    let deadline = Instant::now() + Duration::from_mins(1);
    while client.get("/api/v1/models").ok()["items"][0]["ready"] != true {
        assert!(Instant::now() < deadline, "{}", client.get("/api/v1/models").text);
        std::thread::sleep(Duration::from_millis(50));
    }
    Some((server, client))
}

fn ask(extra: &Value) -> Value {
    let question = "What is the capital of France? Answer with one word.";
    let mut body = json!({
        "model": "local/smollm2-135m-instruct", "temperature": 0, "max_tokens": 24,
        "messages": [{"role": "user", "content": question}],
    });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

fn chunks(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.filter(|line| *line != "[DONE]").map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn chats_streams_stops_and_tells_how_sure_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_server, client)) = demo(folder.path()) else { return };
    let chat = |extra: Value| client.post("/v1/chat/completions", &ask(&extra)).unwrap();

    let whole = chat(json!({"logprobs": true, "top_logprobs": 3})).ok();
    let text = whole["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.contains("Paris"), "{text}");
    let tokens = whole["choices"][0]["logprobs"]["content"].as_array().unwrap();
    assert_eq!(whole["usage"]["completion_tokens"], tokens.len());
    let bytes: Vec<u8> = tokens
        .iter()
        .flat_map(|t| t["bytes"].as_array().unwrap())
        .map(|b| u8::try_from(b.as_u64().unwrap()).unwrap())
        .collect();
    assert!(String::from_utf8(bytes).unwrap().starts_with(text));
    for token in tokens {
        assert!(token["logprob"].as_f64().unwrap() <= 0.0);
        assert_eq!(token["top_logprobs"].as_array().unwrap().len(), 3);
        assert_eq!(token["top_logprobs"][0]["token"], token["token"], "greedy takes the best");
    }

    let streamed = chat(json!({"stream": true, "stream_options": {"include_usage": true}}));
    assert!(streamed.text.ends_with("data: [DONE]\n\n"));
    let all = chunks(&streamed.text);
    assert_eq!(all[0]["choices"][0]["delta"]["role"], "assistant");
    let pieces = all.iter().filter_map(|c| c.pointer("/choices/0/delta/content")?.as_str());
    assert_eq!(pieces.collect::<String>(), text);
    assert_eq!(all.last().unwrap()["usage"], whole["usage"]);
    assert_eq!(all.last().unwrap()["choices"], json!([]));

    let stopped = chat(json!({"stop": ["Par"]})).ok();
    assert_eq!(stopped["choices"][0]["finish_reason"], "stop");
    assert!(!stopped["choices"][0]["message"]["content"].as_str().unwrap().contains("Par"));
    let short = chat(json!({"max_tokens": 1})).ok();
    assert_eq!(short["choices"][0]["finish_reason"], "length");
    let warm = json!({"temperature": 1.0, "seed": 5, "max_tokens": 12});
    let content = |answer: Value| answer["choices"][0]["message"]["content"].clone();
    assert_eq!(content(chat(warm.clone()).ok()), content(chat(warm).ok()));
}

#[test]
fn refuses_what_it_cannot_do_as_openai_would() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_server, client)) = demo(folder.path()) else { return };
    let refusal = |extra: Value| {
        let answer = client.post("/v1/chat/completions", &ask(&extra)).unwrap();
        (answer.status, answer.json()["error"]["param"].clone())
    };
    assert_eq!(refusal(json!({"n": 2})), (400, json!("n")));
    assert_eq!(refusal(json!({"temperature": 3})), (400, json!("temperature")));
    assert_eq!(refusal(json!({"tools": [{"type": "function"}]})), (400, json!("tools")));
    assert_eq!(refusal(json!({"max_tokens": 1_000_000})), (400, json!("messages")));
    assert_eq!(refusal(json!({"model": "local/other"})).0, 404);
}

#[test]
fn keeps_logprobs_for_the_log_and_hides_them_from_who_did_not_ask() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_server, client)) = demo(folder.path()) else { return };
    let answer = client
        .post("/v1/chat/completions", &ask(&json!({"model": "assistant", "stream": true})))
        .unwrap();
    assert!(
        chunks(&answer.text)
            .iter()
            .all(|c| c.pointer("/choices/0/logprobs").is_none_or(Value::is_null))
    );
    let id = answer.log.unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    let log = loop {
        let log = client.get(&format!("/api/v1/logs/{id}"));
        if log.status == 200 {
            break log.ok();
        }
        assert!(Instant::now() < deadline, "{log:?}");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(!log["logprobs"].as_array().unwrap().is_empty());
    assert!(log["uncertainty"]["mean_logprob"].as_f64().unwrap() <= 0.0);
    assert_eq!(log["cost_usd_micros"], 0);
    assert_eq!(log["deployment"], "assistant");
}

#[test]
fn a_reader_that_leaves_frees_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_server, client)) = demo(folder.path()) else { return };
    let long = ask(&json!({
        "stream": true, "max_tokens": 2000, "temperature": 1, "seed": 1,
        "messages": [{"role": "user", "content": "Write a very long story about a dragon."}],
    }));
    for _ in 0..6 {
        let mut reader = BufReader::new(client.stream("/v1/chat/completions", &long));
        let mut line = String::new();
        while !line.contains("\"content\":\"") || line.contains("\"content\":\"\"") {
            line.clear();
            assert_ne!(reader.read_line(&mut line).unwrap(), 0);
        }
    }
    // Six stories of 2000 tokens would take minutes; the model is free at once.
    let began = Instant::now();
    client.post("/v1/chat/completions", &ask(&json!({}))).unwrap().ok();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let deadline = Instant::now() + Duration::from_secs(10);
    while client.all("/api/v1/logs?status=cancelled&").len() < 6 {
        assert!(Instant::now() < deadline, "six cancelled logs");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn several_at_once_are_all_served() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_server, client)) = demo(folder.path()) else { return };
    let calls: Vec<_> = (0..6)
        .map(|n| {
            let client = client.clone();
            let body = ask(&json!({"stream": n % 2 == 0}));
            std::thread::spawn(move || client.post("/v1/chat/completions", &body).unwrap())
        })
        .collect();
    for call in calls {
        let answer = call.join().unwrap();
        assert!(answer.status == 200 && answer.text.contains("Paris"), "{answer:?}");
    }
}
