//! The `OpenAPI` document: the handlers' documentation, completed from the table of routes.

use utoipa::OpenApi as _;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder,
};

use crate::table::{Access, Documented, ROUTES, Route};

/// The document of this server's routes.
pub fn openapi() -> OpenApi {
    let mut document = Documented::openapi();
    document.info = InfoBuilder::new()
        .title("Vouch")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Record what a model said, ask people what they think of it, and learn from them.",
        ))
        .license(Some(utoipa::openapi::License::new("Apache-2.0")))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("vouch_session"))),
    );
    for route in ROUTES {
        let item = document.paths.paths.get_mut(route.path);
        if let Some(operation) = item.and_then(|item| slot(item, route).as_mut()) {
            complete(operation, route);
        }
    }
    document
}

fn slot<'a>(item: &'a mut PathItem, route: &Route) -> &'a mut Option<Operation> {
    match route.method.as_str() {
        "POST" => &mut item.post,
        "PUT" => &mut item.put,
        "PATCH" => &mut item.patch,
        "DELETE" => &mut item.delete,
        _ => &mut item.get,
    }
}

/// `get_logs_id`, `openai_post_chat_completions`.
fn name(route: &Route) -> String {
    let (family, path) = match route.path.strip_prefix("/api/v1/") {
        Some(path) => (None, path),
        None if route.path == "/v1/traces" => (Some("otlp"), &route.path[4..]),
        None if route.path.starts_with("/v1/") => (Some("openai"), &route.path[4..]),
        None if route.path.starts_with("/v2/") => (Some("orq"), &route.path[4..]),
        None => (None, route.path),
    };
    let method = route.method.as_str().to_ascii_lowercase();
    let words = path.split(['/', '{', '}', '-', '.']).filter(|word| !word.is_empty());
    family.into_iter().chain([method.as_str()]).chain(words).collect::<Vec<_>>().join("_")
}

/// What is the same everywhere: a unique name, who may, and how errors look.
fn complete(operation: &mut Operation, route: &Route) {
    operation.operation_id = Some(name(route));
    let scopes: Vec<String> = match route.access {
        Access::Scopes(scopes) => scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        _ => vec![],
    };
    operation.security = match route.access {
        Access::Public => None,
        Access::SignedIn => Some(vec![SecurityRequirement::new("session", scopes)]),
        Access::Known | Access::Scopes(_) => Some(vec![
            SecurityRequirement::new("key", scopes.clone()),
            SecurityRequirement::new("session", scopes),
        ]),
    };
    if route.path.starts_with("/api/") {
        let schema = Ref::from_schema_name("Problem");
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let problem = ResponseBuilder::new()
            .description("What is wrong, as RFC 9457 problem details.")
            .content("application/problem+json", content)
            .build();
        operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
    }
}
