//! The thread that computes: in every step each active request gets one token, or reads the next
//! part of its prompt.

use std::sync::Arc;
use std::thread::{self, Builder, JoinHandle};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::queue::Queue;
use super::sequence::Sequence;
use super::{Ended, EngineOptions};
use crate::error::ModelError;
use crate::llama::Segment;
use crate::model::Model;

/// Starts the thread; it ends when the queue stops.
pub(super) fn start(
    model: Arc<Model>,
    queue: Arc<Queue>,
    options: EngineOptions,
) -> Result<JoinHandle<()>, ModelError> {
    let unsupported = |error: &dyn std::error::Error| {
        ModelError::unsupported(format!("no thread can be started here: {error}"))
    };
    let pool = match options.threads {
        1 => None,
        threads => Some(
            ThreadPoolBuilder::new()
                .num_threads(threads)
                .thread_name(|index| format!("vouch-model-{index}"))
                .build()
                .map_err(|error| unsupported(&error))?,
        ),
    };
    Builder::new()
        .name("vouch-model".to_owned())
        .spawn(move || serve(&model, queue, pool.as_ref(), options.step_tokens))
        .map_err(|error| unsupported(&error))
}

fn serve(model: &Model, queue: Arc<Queue>, pool: Option<&ThreadPool>, step_tokens: usize) {
    let queue = StopOnDrop(queue);
    let mut active: Vec<Sequence> = Vec::new();
    while let Some(admitted) = queue.0.admit(active.len()) {
        active.extend(admitted.into_iter().map(|job| Sequence::start(job, model)));
        active = active.into_iter().filter_map(Sequence::unless_cancelled).collect();
        if active.is_empty() {
            continue;
        }
        active = match pool {
            None => step(model, active, step_tokens),
            Some(pool) => pool.install(|| step(model, active, step_tokens)),
        };
        // The next step begins with another request, so that a short budget serves all alike.
        if active.len() > 1 {
            active.rotate_left(1);
        }
    }
    active.into_iter().for_each(Sequence::cancel);
}

/// Closes the queue however the thread ends, so that no caller waits for ever.
struct StopOnDrop(Arc<Queue>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop(if thread::panicking() { Ended::Panicked } else { Ended::ShutDown });
    }
}

/// One token for each sequence that is answering, and a part of the prompts of the others.
/// Returns the sequences that go on.
fn step(model: &Model, mut active: Vec<Sequence>, step_tokens: usize) -> Vec<Sequence> {
    let counts = shares(&active, step_tokens);
    let mut segments: Vec<Segment<'_>> = active
        .iter_mut()
        .zip(&counts)
        .filter(|(_, count)| **count > 0)
        .map(|(sequence, count)| sequence.segment(*count))
        .collect();
    let hidden = model.llama().forward(&mut segments);
    let hidden_size = model.llama().config().hidden_size;
    let mut ends = Vec::new();
    let mut read = 0;
    for (sequence, count) in active.iter().zip(&counts) {
        read += count;
        if sequence.has_read_all() {
            ends.extend_from_slice(&hidden[(read - 1) * hidden_size..read * hidden_size]);
        }
    }
    let logits = model.llama().logits(&ends);
    let mut logits = logits.chunks_exact(model.llama().vocabulary());
    active
        .into_iter()
        .filter_map(|sequence| {
            if !sequence.has_read_all() {
                return Some(sequence);
            }
            logits.next().and_then(|logits| sequence.extend(model, logits))
        })
        .collect()
}

/// How many tokens each sequence reads in this step.
fn shares(active: &[Sequence], step_tokens: usize) -> Vec<usize> {
    let answering = active.iter().filter(|sequence| sequence.is_answering()).count();
    let mut budget = step_tokens.saturating_sub(answering).max(1);
    let share = budget.div_ceil((active.len() - answering).max(1));
    let count = |sequence: &Sequence| {
        if sequence.is_answering() {
            return 1;
        }
        let count = sequence.unread().min(share).min(budget);
        budget -= count;
        count
    };
    active.iter().map(count).collect()
}

#[cfg(test)]
mod tests;
