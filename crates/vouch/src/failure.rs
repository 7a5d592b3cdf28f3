//! What went wrong, in one plain sentence, and what to do about it.

use std::fmt;
use std::io::ErrorKind;

/// A failure that a person can mend. Also serves as context around an underlying error.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    hint: Option<String>,
}

impl Failure {
    /// What went wrong.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), hint: None }
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

/// The lines that the command prints before it ends with 1.
pub(crate) fn report(error: &anyhow::Error) -> String {
    let sentence = sentence(error).replace('\n', " ");
    match error.downcast_ref::<Failure>().and_then(|failure| failure.hint.as_ref()) {
        Some(hint) => format!("error: {sentence}\nhint: {hint}"),
        None => format!("error: {sentence}"),
    }
}

/// The error and its causes, without those that the text before them repeats.
fn sentence(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if sentence.is_empty() {
            sentence = cause;
        } else if !sentence.contains(&cause) {
            sentence.extend([": ", &cause]);
        }
    }
    sentence
}

/// Whether the reader of our output went away, as in `vouch key list | head -1`.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::BrokenPipe)
    };
    error.chain().any(io)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_cause_is_said_once() {
        let error = Err::<(), _>(std::io::Error::other("refused"))
            .context("no answer: refused (twice)")
            .unwrap_err();
        assert_eq!(report(&error), "error: no answer: refused (twice)");
    }

    #[test]
    fn the_hint_is_found_under_further_context() {
        let io = std::io::Error::other("disk on fire");
        let error = Err::<(), _>(io)
            .context(Failure::new("cannot read the key file").hint("chmod 600 it"))
            .context("vouch cannot start")
            .unwrap_err();
        assert_eq!(
            report(&error),
            "error: vouch cannot start: cannot read the key file: disk on fire\nhint: chmod 600 it"
        );
    }
}
