//! The engine on a tiny random model.

use super::event::{Event, FinishReason};
use super::*;
use crate::sampler::Sampling;
use crate::tiny;

fn engine(options: EngineOptions) -> Engine {
    engine_of(&tiny::model_bytes(3), options)
}

fn engine_of(model: &[u8], options: EngineOptions) -> Engine {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tiny.gguf");
    std::fs::write(&path, model).unwrap();
    Engine::load(&path, options).unwrap()
}

fn request(text: &str, max_tokens: usize) -> GenerateRequest {
    let mut request = GenerateRequest::new(vec![ChatMessage::user(text)]);
    request.max_tokens = Some(max_tokens);
    request
}

fn sampled(text: &str, seed: u64) -> GenerateRequest {
    let sampling = Sampling { temperature: 1.0, top_p: 0.95, seed };
    GenerateRequest { sampling, ..request(text, 40) }
}

fn complete(engine: &Engine, request: GenerateRequest) -> event::Completion {
    engine.submit(request).unwrap().blocking_complete().unwrap()
}

#[test]
fn events_come_in_order() {
    let engine = engine(EngineOptions::default());
    let request = GenerateRequest { top_logprobs: 3, ..request("the end", 12) };
    let prompt = engine.count_tokens(&request.messages).unwrap();
    let mut generation = engine.submit(request).unwrap();
    assert_eq!(generation.blocking_next(), Some(Event::Started { prompt_tokens: prompt }));
    for _ in 0..12 {
        let Some(Event::Token(token)) = generation.blocking_next() else { panic!("a token") };
        assert_eq!(token.top.len(), 3);
        // Greedy: the chosen token is the best one.
        assert_eq!(token.top[0], token.token);
        assert!(token.top[0].logprob >= token.top[1].logprob && token.token.logprob <= 0.0);
        assert!(token.token.text.contains(&token.piece) || token.piece.is_empty());
    }
    let Some(Event::Finished(finished)) = generation.blocking_next() else { panic!("the end") };
    assert_eq!(finished.reason, FinishReason::Length);
    assert_eq!(finished.usage.prompt_tokens, prompt);
    assert_eq!(finished.usage.completion_tokens, 12);
    assert_eq!(generation.blocking_next(), None);
}

#[test]
fn a_seed_decides_whatever_the_company() {
    let engine = engine(EngineOptions::default());
    let alone = complete(&engine, sampled("one", 5)).text;
    let others: Vec<_> = (0..4).map(|i| engine.submit(sampled("two", i)).unwrap()).collect();
    let together = complete(&engine, sampled("one", 5)).text;
    assert_eq!(alone, together);
    let texts: std::collections::HashSet<_> =
        others.into_iter().map(|other| other.blocking_complete().unwrap().text).collect();
    assert!(texts.len() > 1, "other seeds give other texts");
}

#[test]
fn threads_and_steps_change_nothing() {
    let text = |threads, step_tokens| {
        let options = EngineOptions { threads, step_tokens, ..EngineOptions::default() };
        complete(&engine(options), sampled(&"the inner ear ".repeat(9), 8)).text
    };
    let expect = text(1, 32);
    assert_eq!(text(3, 32), expect);
    assert_eq!(text(1, 1), expect);
    assert_eq!(text(2, 500), expect);
}

#[test]
fn a_stop_string_ends_the_text_before_it() {
    let engine = engine(EngineOptions::default());
    let whole = complete(&engine, request("the", 30)).text;
    let stop: String = whole.chars().skip(9).take(3).collect();
    let stopped = GenerateRequest { stop: vec![stop.clone()], ..request("the", 30) };
    let stopped = complete(&engine, stopped);
    assert_eq!(stopped.text, whole[..whole.find(&stop).unwrap()]);
    assert_eq!(stopped.finished.reason, FinishReason::Stop);
}

#[test]
fn without_a_limit_the_context_is_filled() {
    let options = EngineOptions { context_tokens: Some(60), ..EngineOptions::default() };
    let engine = engine(options);
    let request = GenerateRequest::new(vec![ChatMessage::user("in")]);
    let finished = complete(&engine, request).finished;
    assert_eq!(finished.reason, FinishReason::Length);
    assert_eq!(finished.usage.prompt_tokens + finished.usage.completion_tokens, 60);
}

#[test]
fn an_overflow_names_the_lengths() {
    let engine = engine(EngineOptions::default());
    let prompt = engine.count_tokens(&request("in", 1).messages).unwrap();
    let error = engine.submit(request("in", tiny::CONTEXT_TOKENS)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the context of the model is 512 tokens, but {} were requested ({prompt} in the \
             messages, 512 in the completion)",
            prompt + 512
        )
    );
    assert!(engine.submit(request("in", tiny::CONTEXT_TOKENS - prompt)).is_ok());
    // Far too long a text is not even tokenised.
    let error = engine.submit(request(&"in".repeat(1_000_000), 1)).unwrap_err();
    assert!(matches!(error, ModelError::ContextOverflow { .. }), "{error}");
    let error = engine.submit(request(&"in ".repeat(600), 1)).unwrap_err();
    assert!(matches!(error, ModelError::ContextOverflow { .. }), "{error}");
    // Nor are messages rendered that are too many.
    let many = GenerateRequest { messages: vec![ChatMessage::user(""); 600], ..request("", 1) };
    let error = engine.submit(many).unwrap_err();
    assert!(matches!(error, ModelError::ContextOverflow { prompt_tokens: 600, .. }), "{error}");
}

#[test]
fn an_empty_prompt_is_refused() {
    // A template that is nothing but a comment, as long as the one that it replaces.
    let silent = format!("{{#{}#}}", " ".repeat(tiny::TEMPLATE.len() - 4));
    let value = [&(silent.len() as u64).to_le_bytes()[..], silent.as_bytes()].concat();
    let model = tiny::model_bytes_with("tokenizer.chat_template", &value);
    let engine = engine_of(&model, EngineOptions::default());
    let error = engine.submit(request("in", 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`messages` make an empty prompt with the chat template of this model"
    );
    assert!(engine.is_running());
}

#[test]
fn weights_beyond_reason_give_nonsense_and_no_panic() {
    let mut model = tiny::model_bytes(3);
    for number in model.as_chunks_mut().0 {
        if *number == 1.0_f32.to_le_bytes() {
            *number = 3e38_f32.to_le_bytes();
        }
    }
    let engine = engine_of(&model, EngineOptions::default());
    for mut request in [request("in", 5), sampled("in", 1)] {
        request.top_logprobs = 3;
        let completion = complete(&engine, request);
        for token in completion.tokens {
            assert!(token.top.iter().chain([&token.token]).all(|token| token.logprob <= 0.0));
        }
    }
}

#[test]
fn what_is_out_of_range_is_named() {
    let engine = engine(EngineOptions::default());
    let good = request("x", 1);
    let greedy = Sampling::greedy();
    for (parameter, bad) in [
        ("messages", GenerateRequest { messages: vec![], ..good.clone() }),
        ("max_tokens", GenerateRequest { max_tokens: Some(0), ..good.clone() }),
        ("stop", GenerateRequest { stop: vec![String::new()], ..good.clone() }),
        ("stop", GenerateRequest { stop: vec!["x".to_owned(); 17], ..good.clone() }),
        ("top_logprobs", GenerateRequest { top_logprobs: 21, ..good.clone() }),
        (
            "temperature",
            GenerateRequest { sampling: Sampling { temperature: -1.0, ..greedy }, ..good.clone() },
        ),
        ("top_p", GenerateRequest { sampling: Sampling { top_p: 1.5, ..greedy }, ..good }),
    ] {
        match engine.submit(bad) {
            Err(ModelError::InvalidRequest { parameter: named, .. }) => {
                assert_eq!(named, parameter);
            }
            other => panic!("{parameter}: {other:?}"),
        }
    }
    let none = EngineOptions { max_active: 0, ..EngineOptions::default() };
    assert!(Engine::load("x".as_ref(), none).is_err());
}

#[test]
fn cancelling_ends_with_an_event() {
    let engine = engine(EngineOptions { max_active: 1, ..EngineOptions::default() });
    let mut running = engine.submit(request("a", 450)).unwrap();
    let waiting = engine.submit(request("b", 450)).unwrap();
    assert!(matches!(running.blocking_next(), Some(Event::Started { .. })));
    running.cancel();
    waiting.cancel();
    for cancelled in [running, waiting] {
        let completion = cancelled.blocking_complete().unwrap();
        assert_eq!(completion.finished.reason, FinishReason::Cancelled);
        assert!(completion.finished.usage.completion_tokens < 450);
    }
}

#[test]
fn dropping_gives_the_place_to_the_next() {
    let engine = engine(EngineOptions { max_active: 1, ..EngineOptions::default() });
    for _ in 0..50 {
        let mut dropped = engine.submit(request("a", 450)).unwrap();
        assert!(matches!(dropped.blocking_next(), Some(Event::Started { .. })));
    }
    assert_eq!(complete(&engine, request("b", 3)).finished.reason, FinishReason::Length);
}

#[test]
fn shutdown_cancels_and_joins() {
    let engine = engine(EngineOptions { max_active: 1, ..EngineOptions::default() });
    let generations: Vec<_> = (0..3).map(|_| engine.submit(request("a", 450)).unwrap()).collect();
    assert!(engine.is_running());
    engine.shutdown();
    engine.shutdown();
    assert!(!engine.is_running());
    let reasons: Vec<_> = generations
        .into_iter()
        .map(|generation| generation.blocking_complete().unwrap().finished.reason)
        .collect();
    assert_eq!(reasons[1..], [FinishReason::Cancelled; 2]);
    assert!(matches!(engine.submit(request("a", 1)), Err(ModelError::Stopped)));
}

#[test]
fn a_panic_ends_the_engine_and_its_requests() {
    let engine = engine(EngineOptions::default());
    let crashed = engine.crash().unwrap().blocking_complete();
    assert!(matches!(crashed, Err(ModelError::Stopped)), "{crashed:?}");
    while engine.is_running() {
        std::thread::yield_now();
    }
    // Too late to say how it ended.
    engine.shutdown();
    let mut ended = std::pin::pin!(engine.ended());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(ended.as_mut().poll(&mut context), std::task::Poll::Ready(Ended::Panicked));
    assert!(matches!(engine.submit(request("a", 1)), Err(ModelError::Stopped)));
}

#[test]
fn an_engine_is_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Engine>();
    check::<Generation>();
    check::<GenerateRequest>();
    check::<Event>();
    check::<ModelError>();
}
