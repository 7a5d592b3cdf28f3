//! Decides on every request that found a route: may this caller use it?

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::ALLOW;

use crate::auth::authenticate;
use crate::problem::{Kind, Problem};
use crate::state::App;
use crate::table::{self, Access};

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
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    response.extensions_mut().insert(RouteLabel(route.path));
    response
}

async fn admit(app: &App, access: Access, request: &mut Request) -> Result<(), Problem> {
    if access == Access::Public {
        return Ok(());
    }
    let caller =
        authenticate(app, request.method(), request.uri(), request.headers()).await?;
    if !access.allows(&caller.principal) {
        return Err(Problem::new(Kind::Forbidden, needed(access)));
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

fn needed(access: Access) -> String {
    match access {
        Access::Scopes(scopes) => {
            let names: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            format!("This needs the scope {}.", names.join(" or "))
        }
        Access::Public | Access::Known | Access::SignedIn => {
            "Only a signed-in person can do this, no key.".to_owned()
        }
    }
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
