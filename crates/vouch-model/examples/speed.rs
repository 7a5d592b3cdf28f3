//! Measures the engine: `cargo run --release --example speed -- MODEL.gguf [THREADS] [RUNS]`.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::time::{Duration, Instant};

use vouch_model::{ChatMessage, Engine, EngineOptions, GenerateRequest, Generation};

const DECODED: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name the GGUF file")?;
    let threads = arguments.next().map_or(Ok(1), |threads| threads.parse())?;
    let runs = arguments.next().map_or(Ok(5), |runs| runs.parse())?;

    let start = Instant::now();
    let options = EngineOptions { threads, ..EngineOptions::default() };
    let engine = Engine::load(path.as_ref(), options)?;
    println!("load       {:8.2} s   {}", start.elapsed().as_secs_f64(), memory());

    let short = "Explain in a few sentences why the sky is blue at noon and red in the evening.";
    let long = short.repeat(28);
    for (name, text) in [("short", short), ("long", &long)] {
        let mut prefill = Duration::MAX;
        let mut decode = Duration::MAX;
        let mut prompt_tokens = 0;
        let mut tokens = 0;
        for _ in 0..runs {
            let finished = submit(&engine, text)?.blocking_complete()?.finished;
            prefill = prefill.min(finished.timings.prefill);
            decode = decode.min(finished.timings.decode);
            prompt_tokens = finished.usage.prompt_tokens;
            tokens = finished.usage.completion_tokens;
        }
        println!(
            "{name:5} prefill {:8.1} tok/s of {prompt_tokens}, decode {:6.1} tok/s of {tokens}",
            rate(prompt_tokens, prefill),
            rate(tokens.saturating_sub(1), decode),
        );
    }

    for together in [2, 4] {
        let start = Instant::now();
        let generations: Vec<_> =
            (0..together).map(|_| submit(&engine, short)).collect::<Result<_, _>>()?;
        let mut tokens = 0;
        for generation in generations {
            tokens += generation.blocking_complete()?.finished.usage.completion_tokens;
        }
        println!("{together} together {:8.1} tok/s in all", rate(tokens, start.elapsed()));
    }
    println!("end        {}", memory());
    Ok(())
}

fn submit(engine: &Engine, text: &str) -> Result<Generation, Box<dyn Error>> {
    let mut request = GenerateRequest::new(vec![ChatMessage::user(text)]);
    request.max_tokens = Some(DECODED);
    Ok(engine.submit(request)?)
}

#[expect(clippy::cast_precision_loss, reason = "token counts are small")]
fn rate(tokens: usize, time: Duration) -> f64 {
    tokens as f64 / time.as_secs_f64()
}

/// The resident memory, now and at most, where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines =
        status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join(", ")
}
