//! Signing in and out.

mod create;
mod delete;
mod link;

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use serde::Serialize;
use serde_json::json;
use vouch_domain::access::Principal;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::UserId;
use vouch_domain::user::User;
use vouch_store::SessionRecord;

use crate::auth::{session_cookie, unauthenticated};
use crate::problem::Problem;
use crate::secret::{Secret, session_ends};
use crate::state::App;

pub(crate) use create::*;
pub(crate) use delete::*;
pub(crate) use link::*;

/// Who is signed in now.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SignedIn {
    user: User,
}

/// A session for `user` that begins now, not yet stored.
pub(crate) fn new_session(app: &App, user: UserId, secret: &Secret) -> SessionRecord {
    let now = app.now();
    SessionRecord {
        token_sha256: secret.sha256.clone(),
        user,
        created_at: now,
        expires_at: session_ends(now),
    }
}

/// The audit entry of a session that `user` opens, and how they showed who they are.
pub(crate) fn session_audit(app: &App, user: &User, how: &str) -> NewAudit {
    let by = Principal::User { project: user.project, id: user.id, role: user.role };
    app.audit(&by, "session.create", &user.id, json!({"how": how}))
}

/// Where the request came from, also through proxies that are trusted.
fn client(app: &App, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
    Some(app.trusted_proxies.client(peer, request.headers()))
}

/// The answer to whoever is not let in. The diagnostics learn where they tried from, but neither
/// who they said they are nor their password.
fn refused(client: Option<IpAddr>, how: &'static str, detail: &str) -> Problem {
    tracing::warn!(client.address = client.map(tracing::field::display), how, "a sign-in failed");
    unauthenticated(detail)
}

/// The answer to whoever is let in.
pub(crate) fn signed_in(app: &App, user: User, secret: &Secret) -> Result<Response, Problem> {
    let cookie = session_cookie(app, &secret.text)?;
    Ok(([(SET_COOKIE, cookie)], axum::Json(SignedIn { user })).into_response())
}
