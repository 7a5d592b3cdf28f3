//! Who is calling: a bearer key or a session cookie, and what guards them.

mod cookie;
mod csrf;
mod keys;
mod limits;
mod signins;
mod throttle;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Uri};
use vouch_domain::access::Principal;
use vouch_domain::user::{ApiKey, User};

use crate::problem::{Kind, Problem};
use crate::secret::sha256_hex;
use crate::state::App;

pub(crate) use cookie::{session_cookie, session_secret, signed_out_cookie};
pub(crate) use csrf::{check_origin, is_own};
pub(crate) use keys::KeyCache;
pub(crate) use limits::{Limits, refused as over_limit, tell as tell_limit};
pub(crate) use signins::Signins;
pub(crate) use throttle::Throttle;

/// The caller of a request, once known.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Who, and what they may do.
    pub(crate) principal: Principal,
    /// How they showed it.
    pub(crate) credential: Arc<Credential>,
}

/// How a caller showed who they are.
#[derive(Debug)]
pub(crate) enum Credential {
    /// With an API key.
    Key(ApiKey),
    /// With the cookie of a session.
    Session {
        /// Whose.
        user: User,
        /// The hash that the session is kept under.
        token_sha256: String,
    },
}

impl Caller {
    /// On whose account the gateway makes a call.
    pub(crate) fn for_gateway(&self) -> vouch_gateway::Caller {
        let actor = self.principal.actor();
        vouch_gateway::Caller { project: self.principal.project(), actor }
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// `Forbidden` for a key.
    pub(crate) fn user(&self) -> Result<&User, Problem> {
        match self.credential.as_ref() {
            Credential::Session { user, .. } => Ok(user),
            Credential::Key(_) => {
                Err(Problem::new(Kind::Forbidden, "Only a signed-in person can do this, no key."))
            }
        }
    }
}

/// Set by the authorisation of every route that is not public.
impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(|| Problem::bug("a route without a caller"))
    }
}

/// Finds out who calls.
///
/// # Errors
/// `Unauthenticated` without a valid key or session; `Forbidden` for a request that another
/// site may have made a browser send.
pub(crate) async fn authenticate(
    app: &App,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Caller, Problem> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let secret = bearer(value).ok_or_else(|| {
            let detail = "The header Authorization must be: Bearer vk_...";
            unauthenticated(detail).with_error(FIELD, format!("{EXPECTED}, got something else"))
        })?;
        let key = app.keys.find(app, secret).await?.ok_or_else(|| {
            let detail = "The API key is unknown or was revoked.";
            unauthenticated(detail).with_error(FIELD, format!("{EXPECTED}, got another key"))
        })?;
        let principal =
            Principal::Key { project: key.project, id: key.id, scopes: key.scopes.clone() };
        return Ok(Caller { principal, credential: Arc::new(Credential::Key(key)) });
    }
    let missing = "Send an API key (Authorization: Bearer vk_...), or sign in.";
    let secret = session_secret(headers).ok_or_else(|| {
        unauthenticated(missing).with_error(FIELD, format!("{EXPECTED}, got nothing"))
    })?;
    let token_sha256 = sha256_hex(secret.as_bytes());
    let user = app.store.session_user(&token_sha256, app.now()).await?;
    let user = user.ok_or_else(|| unauthenticated("The session has ended; sign in again."))?;
    if !method.is_safe() {
        csrf::check(app, uri, headers)?;
    }
    let principal = Principal::User { project: user.project, id: user.id, role: user.role };
    let credential = Arc::new(Credential::Session { user, token_sha256 });
    Ok(Caller { principal, credential })
}

/// The header that a 401 names.
const FIELD: &str = "authorization";
const EXPECTED: &str = "expected Bearer and a valid API key";

/// The text after `Bearer`, whose case does not matter.
fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, secret) = value.to_str().ok()?.trim().split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}

/// The answer to a caller that is not known.
pub(crate) fn unauthenticated(detail: &str) -> Problem {
    Problem::new(Kind::Unauthenticated, detail)
        .with_header(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}
