//! The filter language: which logs. The same in the UI, the API and on the command line.
//!
//! ```text
//! model:gpt-4o and (score<50 or thumbs:down) and not status:failed meta.plan:pro "group commit"
//! ```
//!
//! Terms beside each other must all hold; `or` binds weaker than `and`, `not` (or `-`) strongest.
//! A term is a field, an operator and a value, or a text to be found in the input or output.
//! A value may be a list, `model:(a, b)`, and a number or a time a range, `score:40..60`; a name
//! may end in `*`. [`Field::ALL`] lists the fields.

mod complete;
mod field;
mod lex;
mod offer;
mod parse;
mod print;
mod value;

use std::fmt;

use crate::Time;
use crate::id::LogId;
use crate::log::{LogOrigin, LogStatus};

pub use complete::{Completion, complete};
pub use field::{Field, FieldKind};
pub use offer::{Asks, Suggestion, Values, quoted};
pub use parse::parse;

/// Which logs.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Those for which all parts hold; all logs where there is no part.
    And(Vec<Filter>),
    /// Those for which one of the parts holds; none where there is no part.
    Or(Vec<Filter>),
    /// Those for which the part does not hold. What is not known does not hold.
    Not(Box<Filter>),
    /// Those that pass the test.
    Is(Test),
}

impl Default for Filter {
    fn default() -> Self {
        Self::And(vec![])
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// These words in this order stand in the input or the output, whatever their case.
    Words(String),
    /// This log.
    Id(LogId),
    /// A name that the log has.
    Name(NameField, NameTest),
    /// How far it came.
    Status(LogStatus),
    /// How it came to us.
    Origin(LogOrigin),
    /// A number of the log lies in the range.
    Number(NumberField, Range<f64>),
    /// It was made in this range of times.
    Time(Range<Time>),
    /// At least one counting thumb up (`true`) or down (`false`).
    Thumbs(bool),
    /// It has that at all.
    Has(Part),
    /// A metadata key with a scalar value: the text, or the number as text.
    Meta(String, NameTest),
    /// There is counting feedback of this metric, with this label where one is given.
    Feedback {
        /// The metric's name.
        metric: String,
        /// `true`, `false` or a category.
        label: Option<String>,
        /// Given on one of these days (days since 1970-01-01), where some are given.
        days: Option<(i64, i64)>,
    },
}

/// A name of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of a log")]
pub enum NameField {
    Deployment,
    Variant,
    Provider,
    Model,
    User,
    Chain,
    Conversation,
}

/// A number of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberField {
    /// The deployment's version.
    Version,
    /// The score that counts, 0 to 100.
    Score,
    /// From the request to the last byte, ms.
    Latency,
    /// From the request to the first token, ms.
    TimeToFirstToken,
    /// Millionths of a US dollar.
    Cost,
    /// All tokens.
    Tokens,
    /// Tokens of the input.
    PromptTokens,
    /// Tokens of the output.
    CompletionTokens,
    /// Mean log-probability of the answer's tokens.
    MeanLogprob,
}

/// What a log may have or lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Any counting feedback.
    Feedback,
    /// A correction that counts.
    Correction,
    /// A name.
    Name(NameField),
    /// A number, e.g. a score, a cost or an uncertainty.
    Number(NumberField),
}

impl Part {
    /// All parts by their names.
    pub const ALL: [(&str, Self); 9] = [
        ("feedback", Self::Feedback),
        ("correction", Self::Correction),
        ("score", Self::Number(NumberField::Score)),
        ("cost", Self::Number(NumberField::Cost)),
        ("uncertainty", Self::Number(NumberField::MeanLogprob)),
        ("deployment", Self::Name(NameField::Deployment)),
        ("user", Self::Name(NameField::User)),
        ("chain", Self::Name(NameField::Chain)),
        ("conversation", Self::Name(NameField::Conversation)),
    ];
}

/// What a name must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameTest {
    /// Exactly this.
    Equals(String),
    /// It begins with this.
    StartsWith(String),
}

/// From one value to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range<T> {
    /// The lower end; `None` for no end.
    pub from: Option<Bound<T>>,
    /// The upper end; `None` for no end.
    pub to: Option<Bound<T>>,
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound<T> {
    /// The value.
    pub value: T,
    /// Whether the value itself is within.
    pub inclusive: bool,
}

/// A place in the text of a filter, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// The first character.
    pub at: usize,
    /// After the last character.
    pub end: usize,
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
pub struct FilterError {
    /// Where.
    #[serde(flatten)]
    pub span: Span,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FilterError {
    fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.span.at + 1, self.message)
    }
}

impl<T> Range<T> {
    fn of(from: Option<(T, bool)>, to: Option<(T, bool)>) -> Self {
        let bound = |(value, inclusive)| Bound { value, inclusive };
        Self { from: from.map(bound), to: to.map(bound) }
    }
}
