//! What could come next while a filter is typed.

use super::lex::{Kind, tokens};
use super::{Field, FieldKind, Part, Span};
use crate::log::LogStatus;

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Completion {
    /// What a suggestion replaces, in characters.
    #[serde(flatten)]
    pub span: Span,
    /// What could stand there.
    pub suggestions: Vec<Suggestion>,
    /// The field whose values are asked for, where the caller knows them better: `model`, or
    /// `meta.plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values_of: Option<String>,
}

/// One thing that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Suggestion {
    /// The text.
    pub insert: String,
    /// What it is.
    pub about: String,
}

/// What could stand at `cursor` (in characters) of a filter that is being typed.
pub fn complete(text: &str, cursor: usize) -> Completion {
    let typed: String = text.chars().take(cursor).collect();
    let cursor = typed.chars().count();
    let nothing = Span { at: cursor, end: cursor };
    let Ok(tokens) = tokens(&typed) else {
        return Completion { span: nothing, suggestions: vec![], values_of: None };
    };
    let last = tokens.last().filter(|token| token.span.end == cursor);
    let (begun, span, before) = match last.map(|token| &token.kind) {
        Some(Kind::Word(word)) => {
            (word.as_str(), last.map_or(nothing, |t| t.span), &tokens[..tokens.len() - 1])
        }
        _ => ("", nothing, &tokens[..]),
    };
    match field_before(before) {
        Some((field, name)) => values(field, name, begun, span),
        None => Completion { span, suggestions: fields(begun), values_of: None },
    }
}

/// The field whose value comes next, and its name with its key.
fn field_before(tokens: &[super::lex::Token]) -> Option<(Field, &str)> {
    let mut rest = tokens;
    // Within a list, look before its bracket.
    if let Some(open) = rest.iter().rposition(|token| token.kind == Kind::Open)
        && open > 0
        && matches!(rest[open - 1].kind, Kind::Operator(_))
        && !rest[open..].iter().any(|token| token.kind == Kind::Close)
    {
        rest = &rest[..open];
    }
    match rest {
        [.., name, operator] => match (&name.kind, &operator.kind) {
            (Kind::Word(name), Kind::Operator(_)) => {
                let name = name.strip_prefix('-').unwrap_or(name);
                Field::find(name).map(|(field, _)| (field, name))
            }
            _ => None,
        },
        _ => None,
    }
}

fn fields(begun: &str) -> Vec<Suggestion> {
    let begun = begun.strip_prefix('-').unwrap_or(begun);
    let fits = |field: &&Field| {
        field.name.starts_with(begun) || field.aliases.iter().any(|a| a.starts_with(begun))
    };
    let suggest = |field: &Field| Suggestion {
        insert: match field.kind {
            FieldKind::Meta => format!("{}.", field.name),
            FieldKind::Feedback if field.name == "feedback" => "feedback.".to_owned(),
            FieldKind::Number(_) | FieldKind::Perplexity | FieldKind::Time => field.name.to_owned(),
            _ => format!("{}:", field.name),
        },
        about: format!("{}, e.g. {}", field.about, field.example),
    };
    Field::ALL.iter().filter(fits).map(suggest).collect()
}

fn values(field: Field, name: &str, begun: &str, span: Span) -> Completion {
    let known: Vec<&str> = match field.kind {
        FieldKind::Status => LogStatus::ALL.map(LogStatus::as_str).to_vec(),
        FieldKind::Origin => vec!["gateway", "get_config", "ingest"],
        FieldKind::Thumbs => vec!["up", "down"],
        FieldKind::Has => Part::ALL.map(|(name, _)| name).to_vec(),
        FieldKind::Age => vec!["1h", "24h", "7d", "30d"],
        _ => vec![],
    };
    let asks = known.is_empty()
        && matches!(field.kind, FieldKind::Name(_) | FieldKind::Meta | FieldKind::Feedback);
    let suggest = |value: &&str| Suggestion { insert: (*value).to_owned(), about: String::new() };
    Completion {
        span,
        suggestions: known.iter().filter(|v| v.starts_with(begun)).map(suggest).collect(),
        values_of: asks.then(|| name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserts(text: &str) -> Vec<String> {
        let completion = complete(text, text.chars().count());
        completion.suggestions.into_iter().map(|s| s.insert).collect()
    }

    #[test]
    fn fields_then_values() {
        assert_eq!(inserts("mo"), ["model:"]);
        assert!(inserts("status:failed ").contains(&"score".to_owned()));
        assert_eq!(inserts("status:fa"), ["failed"]);
        assert_eq!(inserts("status:(failed, ca"), ["cancelled"]);
        assert_eq!(inserts("-thumbs:"), ["up", "down"]);
        let meta = complete("meta.plan:p", 11);
        assert_eq!(
            (meta.values_of.as_deref(), meta.span),
            (Some("meta.plan"), Span { at: 10, end: 11 })
        );
    }
}
