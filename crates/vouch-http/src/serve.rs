//! The serving loop: takes connections until it is told to stop, then lets them end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use http::header::{HeaderValue, RETRY_AFTER};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, getrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tower_service::Service;

use crate::problem::{Kind, Problem, Shape, render};

/// How long a connection may take to bring a request's head, the wait between two requests
/// included. Longer than proxies keep idle connections (60 s), so that they are the ones to close.
const HEAD: Duration = Duration::from_secs(75);
/// How long a client may take nothing of what waits for it. Its call holds a place in the log's
/// queue and a call at a provider.
const STALL: Duration = Duration::from_mins(2);
/// The pause after the system refused a connection, e.g. for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Files that the process opens beside connections: the database, the model, diagnostics.
const OTHER_FILES: usize = 128;
/// Connections that are told at once that there are too many.
const REFUSALS: usize = 32;
/// How long a connection that is refused may take to say what it wanted.
const REFUSAL: Duration = Duration::from_secs(2);

/// Serves `app` until `stop`; then takes no more connections, and returns when the requests in
/// flight have ended. The caller says how long that may take: dropping the future ends them.
///
/// There are as many connections at once as the limit of open files allows when each needs a
/// second file, for a call to a provider; more are answered with 503.
pub async fn serve(listener: TcpListener, app: Router, stop: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(most_connections()));
    let refusals = Arc::new(Semaphore::new(REFUSALS));
    while let Some((stream, peer)) = next(&listener, &stop).await {
        // Those that have ended are forgotten.
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            if let Ok(turn) = Arc::clone(&refusals).try_acquire_owned() {
                connections.spawn(refuse(stream, turn));
            }
            continue;
        };
        // A token of a stream is a small packet: it must not wait for the next one to fill it up.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let app = app.clone();
        let answer = service_fn(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().call(request)
        });
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(STALL));
        let stream = TokioIo::new(Box::pin(stream));
        let connection = graceful.watch(http.serve_connection(stream, answer));
        connections.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection failed");
            }
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// How many connections there may be at once.
fn most_connections() -> usize {
    let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
    let most = files.map_or(Semaphore::MAX_PERMITS, |files| files.saturating_sub(OTHER_FILES) / 2);
    most.clamp(1, Semaphore::MAX_PERMITS)
}

/// Says that there are too many connections.
async fn refuse(stream: TcpStream, turn: OwnedSemaphorePermit) {
    let answer = service_fn(|request: http::Request<Incoming>| async move {
        let detail = "There are too many connections at once; try again in a moment.";
        let problem = Problem::new(Kind::Unavailable, detail);
        let problem = problem.with_header(RETRY_AFTER, HeaderValue::from_static("1"));
        let path = request.uri().path();
        let shape = Shape::of(path, request.headers());
        Ok::<_, Infallible>(render(&problem, shape, path, ""))
    });
    let mut http = http1::Builder::new();
    http.keep_alive(false);
    let refused = timeout(REFUSAL, http.serve_connection(TokioIo::new(stream), answer)).await;
    tracing::debug!(?refused, "a connection was refused: there are too many");
    drop(turn);
}

/// The next connection; `None` once it is time to stop.
async fn next(listener: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return None,
        };
        match accepted {
            Ok(connection) => return Some(connection),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whether the client went away before we took its connection.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
