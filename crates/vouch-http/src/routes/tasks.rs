//! Review tasks: kept, answered, given back, decided.

mod adjudicate;
mod cancel;
mod draft;
mod get;
mod give_back;
mod gold;
mod renew;
mod review;
mod turn;
mod unskip;
mod view;

pub(crate) use adjudicate::*;
pub(crate) use cancel::*;
pub(crate) use draft::*;
pub(crate) use get::*;
pub(crate) use give_back::*;
pub(crate) use gold::*;
pub(crate) use renew::*;
pub(crate) use review::*;
pub(crate) use turn::*;
pub(crate) use unskip::*;
pub(crate) use view::*;

use vouch_domain::id::TaskId;
use vouch_domain::review::{ItemShape, Task};
use vouch_store::{Holder, StoreError};

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::App;

/// The signed-in person with a task, now.
///
/// # Errors
/// `Forbidden` for a key.
fn holder(app: &App, caller: &Caller, task: TaskId) -> Result<Holder, Problem> {
    let (project, user) = (caller.principal.project(), caller.user()?.id);
    Ok(Holder { project, task, user, now: app.now() })
}

/// The task.
///
/// # Errors
/// `NotFound`.
async fn task(app: &App, caller: &Caller, id: TaskId) -> Result<Task, Problem> {
    let found = app.store.task(caller.principal.project(), id).await?;
    found.ok_or_else(|| Problem::not_found(&format!("task {id}")))
}

/// What answers to a task may refer to.
async fn shape(app: &App, caller: &Caller, task: &Task) -> Result<ItemShape, Problem> {
    let project = caller.principal.project();
    let (_, shape) = vouch_review::show(app.store.as_ref(), project, task.item.clone()).await?;
    Ok(shape)
}

/// An error of the store about one task.
fn of_task(id: TaskId) -> impl FnOnce(StoreError) -> Problem {
    move |e| Problem::of_store(e, &format!("task {id}"))
}
