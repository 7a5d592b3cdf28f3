//! The way to the server: hyper, or a stub in tests.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::error::BoxError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A body as it arrives.
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

/// An answer on its way.
pub(crate) type Answering =
    Pin<Box<dyn Future<Output = Result<Response<Body>, NoAnswer>> + Send + 'static>>;

/// Why there is no answer.
pub(crate) struct NoAnswer {
    pub(crate) source: BoxError,
    /// There was no connection: the request certainly did not go out.
    pub(crate) unsent: bool,
}

impl From<BoxError> for NoAnswer {
    fn from(source: BoxError) -> Self {
        Self { source, unsent: false }
    }
}

/// Sends one request.
pub(crate) trait Transport: Send + Sync + 'static {
    /// The answer's head; its body is still to be read.
    fn send(&self, request: Request<Full<Bytes>>) -> Answering;
}

#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// Hyper's client with its pool of connections.
pub(crate) struct Hyper(Client<Connector, Full<Bytes>>);

impl Hyper {
    pub(crate) fn new() -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        Self(builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).build(connector()))
    }
}

impl Transport for Hyper {
    fn send(&self, request: Request<Full<Bytes>>) -> Answering {
        let answering = self.0.request(request);
        Box::pin(async move {
            match answering.await {
                Ok(response) => Ok(response.map(|b| b.map_err(BoxError::from).boxed_unsync())),
                Err(e) => Err(NoAnswer { unsent: e.is_connect(), source: e.into() }),
            }
        })
    }
}

fn http() -> HttpConnector {
    let mut http = HttpConnector::new();
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    http.set_nodelay(true);
    http
}

#[cfg(feature = "tls")]
fn connector() -> Connector {
    use hyper_rustls::HttpsConnectorBuilder;

    let mut http = http();
    http.enforce_http(false);
    // The machine's own certificates, so that a company's are trusted; a machine without any has
    // the web's.
    let ring = rustls::crypto::ring::default_provider;
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(ring())
        .or_else(|_| HttpsConnectorBuilder::new().with_provider_and_webpki_roots(ring()))
        .unwrap_or_else(|_| unreachable!("ring supports the default protocol versions"));
    https.https_or_http().enable_http1().enable_http2().wrap_connector(http)
}

#[cfg(not(feature = "tls"))]
fn connector() -> Connector {
    http()
}
