//! `POST /api/v1/feedback/{id}/retract`: take a feedback back.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use vouch_domain::access::Scope;
use vouch_domain::feedback::Feedback;
use vouch_domain::id::FeedbackId;
use vouch_store::StoreError;

use super::Authorship;
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::{Kind, Problem};
use crate::routes::checks;
use crate::state::App;

/// On whose behalf.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retraction {
    /// The application's user who gave it, where a program passes it on.
    #[serde(default)]
    user_id: Option<String>,
}

/// Take a feedback back: its author may, and an admin. It stays readable, but counts no more.
#[utoipa::path(post, path = "/api/v1/feedback/{id}/retract", tag = "feedback",
    request_body = Retraction, params(("id" = FeedbackId, Path, description = "The feedback.")),
    responses((status = 200, body = Feedback)))]
pub(crate) async fn retract(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<FeedbackId>,
    Json(body): Json<Retraction>,
) -> Result<Answer<Feedback>, Problem> {
    let user_id = checks::name("/user_id", body.user_id)?;
    let author = Authorship::named(&caller, user_id.as_deref(), None)?;
    take_back(&app, &caller, id, &author).await.map(Answer)
}

/// Takes back what `by` gave; an admin may take back anything.
pub(crate) async fn take_back(
    app: &App,
    caller: &Caller,
    id: FeedbackId,
    by: &Authorship,
) -> Result<Feedback, Problem> {
    let only_by = (!caller.principal.may(Scope::Admin)).then_some(&by.author);
    let project = caller.principal.project();
    let taken = app.store.retract_feedback(project, id, &by.author, only_by, app.now()).await;
    taken.map_err(|e| match e {
        // The only conflict there is: it is someone else's.
        StoreError::Conflict(_) => {
            Problem::new(Kind::Forbidden, "Only its author or an admin can take feedback back.")
        }
        other => Problem::of_store(other, &format!("feedback {id}")),
    })
}
