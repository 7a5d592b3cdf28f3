//! An invitation to a project: whoever has its link may become a person there, once.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::access::Role;
use crate::actor::Actor;
use crate::id::{InvitationId, ProjectId};

/// How long an invitation is open: seven days.
pub const INVITATION_TTL_S: i64 = 7 * 24 * 3600;

/// An invitation without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// To which project.
    #[serde(skip_serializing, default = "no_project")]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub project: ProjectId,
    /// What the person may do.
    pub role: Role,
    /// Whom it is for, in lower case: nobody else may take it. Anybody where absent.
    pub email: Option<String>,
    /// Who made it.
    pub invited_by: Actor,
    /// When it was made.
    pub created_at: Time,
    /// Until when it is open.
    pub expires_at: Time,
}

fn no_project() -> ProjectId {
    ProjectId::new(Time::from_micros(0), [0; 10])
}
