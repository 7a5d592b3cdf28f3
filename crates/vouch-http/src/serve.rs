//! The serving loop: takes connections until it is told to stop, then lets them end.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves `app` until `stop`; then takes no more connections, and returns when the requests in
/// flight have ended. The caller says how long that may take.
///
/// # Errors
/// When the listener fails for good; a connection that fails is its client's affair.
pub async fn serve(listener: TcpListener, app: Router, stop: CancellationToken) -> io::Result<()> {
    // A token of a stream is a small packet: it must not wait for the next one to fill it up.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await
}
