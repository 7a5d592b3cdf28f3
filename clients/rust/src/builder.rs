//! Making a client.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Uri};

use crate::client::Vouch;
use crate::error::{Error, Result};
use crate::send::Settings;
use crate::transport::{Hyper, Transport};

const BASE_URL: &str = "http://127.0.0.1:7700";
const TIMEOUT: Duration = Duration::from_mins(1);
/// A model may think for long.
const INVOKE_TIMEOUT: Duration = Duration::from_mins(10);
const MAX_RETRIES: u32 = 3;

/// Where the server is, and how to talk to it.
#[derive(Debug, Clone)]
#[must_use = "a builder makes nothing until `build`"]
pub struct Builder {
    base_url: Option<String>,
    api_key: Option<String>,
    timeout: Duration,
    invoke_timeout: Duration,
    max_retries: u32,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            base_url: None,
            api_key: None,
            timeout: TIMEOUT,
            invoke_timeout: INVOKE_TIMEOUT,
            max_retries: MAX_RETRIES,
        }
    }
}

impl Builder {
    /// The server's address. Without it `VOUCH_BASE_URL` counts, then `http://127.0.0.1:7700`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The API key. Without it `VOUCH_API_KEY` counts.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// The longest wait for one answer; a minute where absent.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The longest wait for the answer of a model, and the longest silence within a stream; ten
    /// minutes where absent.
    pub fn invoke_timeout(mut self, timeout: Duration) -> Self {
        self.invoke_timeout = timeout;
        self
    }

    /// How often an attempt is repeated that ends in 408, 429, 5xx or without a connection; three
    /// times where absent.
    pub fn max_retries(mut self, times: u32) -> Self {
        self.max_retries = times;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`Error::Usage`] without a key, or when address or key cannot be used.
    pub fn build(self) -> Result<Vouch> {
        self.build_on(Arc::new(Hyper::new()))
    }

    pub(crate) fn build_on(self, transport: Arc<dyn Transport>) -> Result<Vouch> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let key = self.api_key.or_else(|| variable("VOUCH_API_KEY"));
        let key = key.ok_or_else(|| usage("no API key: call `api_key`, or set VOUCH_API_KEY"))?;
        let base_url = self.base_url.or_else(|| variable("VOUCH_BASE_URL"));
        let base_url =
            base_url.unwrap_or_else(|| BASE_URL.to_owned()).trim_end_matches('/').to_owned();
        check_address(&base_url)?;
        let mut authorization = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| usage("the API key is not a key of Vouch"))?;
        authorization.set_sensitive(true);
        Ok(Vouch::new(Settings {
            base_url,
            authorization,
            timeout: self.timeout,
            invoke_timeout: self.invoke_timeout,
            max_retries: self.max_retries,
            transport,
        }))
    }
}

fn check_address(base_url: &str) -> Result<()> {
    let uri: Uri = base_url.parse().map_err(|e| usage(&format!("{base_url}: {e}")))?;
    match uri.scheme_str() {
        Some("http") => Ok(()),
        Some("https") if cfg!(feature = "tls") => Ok(()),
        Some("https") => Err(usage("https needs the feature `tls` of vouch-client")),
        _ => Err(usage(&format!("{base_url} is not an http address"))),
    }
}

fn usage(what: &str) -> Error {
    Error::Usage(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_said_at_once() {
        let wrong = |url: &str, key: &str| {
            let built = Builder::default().base_url(url).api_key(key).build();
            built.err().map(|e| e.to_string()).unwrap_or_default()
        };
        assert!(wrong("localhost:7700", "vk").contains("not an http address"));
        assert!(wrong("http://x", "a\nb").contains("not a key"));
        assert_eq!(wrong("http://x/", "vk"), "");
    }
}
