//! `POST /api/v1/session`: sign in with e-mail and password.

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use serde::Deserialize;

use super::{client, new_session, refused, session_audit, signed_in};
use crate::auth::check_origin;
use crate::body::Json;
use crate::password;
use crate::problem::Problem;
use crate::secret::Secret;
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
    let client = client(&app, &request);
    let body: Json<Credentials> = Json::from_request(request, &app).await?;
    let Credentials { email, password } = body.0;
    // No e-mail has U+0000 in it, and PostgreSQL could not look for one that has.
    let email = email.trim().to_lowercase().replace('\0', " ");
    // Counted before it is checked, so that whoever hangs up has guessed as well.
    let guess = app.signins.guess(client, &email, app.now())?;
    let (user, hash) = app.store.user_by_email(&email).await?.unzip();
    let hash = hash.flatten();
    let fits = password::verify(password, hash.clone()).await?;
    let secret = Secret::token();
    if let Some(user) = user.filter(|user| fits && user.disabled_at.is_none()) {
        let session = new_session(&app, user.id, &secret);
        let audit = session_audit(&app, &user, "password");
        // Hashing takes its time: the password may be another by now.
        if app.store.create_session(session, hash, audit).await? {
            app.signins.right(&guess);
            return signed_in(&app, user, &secret);
        }
    }
    Err(refused(client, "password", "The e-mail or the password is wrong."))
}
