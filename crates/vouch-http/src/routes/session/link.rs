//! `POST /api/v1/session/link`: sign in with a link that works once.

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use serde::Deserialize;

use super::{client, new_session, refused, session_audit, signed_in};
use crate::auth::check_origin;
use crate::body::Json;
use crate::problem::Problem;
use crate::secret::{Secret, sha256_hex};
use crate::state::App;

/// The part of the link after `#`.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    token: String,
}

/// Sign in with a one-time link. Sets the cookie `vouch_session`.
#[utoipa::path(post, path = "/api/v1/session/link", tag = "session", request_body = Link,
    responses((status = 200, body = super::SignedIn)))]
pub(crate) async fn link(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    check_origin(&app, request.uri(), request.headers())?;
    let client = client(&app, &request);
    let body: Json<Link> = Json::from_request(request, &app).await?;
    let link = sha256_hex(body.0.token.trim().as_bytes());
    if let Some(user) = app.store.signin_link_user(&link, app.now()).await? {
        let secret = Secret::token();
        let session = new_session(&app, user.id, &secret);
        let audit = session_audit(&app, &user, "link");
        if app.store.use_signin_link(&link, session, audit).await? {
            return signed_in(&app, user, &secret);
        }
    }
    Err(refused(client, "link", "The link was used already or has expired; ask for a new one."))
}
