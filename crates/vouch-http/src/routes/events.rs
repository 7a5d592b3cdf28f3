//! `GET /api/v1/events`: what happens, as it happens.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use http::HeaderMap;
use tokio::sync::watch;
use tokio::time::Instant;
use vouch_domain::event::Event;
use vouch_domain::id::ProjectId;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// A comment line keeps proxies from closing a quiet stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after this; the browser comes back with its last id, and is authenticated anew.
const LONGEST: Duration = Duration::from_mins(10);
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
    let after = match asked {
        Some(seq) => seq,
        None => app.store.last_event(project).await?,
    };
    let until = Instant::now() + LONGEST;
    let follow = Follow { app, project, after, signal, waiting: VecDeque::new(), until };
    let events = stream::unfold(follow, |mut follow| async {
        let event = follow.next().await?;
        let sent = Sent::default().id(event.seq.to_string()).event(event.kind.as_str());
        // An event is numbers and short texts; it always serialises.
        let sent = sent.json_data(&event).ok()?;
        Some((Ok(sent), follow))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// A reader of the project's events.
struct Follow {
    app: App,
    project: ProjectId,
    after: i64,
    signal: watch::Receiver<u64>,
    waiting: VecDeque<Event>,
    until: Instant,
}

impl Follow {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.after = event.seq;
                return Some(event);
            }
            self.signal.mark_unchanged();
            match self.app.store.events_after(self.project, self.after, PAGE).await {
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
                () = self.app.shutdown.cancelled() => return None,
                () = tokio::time::sleep_until(self.until) => return None,
            }
        }
    }
}
