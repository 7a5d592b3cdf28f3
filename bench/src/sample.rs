//! What is asked and answered in every measurement: about 2 kB of log.

use bytes::Bytes;
use serde_json::{Value, json};

/// The model's name at the mock.
pub(crate) const MODEL: &str = "gpt-4o-mini";

const SYSTEM: &str = "You are the assistant of a web shop that sells parts for bicycles. Answer \
    in plain words and short paragraphs, in the language of the customer. Say what you know from \
    the order and the catalogue, and nothing else. When a customer is angry, say first that you \
    understand why, then what can be done, and by when. Never promise a refund; offer to hand the \
    case to a colleague who can. Do not give away what other customers bought.";

const QUESTION: &str = "Hello, I ordered a rear derailleur with a long cage and a chain with 116 \
    links eleven days ago, and so far only the chain has come, in a box that was open on one \
    side. The page of the order says that everything was delivered. I need the bicycle on \
    Saturday, because we ride to my sister's wedding. Can you find out where the derailleur is, \
    and would the medium cage fit as well? The largest sprocket of my cassette has 34 teeth, the \
    smallest 11, and in front there are two chainrings with 50 and 34.";

const ANSWER: &str = "I am sorry: an open box and a missing part, a few days before a wedding, \
    is not what you ordered. The derailleur left our warehouse in a parcel of its own on the same \
    day as the chain. Its last scan was at the depot in your town, so it has most likely not been \
    handed to you yet, although the page shows the whole order as delivered. I have asked the \
    carrier to look for it; they answer within one working day. If it is not found by Thursday \
    noon, a colleague can send another one by express, which would arrive on Friday. The medium \
    cage is not enough for your gears: you need a capacity of 39 teeth (23 at the back and 16 in \
    front), and the medium cage takes up 35. Please keep the long one.";

/// How many pieces a streamed answer comes in.
pub(crate) const PIECES: usize = 24;

/// A call, with `model` as its target names it.
pub(crate) fn call(model: &str, stream: bool) -> Value {
    let messages =
        json!([{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]);
    json!({"model": model, "messages": messages, "temperature": 0.2, "max_tokens": 400,
        "stream": stream})
}

/// The text that every answer holds.
pub(crate) fn answer_text() -> &'static str {
    ANSWER
}

/// The whole answer, as OpenAI sends it.
pub(crate) fn answer() -> Bytes {
    let message = json!({"role": "assistant", "content": ANSWER, "refusal": null});
    let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": "stop"});
    let answer = json!({"id": "chatcmpl-BvouchBench00000000000000", "object": "chat.completion",
        "created": 1_770_000_000, "model": MODEL, "choices": [choice], "usage": usage(),
        "service_tier": "default", "system_fingerprint": "fp_34a54ae93c"});
    answer.to_string().into()
}

/// The answer as server-sent events.
pub(crate) fn events() -> Vec<Bytes> {
    let chunk = |delta: Value, finish: Value, usage: Value| {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish});
        let chunk = json!({"id": "chatcmpl-BvouchBench00000000000000",
            "object": "chat.completion.chunk", "created": 1_770_000_000, "model": MODEL,
            "service_tier": "default", "system_fingerprint": "fp_34a54ae93c",
            "choices": [choice], "usage": usage});
        Bytes::from(format!("data: {chunk}\n\n"))
    };
    let first = json!({"role": "assistant", "content": "", "refusal": null});
    let mut events = vec![chunk(first, Value::Null, Value::Null)];
    events.extend(pieces().map(|piece| chunk(json!({"content": piece}), Value::Null, Value::Null)));
    events.push(chunk(json!({}), json!("stop"), usage()));
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    events
}

/// The answer's text in [`PIECES`] pieces; it is ASCII.
fn pieces() -> impl Iterator<Item = &'static str> {
    let length = ANSWER.len().div_ceil(PIECES);
    (0..PIECES).map(move |n| {
        let end = ((n + 1) * length).min(ANSWER.len());
        ANSWER.get(n * length..end).unwrap_or_default()
    })
}

fn usage() -> Value {
    json!({"prompt_tokens": 245, "completion_tokens": 176, "total_tokens": 421})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_the_answer() {
        assert_eq!(pieces().collect::<String>(), ANSWER);
        assert_eq!(pieces().count(), PIECES);
        assert!(ANSWER.is_ascii());
    }

    #[test]
    fn question_and_answer_are_about_two_kilobytes() {
        let bytes = call(MODEL, false).to_string().len() + answer().len();
        assert!((1_900..2_400).contains(&bytes), "{bytes}");
    }
}
