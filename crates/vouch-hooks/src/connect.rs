//! Connections to public addresses alone. The check is of the address that is connected to, so
//! that a name which leads elsewhere a moment later gets nobody into the server's own network.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;
use vouch_domain::webhook::is_public;

use crate::url::is_allowed;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Answer<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// The address is of a private network.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("its address is of a private network, which this server does not send to")]
pub(crate) struct Private;

/// Connects to hosts, to public ones alone unless told otherwise.
#[derive(Clone)]
pub(crate) struct Connector {
    http: HttpConnector<Resolver>,
    allow_private: bool,
}

impl Connector {
    pub(crate) fn new(allow_private: bool) -> Self {
        let mut http = HttpConnector::new_with_resolver(Resolver { allow_private });
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        Self { http, allow_private }
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Answer<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.http.poll_ready(cx).map_err(BoxError::from)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // An address that is written out is not looked up: the resolver never sees it.
        if !self.allow_private && !is_allowed(&uri) {
            return Box::pin(async { Err(Private.into()) });
        }
        let connecting = self.http.call(uri);
        Box::pin(async move { connecting.await.map_err(BoxError::from) })
    }
}

/// Looks names up, and leaves out what is not public unless told otherwise.
#[derive(Clone)]
pub(crate) struct Resolver {
    allow_private: bool,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Answer<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            reachable(found, allow_private)
        })
    }
}

fn reachable(
    mut found: Vec<SocketAddr>,
    allow_private: bool,
) -> Result<std::vec::IntoIter<SocketAddr>, BoxError> {
    let any = !found.is_empty();
    found.retain(|address| allow_private || is_public(address.ip()));
    if any && found.is_empty() { Err(Private.into()) } else { Ok(found.into_iter()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn only_public_addresses_of_a_name_are_left() {
        let mixed = addresses(&["10.0.0.1:0", "1.1.1.1:0", "[::1]:0"]);
        let left: Vec<_> = reachable(mixed.clone(), false).unwrap().collect();
        assert_eq!(left, addresses(&["1.1.1.1:0"]));
        assert_eq!(reachable(mixed, true).unwrap().len(), 3);
        assert!(reachable(addresses(&["169.254.169.254:0"]), false).is_err());
    }

    #[tokio::test]
    async fn neither_a_written_address_nor_a_name_leads_to_this_machine() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // The numeric forms are read by the system's resolver, not by us.
        for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "2130706433", "0x7f.1"] {
            let uri: Uri = format!("http://{host}:{port}/").parse().unwrap();
            let refused = Connector::new(false).call(uri).await.map(drop).unwrap_err();
            let mut source: Option<&dyn std::error::Error> = Some(refused.as_ref());
            let mut private = false;
            while let Some(error) = source {
                private |= error.is::<Private>();
                source = error.source();
            }
            assert!(private, "{host}: {refused}");
        }
        let uri: Uri = format!("http://127.0.0.1:{port}/").parse().unwrap();
        Connector::new(true).call(uri).await.unwrap();
    }
}
