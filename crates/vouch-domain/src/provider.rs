//! A configured source of models.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::id::ProviderId;
use crate::invalid::Invalid;

/// How to talk to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// The model inside this process.
    Local,
    /// Any server that speaks OpenAI's chat completions.
    Openai,
    /// A server that speaks Anthropic's Messages API.
    Anthropic,
}

impl ProviderKind {
    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Local, Self::Openai, Self::Anthropic].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Where the provider's key comes from. The key itself is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum ProviderKey {
    /// No key is sent.
    None,
    /// Read from this environment variable at each call.
    Environment {
        /// The variable's name.
        variable: String,
    },
    /// Sealed in the store (ChaCha20-Poly1305).
    Sealed {
        /// Nonce and ciphertext; never leaves the server.
        #[serde(skip, default)]
        sealed: Vec<u8>,
    },
}

/// A configured source of models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// Its name, the part of `provider/model` before the slash.
    pub name: String,
    /// How to talk to it.
    pub kind: ProviderKind,
    /// For `openai` up to and with `/v1`, for `anthropic` up to before it; absent for the local
    /// model.
    pub base_url: Option<String>,
    /// Where its key comes from.
    pub key: ProviderKey,
    /// When it was made.
    pub created_at: Time,
}

/// Checks a key-like name: of a provider, a deployment, a variant.
///
/// # Errors
/// At `pointer`, when it is empty, longer than 64 or has other characters than
/// `A-Z a-z 0-9 _ - .`.
pub fn check_slug(pointer: &str, name: &str) -> Result<(), Invalid> {
    let fits = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let expected = "1 to 64 characters of A-Z, a-z, 0-9, _, - and .";
    if fits { Ok(()) } else { Err(Invalid::new(pointer, expected, name)) }
}
