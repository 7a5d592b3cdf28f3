//! `GET /api/v1/audit`: who did what.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::audit::AuditEntry;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// Audit entries, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "access",
    params(("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent.")),
    responses((status = 200, body = Page<AuditEntry>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Answer<Page<AuditEntry>>, Problem> {
    let query = query.only(&["cursor", "limit"])?;
    let (cursor, limit) = (query.cursor::<i64>()?, query.limit()?);
    Ok(Answer(app.store.audit(caller.principal.project(), cursor.as_ref(), limit).await?))
}
