//! The local provider over a tiny model.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use vouch_gateway::{Provider, ProviderError, ProviderReply, ProviderRequest};
use vouch_model::{Ended, EngineOptions, tiny};

use super::{Loading, LocalProvider, keep_loaded};
use crate::clock::SystemClock;
use crate::weights::Weights;

fn options() -> EngineOptions {
    EngineOptions { threads: 1, max_active: 1, max_queued: 1, ..EngineOptions::default() }
}

/// A provider with a tiny model, loaded as the server loads it.
async fn provider() -> Arc<LocalProvider> {
    let data = tempfile::tempdir().unwrap();
    let (provider, _) = kept_loaded(data.path(), options()).await;
    provider
}

/// The same, with the task that loads the model again.
async fn kept_loaded(data: &Path, options: EngineOptions) -> (Arc<LocalProvider>, JoinSet<()>) {
    let provider = Arc::new(LocalProvider::new(Arc::new(SystemClock), "tiny".into()));
    let path = data.join("tiny.gguf");
    let weights = Weights::new(data, Some(path.clone()));
    tiny::write_model(&path, 1).unwrap();
    let stop = CancellationToken::new();
    let loading = Loading { weights, options, fetch: false, stop };
    let mut tasks = JoinSet::new();
    tasks.spawn(keep_loaded(Arc::clone(&provider), loading));
    until_ready(&provider).await;
    (provider, tasks)
}

async fn until_ready(provider: &LocalProvider) {
    let ready = async {
        while !provider.models().await.unwrap()[0].ready {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ready).await.unwrap();
}

fn request(extra: Value) -> ProviderRequest {
    let mut body = json!({
        "model": "tiny", "seed": 1, "max_tokens": 12,
        "messages": [{"role": "user", "content": "the hat"}],
    });
    let Value::Object(extra) = extra else { panic!("an object") };
    body.as_object_mut().unwrap().extend(extra);
    ProviderRequest { model: "tiny".into(), body: Bytes::from(body.to_string()) }
}

async fn text(reply: ProviderReply) -> String {
    let bytes = reply.body.collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn whole(provider: &LocalProvider, extra: Value) -> (StatusCode, Value) {
    let reply = provider.chat(request(extra)).await.unwrap();
    let status = reply.status;
    (status, serde_json::from_str(&text(reply).await).unwrap())
}

fn chunks(text: &str) -> Vec<Value> {
    let data = text.split("\n\n").filter_map(|line| line.strip_prefix("data: "));
    data.filter(|line| *line != "[DONE]").map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[tokio::test]
async fn a_stream_says_what_the_whole_answer_says() {
    let provider = provider().await;
    let (status, answer) = whole(&provider, json!({"logprobs": true, "top_logprobs": 2})).await;
    assert_eq!(status, StatusCode::OK);
    let options = json!({
        "stream": true, "logprobs": true, "top_logprobs": 2,
        "stream_options": {"include_usage": true},
    });
    let reply = provider.chat(request(options)).await.unwrap();
    assert_eq!(reply.headers["content-type"], "text/event-stream; charset=utf-8");
    let text = text(reply).await;
    assert!(text.ends_with("data: [DONE]\n\n"));
    let chunks = chunks(&text);
    let pieces = chunks.iter().filter_map(|c| c.pointer("/choices/0/delta/content")?.as_str());
    assert_eq!(json!(pieces.collect::<String>()), answer["choices"][0]["message"]["content"]);
    let tokens: Vec<_> = chunks
        .iter()
        .filter_map(|c| c.pointer("/choices/0/logprobs/content")?.as_array())
        .flatten()
        .cloned()
        .collect();
    assert_eq!(json!(tokens), answer["choices"][0]["logprobs"]["content"]);
    assert_eq!(tokens.len(), 12);
    assert_eq!(chunks.last().unwrap()["usage"], answer["usage"]);
    let reasons = chunks.iter().filter_map(|c| c.pointer("/choices/0/finish_reason")?.as_str());
    assert_eq!(reasons.collect::<Vec<_>>(), ["length"]);
    assert!(
        chunks.iter().all(|c| c["id"] == chunks[0]["id"] && c["object"] == "chat.completion.chunk")
    );
}

#[tokio::test]
async fn refusals_have_openais_shape() {
    let provider = provider().await;
    let (status, answer) = whole(&provider, json!({"n": 2})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        answer,
        json!({"error": {
            "message": "the local model gives one choice: send `n: 1`",
            "type": "invalid_request_error", "param": "n", "code": "unsupported_parameter",
        }})
    );
    let (status, answer) = whole(&provider, json!({"model": "other"})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(answer["error"]["code"], "model_not_found");
    let (status, answer) = whole(&provider, json!({"max_tokens": 100_000})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(answer["error"]["code"], "context_length_exceeded");
}

#[tokio::test]
async fn a_dropped_stream_makes_room_for_the_next() {
    let provider = provider().await;
    let long = || request(json!({"stream": true, "max_tokens": 400, "temperature": 1.0}));
    for _ in 0..20 {
        let mut reply = provider.chat(long()).await.unwrap();
        reply.body.frame().await.unwrap().unwrap();
    }
    // One is generated and one may wait: twenty that were left behind would fill all places.
    let (status, _) = whole(&provider, json!({"max_tokens": 1})).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let provider = provider().await;
    let long = || request(json!({"stream": true, "max_tokens": 400, "temperature": 1.0}));
    let (mut kept, mut busy) = (vec![], None);
    while busy.is_none() && kept.len() < 20 {
        match provider.chat(long()).await {
            Ok(reply) => kept.push(reply),
            Err(error) => busy = Some(error),
        }
    }
    assert!(matches!(busy, Some(ProviderError::Busy(_))), "{busy:?} after {}", kept.len());
}

#[tokio::test]
async fn a_stopped_model_breaks_its_streams_off() {
    let data = tempfile::tempdir().unwrap();
    // With so much company none ends before it is stopped.
    let options = EngineOptions { max_active: 40, ..options() };
    let (provider, _tasks) = kept_loaded(data.path(), options).await;
    let long = || request(json!({"stream": true, "max_tokens": 450, "temperature": 1.0}));
    let mut company = vec![];
    for _ in 1..40 {
        company.push(provider.chat(long()).await.unwrap());
    }
    let mut reply = provider.chat(long()).await.unwrap();
    reply.body.frame().await.unwrap().unwrap();
    let stopped = Arc::clone(&provider);
    tokio::task::spawn_blocking(move || stopped.stop()).await.unwrap();
    let rest = reply.body.collect().await;
    assert_eq!(rest.unwrap_err().to_string(), "the local model was stopped");
    let error = provider.chat(request(json!({}))).await.err().unwrap();
    assert_eq!(error.to_string(), "the server is stopping");
}

#[tokio::test]
async fn a_model_that_comes_later_is_found_when_it_is_asked_for() {
    let data = tempfile::tempdir().unwrap();
    let provider = Arc::new(LocalProvider::new(Arc::new(SystemClock), "tiny".into()));
    let weights = Weights::new(data.path(), None);
    std::fs::create_dir(weights.folder()).unwrap();
    let path = weights.folder().join("tiny.gguf");
    let stop = CancellationToken::new();
    let loading = Loading { weights, options: options(), fetch: false, stop: stop.clone() };
    let mut tasks = JoinSet::new();
    tasks.spawn(keep_loaded(Arc::clone(&provider), loading));
    while !provider.models().await.unwrap()[0].note.contains("vouch model pull") {
        tokio::task::yield_now().await;
    }
    tiny::write_model(&path, 1).unwrap();
    until_ready(&provider).await;
    stop.cancel();
    // The engine's end is the provider's to bring about.
    let stopped = Arc::clone(&provider);
    tokio::task::spawn_blocking(move || stopped.stop()).await.unwrap();
    tasks.join_next().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_model_that_breaks_down_is_not_ready() {
    let provider = provider().await;
    let engine = provider.engine().unwrap();
    let crashed = engine.crash().unwrap().complete().await;
    assert!(crashed.is_err());
    assert_eq!(engine.ended().await, Ended::Panicked);
    let model = provider.models().await.unwrap().remove(0);
    assert!(!model.ready && model.note.starts_with("the local model broke down"), "{model:?}");
    let error = provider.chat(request(json!({}))).await.err().unwrap();
    assert!(matches!(error, ProviderError::Busy(_)), "{error}");
}

#[tokio::test]
async fn a_model_that_breaks_down_is_loaded_again() {
    let data = tempfile::tempdir().unwrap();
    let (provider, _tasks) = kept_loaded(data.path(), options()).await;
    for _ in 0..3 {
        let engine = provider.engine().unwrap();
        assert!(engine.crash().unwrap().complete().await.is_err());
        engine.ended().await;
        until_ready(&provider).await;
        let (status, _) = whole(&provider, json!({"max_tokens": 1})).await;
        assert_eq!(status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_prompt_is_read_beside_the_runtime() {
    let provider = provider().await;
    // 30 MB, on a runtime with one thread.
    let long = request(json!({"messages": [{"role": "user", "content": "the ".repeat(8 << 20)}]}));
    let mut turns = 0;
    let count = async {
        loop {
            turns += 1;
            tokio::task::yield_now().await;
        }
    };
    let reply = tokio::select! {
        reply = provider.chat(long) => reply.unwrap(),
        () = count => unreachable!(),
    };
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(text(reply).await.contains("context_length_exceeded"));
    assert!(turns > 100, "the runtime had {turns} turns meanwhile");
}
