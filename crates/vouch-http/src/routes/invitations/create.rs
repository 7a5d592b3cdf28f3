//! `POST /api/v1/invitations`: a link that makes its holder a person of the project.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::access::Role;
use vouch_domain::id::InvitationId;
use vouch_domain::invitation::{INVITATION_TTL_S, Invitation};

use crate::auth::Caller;
use crate::body::Json;
use crate::problem::{Kind, Problem};
use crate::routes::users::email;
use crate::secret::{Secret, invitation_url};
use crate::state::App;

/// Whom to invite.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateInvitation {
    /// What the person may do.
    role: Role,
    /// Only the person with this address may take it; anybody who has the link where absent.
    #[serde(default)]
    email: Option<String>,
}

/// The invitation with its link, which is not shown again.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedInvitation {
    #[serde(flatten)]
    invitation: Invitation,
    /// Send it to the person: it works once, within seven days, and is not shown again.
    url: String,
}

/// Invite a person by a link that works once, within seven days. They choose their own name and
/// password.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "access",
    request_body = CreateInvitation, responses((status = 201, body = CreatedInvitation)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<CreateInvitation>,
) -> Result<(StatusCode, Answer<CreatedInvitation>), Problem> {
    let address = body.email.filter(|text| !text.trim().is_empty());
    let address = address.map(|text| email("/email", &text)).transpose()?;
    if let Some(address) = &address
        && app.store.user_by_email(address).await?.is_some()
    {
        let detail = "Somebody with this e-mail is here already.";
        return Err(Problem::new(Kind::Conflict, detail));
    }
    let (now, secret) = (app.now(), Secret::token());
    let invitation = Invitation {
        id: InvitationId::new(now, app.entropy()),
        project: caller.principal.project(),
        role: body.role,
        email: address,
        invited_by: caller.principal.actor(),
        created_at: now,
        expires_at: now.plus_s(INVITATION_TTL_S),
    };
    let details = json!({"role": invitation.role, "expires_at": invitation.expires_at});
    let audit = app.audit(&caller.principal, "invitation.create", &invitation.id, details);
    app.store.create_invitation(invitation.clone(), secret.sha256, audit).await?;
    let url = invitation_url(&app.public_url, &secret.text);
    Ok((StatusCode::CREATED, Answer(CreatedInvitation { invitation, url })))
}
