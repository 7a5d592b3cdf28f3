//! `GET /api/v1/events`: what happens, as it happens.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use http::{HeaderMap, Method, Uri};
use tokio::sync::watch;
use vouch_domain::Time;
use vouch_domain::event::Event;

use crate::auth::{Caller, authenticate};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// A comment line keeps proxies from closing a quiet stream, which is looked at then as well.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after this; the browser comes back with its last id.
const LONGEST_S: i64 = 600;
/// How long a reader is taken for who they were. A quiet stream looks again at each heartbeat.
const TRUSTED_S: i64 = 10;
/// Events read at once.
const PAGE: u32 = 500;

/// Server-sent events, from now on or after `Last-Event-ID`.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(("last-event-id" = Option<i64>, Header, description = "Go on after this event."),
        ("last_event_id" = Option<i64>, Query, description = "The same, where a header cannot be sent.")),
    responses((status = 200, body = Event, content_type = "text/event-stream")))]
pub(crate) async fn stream(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    query: Query,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Problem> {
    let query = query.only(&["last_event_id"])?;
    let project = caller.principal.project();
    // Before the number is read, so that nothing between the two is missed.
    let signal = app.store.event_signal();
    let asked = match headers.get("last-event-id") {
        Some(value) => {
            let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
            let detail = "expected the number of an event, got something else";
            Some(number.ok_or_else(|| Problem::field("last-event-id", detail))?)
        }
        None => query.parse::<i64>("last_event_id", "the number of an event")?,
    };
    // A number that is still to come is of a database that was there before this one.
    let newest = app.store.last_event(project).await?;
    let after = asked.filter(|seq| *seq <= newest).unwrap_or(newest);
    let now = app.now();
    let reader = Reader { caller, uri, headers, known_at: now };
    let until = now.plus_s(LONGEST_S);
    let follow = Follow { app, reader, after, signal, waiting: VecDeque::new(), until };
    let events = stream::unfold(follow, |mut follow| async {
        let event = follow.next().await?;
        let sent = Sent::default().id(event.seq.to_string()).event(event.kind.as_str());
        // An event is numbers and short texts; it always serialises.
        let sent = sent.json_data(&event).ok()?;
        Some((Ok(sent), follow))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// Who reads, and what they showed to be let in.
struct Reader {
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    known_at: Time,
}

impl Reader {
    /// Whether the key or session still stands for the same.
    async fn is_still_let_in(&mut self, app: &App) -> bool {
        let now = app.now();
        let trusted = self.known_at..self.known_at.plus_s(TRUSTED_S);
        if trusted.contains(&now) {
            return true;
        }
        self.known_at = now;
        let caller = authenticate(app, &Method::GET, &self.uri, &self.headers).await;
        caller.is_ok_and(|caller| caller.principal == self.caller.principal)
    }
}

/// A reader that follows the project's events.
struct Follow {
    app: App,
    reader: Reader,
    after: i64,
    signal: watch::Receiver<u64>,
    waiting: VecDeque<Event>,
    until: Time,
}

impl Follow {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        let project = self.reader.caller.principal.project();
        loop {
            let over = self.app.shutdown.is_cancelled() || self.app.now() >= self.until;
            if over || !self.reader.is_still_let_in(&self.app).await {
                return None;
            }
            if let Some(event) = self.waiting.pop_front() {
                self.after = event.seq;
                return Some(event);
            }
            self.signal.mark_unchanged();
            match self.app.store.events_after(project, self.after, PAGE).await {
                Ok(events) => self.waiting.extend(events),
                Err(error) => {
                    tracing::warn!(%error, "a stream of events ends");
                    return None;
                }
            }
            if !self.waiting.is_empty() {
                continue;
            }
            tokio::select! {
                changed = self.signal.changed() => changed.ok()?,
                () = self.app.shutdown.cancelled() => {}
                () = tokio::time::sleep(HEARTBEAT) => {}
            }
        }
    }
}
