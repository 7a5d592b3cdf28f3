//! The `x-vouch-*` headers of a call.

use http::HeaderMap;
use serde_json::{Map, Value};
use vouch_domain::Invalid;
use vouch_domain::log::Context;

/// What the headers say about a call; they win over the body's `metadata` and `user`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallHeaders {
    /// `x-vouch-chain-id`, `x-vouch-conversation-id`, `x-vouch-user-id`.
    pub context: Context,
    /// `x-vouch-metadata`: a JSON object.
    pub metadata: Map<String, Value>,
}

impl CallHeaders {
    /// Reads them.
    ///
    /// # Errors
    /// Names the header that is not text, or not a JSON object.
    pub fn parse(headers: &HeaderMap) -> Result<Self, Invalid> {
        let text = |name: &'static str| -> Result<Option<String>, Invalid> {
            let Some(value) = headers.get(name) else { return Ok(None) };
            let text = std::str::from_utf8(value.as_bytes()).map(str::trim);
            match text {
                Ok("") => Ok(None),
                Ok(text) if text.chars().count() <= MAX_ID_CHARS || name == METADATA => {
                    Ok(Some(text.to_owned()))
                }
                Ok(text) => Err(Invalid::new(
                    name,
                    format!("at most {MAX_ID_CHARS} characters"),
                    format_args!("{} characters", text.chars().count()),
                )),
                Err(_) => Err(Invalid::new(name, "UTF-8 text", "other bytes")),
            }
        };
        let metadata = match text(METADATA)? {
            None => Map::new(),
            Some(json) => serde_json::from_str(&json)
                .map_err(|_| Invalid::new(METADATA, "a JSON object", &json))?,
        };
        let context = Context {
            chain_id: text("x-vouch-chain-id")?,
            conversation_id: text("x-vouch-conversation-id")?,
            user_id: text("x-vouch-user-id")?,
        };
        Ok(Self { context, metadata })
    }
}

const METADATA: &str = "x-vouch-metadata";

/// The longest chain, conversation or user id, in characters.
pub(crate) const MAX_ID_CHARS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ids_and_metadata() {
        let mut headers = HeaderMap::new();
        headers.insert("x-vouch-chain-id", "c1".parse().unwrap());
        headers.insert("x-vouch-metadata", r#"{"plan":"pro"}"#.parse().unwrap());
        let read = CallHeaders::parse(&headers).unwrap();
        assert_eq!(read.context.chain_id.as_deref(), Some("c1"));
        assert_eq!(read.metadata["plan"], "pro");
    }

    #[test]
    fn names_the_header_that_is_wrong() {
        let mut headers = HeaderMap::new();
        headers.insert("x-vouch-metadata", "[1]".parse().unwrap());
        let e = CallHeaders::parse(&headers).unwrap_err();
        assert_eq!(e.to_string(), "x-vouch-metadata: expected a JSON object, got [1]");
    }
}
