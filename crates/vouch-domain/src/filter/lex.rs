//! Words, quoted texts, operators and brackets of a filter, with their places.

use super::{Field, FilterError, Span};

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word.
    Word(String),
    /// A quoted text.
    Quoted(String),
    /// `:`, `=`, `!=`, `<`, `<=`, `>` or `>=`.
    Operator(&'static str),
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `,`.
    Comma,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Whether there is white space before it.
    pub(super) spaced: bool,
}

/// Longer ones first.
const OPERATORS: [&str; 7] = ["!=", "<=", ">=", "<", ">", "=", ":"];

/// The tokens of a filter.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut spaced) = (0, true);
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() {
            (at, spaced) = (at + 1, true);
            continue;
        }
        let (kind, end) = match c {
            '(' => (Kind::Open, at + 1),
            ')' => (Kind::Close, at + 1),
            ',' => (Kind::Comma, at + 1),
            '"' => quoted(&chars, at)?,
            _ => match OPERATORS.iter().find(|o| starts(&chars[at..], o)) {
                Some(operator) => (Kind::Operator(operator), at + operator.len()),
                None => word(&chars, at),
            },
        };
        tokens.push(Token { kind, span: Span { at, end }, spaced });
        (at, spaced) = (end, false);
    }
    Ok(tokens)
}

fn starts(chars: &[char], operator: &str) -> bool {
    operator.chars().enumerate().all(|(i, c)| chars.get(i) == Some(&c))
}

fn quoted(chars: &[char], at: usize) -> Result<(Kind, usize), FilterError> {
    let mut text = String::new();
    let mut end = at + 1;
    loop {
        match chars.get(end) {
            None => {
                let span = Span { at, end: chars.len() };
                return Err(FilterError::new(span, "this text has no closing quote"));
            }
            Some('"') => return Ok((Kind::Quoted(text), end + 1)),
            Some('\\') if matches!(chars.get(end + 1), Some('"' | '\\')) => {
                text.push(chars[end + 1]);
                end += 2;
            }
            Some(c) => {
                text.push(*c);
                end += 1;
            }
        }
    }
}

/// A word ends at white space, a bracket, a comma, a quote, a comparison, or at the first colon:
/// the colons of a time belong to its word, for a digit is on both of their sides, and no field
/// before them, as in `meta.v2:1`.
fn word(chars: &[char], at: usize) -> (Kind, usize) {
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let mut end = at;
    while let Some(&c) = chars.get(end) {
        let within_time =
            c == ':' && end > at && digit(end - 1) && digit(end + 1) && !is_field(&chars[at..end]);
        let ends = c.is_whitespace()
            || matches!(c, '(' | ')' | ',' | '"' | '<' | '>' | '=')
            || (c == '!' && chars.get(end + 1) == Some(&'='))
            || (c == ':' && !within_time);
        if ends {
            break;
        }
        end += 1;
    }
    (Kind::Word(chars[at..end].iter().collect()), end)
}

/// Whether these are a field, also one after a minus.
fn is_field(chars: &[char]) -> bool {
    let name: String = chars.iter().collect();
    Field::find(name.strip_prefix('-').unwrap_or(&name)).is_some()
}
