//! Which spans are calls of models, and the log of one that is.

use serde_json::{Map, Value, json};
use vouch_domain::Time;
use vouch_domain::actor::Actor;
use vouch_domain::id::ProjectId;
use vouch_domain::log::{Context, Log, LogOrigin, LogStatus, Performance, Served};

use crate::attributes::Attributes;
use crate::span::{Event, Origin, Reason, Span, clean};
use crate::{content, error, parameters, usage};

/// What all logs of one export share.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    /// The tenant.
    pub project: ProjectId,
    /// Who sent it.
    pub by: &'a Actor,
    /// No span can have begun after this: clocks may differ, but a log from the future would stay
    /// on top of every list.
    pub latest: Time,
}

/// The longest chain, conversation or user id, and the longest name, in characters.
const MAX_ID_CHARS: usize = 256;

/// What `gen_ai.operation.name` calls a call of a model.
const CALLS: [&str; 6] =
    ["chat", "text_completion", "completion", "generate_content", "embeddings", "embedding"];
/// What it calls something around one.
const AROUND: [&str; 8] = [
    "create_agent",
    "invoke_agent",
    "execute_tool",
    "invoke_workflow",
    "retrieval",
    "plan",
    "rerank",
    "fetch_response",
];

const MODEL: [&str; 5] = [
    "gen_ai.request.model",
    "llm.model_name",
    "embedding.model_name",
    "gen_ai.response.model",
    "llm.request.model",
];
const PROVIDER: [&str; 4] = ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"];
const CONVERSATION: [&str; 5] = [
    "gen_ai.conversation.id",
    "session.id",
    "traceloop.association.properties.conversation_id",
    "traceloop.association.properties.session_id",
    "traceloop.association.properties.thread_id",
];
const USER: [&str; 7] = [
    "user.id",
    "enduser.id",
    "gen_ai.user.id",
    "gen_ai.user",
    "llm.user",
    "traceloop.association.properties.user_id",
    "gen_ai.openai.request.user",
];

/// Events that come with the first piece of a streamed answer.
const FIRST_PIECE: [&str; 4] = [
    "First Token Stream Event",
    "gen_ai.content.completion.chunk",
    "llm.content.completion.chunk",
    "gen_ai.first_token",
];
/// Seconds to the first piece, where the span says so itself.
const SECONDS_TO_FIRST: [&str; 3] = [
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.server.time_to_first_token",
    "gen_ai.client.operation.time_to_first_chunk",
];

/// The log of a span; `None` where it is no call of a model.
///
/// # Errors
/// Why it cannot be kept.
pub(crate) fn log(
    mut span: Span,
    origin: &Origin,
    intake: &Intake<'_>,
) -> Result<Option<Log>, Reason> {
    if !is_call(&span.attributes) {
        return Ok(None);
    }
    take_details(&mut span);
    let a = &span.attributes;
    let created_at = began(&span, intake.latest)?;
    let (failure, cancelled) = (error::of(&span), error::is_cancelled(&span));
    let status = match failure {
        Some(_) if cancelled => LogStatus::Cancelled,
        Some(_) => LogStatus::Failed,
        None => LogStatus::Completed,
    };
    let content = content::of(a, &span.events);
    let conversation_id = id("conversation id", a.text(&CONVERSATION))?;
    let asked = a.json(&["llm.invocation_parameters"]);
    let asked_user = asked.as_ref().and_then(|asked| asked.get("user")?.as_str());
    let user_id = id("user id", a.text(&USER).or(asked_user))?;
    let by = intake.by.clone();
    let id = span.key.log_id(created_at);
    Ok(Some(Log {
        served: served(a)?,
        context: Context { chain_id: Some(span.key.trace_id()), conversation_id, user_id },
        messages: content.messages,
        choices: content.choices,
        parameters: parameters::of(a),
        metadata: metadata(&span, origin),
        usage: usage::of(a),
        performance: performance(&span),
        error: failure.filter(|_| !cancelled),
        ..Log::new(id, intake.project, created_at, status, LogOrigin::Ingest, by)
    }))
}

fn is_call(a: &Attributes) -> bool {
    if let Some(kind) = a.text(&["openinference.span.kind"]) {
        return ["llm", "embedding"].iter().any(|call| kind.eq_ignore_ascii_case(call));
    }
    if let Some(operation) = a.text(&["gen_ai.operation.name"]) {
        let is = |name: &&str| operation.eq_ignore_ascii_case(name);
        let other = !AROUND.iter().any(&is) && a.text(&MODEL).is_some();
        return CALLS.iter().any(is) || other;
    }
    if let Some(kind) = a.text(&["llm.request.type"]) {
        return ["chat", "completion", "embedding"].contains(&kind);
    }
    let around = a.get("traceloop.span.kind").is_some();
    !around && a.text(&PROVIDER).is_some() && a.text(&MODEL).is_some()
}

/// The newest instrumentations may put what was said into one event instead of the span.
fn take_details(span: &mut Span) {
    for event in &span.events {
        if event.name == "gen_ai.client.inference.operation.details" {
            for (name, value) in &event.attributes.0 {
                span.attributes.0.entry(name).or_insert_with(|| value.clone());
            }
        }
    }
}

fn began(span: &Span, latest: Time) -> Result<Time, Reason> {
    let micros = i64::try_from(span.start_ns / 1000).unwrap_or(i64::MAX);
    let at = Time::from_micros(micros);
    if span.start_ns == 0 {
        return Err(Reason("it has no start time".to_owned()));
    }
    if at > latest {
        return Err(Reason(format!("it begins after {latest}")));
    }
    Ok(at)
}

/// The application's own name for something.
fn id(what: &str, text: Option<&str>) -> Result<Option<String>, Reason> {
    // What came as JSON within a text may still hold what no database keeps.
    let Some(text) = text.map(|text| clean(text.to_owned())) else { return Ok(None) };
    let chars = text.chars().count();
    if chars > MAX_ID_CHARS {
        return Err(Reason(format!("its {what} has {chars} characters, at most {MAX_ID_CHARS}")));
    }
    Ok(Some(text))
}

fn served(a: &Attributes) -> Result<Served, Reason> {
    let provider = id("provider", a.text(&PROVIDER))?.map(|provider| provider.to_lowercase());
    Ok(Served { provider, model: id("model", a.text(&MODEL))?, ..Served::default() })
}

fn performance(span: &Span) -> Performance {
    let since = |at_ns: u64| at_ns.checked_sub(span.start_ns).and_then(ms);
    let first = |event: &&Event| FIRST_PIECE.contains(&event.name.as_str());
    let first = span.events.iter().filter(first).map(|event| event.at_ns).min();
    let said = span.attributes.number(&SECONDS_TO_FIRST).map(|s| s * 1000.0);
    Performance {
        latency: since(span.end_ns),
        time_to_first_token: said.filter(|ms| (0.0..=1e12).contains(ms)).or(first.and_then(since)),
    }
}

/// Milliseconds from nanoseconds, to the microsecond; `None` for more than an hour and a bit,
/// which no call takes.
fn ms(ns: u64) -> Option<f64> {
    u32::try_from(ns / 1000).ok().map(|micros| f64::from(micros) / 1000.0)
}

/// Attributes of the resource that people look for.
const OF_RESOURCE: [&str; 4] =
    ["service.name", "service.version", "deployment.environment.name", "deployment.environment"];
/// Attributes that are in the log already, or say nothing about the application.
const SPOKEN_FOR: [&str; 13] = [
    "gen_ai.",
    "llm.",
    "input.",
    "output.",
    "embedding.",
    "openinference.",
    "openai.",
    "traceloop.",
    "exception.",
    "error.",
    "server.",
    "telemetry.",
    "events",
];
/// The most of the application's own attributes that are kept, and their longest text.
const MAX_OWN: usize = 32;
const MAX_OWN_CHARS: usize = 1000;

/// The application's own attributes, to be filtered by; and under `otel` what it takes to find
/// the span again.
fn metadata(span: &Span, origin: &Origin) -> Map<String, Value> {
    let a = &span.attributes;
    let mut metadata = Map::new();
    if let Some(Value::Object(given)) = a.json(&["metadata"]) {
        metadata.extend(given.into_iter().filter(|(key, value)| is_own(key, value)).take(MAX_OWN));
    }
    let own = a.0.iter().filter(|(key, _)| {
        let named = ["metadata", "session.id", "user.id", "enduser.id"].contains(&key.as_str());
        !named && !SPOKEN_FOR.iter().any(|start| key.starts_with(start))
    });
    let associated = a.0.iter().filter_map(|(key, value)| {
        let key = key.strip_prefix("traceloop.association.properties.")?;
        let taken = ["conversation_id", "session_id", "thread_id", "user_id"].contains(&key);
        (!taken).then(|| (key.to_owned(), value))
    });
    let own = own.map(|(key, value)| (key.clone(), value)).chain(associated);
    for (key, value) in own.filter(|(key, value)| is_own(key, value)).take(MAX_OWN) {
        metadata.insert(key, value.clone());
    }
    for name in OF_RESOURCE {
        if let Some(text) = origin.resource.text(&[name])
            && !text.starts_with("unknown_service")
        {
            metadata.insert(name.to_owned(), text.into());
        }
    }
    metadata.insert("otel".to_owned(), otel(span, origin));
    metadata
}

fn is_own(key: &str, value: &Value) -> bool {
    let short = match value {
        Value::String(text) => text.chars().count() <= MAX_OWN_CHARS && !text.contains('\0'),
        Value::Array(items) => items.len() <= 100 && items.iter().all(|item| is_own(key, item)),
        Value::Null | Value::Object(_) => false,
        Value::Bool(_) | Value::Number(_) => true,
    };
    short && (1..=MAX_ID_CHARS).contains(&key.chars().count()) && !key.contains('\0')
}

fn otel(span: &Span, origin: &Origin) -> Value {
    let parent = span.parent.and_then(|parent| span.key.sibling(parent));
    let mut otel = json!({
        "trace_id": span.key.trace_id(),
        "span_id": span.key.span_id(),
        "parent_span_id": parent.map(vouch_domain::span::SpanKey::span_id),
        "name": span.name,
    });
    let texts = [
        ("scope", Some(origin.scope.as_str()).filter(|scope| !scope.is_empty())),
        ("operation", span.attributes.text(&["gen_ai.operation.name"])),
        ("response_id", span.attributes.text(&["gen_ai.response.id"])),
        ("response_model", span.attributes.text(&["gen_ai.response.model"])),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            otel[name] = text.into();
        }
    }
    otel
}

/// Notes the names of the spans around the log's, where they came with it.
pub(crate) fn name_path(log: &mut Log, path: Vec<&str>) {
    if let Some(otel) = log.metadata.get_mut("otel").filter(|_| !path.is_empty()) {
        otel["path"] = path.into();
    }
}
