//! `POST /api/v1/me/password`: change one's own password.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::SET_COOKIE;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::user::UserUpdate;

use crate::auth::{Caller, session_cookie, unauthenticated};
use crate::body::Json;
use crate::password as passwords;
use crate::problem::Problem;
use crate::routes::session::{new_session, session_audit};
use crate::secret::Secret;
use crate::state::App;

/// The old password and the new.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The password until now; leave it out where there was none.
    #[serde(default)]
    current: Option<String>,
    /// At least 10 characters.
    new: String,
}

/// Change one's own password. All other sessions end; this one gets a new cookie.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "session", request_body = NewPassword,
    responses((status = 204)))]
pub(crate) async fn password(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<NewPassword>,
) -> Result<Response, Problem> {
    let user = caller.user()?.clone();
    passwords::check("/new", &body.new)?;
    let guess = app.signins.guess(None, &user.id.to_string(), app.now())?;
    let known = app.store.user_by_email(&user.email).await?;
    if let Some(hash) = known.and_then(|(_, hash)| hash) {
        let current = body.current.unwrap_or_default();
        if !passwords::verify(current, Some(hash)).await? {
            return Err(Problem::field("/current", "expected the password until now, got another"));
        }
    }
    app.signins.right(&guess);
    let hash = passwords::hash(body.new).await?;
    let audit = app.audit(&caller.principal, "user.password", &user.id, json!({}));
    let (project, id) = (user.project, user.id);
    let (nothing_else, new) = (UserUpdate::default(), Some(hash.clone()));
    app.store.update_user(project, id, nothing_else, new, audit).await?;
    let secret = Secret::token();
    let session = new_session(&app, id, &secret);
    let audit = session_audit(&app, &user, "new_password");
    if !app.store.create_session(session, Some(hash), audit).await? {
        return Err(unauthenticated("The session has ended; sign in again."));
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, session_cookie(&app, &secret.text)?)])
        .into_response())
}
