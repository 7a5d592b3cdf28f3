//! What could come next while a filter is typed.

use super::lex::{Kind, Token, tokens};
use super::offer::{Asks, Suggestion, Values, fields, operators, static_values};
use super::{Field, FieldKind, Span};

/// The most values that are offered at once.
const MOST: usize = 20;

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Completion {
    /// What a suggestion replaces, in characters.
    #[serde(flatten)]
    pub span: Span,
    /// What could stand there.
    pub suggestions: Vec<Suggestion>,
    /// What is known to the store alone; its answer goes to [`Completion::offer`].
    #[serde(skip)]
    pub asks: Option<Asks>,
}

impl Completion {
    const fn nothing(cursor: usize) -> Self {
        let span = Span { at: cursor, end: cursor };
        Self { span, suggestions: vec![], asks: None }
    }

    /// Adds those of the values that fit what was typed, each with what it is: first those that
    /// begin with it, then those that hold it, in the order they came.
    pub fn offer(&mut self, values: impl IntoIterator<Item = (String, String)>) {
        let Some(asks) = self.asks.take() else { return };
        let begun = asks.begun.to_lowercase();
        let values = values.into_iter().filter_map(|(value, about)| {
            let place = value.to_lowercase().find(&begun)?;
            let insert = asks.values.insert(&value)?;
            Some((place > 0, Suggestion { insert, about }))
        });
        let mut ranked: Vec<_> = values.collect();
        ranked.sort_by_key(|(within, _)| *within);
        for (_, suggestion) in ranked {
            if self.suggestions.len() < MOST
                && !self.suggestions.iter().any(|s| s.insert == suggestion.insert)
            {
                self.suggestions.push(suggestion);
            }
        }
    }
}

/// What could stand at `cursor` (in characters) of a filter that is being typed.
pub fn complete(text: &str, cursor: usize) -> Completion {
    let chars: Vec<char> = text.chars().collect();
    let cursor = cursor.min(chars.len());
    let typed: String = chars[..cursor].iter().collect();
    let Some((before, begun)) = begun(&typed, cursor) else { return Completion::nothing(cursor) };
    let end = end_of(text, begun.at, cursor);
    let glued = chars.get(end).is_some_and(|c| !c.is_whitespace() && !matches!(c, ')' | ','));
    let span = Span { at: begun.at, end };
    if let Some((field, name)) = field_before(&before) {
        return values(field, name, begun.text, span);
    }
    // A quote is a text to be found; and a field in front of a word would take it for its value.
    let operator = chars.get(end).is_some_and(|c| matches!(c, ':' | '=' | '<' | '>' | '!'));
    if begun.quoted || (glued && !operator) {
        return Completion::nothing(cursor);
    }
    let negated = usize::from(begun.text.starts_with('-'));
    let mut named = name(&begun.text[negated..], Span { at: span.at + negated, end });
    if operator {
        // The operator is there already.
        for suggestion in &mut named.suggestions {
            let bare = suggestion.insert.trim_end_matches(':').len();
            suggestion.insert.truncate(bare);
        }
    }
    named
}

/// The token that the cursor stands behind, as far as it is typed.
struct Begun {
    text: String,
    at: usize,
    quoted: bool,
}

/// The tokens before the one at the cursor, and that one; `None` where nothing can be begun.
fn begun(typed: &str, cursor: usize) -> Option<(Vec<Token>, Begun)> {
    let nothing = Begun { text: String::new(), at: cursor, quoted: false };
    match tokens(typed) {
        Ok(mut before) => match before.last() {
            Some(Token { kind: Kind::Word(word), span, .. }) if span.end == cursor => {
                let begun = Begun { text: word.clone(), at: span.at, quoted: false };
                before.pop();
                Some((before, begun))
            }
            Some(Token { kind: Kind::Quoted(_) | Kind::Close, span, .. }) if span.end == cursor => {
                None
            }
            _ => Some((before, nothing)),
        },
        // Only a quote that is still open makes a text no tokens.
        Err(open) => {
            let at = open.span.at;
            let before: String = typed.chars().take(at).collect();
            let text: String = typed.chars().skip(at + 1).collect();
            let text = text.replace("\\\"", "\"").replace("\\\\", "\\");
            Some((tokens(&before).ok()?, Begun { text, at, quoted: true }))
        }
    }
}

/// Where the token that begins at `at` ends in the whole text.
fn end_of(text: &str, at: usize, cursor: usize) -> usize {
    let all = tokens(text).unwrap_or_default();
    let token = all.iter().find(|token| token.span.at == at && token.span.end > cursor);
    let is_text = |token: &&Token| matches!(token.kind, Kind::Word(_) | Kind::Quoted(_));
    token.filter(|_| at < cursor).filter(is_text).map_or(cursor, |token| token.span.end)
}

/// The field whose value comes next, and its name with its key.
fn field_before(tokens: &[Token]) -> Option<(Field, &str)> {
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

/// A field's name, or the key behind its dot.
fn name(begun: &str, span: Span) -> Completion {
    if let Some((field, Some(key))) = Field::find(begun) {
        let values = match field.kind {
            FieldKind::Meta => Values::MetaKeys,
            FieldKind::Feedback if field.name == "feedback" => Values::Metrics,
            _ => return Completion::nothing(span.end),
        };
        let asks = Asks { values, begun: key.to_owned() };
        return Completion { span, suggestions: vec![], asks: Some(asks) };
    }
    let mut suggestions = operators(begun);
    suggestions.extend(fields(begun));
    Completion { span, suggestions, asks: None }
}

fn values(field: Field, name: &str, begun: String, span: Span) -> Completion {
    let key = name.split_once('.').map(|(_, key)| key.to_owned());
    let asks = match (field.kind, key) {
        (FieldKind::Name(field), _) => Some(Values::Names(field)),
        (FieldKind::Meta, Some(key)) => Some(Values::MetaValues(key)),
        (FieldKind::Feedback, Some(metric)) if field.name == "feedback" => {
            Some(Values::Labels(metric))
        }
        (FieldKind::Feedback, None) if field.name != "feedback" => {
            Some(Values::Labels(field.name.to_owned()))
        }
        (FieldKind::Time, _) => Some(Values::Days),
        _ => None,
    };
    let suggestions = static_values(field, &begun);
    Completion { span, suggestions, asks: asks.map(|values| Asks { values, begun }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserts(text: &str) -> Vec<String> {
        let completion = complete(text, text.chars().count());
        completion.suggestions.into_iter().map(|s| s.insert).collect()
    }

    /// What becomes of `text` with its cursor at `|`, the first suggestion taken.
    fn taken(text: &str, known: &[&str]) -> Option<String> {
        let cursor = text.chars().position(|c| c == '|')?;
        let text = text.replace('|', "");
        let mut completion = complete(&text, cursor);
        completion.offer(known.iter().map(|value| ((*value).to_owned(), String::new())));
        let first = completion.suggestions.first()?;
        let chars: Vec<char> = text.chars().collect();
        let part = |range: &[char]| range.iter().collect::<String>();
        let Span { at, end } = completion.span;
        Some(format!("{}{}{}", part(&chars[..at]), first.insert, part(&chars[end..])))
    }

    #[test]
    fn fields_then_operators_then_values() {
        assert_eq!(inserts("mo"), ["model:"]);
        assert!(inserts("status:failed ").contains(&"score".to_owned()));
        assert_eq!(inserts("score"), ["score>", "score>=", "score<", "score<=", "score:"]);
        assert_eq!(inserts("status:fa"), ["failed"]);
        assert_eq!(inserts("status:(failed, ca"), ["cancelled"]);
        assert_eq!(inserts("-thumbs:"), ["up", "down"]);
        assert_eq!(inserts("latency>"), ["500ms", "1s", "2s", "5s", "10s"]);
        assert_eq!(inserts("model:a)"), [""; 0]);
        assert_eq!(inserts("\"gro"), [""; 0]);
    }

    #[test]
    fn the_store_is_asked_for_what_it_alone_knows() {
        let asks = |text: &str| complete(text, text.len()).asks.map(|a| (a.values, a.begun));
        assert_eq!(asks("meta.pl"), Some((Values::MetaKeys, "pl".into())));
        assert_eq!(asks("meta.plan:p"), Some((Values::MetaValues("plan".into()), "p".into())));
        assert_eq!(asks("feedback."), Some((Values::Metrics, String::new())));
        assert_eq!(
            asks("feedback.safety:"),
            Some((Values::Labels("safety".into()), String::new()))
        );
        assert_eq!(asks("defects:h"), Some((Values::Labels("defects".into()), "h".into())));
        assert_eq!(asks("time>="), Some((Values::Days, String::new())));
        assert_eq!(asks("id:log"), None);
    }

    #[test]
    fn a_suggestion_takes_the_place_of_the_whole_token() {
        assert_eq!(taken("-mo|", &[]).as_deref(), Some("-model:"));
        assert_eq!(taken("mo|d:gpt thumbs:up", &[]).as_deref(), Some("model:gpt thumbs:up"));
        assert_eq!(taken("model:gp|x or b", &["gpt-4o"]).as_deref(), Some("model:gpt-4o or b"));
        assert_eq!(taken("|status:up", &[]), None);
        assert_eq!(taken("meta.pl|", &["plan"]).as_deref(), Some("meta.plan:"));
    }

    #[test]
    fn values_are_quoted_where_they_must_be() {
        assert_eq!(taken("user:|", &["Ann (sales)"]).as_deref(), Some(r#"user:"Ann (sales)""#));
        assert_eq!(taken("user:\"an|", &["Ann \"A\""]).as_deref(), Some(r#"user:"Ann \"A\"""#));
        assert_eq!(taken("user:\"an|n\" x", &["anna"]).as_deref(), Some("user:anna x"));
        assert_eq!(taken("model:|", &["a:7b*"]).as_deref(), Some(r#"model:"a:7b*""#));
        // No key with a space can be written.
        assert_eq!(taken("meta.|", &["my key"]), None);
    }

    #[test]
    fn what_begins_so_comes_first_and_few_are_shown() {
        let mut completion = complete("model:4", 7);
        completion.offer(["gpt-4o", "none", "4o"].map(|m| (m.to_owned(), String::new())));
        let inserts: Vec<_> = completion.suggestions.into_iter().map(|s| s.insert).collect();
        assert_eq!(inserts, ["4o", "gpt-4o"]);
        let mut many = complete("user:", 5);
        many.offer((0..100).map(|n| (n.to_string(), String::new())));
        assert_eq!(many.suggestions.len(), MOST);
    }
}
