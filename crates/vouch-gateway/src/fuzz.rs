//! What must hold for any bytes of a stream, a call or an answer; used by `cargo xtask fuzz` and by
//! tests.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::call::Fields;
use crate::sse::{Event, Parser};
use crate::strip::{StreamStrip, Strip};
use crate::{CallHeaders, ChatCall, anthropic, fold};

/// However a stream is cut into pieces, the events are the same, and joined they are the stream.
/// The first byte says how it is cut.
///
/// # Panics
/// When that does not hold.
pub fn sse(bytes: &[u8]) {
    let Some((&seed, stream)) = bytes.split_first() else { return };
    let whole = events(&[stream]);
    let mut pieces = Vec::new();
    let (mut rest, mut state) = (stream, u32::from(seed));
    while !rest.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (piece, after) = rest.split_at(rest.len().min(1 + (state >> 28) as usize));
        pieces.push(piece);
        rest = after;
    }
    let cut = events(&pieces);
    let said = |events: &[Event]| -> Vec<_> {
        events.iter().map(|event| (event.event.clone(), event.data.clone())).collect()
    };
    assert_eq!(said(&cut), said(&whole), "the events are the same");
    for events in [&whole, &cut] {
        let joined: Vec<u8> = events.iter().flat_map(|event| event.raw.iter().copied()).collect();
        assert_eq!(joined, stream, "nothing is lost");
    }
}

fn events(pieces: &[&[u8]]) -> Vec<Event> {
    let mut parser = Parser::default();
    let mut events: Vec<_> = pieces.iter().flat_map(|piece| parser.push(piece)).collect();
    events.extend(parser.finish());
    events
}

/// A call keeps the fields that we do not know, as their text; Anthropic's translation of it is
/// JSON; and any answer, whole, streamed or translated, is folded without failing, and passes
/// unchanged where nothing is to be taken out.
///
/// # Panics
/// When that does not hold.
pub fn chat(bytes: &[u8]) {
    if let Ok(call) = ChatCall::parse(bytes, CallHeaders::default()) {
        let Ok(Fields(came)) = serde_json::from_slice::<Fields>(bytes) else {
            panic!("a call is an object");
        };
        for (name, value) in came.iter().filter(|(name, _)| !OURS.contains(&name.as_str())) {
            let kept = |(known, text): &&(String, Box<RawValue>)| {
                known == name && text.get() == value.get()
            };
            assert!(call.fields.iter().find(kept).is_some(), "{name} survives");
        }
        assert_eq!(call.messages.len(), call.raw_messages.len());
    }
    anthropic::fuzz(bytes);
    fold::json(bytes);
    fold::stream(bytes);
    let unchanged = Strip { logprobs: true, usage: false }.json(bytes.to_vec());
    if serde_json::from_slice::<Value>(bytes).is_err() {
        assert_eq!(unchanged, bytes, "what is no JSON passes as it is");
    }
    let mut strip = StreamStrip::new(Strip { logprobs: true, usage: true });
    let mut out = strip.push(bytes);
    out.extend(strip.finish());
    // Twice is once: what was taken out is not there any more.
    let mut strip = StreamStrip::new(Strip { logprobs: true, usage: true });
    let mut again = strip.push(&out);
    again.extend(strip.finish());
    assert_eq!(again, out, "stripping twice is stripping once");
}

/// The fields of a call that are taken out of it for ourselves, or set anew.
const OURS: [&str; 6] = ["model", "messages", "stream", "metadata", "inputs", "context"];

#[cfg(test)]
mod tests {
    /// What was found, and the seeds.
    #[test]
    fn nothing_that_was_found_comes_back() {
        for (target, name) in [(super::sse as fn(&[u8]), "sse"), (super::chat, "chat")] {
            let folder = format!("{}/../../fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
            for seed in std::fs::read_dir(folder).unwrap() {
                target(&std::fs::read(seed.unwrap().path()).unwrap());
            }
        }
    }
}
