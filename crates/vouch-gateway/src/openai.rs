//! Any server that speaks OpenAI's chat completions, over HTTP.

use http::header::AUTHORIZATION;
use http::request::Builder;

use crate::client::{self, HttpClient};
use crate::provider::{ModelInfo, Provider, ProviderError, ProviderReply, ProviderRequest};

/// A configured server.
pub(crate) struct OpenAi {
    pub(crate) client: HttpClient,
    pub(crate) base_url: String,
    /// The key to send, or why there is none.
    pub(crate) key: Result<Option<String>, String>,
}

impl OpenAi {
    fn request(&self, method: &str, path: &str) -> Result<Builder, ProviderError> {
        let request = client::request(method, &format!("{}{path}", self.base_url));
        match self.key.as_ref().map_err(|why| ProviderError::Key(why.clone()))? {
            Some(key) => {
                Ok(request.header(AUTHORIZATION, client::secret(&format!("Bearer {key}"))?))
            }
            None => Ok(request),
        }
    }
}

#[async_trait::async_trait]
impl Provider for OpenAi {
    async fn chat(&self, request: ProviderRequest) -> Result<ProviderReply, ProviderError> {
        let post = self.request("POST", "/chat/completions")?;
        client::post(&self.client, post, request.body).await
    }

    async fn embeddings(&self, request: ProviderRequest) -> Result<ProviderReply, ProviderError> {
        let post = self.request("POST", "/embeddings")?;
        client::post(&self.client, post, request.body).await
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        client::models(&self.client, self.request("GET", "/models")?).await
    }
}
