//! The handlers, one file per verb, in the tree of their paths.

pub(crate) mod audit;
pub(crate) mod checks;
pub(crate) mod deployments;
pub(crate) mod events;
pub(crate) mod feedback;
pub(crate) mod filters;
pub(crate) mod invitations;
pub(crate) mod keys;
pub(crate) mod logs;
pub(crate) mod me;
pub(crate) mod metrics_definitions;
pub(crate) mod models;
pub(crate) mod origins;
pub(crate) mod prices;
pub(crate) mod providers;
pub(crate) mod queues;
pub(crate) mod retention;
pub(crate) mod reviews;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod tasks;
pub(crate) mod threads;
pub(crate) mod usage;
pub(crate) mod users;
pub(crate) mod v1;
pub(crate) mod v2;
pub(crate) mod views;
pub(crate) mod webhooks;

use serde::Serialize;
use vouch_domain::Page;

/// A list that always fits one page.
fn whole<T: Serialize>(items: Vec<T>) -> axum::Json<Page<T>> {
    axum::Json(Page { items, next_cursor: None, partial: false })
}
