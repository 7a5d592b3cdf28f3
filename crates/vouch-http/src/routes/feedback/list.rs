//! `GET /api/v1/feedback`: a page of feedback.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::actor::Source;
use vouch_domain::feedback::{Feedback, FeedbackTarget};
use vouch_domain::id::{FeedbackId, LogId};
use vouch_store::FeedbackQuery;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

const KNOWN: &[&str] =
    &["name", "source", "log_id", "chain_id", "conversation_id", "cursor", "limit"];

/// Feedback, newest first, also what no longer counts.
#[utoipa::path(get, path = "/api/v1/feedback", tag = "feedback",
    params(
        ("name" = Option<String>, Query, description = "Of this metric."),
        ("source" = Option<Source>, Query, description = "From this kind of author."),
        ("log_id" = Option<String>, Query, description = "About this log."),
        ("chain_id" = Option<String>, Query, description = "About this chain."),
        ("conversation_id" = Option<String>, Query, description = "About this conversation."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = Page<Feedback>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<Page<Feedback>>, Problem> {
    let query = query.only(KNOWN)?;
    let sources = Source::ALL.map(Source::as_str).join(", ");
    let query = FeedbackQuery {
        project: caller.principal.project(),
        name: query.text("name"),
        source: query.read("source", &format!("one of {sources}"), Source::parse)?,
        target: target(&query)?,
        cursor: query.cursor::<FeedbackId>()?,
        limit: query.limit()?,
    };
    Ok(Answer(app.store.feedback(&query).await?))
}

fn target(query: &Query) -> Result<Option<FeedbackTarget>, Problem> {
    let log = query.parse::<LogId>("log_id", "the id of a log")?.map(FeedbackTarget::LogId);
    let chain = query.text("chain_id").map(FeedbackTarget::ChainId);
    let conversation = query.text("conversation_id").map(FeedbackTarget::ConversationId);
    let mut given = [log, chain, conversation].into_iter().flatten();
    let target = given.next();
    if given.next().is_some() {
        let detail = "expected at most one of log_id, chain_id and conversation_id, got several";
        return Err(Problem::field("?log_id", detail));
    }
    Ok(target)
}
