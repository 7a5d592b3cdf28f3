//! `DELETE /api/v1/session`: sign out.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::SET_COOKIE;

use crate::auth::{Caller, Credential, signed_out_cookie};
use crate::problem::Problem;
use crate::state::App;

/// Sign out. With a key instead of a session, nothing happens.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub(crate) async fn delete(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    if let Credential::Session { token_sha256, .. } = caller.credential.as_ref() {
        app.store.delete_session(token_sha256).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, signed_out_cookie(&app)?)]).into_response())
}
