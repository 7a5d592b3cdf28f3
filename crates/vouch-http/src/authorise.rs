//! Decides on every request that found a route: may this caller use it?

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::ALLOW;

use vouch_domain::access::{Principal, Scope};
use vouch_domain::rate::Standing;

use crate::auth::{Caller, Credential, authenticate, over_limit};
use crate::problem::{Kind, Problem};
use crate::state::App;
use crate::table::{self, Access, is_limited};

/// The template of the path that was found, for the diagnostics.
#[derive(Clone)]
pub(crate) struct RouteLabel(pub(crate) &'static str);

/// Lets through who may, with their [`crate::auth::Caller`] in the request. A route without an
/// entry in the table is answered by nobody.
pub(crate) async fn authorise(
    State(app): State<App>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(route) = table::find(request.method(), path.as_str()) else {
        return method_not_allowed(&request, path.as_str()).into_response();
    };
    let mut response = match admit(&app, route.access, &mut request).await {
        Ok(standing) => {
            let mut response = next.run(request).await;
            if let Some(standing) = standing {
                response.extensions_mut().insert(standing);
            }
            response
        }
        Err(problem) => problem.into_response(),
    };
    response.extensions_mut().insert(RouteLabel(route.path));
    response
}

/// Where the caller stands with its limit, where it has one.
async fn admit(
    app: &App,
    access: Access,
    request: &mut Request,
) -> Result<Option<Standing>, Problem> {
    if access == Access::Public {
        return Ok(None);
    }
    let caller = authenticate(app, request.method(), request.uri(), request.headers()).await?;
    if !access.allows(&caller.principal) {
        return Err(refused(access, &caller));
    }
    let standing = match caller.credential.as_ref() {
        Credential::Key(key) if is_limited(access) => app.limits.count(key, app.now()),
        _ => None,
    };
    request.extensions_mut().insert(caller);
    match standing {
        Some(standing) if !standing.admitted => Err(over_limit(&standing)),
        other => Ok(other),
    }
}

/// Says what it takes, and what the caller has.
fn refused(access: Access, caller: &Caller) -> Problem {
    let Access::Scopes(needed) = access else {
        let detail = "Only a signed-in person can do this, no key.";
        return Problem::new(Kind::Forbidden, detail)
            .with_error("authorization", "expected a session, got a key");
    };
    let names = |scopes: &[Scope]| scopes.iter().map(|s| s.as_str()).collect::<Vec<_>>();
    let needed = names(needed).join(" or ");
    let has = match &caller.principal {
        Principal::User { role, .. } => format!("the role {}", role.as_str()),
        Principal::Key { scopes, .. } if scopes.is_empty() => "no scope".to_owned(),
        Principal::Key { scopes, .. } => names(scopes).join(", "),
    };
    Problem::new(Kind::Forbidden, format!("This needs the scope {needed}."))
        .with_error("authorization", format!("expected the scope {needed}, got {has}"))
}

fn method_not_allowed(request: &Request, path: &str) -> Problem {
    let allowed = table::allowed(path);
    let detail = format!("{} is not answered here; {allowed} is.", request.method());
    let problem = Problem::new(Kind::MethodNotAllowed, detail);
    match HeaderValue::from_str(&allowed) {
        Ok(value) => problem.with_header(ALLOW, value),
        Err(_) => problem,
    }
}
