//! `GET /api/v1/filters/complete`: what could come next in a filter.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::filter::{self, Completion};

use super::known::known;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// The longest text that is completed; a filter is no longer.
const MAX_CHARS: usize = 4000;

/// What could stand at the cursor of a filter that is being typed: fields, operators, and values
/// that this project has. A suggestion takes the place of the characters from `at` to `end`.
#[utoipa::path(get, path = "/api/v1/filters/complete", tag = "logs",
    params(
        ("text" = Option<String>, Query, description = "The filter so far."),
        ("cursor" = Option<u32>, Query, description = "Before which of its characters the cursor stands, from 0; at its end where absent."),
    ),
    responses((status = 200, body = Completion)))]
pub(crate) async fn complete(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<Completion>, Problem> {
    let query = query.only(&["text", "cursor"])?;
    let text = query.text("text").unwrap_or_default();
    let chars = text.chars().count();
    if chars > MAX_CHARS {
        let detail = format!("expected at most {MAX_CHARS} characters, got {chars} characters");
        return Err(Problem::field("?text", detail));
    }
    let what = format!("a whole number from 0 to {chars}");
    let cursor = query.read("cursor", &what, |text| text.parse().ok().filter(|n| *n <= chars))?;
    let mut completion = filter::complete(&text, cursor.unwrap_or(chars));
    if let Some(asks) = completion.asks.clone() {
        completion.offer(known(&app, caller.principal.project(), &asks).await?);
    }
    Ok(Answer(completion))
}
