//! Review queues: what they ask, what flows in, how they get on.

mod add;
mod archive;
mod assign;
mod conflicts;
mod create;
mod export;
mod get;
mod gold;
mod import;
mod list;
mod next;
mod patch;
mod preview;
mod progress;
mod reviewers;
mod skipped;
mod statistics;
mod tasks;

pub(crate) use add::*;
pub(crate) use archive::*;
pub(crate) use assign::*;
pub(crate) use conflicts::*;
pub(crate) use create::*;
pub(crate) use export::*;
pub(crate) use get::*;
pub(crate) use gold::*;
pub(crate) use import::*;
pub(crate) use list::*;
pub(crate) use next::*;
pub(crate) use patch::*;
pub(crate) use preview::*;
pub(crate) use progress::*;
pub(crate) use reviewers::*;
pub(crate) use skipped::*;
pub(crate) use statistics::*;
pub(crate) use tasks::*;

use vouch_domain::access::Scope;
use vouch_domain::id::QueueId;
use vouch_domain::review::Queue;

use crate::auth::Caller;
use crate::problem::{Kind, Problem};
use crate::state::App;

/// The key of a rule that has none: with the same one, a preview and what is then added by hand
/// take the same sample.
const ANY_RULE: &str = "rule";

/// The queue, archived or not.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn queue(app: &App, caller: &Caller, id: QueueId) -> Result<Queue, Problem> {
    let found = app.store.queue(caller.principal.project(), id).await?;
    found.ok_or_else(|| Problem::not_found(&format!("queue {id}")))
}

/// Lets pass whoever decides conflicts of the queue: admins, and those it escalates to.
///
/// # Errors
/// `Forbidden`.
pub(crate) fn check_decides(caller: &Caller, queue: &Queue) -> Result<(), Problem> {
    let named = || caller.user().is_ok_and(|user| queue.settings.decides(user.id, &user.groups));
    if caller.principal.may(Scope::Admin) || named() {
        return Ok(());
    }
    let detail = "Only admins and those whom the queue escalates to decide conflicts.";
    Err(Problem::new(Kind::Forbidden, detail))
}
