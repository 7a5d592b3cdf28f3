//! Bodies that tests send and providers answer.

use serde_json::{Value, json};

/// A log with a question and an answer.
pub fn log(question: &str, answer: &str) -> Value {
    json!({
        "messages": [{"role": "user", "content": question}],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}],
        "provider": "openai",
        "model": "gpt-4o",
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        "performance": {"latency": 420.5, "time_to_first_token": 80.0},
    })
}

/// A chat completion, OpenAI's shape.
pub fn chat_answer(text: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "fake-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        "x_unknown": {"kept": [1, 2.50]},
    })
}

/// The same as the events of a stream: a role, a piece each, the end, the usage, `[DONE]`.
pub fn chat_chunks(pieces: &[&str]) -> Vec<String> {
    let chunk = |delta: Value, finish: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "fake-1",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        })
    };
    let mut chunks = vec![chunk(json!({"role": "assistant", "content": ""}), Value::Null)];
    chunks.extend(pieces.iter().map(|piece| chunk(json!({"content": piece}), Value::Null)));
    chunks.push(chunk(json!({}), "stop".into()));
    chunks.push(json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "fake-1",
        "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }));
    let events = chunks.iter().map(|chunk| format!("data: {chunk}\n\n"));
    events.chain(["data: [DONE]\n\n".to_owned()]).collect()
}
