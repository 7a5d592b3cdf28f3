//! The table of routes: what exists, and who may use it. The router, the authorisation, the
//! `OpenAPI` document and the tests are all made from it, so that no route is without an entry.

use axum::Router;
use axum::routing::{MethodFilter, on};
use http::Method;
use vouch_domain::access::{Principal, Scope};

use crate::routes::{
    audit, deployments, events, feedback, filters, invitations, keys, logs, me,
    metrics_definitions, models, origins, prices, providers, queues, retention, reviews, server,
    session, tasks, threads, usage, users, v1, v2, views, webhooks,
};
use crate::state::App;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; what the request itself carries (a password, a token) is checked by the handler.
    Public,
    /// Whoever has a key or is signed in.
    Known,
    /// People who are signed in; no key.
    SignedIn,
    /// Whoever has one of these scopes, or admin.
    Scopes(&'static [Scope]),
}

impl Access {
    /// Whether a known caller may use the route.
    pub fn allows(self, principal: &Principal) -> bool {
        match self {
            Self::Public | Self::Known => true,
            Self::SignedIn => matches!(principal, Principal::User { .. }),
            Self::Scopes(scopes) => scopes.iter().any(|scope| principal.may(*scope)),
        }
    }
}

/// Whether a key's limit counts requests of this kind: calls of models, and what is sent in.
pub(crate) fn is_limited(access: Access) -> bool {
    access == INGEST
}

/// A method and path that the server answers.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method; GET answers HEAD as well.
    pub method: Method,
    /// The path, with `{names}` for its variable parts.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// The entry of a request, by the template of its path.
pub(crate) fn find(method: &Method, path: &str) -> Option<&'static Route> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    ROUTES.iter().find(|route| route.path == path && route.method == *method)
}

/// The methods that a path answers, for the header `Allow`.
pub(crate) fn allowed(path: &str) -> String {
    let methods = ROUTES.iter().filter(|route| route.path == path).map(|r| r.method.as_str());
    methods.collect::<Vec<_>>().join(", ")
}

const INGEST: Access = Access::Scopes(&[Scope::Ingest]);
const FEEDBACK: Access = Access::Scopes(&[Scope::Feedback]);
const READ: Access = Access::Scopes(&[Scope::Read]);
const INGEST_OR_READ: Access = Access::Scopes(&[Scope::Ingest, Scope::Read]);
const ADMIN: Access = Access::Scopes(&[Scope::Admin]);

macro_rules! routes {
    ($($method:ident $path:literal $access:expr, $($handler:ident)::+;)+) => {
        /// Every route of the server but the pages of the web UI.
        pub static ROUTES: &[Route] = &[
            $(Route { method: Method::$method, path: $path, access: $access },)+
        ];

        /// The router over [`ROUTES`].
        pub(crate) fn router() -> Router<App> {
            Router::new()
                $(.route($path, on(MethodFilter::$method, $($handler)::+)))+
        }

        /// The handlers' own documentation.
        #[derive(utoipa::OpenApi)]
        #[openapi(
            paths($($($handler)::+),+),
            components(schemas(crate::problem::ProblemJson<'static>))
        )]
        pub(crate) struct Documented;
    };
}

routes! {
    POST "/api/v1/session" Access::Public, session::create;
    POST "/api/v1/session/link" Access::Public, session::link;
    DELETE "/api/v1/session" Access::Known, session::delete;
    GET "/api/v1/me" Access::Known, me::get;
    POST "/api/v1/me/password" Access::SignedIn, me::password;

    POST "/api/v1/logs" INGEST, logs::create;
    GET "/api/v1/logs" READ, logs::list;
    GET "/api/v1/logs/{id}" READ, logs::get;
    POST "/api/v1/logs/{id}/metrics" INGEST, logs::metrics;
    POST "/api/v1/logs/{id}/feedback-token" FEEDBACK, logs::feedback_token;

    GET "/api/v1/filters/complete" READ, filters::complete;
    GET "/api/v1/conversations/{id}" READ, threads::conversation;
    GET "/api/v1/chains/{id}" READ, threads::chain;
    GET "/api/v1/views" READ, views::list;
    POST "/api/v1/views" FEEDBACK, views::create;
    PATCH "/api/v1/views/{id}" FEEDBACK, views::patch;
    DELETE "/api/v1/views/{id}" FEEDBACK, views::delete;

    POST "/api/v1/public/feedback" Access::Public, feedback::public;
    POST "/api/v1/feedback" FEEDBACK, feedback::create;
    GET "/api/v1/feedback" READ, feedback::list;
    GET "/api/v1/feedback/summary" READ, feedback::summary;
    GET "/api/v1/feedback/dimensions" READ, feedback::dimensions;
    POST "/api/v1/feedback/{id}/retract" FEEDBACK, feedback::retract;
    GET "/api/v1/usage" READ, usage::get;

    GET "/api/v1/queues" READ, queues::list;
    POST "/api/v1/queues" ADMIN, queues::create;
    GET "/api/v1/queues/{id}" READ, queues::get;
    PATCH "/api/v1/queues/{id}" ADMIN, queues::patch;
    DELETE "/api/v1/queues/{id}" ADMIN, queues::archive;
    GET "/api/v1/queues/{id}/progress" READ, queues::progress;
    POST "/api/v1/queues/{id}/preview" ADMIN, queues::preview;
    POST "/api/v1/queues/{id}/tasks" INGEST, queues::add_tasks;
    GET "/api/v1/queues/{id}/tasks" FEEDBACK, queues::tasks;
    POST "/api/v1/queues/{id}/next" FEEDBACK, queues::next;
    GET "/api/v1/queues/{id}/skipped" FEEDBACK, queues::skipped;
    POST "/api/v1/queues/{id}/assign" ADMIN, queues::assign;
    POST "/api/v1/queues/{id}/gold" ADMIN, queues::gold;
    GET "/api/v1/queues/{id}/conflicts" FEEDBACK, queues::conflicts;
    GET "/api/v1/queues/{id}/reviewers" FEEDBACK, queues::reviewers;
    PATCH "/api/v1/queues/{id}/reviewers/{user}" FEEDBACK, queues::set_reviewer;
    GET "/api/v1/queues/{id}/reviewers/{user}/report" FEEDBACK, queues::report;
    GET "/api/v1/queues/{id}/agreement" ADMIN, queues::agreement;
    GET "/api/v1/queues/{id}/consensus" ADMIN, queues::consensus;
    GET "/api/v1/queues/{id}/export" ADMIN, queues::export;
    POST "/api/v1/queues/{id}/import" ADMIN, queues::import;
    GET "/api/v1/queues/{id}/leaderboard" ADMIN, queues::leaderboard;
    GET "/api/v1/tasks/{id}" FEEDBACK, tasks::get;
    PATCH "/api/v1/tasks/{id}" ADMIN, tasks::patch;
    POST "/api/v1/tasks/{id}/cancel" ADMIN, tasks::cancel;
    POST "/api/v1/tasks/{id}/renew" FEEDBACK, tasks::renew;
    PUT "/api/v1/tasks/{id}/draft" FEEDBACK, tasks::draft;
    POST "/api/v1/tasks/{id}/reviews" FEEDBACK, tasks::review;
    POST "/api/v1/tasks/{id}/skip" FEEDBACK, tasks::skip;
    POST "/api/v1/tasks/{id}/unskip" FEEDBACK, tasks::unskip;
    DELETE "/api/v1/tasks/{id}/gold" ADMIN, tasks::demote;
    POST "/api/v1/tasks/{id}/release" FEEDBACK, tasks::release;
    POST "/api/v1/tasks/{id}/escalate" FEEDBACK, tasks::escalate;
    POST "/api/v1/tasks/{id}/adjudicate" FEEDBACK, tasks::adjudicate;
    POST "/api/v1/reviews/{id}/undo" FEEDBACK, reviews::undo;
    POST "/api/v1/reviews/{id}/reject" FEEDBACK, reviews::reject;
    GET "/api/v1/me/reviews" FEEDBACK, reviews::mine;

    GET "/api/v1/metrics-definitions" READ, metrics_definitions::list;
    PUT "/api/v1/metrics-definitions/{name}" ADMIN, metrics_definitions::put;

    GET "/api/v1/deployments" READ, deployments::list;
    POST "/api/v1/deployments" ADMIN, deployments::create;
    GET "/api/v1/deployments/{key}" READ, deployments::get;
    PATCH "/api/v1/deployments/{key}" ADMIN, deployments::patch;
    POST "/api/v1/deployments/{key}/versions" ADMIN, deployments::create_version;
    PUT "/api/v1/deployments/{key}/versions/{number}" ADMIN, deployments::put_version;
    GET "/api/v1/models" READ, models::list;

    GET "/api/v1/providers" READ, providers::list;
    POST "/api/v1/providers" ADMIN, providers::create;
    PUT "/api/v1/providers/{name}" ADMIN, providers::put;
    DELETE "/api/v1/providers/{name}" ADMIN, providers::delete;
    GET "/api/v1/prices" READ, prices::list;
    PUT "/api/v1/prices" ADMIN, prices::put;
    DELETE "/api/v1/prices" ADMIN, prices::delete;

    GET "/api/v1/retention" READ, retention::get;
    PUT "/api/v1/retention" ADMIN, retention::put;
    GET "/api/v1/retention/preview" ADMIN, retention::preview;

    GET "/api/v1/origins" READ, origins::get;
    PUT "/api/v1/origins" ADMIN, origins::put;

    GET "/api/v1/webhooks" ADMIN, webhooks::list;
    POST "/api/v1/webhooks" ADMIN, webhooks::create;
    PATCH "/api/v1/webhooks/{id}" ADMIN, webhooks::patch;
    DELETE "/api/v1/webhooks/{id}" ADMIN, webhooks::delete;
    POST "/api/v1/webhooks/{id}/rotate" ADMIN, webhooks::rotate;
    POST "/api/v1/webhooks/{id}/test" ADMIN, webhooks::test;
    POST "/api/v1/webhooks/{id}/replay" ADMIN, webhooks::replay_since;
    GET "/api/v1/webhooks/{id}/deliveries" ADMIN, webhooks::deliveries;
    POST "/api/v1/webhooks/{id}/deliveries/{delivery}/replay" ADMIN, webhooks::replay;

    GET "/api/v1/keys" ADMIN, keys::list;
    POST "/api/v1/keys" ADMIN, keys::create;
    PATCH "/api/v1/keys/{id}" ADMIN, keys::patch;
    DELETE "/api/v1/keys/{id}" ADMIN, keys::revoke;
    GET "/api/v1/users" ADMIN, users::list;
    POST "/api/v1/users" ADMIN, users::create;
    PATCH "/api/v1/users/{id}" ADMIN, users::patch;
    POST "/api/v1/users/{id}/signin-link" ADMIN, users::signin_link;
    GET "/api/v1/invitations" ADMIN, invitations::list;
    POST "/api/v1/invitations" ADMIN, invitations::create;
    DELETE "/api/v1/invitations/{id}" ADMIN, invitations::revoke;
    POST "/api/v1/invitations/look" Access::Public, invitations::look;
    POST "/api/v1/invitations/accept" Access::Public, invitations::accept;
    GET "/api/v1/audit" ADMIN, audit::list;
    GET "/api/v1/audit/verify" ADMIN, audit::verify;
    GET "/api/v1/events" READ, events::stream;

    POST "/v1/chat/completions" INGEST, v1::chat;
    POST "/v1/embeddings" INGEST, v1::embeddings;
    GET "/v1/models" INGEST_OR_READ, v1::models;
    POST "/v1/traces" INGEST, v1::traces;

    POST "/v2/deployments/get_config" INGEST, v2::get_config;
    POST "/v2/deployments/invoke" INGEST, v2::invoke;
    POST "/v2/deployments/stream" INGEST, v2::stream;
    POST "/v2/deployments/{id}/metrics" INGEST, v2::metrics;
    POST "/v2/feedback" FEEDBACK, v2::feedback;
    POST "/v2/feedback/remove" FEEDBACK, v2::remove_feedback;
    POST "/v2/traces/{trace}/spans/{span}/annotation" FEEDBACK, v2::annotate;
    DELETE "/v2/traces/{trace}/spans/{span}/annotation" FEEDBACK, v2::remove_annotation;

    GET "/healthz" Access::Public, server::healthz;
    GET "/readyz" Access::Public, server::readyz;
    GET "/openapi.json" Access::Public, server::openapi;
    GET "/widget.js" Access::Public, server::widget;
    GET "/metrics" READ, server::metrics;
}
