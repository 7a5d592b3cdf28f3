//! What is wrong with an input: where (JSON pointer), what came, and what would be right.

use std::fmt;

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
    fn long_values_are_shortened_by_character() {
        assert_eq!(shorten(&"é".repeat(81)).chars().count(), 80);
        assert_eq!(shorten("short"), "short");
    }
}
