//! `POST /api/v1/invitations/look`: what an invitation is to.

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use vouch_domain::Time;
use vouch_domain::access::Role;

use super::{hash, open};
use crate::body::Json;
use crate::problem::Problem;
use crate::state::App;

/// The part of the link after `#`. In the body, so that no server or proxy keeps it in a URL.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Look {
    token: String,
}

/// What the invited person is told before they accept.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct OpenInvitation {
    /// The project's name.
    project: String,
    /// What they may do.
    role: Role,
    /// The address that it is for; anybody's where absent.
    email: Option<String>,
    /// Until when it is open.
    expires_at: Time,
}

/// What an invitation is to. Looking does not use it up.
#[utoipa::path(post, path = "/api/v1/invitations/look", tag = "session", request_body = Look,
    responses((status = 200, body = OpenInvitation)))]
pub(crate) async fn look(
    State(app): State<App>,
    Json(body): Json<Look>,
) -> Result<Answer<OpenInvitation>, Problem> {
    let found = open(&app, &hash(&body.token)).await?;
    let projects = app.store.projects().await?;
    let project = projects.into_iter().find(|project| project.id == found.project);
    Ok(Answer(OpenInvitation {
        project: project.map(|project| project.name).unwrap_or_default(),
        role: found.role,
        email: found.email,
        expires_at: found.expires_at,
    }))
}
