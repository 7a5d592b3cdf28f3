//! Who may do what: roles of people, scopes of keys, and the principal behind a request.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::id::{KeyId, ProjectId, UserId};

/// What a caller is allowed to do. A key carries a set of them; a role stands for a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Call models through the gateway, send logs, add metrics.
    Ingest,
    /// Give and retract feedback.
    Feedback,
    /// Read logs, feedback and settings.
    Read,
    /// Everything, with keys, users, providers and the audit trail.
    Admin,
}

impl Scope {
    /// All scopes, weakest first.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Feedback, Self::Read, Self::Admin];

    /// The word used in JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Feedback => "feedback",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }

    /// The scope of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// What a person is in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads; changes nothing.
    Viewer,
    /// Reads, tries models, gives feedback and corrections.
    Reviewer,
    /// Everything.
    Admin,
}

impl Role {
    /// All roles, weakest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Reviewer, Self::Admin];

    /// The word used in JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The scopes that the role stands for.
    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Viewer => &[Scope::Read],
            Self::Reviewer => &[Scope::Ingest, Scope::Feedback, Scope::Read],
            Self::Admin => &Scope::ALL,
        }
    }
}

/// The caller behind a request, after authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A signed-in person.
    User {
        /// Their project.
        project: ProjectId,
        /// Who.
        id: UserId,
        /// What they are there.
        role: Role,
    },
    /// A program with an API key.
    Key {
        /// The key's project.
        project: ProjectId,
        /// Which key.
        id: KeyId,
        /// What the key allows.
        scopes: Vec<Scope>,
    },
}

impl Principal {
    /// The tenant that the caller belongs to.
    pub const fn project(&self) -> ProjectId {
        match self {
            Self::User { project, .. } | Self::Key { project, .. } => *project,
        }
    }

    /// Whether the caller may do what `scope` allows. Admin may do everything.
    pub fn may(&self, scope: Scope) -> bool {
        let held = match self {
            Self::User { role, .. } => role.scopes(),
            Self::Key { scopes, .. } => scopes,
        };
        held.contains(&scope) || held.contains(&Scope::Admin)
    }

    /// The caller as an author in history and audit.
    pub const fn actor(&self) -> Actor {
        match self {
            Self::User { id, .. } => Actor::User(*id),
            Self::Key { id, .. } => Actor::Key(*id),
        }
    }
}
