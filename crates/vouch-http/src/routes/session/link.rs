//! `POST /api/v1/session/link`: sign in with a link that works once.

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use serde::Deserialize;
use vouch_domain::Time;
use vouch_domain::id::UserId;

use super::{new_session, signed_in};
use crate::auth::{check_origin, unauthenticated};
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
    let body: Json<Link> = Json::from_request(request, &app).await?;
    let secret = Secret::token();
    // The store puts the link's user in.
    let nobody = UserId::new(Time::from_micros(0), [0; 10]);
    let session = new_session(&app, nobody, &secret);
    let link = sha256_hex(body.0.token.trim().as_bytes());
    let user = app.store.use_signin_link(&link, session, app.now()).await?;
    let gone = "The link was used already or has expired; ask for a new one.";
    signed_in(&app, user.ok_or_else(|| unauthenticated(gone))?, &secret)
}
