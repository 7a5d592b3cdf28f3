//! A filter as text, which reads as the same filter.

use std::fmt::{self, Display, Formatter};

use super::{Bound, Field, FieldKind, Filter, NameTest, NumberField, Part, Range, Test, quoted};
use crate::Time;

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => joined(f, parts, " "),
            // Nothing at all is not a filter that can be written; everything that is not, is.
            Self::Or(parts) if parts.is_empty() => f.write_str("not ()"),
            Self::Or(parts) => joined(f, parts, " or "),
            Self::Not(part) => match &**part {
                Self::Is(test) => write!(f, "-{test}"),
                part => write!(f, "not {}", Bracketed(part)),
            },
            Self::Is(test) => test.fmt(f),
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Filter], between: &str) -> fmt::Result {
    for (n, part) in parts.iter().enumerate() {
        let between = if n == 0 { "" } else { between };
        write!(f, "{between}{}", Bracketed(part))?;
    }
    Ok(())
}

/// A part of something larger.
struct Bracketed<'a>(&'a Filter);

impl Display for Bracketed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Filter::And(_) | Filter::Or(_) => write!(f, "({})", self.0),
            Filter::Not(_) | Filter::Is(_) => self.0.fmt(f),
        }
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(text) => write!(f, "text:{}", quoted(text)),
            Self::Id(id) => write!(f, "id:{id}"),
            Self::Name(field, test) => write!(f, "{}:{test}", name(FieldKind::Name(*field))),
            Self::Status(status) => write!(f, "status:{}", status.as_str()),
            Self::Origin(origin) => write!(f, "origin:{}", origin.as_str()),
            Self::Number(field, range) => {
                let name = name(FieldKind::Number(*field));
                print(f, name, range, |n| number(*field, *n), |n| number(*field, *n))
            }
            // An end that is left out of a range of times begins a day: the day before is within.
            Self::Time(range) => print(f, "time", range, ToString::to_string, |at| {
                Time::from_day(at.day() - 1).date()
            }),
            Self::Thumbs(up) => write!(f, "thumbs:{}", if *up { "up" } else { "down" }),
            Self::Has(part) => {
                let named = Part::ALL.iter().find(|(_, known)| known == part);
                write!(f, "has:{}", named.map_or("feedback", |(name, _)| name))
            }
            Self::Meta(key, test) => write!(f, "meta.{key}:{test}"),
            Self::Feedback { metric, label, .. } => match label {
                Some(label) => write!(f, "feedback.{metric}:{}", quoted(label)),
                None => write!(f, "feedback.{metric}:*"),
            },
        }
    }
}

impl Display for NameTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(name) => f.write_str(&quoted(name)),
            Self::StartsWith(start) => write!(f, "{start}*"),
        }
    }
}

fn name(kind: FieldKind) -> &'static str {
    Field::ALL.iter().find(|field| field.kind == kind).map_or("", |field| field.name)
}

fn print<T>(
    f: &mut Formatter<'_>,
    name: &str,
    Range { from, to }: &Range<T>,
    value: impl Fn(&T) -> String,
    before: impl Fn(&T) -> String,
) -> fmt::Result {
    let shown = |bound: &Bound<T>| value(&bound.value);
    match (from, to) {
        (None, None) => write!(f, "{name}:.."),
        (Some(from), None) => {
            write!(f, "{name}>{}{}", if from.inclusive { "=" } else { "" }, shown(from))
        }
        (None, Some(to)) => {
            write!(f, "{name}<{}{}", if to.inclusive { "=" } else { "" }, shown(to))
        }
        (Some(from), Some(to)) if to.inclusive => {
            write!(f, "{name}:{}..{}", shown(from), shown(to))
        }
        (Some(from), Some(to)) => write!(f, "{name}:{}..{}", shown(from), before(&to.value)),
    }
}

/// The shortest text that reads as the number; costs are kept in millionths.
fn number(field: NumberField, value: f64) -> String {
    if field != NumberField::Cost {
        return format!("{value:e}");
    }
    let near = value / 1e6;
    let candidates = [near, near.next_up(), near.next_down()];
    let exact = candidates.into_iter().find(|usd| (usd * 1e6).to_bits() == value.to_bits());
    format!("{:e}", exact.unwrap_or(near))
}
