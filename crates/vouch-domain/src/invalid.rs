//! What is wrong with an input: where (JSON pointer), what came, and what would be right.

use std::fmt;

use serde_json::{Map, Value};

/// A JSON pointer (RFC 6901) into the body that came, e.g. `/feedback/3/value`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// One step further down, escaped as RFC 6901 asks.
    #[must_use]
    pub fn then(&self, step: impl fmt::Display) -> Self {
        let step = step.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{step}", self.0))
    }

    /// The same pointer, seen from a document that holds this one at `prefix`.
    #[must_use]
    pub fn under(&self, prefix: &Pointer) -> Self {
        Self(format!("{}{}", prefix.0, self.0))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Pointer {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: expected {expected}, got {got}", if .pointer.to_string().is_empty() { "the body".to_owned() } else { .pointer.to_string() })]
pub struct Invalid {
    /// Where.
    pub pointer: Pointer,
    /// What came, shortened; never a secret.
    pub got: String,
    /// What would be right.
    pub expected: String,
}

impl Invalid {
    /// At `pointer`, `expected` would be right, but `got` came.
    pub fn new(
        pointer: impl Into<Pointer>,
        expected: impl Into<String>,
        got: impl fmt::Display,
    ) -> Self {
        Self { pointer: pointer.into(), expected: expected.into(), got: shorten(&got.to_string()) }
    }

    /// The same, seen from the document that holds this one at `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &Pointer) -> Self {
        self.pointer = self.pointer.under(prefix);
        self
    }
}

/// Checks that a text can be kept by every database: PostgreSQL takes no U+0000.
///
/// # Errors
/// At `pointer`.
pub fn check_text(pointer: impl Into<Pointer>, text: &str) -> Result<(), Invalid> {
    if text.contains('\0') {
        return Err(Invalid::new(pointer, "text without the character U+0000", "one with it"));
    }
    Ok(())
}

/// Checks the keys and texts of metadata in the same way.
///
/// # Errors
/// At the key's pointer, seen from the document that has the metadata at `pointer`.
pub fn check_texts(pointer: &str, metadata: &Map<String, Value>) -> Result<(), Invalid> {
    metadata.iter().try_for_each(|(key, value)| {
        check_text(pointer, key)?;
        let at = Pointer::from(pointer).then(key);
        check_value(&at, value)
    })
}

/// Checks all texts of a JSON value in the same way.
///
/// # Errors
/// At `pointer`.
pub fn check_value(pointer: &Pointer, value: &Value) -> Result<(), Invalid> {
    match value {
        Value::String(text) => check_text(pointer.clone(), text),
        Value::Array(items) => items.iter().try_for_each(|item| check_value(pointer, item)),
        Value::Object(fields) => fields.iter().try_for_each(|(key, value)| {
            check_text(pointer.clone(), key)?;
            check_value(pointer, value)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// At most 80 characters of what came, for an error text.
pub fn shorten(text: &str) -> String {
    const KEPT: usize = 80;
    if text.chars().nth(KEPT).is_none() {
        return text.to_owned();
    }
    text.chars().take(KEPT - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_and_nest() {
        let p = Pointer::root().then("metadata").then("a/b~c");
        assert_eq!(p.to_string(), "/metadata/a~1b~0c");
        assert_eq!(p.under(&Pointer::from("/logs/3")).to_string(), "/logs/3/metadata/a~1b~0c");
    }

    #[test]
    fn no_text_holds_what_a_database_cannot() {
        let metadata = serde_json::json!({"a": {"b": ["x", "y\0"]}, "n": 1});
        let e = check_texts("/metadata", metadata.as_object().unwrap()).unwrap_err();
        assert_eq!(e.pointer.to_string(), "/metadata/a");
        assert!(check_text("/user", "ann").is_ok());
    }

    #[test]
    fn long_values_are_shortened_by_character() {
        assert_eq!(shorten(&"é".repeat(81)).chars().count(), 80);
        assert_eq!(shorten("short"), "short");
    }
}
