//! The HTTP room: routes, authorisation, problems, `OpenAPI`, live events and the embedded web UI.
//!
//! Architecture invariants: a handler parses once, takes ids and times from the clock, makes one
//! call to a store or the gateway, and answers; what a caller may do is decided in
//! [`table::ROUTES`] and nowhere else; an error becomes bytes in `problem` alone; no body, key
//! or e-mail address reaches the diagnostics.

mod auth;
mod authorise;
mod body;
mod edge;
mod feedback_token;
pub mod intake;
mod openapi;
pub mod password;
mod path;
mod problem;
mod prometheus;
pub mod proxies;
mod query;
mod routes;
pub mod secret;
mod serve;
mod state;
pub mod table;
mod ui;
mod upload;

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use tokio_util::sync::CancellationToken;
use vouch_domain::clock::Clock;
use vouch_gateway::{Gateway, Sealer};
use vouch_review::OpinionCache;
use vouch_store::Store;

use crate::proxies::TrustedProxies;

pub use openapi::openapi;
pub use serve::serve;

/// What the server is made of; the binary and the tests plug it together.
#[derive(Clone)]
pub struct Deps {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The opinions of review queues, held for the statistics.
    pub opinions: Arc<OpinionCache>,
    /// Who calls the models.
    pub gateway: Arc<Gateway>,
    /// Time, and the randomness of ids.
    pub clock: Arc<dyn Clock>,
    /// Seals provider keys.
    pub sealer: Arc<Sealer>,
    /// Signs feedback tokens.
    pub token_secret: [u8; 32],
    /// How browsers reach the server, as they write an `Origin`: `http://127.0.0.1:7700`; in lower
    /// case, without a slash at the end or the scheme's usual port. Bind first where the port is
    /// not known before. Cookies are `Secure` when it is https.
    pub public_url: String,
    /// Whose word about where a request came from is believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether webhooks may lead to private networks, and to addresses without TLS.
    pub webhook_allow_private: bool,
    /// Shown in `/api/v1/me` and the `OpenAPI` document.
    pub version: String,
    /// Cancelled when the server stops: streams of events end, so that it can.
    pub shutdown: CancellationToken,
}

/// The whole server. Serve it with
/// `app.into_make_service_with_connect_info::<std::net::SocketAddr>()`, so that sign-in attempts
/// are counted by peer.
pub fn app(deps: Deps) -> axum::Router {
    let app = state::App::new(deps);
    let routes = table::router()
        .route_layer(from_fn_with_state(app.clone(), authorise::authorise))
        .fallback(ui::fallback)
        .with_state(app.clone());
    // The edge is around a router with no routes, so that it sees a path before it is matched.
    axum::Router::new().fallback_service(routes).layer(from_fn_with_state(app, edge::edge))
}
