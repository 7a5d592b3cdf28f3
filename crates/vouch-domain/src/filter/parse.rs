//! From a text to a filter, by recursive descent.

use super::lex::{Kind, Token, tokens};
use super::value::Head;
use super::{Field, Filter, FilterError, Span, Test};
use crate::Time;

/// The longest filter in characters, the most terms, and how deep brackets go.
const MAX_CHARS: usize = 4000;
const MAX_TERMS: usize = 100;
const MAX_DEPTH: usize = 20;

/// Reads a filter; an empty text is all logs. `now` is what `age` counts from.
///
/// # Errors
/// Says where the text is wrong, and what would be right.
pub fn parse(text: &str, now: Time) -> Result<Filter, FilterError> {
    let chars = text.chars().count();
    if chars > MAX_CHARS {
        let span = Span { at: MAX_CHARS, end: chars };
        return Err(FilterError::new(span, format!("at most {MAX_CHARS} characters")));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, end: chars, terms: 0, now };
    let filter = parser.any(0)?;
    match parser.peek() {
        None => Ok(filter),
        Some(token) => Err(FilterError::new(token.span, "this bracket closes nothing")),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    /// The length of the text.
    end: usize,
    terms: usize,
    now: Time,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    /// The place of the next token, or the end.
    fn here(&self) -> Span {
        self.peek().map_or(Span { at: self.end, end: self.end }, |token| token.span)
    }

    fn take(&mut self, word: &str) -> bool {
        let is =
            |token: &Token| matches!(&token.kind, Kind::Word(w) if w.eq_ignore_ascii_case(word));
        // `or:x` would be a field of that name.
        let alone = !matches!(
            self.tokens.get(self.next + 1),
            Some(Token { kind: Kind::Operator(_), spaced: false, .. })
        );
        let taken = alone && self.peek().is_some_and(is);
        self.next += usize::from(taken);
        taken
    }

    /// Parts with `or` between them.
    fn any(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut parts = vec![self.all(depth)?];
        while self.take("or") {
            if self.peek().is_none_or(|token| token.kind == Kind::Close) {
                return Err(FilterError::new(self.here(), "a term is missing after or"));
            }
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Filter::Or))
    }

    /// Parts beside each other, or with `and` between them.
    fn all(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut parts = Vec::new();
        loop {
            let needed = if parts.is_empty() { false } else { self.take("and") };
            let or = matches!(self.peek(), Some(Token { kind: Kind::Word(w), .. })
                if w.eq_ignore_ascii_case("or"));
            match self.peek() {
                Some(token) if token.kind != Kind::Close && !or => parts.push(self.one(depth)?),
                _ if needed => {
                    return Err(FilterError::new(self.here(), "a term is missing after and"));
                }
                Some(token) if or && parts.is_empty() => {
                    return Err(FilterError::new(token.span, "a term is missing before or"));
                }
                _ => return Ok(one_or(parts, Filter::And)),
            }
        }
    }

    fn one(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let here = self.here();
        if depth > MAX_DEPTH {
            return Err(FilterError::new(here, format!("at most {MAX_DEPTH} brackets deep")));
        }
        if self.take("not") {
            if self.peek().is_none_or(|token| token.kind == Kind::Close) {
                return Err(FilterError::new(self.here(), "a term is missing after not"));
            }
            return Ok(Filter::Not(Box::new(self.one(depth + 1)?)));
        }
        let Some(token) = self.peek() else {
            return Err(FilterError::new(here, "a term is missing"));
        };
        self.next += 1;
        match &token.kind {
            Kind::Open => {
                let within = self.any(depth + 1)?;
                match self.peek() {
                    Some(Token { kind: Kind::Close, .. }) => self.next += 1,
                    _ => return Err(FilterError::new(here, "this bracket is not closed")),
                }
                Ok(within)
            }
            Kind::Word(word) => self.word(word, token.span),
            Kind::Quoted(text) => self.counted(token.span).map(|()| words(text)),
            Kind::Operator(operator) => {
                Err(FilterError::new(here, format!("a field is missing before {operator}")))
            }
            Kind::Comma => Err(FilterError::new(here, "commas are for lists: model:(a, b)")),
            Kind::Close => Err(FilterError::new(here, "this bracket closes nothing")),
        }
    }

    fn counted(&mut self, span: Span) -> Result<(), FilterError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(FilterError::new(span, format!("at most {MAX_TERMS} terms")));
        }
        Ok(())
    }

    /// A field with its operator and value, or a word to be found.
    fn word(&mut self, word: &str, span: Span) -> Result<Filter, FilterError> {
        self.counted(span)?;
        let (negated, name) = match word.strip_prefix('-') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, word),
        };
        let Some(Token { kind: Kind::Operator(operator), .. }) = self.peek() else {
            return Ok(not_if(negated, words(name)));
        };
        self.next += 1;
        let (field, key) = Field::find(name).ok_or_else(|| unknown(name, span))?;
        let head = Head { field, key, operator, span, now: self.now };
        let Some(value) = self.peek() else { return Err(head.expects(self.here())) };
        self.next += 1;
        let tested = match value.kind {
            Kind::Open => self.list(&head, value.span)?,
            _ => head.test(value)?,
        };
        Ok(not_if(negated, tested))
    }

    /// `(a, b)` after the operator: one of these.
    fn list(&mut self, head: &Head<'_>, open: Span) -> Result<Filter, FilterError> {
        let mut parts = Vec::new();
        loop {
            let Some(value) = self.peek() else {
                return Err(FilterError::new(open, "this bracket is not closed"));
            };
            self.next += 1;
            self.counted(value.span)?;
            parts.push(head.test(value)?);
            let after = self.peek();
            self.next += 1;
            match after.map(|token| &token.kind) {
                Some(Kind::Comma) => {}
                // None of these is as much as not the one and not the other.
                Some(Kind::Close) if head.operator == "!=" => {
                    return Ok(one_or(parts, Filter::And));
                }
                Some(Kind::Close) => return Ok(one_or(parts, Filter::Or)),
                Some(_) => {
                    let span = after.map_or(open, |token| token.span);
                    return Err(FilterError::new(span, "a comma or a closing bracket is missing"));
                }
                None => return Err(FilterError::new(open, "this bracket is not closed")),
            }
        }
    }
}

fn words(text: &str) -> Filter {
    Filter::Is(Test::Words(text.to_owned()))
}

fn not_if(negated: bool, filter: Filter) -> Filter {
    if negated { Filter::Not(Box::new(filter)) } else { filter }
}

fn one_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(one) if parts.is_empty() => one,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => Filter::default(),
    }
}

fn unknown(name: &str, span: Span) -> FilterError {
    let near = Field::ALL.iter().find(|field| {
        field.name.starts_with(name)
            || name.starts_with(field.name)
            || field.aliases.contains(&name)
    });
    let hint = match near {
        Some(field) => format!("did you mean {}?", field.example),
        None => format!(
            "the fields are {}",
            Field::ALL.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
        ),
    };
    FilterError::new(span, format!("there is no field {name}: {hint}"))
}

#[cfg(test)]
mod tests;
