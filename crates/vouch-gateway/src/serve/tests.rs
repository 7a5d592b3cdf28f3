//! Repetitions, fallbacks and circuit breakers, on a clock that is the paused one of tokio.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;
use vouch_domain::actor::Actor;
use vouch_domain::id::{Entropy, LogId};
use vouch_domain::log::{Log, LogOrigin, LogStatus};

use super::*;
use crate::call::ChatCall;
use crate::capture::{Captured, Ending};
use crate::headers::CallHeaders;
use crate::prompt::prepare;
use crate::provider::ModelInfo;
use crate::settings::Settings;

/// The time since the test began.
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now(&self) -> Time {
        Time::from_micros(i64::try_from(self.0.elapsed().as_micros()).unwrap())
    }
    /// About the longest of all waits.
    fn entropy(&self) -> Entropy {
        let draws = (0..=u8::MAX).map(|n| [n; 10]);
        draws.max_by_key(|draw| crate::route::hash(draw)).unwrap()
    }
}

/// Answers each call with the next of these; then with 200.
#[derive(Clone, Copy)]
enum Next {
    Status(u16),
    RetryAfter(&'static str),
    Unreachable,
    Busy,
    Hang,
}

#[derive(Default)]
struct Scripted {
    script: Mutex<VecDeque<Next>>,
    asked: Mutex<Vec<Bytes>>,
}

#[async_trait::async_trait]
impl Provider for Scripted {
    async fn chat(&self, request: ProviderRequest) -> Result<ProviderReply, ProviderError> {
        self.asked.lock().unwrap().push(request.body);
        let next = self.script.lock().unwrap().pop_front().unwrap_or(Next::Status(200));
        let (status, after) = match next {
            Next::Status(status) => (status, None),
            Next::RetryAfter(after) => (429, Some(after)),
            Next::Unreachable => return Err(ProviderError::Unreachable("no answer".into())),
            Next::Busy => return Err(ProviderError::Busy("full".into())),
            Next::Hang => std::future::pending().await,
        };
        let mut headers = HeaderMap::new();
        if let Some(after) = after {
            headers.insert("retry-after", after.parse().unwrap());
        }
        let body = Full::new(Bytes::from(format!("{{\"message\": \"said {status}\"}}")));
        let body = body.map_err(|never| match never {}).boxed_unsync();
        Ok(ProviderReply { status: StatusCode::from_u16(status).unwrap(), headers, body })
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        Ok(vec![])
    }
}

/// A version with variants `a`, `b`, ..., each with a provider of its own.
struct Bench {
    clock: TokioClock,
    circuits: Circuits,
    call: ChatCall,
    variants: Vec<(Variant, Arc<Scripted>)>,
}

/// How a call went: the status, the log, and the seconds it took.
struct Went {
    status: Result<u16, String>,
    body: String,
    log: Log,
    took_s: f64,
}

impl Bench {
    fn new(variants: &[Value]) -> Self {
        let body = br#"{"model": "d", "messages": [{"role": "user", "content": "x"}]}"#;
        let variant = |(i, more): (usize, &Value)| {
            let name = char::from(b'a' + u8::try_from(i).unwrap()).to_string();
            let mut variant = json!({"name": name, "provider": format!("p-{name}"), "model": "m"});
            variant.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            (serde_json::from_value(variant).unwrap(), Arc::default())
        };
        Self {
            clock: TokioClock(Instant::now()),
            circuits: Circuits::default(),
            call: ChatCall::parse(body, CallHeaders::default()).unwrap(),
            variants: variants.iter().enumerate().map(variant).collect(),
        }
    }

    fn script(&self, variant: usize, next: &[Next]) {
        self.variants[variant].1.script.lock().unwrap().extend(next);
    }

    fn asked(&self, variant: usize) -> usize {
        self.variants[variant].1.asked.lock().unwrap().len()
    }

    fn candidate(&self, variant: &Variant) -> Result<Candidate, Invalid> {
        let provider = self.variants.iter().find(|(v, _)| v.name == variant.name);
        let provider = provider.map(|(_, provider)| Arc::clone(provider) as Arc<dyn Provider>);
        let route = Route::to(provider, variant);
        Ok(Candidate::new(&route, prepare(&self.call, Some(variant), false)?, false))
    }

    async fn capture(&self) -> (Capture, mpsc::Receiver<Box<Captured>>) {
        let (sender, receiver) = mpsc::channel(1);
        let permit = sender.reserve_owned().await.unwrap();
        let at = self.clock.now();
        let id = LogId::new(at, [1; 10]);
        let mut log =
            Log::new(id, project(), at, LogStatus::Cancelled, LogOrigin::Gateway, Actor::System);
        log.served = self.candidate(&self.variants[0].0).unwrap().served;
        let clock = Arc::new(TokioClock(self.clock.0));
        (Capture::new(log, Arc::new(Settings::empty()), permit, clock), receiver)
    }

    async fn serve(&self, capture: &mut Capture) -> Outcome {
        let attempts = Attempts {
            clock: &self.clock,
            circuits: &self.circuits,
            project: project(),
            endpoint: Endpoint::Chat,
            first_wait: Duration::from_secs(1),
        };
        let first = self.candidate(&self.variants[0].0).unwrap();
        let rest: Vec<Variant> = self.variants[1..].iter().map(|(v, _)| v.clone()).collect();
        attempts.serve(first, &rest, self, capture).await
    }

    async fn call(&self) -> Went {
        let (mut capture, mut logs) = self.capture().await;
        let began = Instant::now();
        let outcome = self.serve(&mut capture).await;
        let took_s = began.elapsed().as_secs_f64();
        let (status, body) = match outcome.answer {
            Ok(reply) => {
                capture.answered(reply.status, false);
                capture.end(Ending::Complete);
                let body = reply.body.collect().await.unwrap().to_bytes();
                (Ok(reply.status.as_u16()), String::from_utf8_lossy(&body).into_owned())
            }
            Err(error) => {
                let message = error.to_string();
                capture.end(Ending::NoAnswer { kind: "unreachable", message: message.clone() });
                (Err(message), String::new())
            }
        };
        let log = logs.recv().await.unwrap().into_log();
        Went { status, body, log, took_s }
    }
}

impl Prepare for Bench {
    fn prepare(&self, variant: &Variant) -> Result<Candidate, Invalid> {
        self.candidate(variant)
    }
}

impl Went {
    /// What was tried: variant, status, error.
    fn tried(&self) -> Vec<(&str, u16, &str)> {
        let attempts = self.log.attempts.iter();
        let told = attempts.map(|a| {
            let error = a.error.as_deref().unwrap_or_default();
            (a.variant.as_deref().unwrap(), a.status.unwrap_or(0), error)
        });
        told.collect()
    }

    fn variant(&self) -> &str {
        self.log.served.variant.as_deref().unwrap()
    }
}

fn project() -> ProjectId {
    ProjectId::new(Time::from_micros(0), [2; 10])
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.05
}

#[tokio::test(start_paused = true)]
async fn what_works_at_once_is_asked_once_and_tells_of_no_attempts() {
    let bench = Bench::new(&[json!({}), json!({})]);
    let went = bench.call().await;
    assert_eq!((went.status.as_ref(), bench.asked(0), bench.asked(1)), (Ok(&200), 1, 0));
    assert!(went.log.attempts.is_empty() && close(went.took_s, 0.0));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_repeated_twice_with_growing_waits() {
    let bench = Bench::new(&[json!({})]);
    bench.script(0, &[Next::Status(503), Next::Unreachable]);
    let went = bench.call().await;
    assert_eq!((went.status.as_ref(), bench.asked(0)), (Ok(&200), 3));
    let expected = [("a", 503, "HTTP 503: said 503"), ("a", 0, "no answer"), ("a", 200, "")];
    assert_eq!(went.tried(), expected);
    assert!(close(went.took_s, 1.0 + 2.0), "{}", went.took_s);
    let began: Vec<i64> = went.log.attempts.iter().map(|a| a.started_at.micros()).collect();
    assert!(began[0] == 0 && (950_000..=1_010_000).contains(&began[1]), "{began:?}");
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_reaches_the_client_as_it_is() {
    let bench = Bench::new(&[json!({"retries": 1})]);
    bench.script(0, &[Next::Status(500), Next::Status(502), Next::Status(200)]);
    let went = bench.call().await;
    assert_eq!((went.status.as_ref(), bench.asked(0)), (Ok(&502), 2));
    assert_eq!(went.body, "{\"message\": \"said 502\"}");
    assert_eq!((went.log.status, went.log.attempts.len()), (LogStatus::Failed, 2));
    let bench = Bench::new(&[json!({"retries": 0})]);
    bench.script(0, &[Next::Status(500)]);
    let went = bench.call().await;
    assert_eq!((went.status.as_ref(), went.log.attempts.len()), (Ok(&500), 0), "one is no story");
}

#[tokio::test(start_paused = true)]
async fn what_the_caller_did_wrong_is_neither_repeated_nor_asked_elsewhere() {
    let bench = Bench::new(&[json!({}), json!({})]);
    bench.script(0, &[Next::Status(400)]);
    assert_eq!(bench.call().await.status, Ok(400));
    assert_eq!((bench.asked(0), bench.asked(1)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_provider_asks_for_is_kept_unless_it_is_too_long() {
    let bench = Bench::new(&[json!({}), json!({})]);
    bench.script(0, &[Next::RetryAfter("30"), Next::RetryAfter("31")]);
    let went = bench.call().await;
    assert!(close(went.took_s, 30.0), "{}", went.took_s);
    let variants: Vec<_> = went.tried().into_iter().map(|(v, status, _)| (v, status)).collect();
    assert_eq!(variants, [("a", 429), ("a", 429), ("b", 200)]);
}

#[tokio::test(start_paused = true)]
async fn the_next_variant_serves_with_its_own_prompt_when_one_fails() {
    let prompt = json!([{"role": "system", "content": "You are b."}]);
    let bench = Bench::new(&[json!({"retries": 0}), json!({"prompt": prompt})]);
    bench.script(0, &[Next::Unreachable]);
    let went = bench.call().await;
    assert_eq!((went.status.as_ref(), went.variant()), (Ok(&200), "b"));
    assert_eq!(went.log.served.provider.as_deref(), Some("p-b"));
    assert_eq!(went.log.messages[0].text(), "You are b.");
    assert_eq!(went.tried(), [("a", 0, "no answer"), ("b", 200, "")]);
    let asked = String::from_utf8(bench.variants[1].1.asked.lock().unwrap()[0].to_vec()).unwrap();
    assert!(asked.contains("You are b."), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_or_a_full_queue_is_asked_elsewhere_at_once() {
    for failure in [Next::Status(401), Next::Status(404), Next::Busy] {
        let bench = Bench::new(&[json!({}), json!({})]);
        bench.script(0, &[failure]);
        let went = bench.call().await;
        assert_eq!((went.variant(), bench.asked(0)), ("b", 1));
        assert!(close(went.took_s, 0.0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_takes_too_long_is_not_asked_twice() {
    let bench = Bench::new(&[json!({"timeout_s": 7}), json!({})]);
    bench.script(0, &[Next::Hang]);
    let went = bench.call().await;
    assert_eq!((went.variant(), bench.asked(0)), ("b", 1));
    assert_eq!(went.tried()[0], ("a", 0, "no answer within 7 s"));
    assert!(close(went.log.attempts[0].latency, 7000.0) && close(went.took_s, 7.0));
}

#[tokio::test(start_paused = true)]
async fn a_variant_whose_prompt_needs_other_inputs_is_left_out() {
    let prompt = json!([{"role": "system", "content": "{{ name }}"}]);
    let bench = Bench::new(&[json!({"retries": 0}), json!({"prompt": prompt}), json!({})]);
    bench.script(0, &[Next::Status(500)]);
    let went = bench.call().await;
    assert_eq!((went.variant(), bench.asked(1)), ("c", 0));
    assert!(went.tried()[1].2.contains("name"), "{:?}", went.tried());
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_moves_on_at_once_and_one_call_tries_again_later() {
    let bench = Bench::new(&[json!({"retries": 0}), json!({})]);
    bench.script(0, &[Next::Status(500); 6]);
    for _ in 0..5 {
        bench.call().await;
    }
    let went = bench.call().await;
    assert_eq!((went.variant(), bench.asked(0)), ("b", 5), "it is left alone");
    assert!(went.tried()[0].2.contains("left alone"), "{:?}", went.tried());
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!((bench.call().await.variant(), bench.asked(0)), ("b", 6), "it tries, and fails");
    assert_eq!((bench.call().await.variant(), bench.asked(0)), ("b", 6));
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!((bench.call().await.variant(), bench.asked(0)), ("a", 7));
    assert_eq!((bench.call().await.variant(), bench.asked(0)), ("a", 8));
}

#[tokio::test(start_paused = true)]
async fn retries_are_of_one_call_and_a_try_has_none() {
    let bench = Bench::new(&[json!({})]);
    bench.script(0, &[Next::Unreachable; 16]);
    for _ in 0..5 {
        bench.call().await;
    }
    assert_eq!(bench.asked(0), 15, "five failed calls open it, not five attempts");
    tokio::time::advance(Duration::from_secs(10)).await;
    assert!(bench.call().await.status.is_err());
    assert_eq!(bench.asked(0), 16);
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_alone_is_told_and_a_real_failure_before_it_is_shown() {
    let bench = Bench::new(&[json!({"retries": 0})]);
    bench.script(0, &[Next::Status(500); 5]);
    for _ in 0..5 {
        bench.call().await;
    }
    let went = bench.call().await;
    assert!(went.status.unwrap_err().contains("left alone"));
    assert_eq!(went.log.attempts.len(), 1, "a skip is told even when it is all");

    let bench = Bench::new(&[json!({"retries": 0}), json!({"retries": 0})]);
    bench.script(0, &[Next::Status(400), Next::Status(500)]);
    let b = bench.candidate(&bench.variants[1].0).unwrap().served;
    for _ in 0..5 {
        let now = bench.clock.now();
        bench.circuits.enter(project(), &b, now).unwrap().failed(now);
    }
    bench.call().await;
    let went = bench.call().await;
    assert_eq!((went.status.as_ref(), went.variant()), (Ok(&500), "a"), "what answered is shown");
    assert_eq!(went.body, "{\"message\": \"said 500\"}");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_is_asked_for_no_more() {
    let bench = Bench::new(&[json!({}), json!({})]);
    bench.script(0, &[Next::Status(500), Next::Status(500)]);
    let (mut capture, mut logs) = bench.capture().await;
    // The first wait is a second: the caller leaves within it.
    let left = tokio::time::timeout(Duration::from_millis(500), bench.serve(&mut capture)).await;
    assert!(left.is_err());
    drop(capture);
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!((bench.asked(0), bench.asked(1)), (1, 0));
    let log = logs.recv().await.unwrap().into_log();
    assert_eq!((log.status, log.attempts.len()), (LogStatus::Cancelled, 1));
}
