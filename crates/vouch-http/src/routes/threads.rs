//! `GET /api/v1/conversations/{id}` and `GET /api/v1/chains/{id}`: calls that belong together.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::feedback::{Feedback, FeedbackTally};
use vouch_domain::id::LogId;
use vouch_domain::invalid::shorten;
use vouch_domain::thread::{Thread, ThreadTotals, Turn};
use vouch_domain::{Cursor, Page};
use vouch_store::TurnQuery;

use crate::auth::Caller;
use crate::path::PathName;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// A conversation or a chain: what it comes to, and its calls in order.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct WholeThread {
    /// Its id, as the application named it.
    id: String,
    /// What all of its logs come to.
    totals: ThreadTotals,
    /// What people said of the whole of it, in short.
    tally: FeedbackTally,
    /// On the whole of it, oldest first; also what no longer counts.
    feedback: Vec<Feedback>,
    /// Its logs, oldest first.
    items: Vec<Turn>,
    /// Give this as `cursor` to get the next page; `null` at the end.
    next_cursor: Option<Cursor>,
}

/// A conversation: its logs, oldest first, each with its feedback and without the messages that
/// the one before had already; the feedback on the whole of it; and its totals.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "logs",
    params(
        ("id" = String, Path, description = "The conversation's id, as the application named it."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = WholeThread)))]
pub(crate) async fn conversation(
    State(app): State<App>,
    caller: Caller,
    PathName(id): PathName,
    query: Query,
) -> Result<Answer<WholeThread>, Problem> {
    let what = format!("conversation {}", shorten(&id));
    page(&app, &caller, (id.clone(), Thread::Conversation(id)), &what, query).await
}

/// A chain: its logs, oldest first, each with its feedback and without the messages that the one
/// before had already; the feedback on the whole of it; and its totals.
#[utoipa::path(get, path = "/api/v1/chains/{id}", tag = "logs",
    params(
        ("id" = String, Path, description = "The chain's id, as the application named it."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = WholeThread)))]
pub(crate) async fn chain(
    State(app): State<App>,
    caller: Caller,
    PathName(id): PathName,
    query: Query,
) -> Result<Answer<WholeThread>, Problem> {
    let what = format!("chain {}", shorten(&id));
    page(&app, &caller, (id.clone(), Thread::Chain(id)), &what, query).await
}

async fn page(
    app: &App,
    caller: &Caller,
    (id, thread): (String, Thread),
    what: &str,
    query: Query,
) -> Result<Answer<WholeThread>, Problem> {
    let query = query.only(&["cursor", "limit"])?;
    let (cursor, limit) = (query.cursor::<LogId>()?, query.limit()?);
    let project = caller.principal.project();
    let found = app.store.thread(project, &thread).await?;
    let (totals, feedback) = found.ok_or_else(|| Problem::not_found(what))?;
    let Page { items, next_cursor, .. } =
        app.store.turns(&TurnQuery { project, thread, cursor, limit }).await?;
    let tally = FeedbackTally::of(&feedback);
    Ok(Answer(WholeThread { id, totals, tally, feedback, items, next_cursor }))
}
