//! Tests with the real weights, which run when `VOUCH_MODEL_PATH` names the GGUF file of
//! SmolLM2-135M-Instruct.

use std::path::PathBuf;
use std::sync::OnceLock;

use pulp::Arch;

use crate::cache::Cache;
use crate::llama::Segment;
use crate::model::Model;
use crate::{
    ChatMessage, Completion, Engine, EngineOptions, FinishReason, GenerateRequest, Sampling,
};

/// The file, or `None` with a word of why.
fn path() -> Option<PathBuf> {
    let path = std::env::var_os("VOUCH_MODEL_PATH").map(PathBuf::from);
    if path.is_none() {
        println!("skipped: VOUCH_MODEL_PATH names no model");
    }
    path
}

fn engine() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let path = path()?;
    Some(ENGINE.get_or_init(|| Engine::load(&path, EngineOptions::default()).unwrap()))
}

fn complete(engine: &Engine, request: GenerateRequest) -> Completion {
    engine.submit(request).unwrap().blocking_complete().unwrap()
}

fn ask(text: &str) -> GenerateRequest {
    let mut request = GenerateRequest::new(vec![ChatMessage::user(text)]);
    request.max_tokens = Some(48);
    request
}

#[test]
fn the_capital_of_france_is_paris() {
    let Some(engine) = engine() else { return };
    let request = GenerateRequest { top_logprobs: 2, ..ask("What is the capital of France?") };
    let completion = complete(engine, request);
    assert_eq!(completion.text, "The capital of France is Paris.");
    assert_eq!(completion.finished.reason, FinishReason::Stop);
    assert_eq!(completion.finished.usage.prompt_tokens, 37);
    // From a forward pass in numpy over the weights that the `gguf` package dequantises.
    let ids: Vec<u32> = completion.tokens.iter().map(|token| token.token.id).collect();
    assert_eq!(ids, [504, 3575, 282, 4649, 314, 7042, 30]);
    let expect =
        [-1.882_713, -0.019_669, -0.011_467, -0.010_896, -0.038_79, -0.049_963, -0.565_604];
    for (token, expect) in completion.tokens.iter().zip(expect) {
        assert!((token.token.logprob - expect).abs() < 1e-4, "{token:?}");
    }
}

#[test]
fn digits_and_emoji_follow_the_reference() {
    let Some(engine) = engine() else { return };
    let request = ask("Write a haiku about the number 1234 and rust 🦀 crabs.");
    let completion = complete(engine, request);
    assert_eq!(completion.finished.usage.prompt_tokens, 49);
    let ids: Vec<u32> = completion.tokens.iter().map(|token| token.token.id).collect();
    assert_eq!(ids[..12], [788, 260, 3163, 28, 253, 33023, 24541, 28, 216, 33, 34, 35]);
}

#[test]
fn the_model_is_what_its_file_says() {
    let Some(engine) = engine() else { return };
    let card = engine.model();
    assert_eq!(card.license.as_deref(), Some("apache-2.0"));
    assert_eq!((card.parameters, card.vocabulary), (134_515_008, 49_152));
    assert_eq!((card.layers, card.hidden_size, card.context_tokens), (30, 576, 8_192));
}

#[test]
fn a_seed_decides_the_text() {
    let Some(engine) = engine() else { return };
    let with_seed = |seed| {
        let sampling = Sampling { temperature: 1.0, top_p: 0.9, seed };
        complete(engine, GenerateRequest { sampling, ..ask("Tell me a story.") }).text
    };
    assert_eq!(with_seed(1), with_seed(1));
    assert_ne!(with_seed(1), with_seed(2));
}

#[test]
fn a_stop_string_is_found_across_tokens() {
    let Some(engine) = engine() else { return };
    let request = GenerateRequest {
        stop: vec!["ance is P".to_owned()],
        ..ask("What is the capital of France?")
    };
    let completion = complete(engine, request);
    assert_eq!(completion.text, "The capital of Fr");
    assert_eq!(completion.finished.reason, FinishReason::Stop);
}

#[test]
fn probabilities_sum_to_one_and_pieces_equal_the_whole() {
    let Some(path) = path() else { return };
    let model = Model::read(&path, Arch::new(), 1).unwrap();
    let llama = model.llama();
    let text = "Numbers like 2024, words, and 🦀 emoji. ".repeat(4);
    let tokens = model.prompt(&[ChatMessage::user(text)]).unwrap();
    let mut cache = Cache::new(llama.config().layers);
    let whole = llama.forward(&mut [Segment { tokens: &tokens, cache: &mut cache }]);
    let mut cache = Cache::new(llama.config().layers);
    let mut pieces = Vec::new();
    let (prompt, last) = tokens.split_at(tokens.len() - 3);
    for tokens in prompt.chunks(20).chain(last.chunks(1)) {
        pieces.extend(llama.forward(&mut [Segment { tokens, cache: &mut cache }]));
    }
    assert_eq!(whole, pieces, "exactly, not nearly");
    let logits = llama.logits(&whole[whole.len() - llama.config().hidden_size..]);
    let (_, all) = crate::logprob::logprobs(Arch::new(), &logits, 0, 20);
    let total = {
        let log_sum = crate::kernels::vector::log_sum_exp(Arch::new(), &logits);
        logits.iter().map(|logit| f64::from(logit - log_sum).exp()).sum::<f64>()
    };
    assert!((total - 1.0).abs() < 1e-5, "{total}");
    assert!(all.windows(2).all(|pair| pair[0].1 >= pair[1].1));
}

#[test]
fn the_vocabulary_expresses_every_text() {
    let Some(path) = path() else { return };
    let model = Model::read(&path, Arch::new(), 1).unwrap();
    for text in [
        "Hello,  world!\n\n\ttabs and   spaces  ",
        "naïve café — “quotes” … 1234567890 3.14159",
        "日本語のテキスト 한국어 العربية हिन्दी 🦀👩‍👩‍👧",
        "fn main() { println!(\"{:?}\", 0x1F); }",
        "\u{0}\u{7f}\u{85}\u{a0}\u{feff}",
    ] {
        let ids = model.tokenizer().encode(text).unwrap();
        let bytes = ids.iter().flat_map(|id| model.tokenizer().token_bytes(*id));
        assert_eq!(String::from_utf8(bytes.copied().collect()).unwrap(), text);
    }
}
