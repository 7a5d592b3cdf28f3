//! People who sign in, and the keys of programs.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::access::{Role, Scope};
use crate::group::Group;
use crate::id::{KeyId, ProjectId, UserId};
use crate::rate::RequestsPerMinute;

/// A person who signs in. The password's hash stays in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their project.
    #[serde(skip_serializing, default = "no_project")]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub project: ProjectId,
    /// What they sign in with; lower case, unique.
    pub email: String,
    /// What others see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The groups that they belong to, by name.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// When they were added.
    pub created_at: Time,
    /// When they were shut out, where they were.
    pub disabled_at: Option<Time>,
}

/// What is to change of a person; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserUpdate {
    /// What others see.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they are shut out.
    pub disabled: Option<bool>,
    /// The groups that they belong to.
    pub groups: Option<Vec<Group>>,
}

impl UserUpdate {
    /// The person after the change. Who was shut out before stays so since then.
    #[must_use]
    pub fn apply(self, user: User, at: Time) -> User {
        User {
            name: self.name.unwrap_or(user.name),
            role: self.role.unwrap_or(user.role),
            groups: self.groups.unwrap_or(user.groups),
            disabled_at: switched(self.disabled, user.disabled_at, at),
            ..user
        }
    }
}

/// Since when something holds, after it was switched on or off or left as it is.
pub(crate) fn switched(on: Option<bool>, since: Option<Time>, at: Time) -> Option<Time> {
    match on {
        Some(true) => since.or(Some(at)),
        Some(false) => None,
        None => since,
    }
}

/// An API key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Its project.
    #[serde(skip_serializing, default = "no_project")]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub project: ProjectId,
    /// What it is for.
    pub name: String,
    /// Its first characters, to recognise it by.
    pub prefix: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// How often it may call models and send logs in a minute; no limit where absent.
    pub requests_per_minute: Option<RequestsPerMinute>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
    /// When it was revoked, where it was.
    pub revoked_at: Option<Time>,
}

fn no_project() -> ProjectId {
    ProjectId::new(Time::from_micros(0), [0; 10])
}
