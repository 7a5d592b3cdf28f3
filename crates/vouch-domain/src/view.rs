//! A saved view: a filter of the request log under a name, shared within the project.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::actor::Actor;
use crate::id::ViewId;

/// A filter of the request log under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct View {
    /// Its id.
    pub id: ViewId,
    /// What people call it; unique in the project.
    pub name: String,
    /// The filter language; may be empty.
    pub q: String,
    /// The other parameters of `GET /api/v1/logs` that choose logs, e.g. `{"thumbs": "down"}`.
    pub filter: BTreeMap<String, String>,
    /// Who made it.
    pub created_by: Actor,
    /// Their name, where there is one.
    pub created_by_name: Option<String>,
    /// When it was made.
    pub created_at: Time,
}

/// What is to change of a view; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewUpdate {
    /// What people call it.
    pub name: Option<String>,
    /// The filter language.
    pub q: Option<String>,
    /// The other parameters.
    pub filter: Option<BTreeMap<String, String>>,
}

impl ViewUpdate {
    /// The view after the change.
    #[must_use]
    pub fn apply(self, view: View) -> View {
        View {
            name: self.name.unwrap_or(view.name),
            q: self.q.unwrap_or(view.q),
            filter: self.filter.unwrap_or(view.filter),
            ..view
        }
    }
}
