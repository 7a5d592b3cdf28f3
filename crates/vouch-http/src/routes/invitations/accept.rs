//! `POST /api/v1/invitations/accept`: become a person of the project, and be signed in.

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::access::Principal;
use vouch_domain::id::UserId;
use vouch_domain::invitation::Invitation;
use vouch_domain::user::User;
use vouch_store::Accepted;

use super::{closed, hash, open};
use crate::auth::check_origin;
use crate::body::Json;
use crate::password;
use crate::problem::Problem;
use crate::routes::checks;
use crate::routes::session::{new_session, session_audit, signed_in};
use crate::routes::users::email;
use crate::secret::Secret;
use crate::state::App;

/// Who the person is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptInvitation {
    /// The part of the link after `#`.
    token: String,
    /// What others see.
    name: String,
    /// What they sign in with; that of the invitation where it names one.
    email: String,
    /// At least 10 characters.
    password: String,
}

/// Accept an invitation: adds the person and sets the cookie `vouch_session`. It works once.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "session", request_body = AcceptInvitation,
    responses((status = 200, body = crate::routes::session::SignedIn)))]
pub(crate) async fn accept(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    check_origin(&app, request.uri(), request.headers())?;
    let body: Json<AcceptInvitation> = Json::from_request(request, &app).await?;
    let AcceptInvitation { token, name, email: address, password } = body.0;
    let token_sha256 = hash(&token);
    // Before the password is hashed, so that nobody without an invitation costs us anything.
    let invitation = open(&app, &token_sha256).await?;
    let now = app.now();
    let user = User {
        id: UserId::new(now, app.entropy()),
        project: invitation.project,
        email: invited(&invitation, &address)?,
        name: checks::needed_name("/name", name)?,
        role: invitation.role,
        groups: vec![],
        created_at: now,
        disabled_at: None,
    };
    password::check("/password", &password)?;
    let password_hash = password::hash(password).await?;
    let secret = Secret::token();
    let session = new_session(&app, user.id, &secret);
    let by = Principal::User { project: user.project, id: user.id, role: user.role };
    let details = json!({"user": user.id, "role": user.role});
    let came = app.audit(&by, "invitation.accept", &invitation.id, details);
    let audit = [came, session_audit(&app, &user, "invitation")];
    let accepted = Accepted { token_sha256, user: user.clone(), password_hash, session, audit };
    if app.store.accept_invitation(accepted).await? {
        signed_in(&app, user, &secret)
    } else {
        Err(closed())
    }
}

/// The address, which must be the one that was invited, where one was.
fn invited(invitation: &Invitation, came: &str) -> Result<String, Invalid> {
    let address = email("/email", came)?;
    match &invitation.email {
        Some(wanted) if *wanted != address => {
            let expected = format!("{wanted}, whom the invitation is for");
            Err(Invalid::new("/email", expected, address))
        }
        _ => Ok(address),
    }
}
