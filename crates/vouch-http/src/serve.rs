//! The serving loop: takes connections until it is told to stop, then lets them end.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tower_service::Service;

/// How long a connection may take to bring a request's head, the wait between two requests
/// included. Longer than proxies keep idle connections (60 s), so that they are the ones to close.
const HEAD: Duration = Duration::from_secs(75);
/// How long a client may take nothing of what waits for it. Its call holds a place in the log's
/// queue and a call at a provider.
const STALL: Duration = Duration::from_mins(2);
/// The pause after the system refused a connection, e.g. for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `app` until `stop`; then takes no more connections, and returns when the requests in
/// flight have ended. The caller says how long that may take: dropping the future ends them.
pub async fn serve(listener: TcpListener, app: Router, stop: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    while let Some((stream, peer)) = next(&listener, &stop).await {
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
        // Those that have ended are forgotten.
        while connections.try_join_next().is_some() {}
        connections.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection failed");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
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
