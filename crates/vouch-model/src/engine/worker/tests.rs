//! Steps and queue, one at a time, without a thread.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use pulp::Arch;
use tokio::sync::mpsc;

use super::super::event::Event;
use super::super::queue::Job;
use super::*;
use crate::sampler::Sampling;
use crate::tiny;

fn model() -> Model {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tiny.gguf");
    tiny::write_model(&path, 3).unwrap();
    Model::read(&path, Arch::new(), 1).unwrap()
}

fn job(prompt_tokens: usize, max_tokens: usize) -> (Job, mpsc::Receiver<Event>) {
    let (events, receiver) = mpsc::channel(max_tokens + 2);
    let job = Job {
        prompt: vec![70; prompt_tokens],
        max_tokens,
        sampling: Sampling::greedy(),
        stop: Vec::new(),
        top_logprobs: 0,
        events,
        cancelled: Arc::new(AtomicBool::new(false)),
        submitted: Instant::now(),
    };
    (job, receiver)
}

/// The number of tokens that have come.
fn tokens(receiver: &mut mpsc::Receiver<Event>) -> usize {
    let mut count = 0;
    while let Ok(event) = receiver.try_recv() {
        count += usize::from(matches!(event, Event::Token(_)));
    }
    count
}

#[test]
fn every_active_request_gets_one_token_a_step() {
    let model = model();
    let (jobs, mut receivers): (Vec<_>, Vec<_>) =
        [job(3, 9), job(5, 4), job(2, 9)].into_iter().unzip();
    let mut active: Vec<_> = jobs.into_iter().map(|job| Sequence::start(job, &model)).collect();
    for left in [3, 3, 3, 2] {
        active = step(&model, active, 32);
        assert_eq!(active.len(), left);
        for receiver in &mut receivers {
            assert_eq!(tokens(receiver), 1);
        }
    }
    active = step(&model, active, 32);
    let counts: Vec<_> = receivers.iter_mut().map(tokens).collect();
    assert_eq!((counts, active.len()), (vec![1, 0, 1], 2));
}

#[test]
fn a_long_prompt_does_not_hold_up_an_answer() {
    let model = model();
    let (quick, mut quick_events) = job(2, 100);
    let (long, mut long_events) = job(100, 5);
    let mut active = vec![Sequence::start(quick, &model)];
    active = step(&model, active, 11);
    assert_eq!(tokens(&mut quick_events), 1);
    active.push(Sequence::start(long, &model));
    // Ten tokens of the prompt in each step beside the one of the answer.
    for _ in 0..9 {
        active = step(&model, active, 11);
        assert_eq!((tokens(&mut quick_events), tokens(&mut long_events)), (1, 0));
    }
    active = step(&model, active, 11);
    assert_eq!((tokens(&mut quick_events), tokens(&mut long_events)), (1, 1));
    assert_eq!(active.len(), 2);
}

#[test]
fn prompts_share_a_step() {
    let model = model();
    let start = |prompt| Sequence::start(job(prompt, 1).0, &model);
    assert_eq!(shares(&[start(100), start(100)], 32), [16, 16]);
    assert_eq!(shares(&[start(100), start(3), start(100)], 32), [11, 3, 11]);
    assert_eq!(shares(&[start(100), start(100), start(100)], 2), [1, 1, 0]);
    assert_eq!(shares(&[start(100)], 32), [32]);
}

#[test]
fn whoever_nobody_listens_to_is_gone_before_the_next_step() {
    let model = model();
    let (dropped, receiver) = job(2, 100);
    let (kept, _kept_receiver) = job(2, 100);
    let active = vec![Sequence::start(dropped, &model), Sequence::start(kept, &model)];
    let active = step(&model, active, 32);
    drop(receiver);
    let active: Vec<_> = active.into_iter().filter_map(Sequence::unless_cancelled).collect();
    assert_eq!(active.len(), 1);
}

#[test]
fn the_queue_is_bounded_and_first_come_first_served() {
    let queue = Queue::new(1, 2);
    let mut receivers = Vec::new();
    for prompt in 1..=3 {
        let (job, receiver) = job(prompt, 1);
        queue.push(job).unwrap();
        receivers.push(receiver);
    }
    let busy = queue.push(job(4, 1).0).unwrap_err();
    assert!(matches!(busy, ModelError::Busy { active: 0, queued: 3 }), "{busy}");
    let admitted = queue.admit(0).unwrap();
    assert_eq!(admitted.iter().map(|job| job.prompt.len()).collect::<Vec<_>>(), [1]);
    assert!(queue.admit(1).unwrap().is_empty());
    let busy = queue.push(job(4, 1).0).unwrap_err();
    assert!(matches!(busy, ModelError::Busy { active: 1, queued: 2 }), "{busy}");
    // Those who have gone away make room.
    drop(receivers.remove(1));
    let (fourth, _receiver) = job(4, 1);
    queue.push(fourth).unwrap();
    assert_eq!(queue.admit(0).unwrap()[0].prompt.len(), 3);
    queue.stop(Ended::ShutDown);
    assert!(queue.admit(0).is_none());
    assert!(matches!(queue.push(job(1, 1).0), Err(ModelError::Stopped)));
}
