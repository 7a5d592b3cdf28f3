//! `GET /api/v1/audit/verify`: is the trail whole?

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::audit;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::App;

/// Whether the chain of hashes holds.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Verified {
    /// Entries that were checked and hold.
    entries: i64,
    intact: bool,
    /// The place of the first entry that is missing or was changed.
    broken_at: Option<i64>,
}

/// Entries read at once.
const PAGE: u32 = 1000;

/// Check the whole trail from its first entry.
#[utoipa::path(get, path = "/api/v1/audit/verify", tag = "access",
    responses((status = 200, body = Verified)))]
pub(crate) async fn verify(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Verified>, Problem> {
    let project = caller.principal.project();
    let mut last = (0, audit::GENESIS.to_owned());
    loop {
        let entries = app.store.audit_after(project, last.0, PAGE).await?;
        if entries.is_empty() {
            return Ok(Answer(Verified { entries: last.0, intact: true, broken_at: None }));
        }
        last = match audit::verify(project, last, &entries) {
            Ok(next) => next,
            Err(seq) => {
                let broken_at = Some(seq);
                return Ok(Answer(Verified { entries: seq - 1, intact: false, broken_at }));
            }
        };
    }
}
