//! What went wrong, in one plain sentence, and what to do about it.

use std::fmt;
use std::io::ErrorKind;

/// A failure that a person can mend. Also serves as context around an underlying error.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    shown: Option<String>,
    hint: Option<String>,
}

impl Failure {
    /// What went wrong.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), shown: None, hint: None }
    }

    /// Lines that show where: the input, and a mark below its wrong part.
    #[must_use]
    pub(crate) fn shown(mut self, lines: impl Into<String>) -> Self {
        self.shown = Some(lines.into());
        self
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
    let mut report = format!("error: {}", sentence(error).replace('\n', " "));
    if let Some(failure) = error.downcast_ref::<Failure>() {
        report.extend(failure.shown.iter().flat_map(|lines| ["\n", lines]));
        report.extend(failure.hint.iter().flat_map(|hint| ["\nhint: ", hint]));
    }
    report
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
