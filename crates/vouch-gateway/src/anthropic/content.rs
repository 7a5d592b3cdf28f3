//! What a message holds: OpenAI's text and parts as Anthropic's blocks.

use serde_json::{Value, json};
use vouch_domain::{Invalid, Pointer};

/// The blocks of a message's content. An empty text is no block: Anthropic refuses it.
///
/// # Errors
/// At `at/<i>`, for a part that Anthropic has no counterpart for.
pub(super) fn blocks(content: Option<Value>, at: &Pointer) -> Result<Vec<Value>, Invalid> {
    match content {
        None | Some(Value::Null) => Ok(vec![]),
        Some(Value::String(text)) if text.is_empty() => Ok(vec![]),
        Some(Value::String(text)) => Ok(vec![block_of_text(&text)]),
        Some(Value::Array(parts)) => {
            let blocks = parts.into_iter().enumerate().map(|(i, part)| block(part, &at.then(i)));
            blocks.filter_map(Result::transpose).collect()
        }
        Some(other) => Err(wrong(at, "a text or a list of parts", &other)),
    }
}

/// A block of text.
pub(super) fn block_of_text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// `None` for an empty text. What we do not know may be a block of Anthropic's own.
fn block(mut part: Value, at: &Pointer) -> Result<Option<Value>, Invalid> {
    match part.get("type").and_then(Value::as_str) {
        Some("text") => {
            let empty = part.get("text").and_then(Value::as_str).is_none_or(str::is_empty);
            Ok((!empty).then_some(part))
        }
        Some("refusal") => {
            let text = part.get("refusal").and_then(Value::as_str).unwrap_or_default();
            Ok((!text.is_empty()).then(|| block_of_text(text)))
        }
        Some("image_url") => {
            let url = part.pointer("/image_url/url").and_then(Value::as_str).unwrap_or_default();
            let at = at.then("image_url").then("url");
            let mut image = json!({"type": "image", "source": source(url, &at)?});
            if let Some(control) = part.get_mut("cache_control") {
                image["cache_control"] = control.take();
            }
            Ok(Some(image))
        }
        Some("input_audio" | "file") => {
            let expected = "text, image_url, or a block of Anthropic's own such as document";
            Err(wrong(&at.then("type"), expected, &part["type"]))
        }
        Some(_) => Ok(Some(part)),
        None => Err(wrong(at, "a part with a type", &part)),
    }
}

/// Where an image is: in the URL itself (RFC 2397), or on the web.
fn source(url: &str, at: &Pointer) -> Result<Value, Invalid> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(json!({"type": "url", "url": url}));
    }
    let inline = url.strip_prefix("data:").and_then(|rest| {
        let (kind, text) = rest.split_once(',')?;
        let media_type = kind.strip_suffix(";base64")?.split(';').next()?;
        Some(json!({"type": "base64", "media_type": media_type, "data": text}))
    });
    let expected = "an http(s) address, or data:image/...;base64,...";
    inline.ok_or_else(|| wrong(at, expected, &url.into()))
}

fn wrong(at: &Pointer, expected: &str, got: &Value) -> Invalid {
    Invalid { pointer: at.clone(), ..Invalid::new("", expected, got) }
}
