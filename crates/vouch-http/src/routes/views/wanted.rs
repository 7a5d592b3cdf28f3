//! What a view is to hold, checked as the list of logs would.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::access::Scope;
use vouch_domain::id::ViewId;
use vouch_domain::view::View;

use crate::auth::Caller;
use crate::problem::{Kind, Problem};
use crate::query::Query;
use crate::routes::logs::{CHOOSING, filter};
use crate::state::App;

/// Refuses a filter that the list of logs would refuse, at `/q` or `/filter/NAME`.
pub(super) fn check(
    q: &str,
    parameters: &BTreeMap<String, String>,
    now: Time,
) -> Result<(), Problem> {
    for (name, value) in parameters {
        if name == "q" || !CHOOSING.contains(&name.as_str()) {
            let known = CHOOSING[1..].join(", ");
            let detail = format!("expected one of {known}, got another name");
            return Err(Problem::field("/filter", detail));
        }
        if value.contains('\0') {
            let detail = "expected text without the character U+0000, got one with it";
            return Err(Problem::field(format!("/filter/{name}"), detail));
        }
    }
    if q.contains('\0') {
        let detail = "expected text without the character U+0000, got one with it";
        return Err(Problem::field("/q", detail));
    }
    let all = parameters.clone().into_iter().chain([("q".to_owned(), q.to_owned())]);
    filter(&Query::of(all), now)
        .map(drop)
        .map_err(|problem| problem.moved("?q", "/q").moved("?", "/filter/"))
}

/// The view, where the caller made it or is an admin.
pub(super) async fn own(app: &App, caller: &Caller, id: ViewId) -> Result<View, Problem> {
    let view = app.store.view(caller.principal.project(), id).await?;
    let view = view.ok_or_else(|| Problem::not_found(&format!("view {id}")))?;
    if view.created_by != caller.principal.actor() && !caller.principal.may(Scope::Admin) {
        let detail = "Only who made a view, or an admin, can change it.";
        return Err(Problem::new(Kind::Forbidden, detail));
    }
    Ok(view)
}
