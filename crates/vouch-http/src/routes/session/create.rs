//! `POST /api/v1/session`: sign in with e-mail and password.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequest, Request, State};
use axum::response::Response;
use serde::Deserialize;

use super::{new_session, signed_in};
use crate::auth::{check_origin, unauthenticated};
use crate::body::Json;
use crate::password;
use crate::problem::Problem;
use crate::secret::{Secret, sha256_hex};
use crate::state::App;

/// What a person signs in with.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    email: String,
    password: String,
}

/// Sign in with e-mail and password. Sets the cookie `vouch_session`.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = Credentials,
    responses((status = 200, body = super::SignedIn)))]
pub(crate) async fn create(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    check_origin(&app, request.uri(), request.headers())?;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let body: Json<Credentials> = Json::from_request(request, &app).await?;
    let Credentials { email, password } = body.0;
    // No e-mail has U+0000 in it, and PostgreSQL could not look for one that has.
    let email = email.trim().to_lowercase().replace('\0', " ");
    // Names in memory are hashed, so that their length is bounded and no e-mail lies around.
    let who = sha256_hex(format!("{peer:?} {email}").as_bytes());
    app.signins.attempt(&who, app.now())?;
    let (user, hash) = app.store.user_by_email(&email).await?.unzip();
    let fits = password::verify(password, hash.flatten()).await?;
    let user = user.filter(|user| fits && user.disabled_at.is_none());
    let user = user.ok_or_else(|| unauthenticated("The e-mail or the password is wrong."))?;
    app.signins.forget(&who);
    let secret = Secret::token();
    app.store.create_session(new_session(&app, user.id, &secret)).await?;
    signed_in(&app, user, &secret)
}
