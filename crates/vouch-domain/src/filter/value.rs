//! Reading the value of a term, by the kind of its field.

use super::lex::{Kind, Token};
use super::{
    Field, FieldKind, Filter, FilterError, NameTest, NumberField, Part, Range, Span, Test,
};
use crate::Time;
use crate::log::{LogOrigin, LogStatus};

/// A field with its key and operator, in front of a value.
pub(super) struct Head<'a> {
    pub(super) field: Field,
    pub(super) key: Option<&'a str>,
    pub(super) operator: &'static str,
    pub(super) span: Span,
    pub(super) now: Time,
}

impl Head<'_> {
    /// The test of this field against one value.
    pub(super) fn test(&self, value: &Token) -> Result<Filter, FilterError> {
        let (text, quoted) = match &value.kind {
            Kind::Word(text) => (text.as_str(), false),
            Kind::Quoted(text) => (text.as_str(), true),
            _ => return Err(self.expects(value.span)),
        };
        let wrong = |expected: &str| {
            let message = format!("{} takes {expected}, not {text}", self.field.name);
            FilterError::new(value.span, message)
        };
        let is = |test: Test| Ok(Filter::Is(test));
        match self.field.kind {
            FieldKind::Name(field) => self.equality(Test::Name(field, name_test(text, quoted))),
            FieldKind::Meta => {
                let key = self.key.filter(|key| !key.is_empty()).ok_or_else(|| {
                    FilterError::new(self.span, "a metadata key follows the dot: meta.plan:pro")
                })?;
                self.equality(Test::Meta(key.to_owned(), name_test(text, quoted)))
            }
            FieldKind::Words => self.equality(Test::Words(text.to_owned())),
            FieldKind::Id => {
                let id = text.parse().map_err(|_| wrong("a log's id such as log_01h455vb4p…"))?;
                self.equality(Test::Id(id))
            }
            FieldKind::Status => {
                let names = LogStatus::ALL.map(LogStatus::as_str).join(", ");
                let status = LogStatus::parse(text);
                self.equality(Test::Status(status.ok_or_else(|| wrong(&names))?))
            }
            FieldKind::Origin => {
                let origin = LogOrigin::parse(text);
                let origin = origin.ok_or_else(|| wrong("gateway, get_config or ingest"))?;
                self.equality(Test::Origin(origin))
            }
            FieldKind::Thumbs => match text {
                "up" | "true" => self.equality(Test::Thumbs(true)),
                "down" | "false" => self.equality(Test::Thumbs(false)),
                _ => Err(wrong("up or down")),
            },
            FieldKind::Has => {
                let part = Part::ALL.into_iter().find(|(name, _)| *name == text);
                let names = || Part::ALL.map(|(name, _)| name).join(", ");
                self.equality(Test::Has(part.ok_or_else(|| wrong(&names()))?.1))
            }
            FieldKind::Feedback => {
                let metric = match (self.field.name, self.key) {
                    ("feedback", None | Some("")) => {
                        let message = "a metric's name follows the dot: feedback.safety:unsafe";
                        return Err(FilterError::new(self.span, message));
                    }
                    ("feedback", Some(key)) => key,
                    (name, _) => name,
                };
                let label = (quoted || text != "*").then(|| text.to_owned());
                let metric = metric.to_owned();
                self.equality(Test::Feedback { metric, label, days: None })
            }
            FieldKind::Number(field) => {
                let range = self.range(text, &|text| number(field, text))?;
                is(Test::Number(field, range.ok_or_else(|| wrong(expected_number(field)))?))
            }
            FieldKind::Perplexity => {
                let range = self.range(text, &|text| {
                    text.parse().ok().filter(|n| (1.0..f64::INFINITY).contains(n))
                })?;
                let range: Range<f64> = range.ok_or_else(|| wrong("a number of at least 1"))?;
                // perplexity = exp(-mean): the order turns round.
                let mean = |bound: super::Bound<f64>| (-bound.value.ln(), bound.inclusive);
                let turned = Range::of(range.to.map(mean), range.from.map(mean));
                is(Test::Number(NumberField::MeanLogprob, turned))
            }
            FieldKind::Time => self.time(text).map_or_else(
                || Err(wrong("a day or a moment such as 2026-11-01 or 2026-11-01T12:00:00Z")),
                |range| Ok(self.negated(Test::Time(range))),
            ),
            FieldKind::Age => {
                let range = self.range(text, &duration_ms)?;
                let range = range.ok_or_else(|| wrong("a duration such as 90m, 24h or 7d"))?;
                let ago = |bound: super::Bound<f64>| (ago(self.now, bound.value), bound.inclusive);
                is(Test::Time(Range::of(range.to.map(ago), range.from.map(ago))))
            }
        }
    }

    /// That the value is missing.
    pub(super) fn expects(&self, span: Span) -> FilterError {
        let message =
            format!("a value is missing after {}: {}", self.field.name, self.field.example);
        FilterError::new(span, message)
    }

    /// A test that is either passed or not.
    fn equality(&self, test: Test) -> Result<Filter, FilterError> {
        match self.operator {
            ":" | "=" | "!=" => Ok(self.negated(test)),
            operator => {
                let message = format!(
                    "{} is a word, not an amount: use : or !=, not {operator}",
                    self.field.name
                );
                Err(FilterError::new(self.span, message))
            }
        }
    }

    fn negated(&self, test: Test) -> Filter {
        let is = Filter::Is(test);
        if self.operator == "!=" { Filter::Not(Box::new(is)) } else { is }
    }

    /// The range that operator and value stand for; `None` for a value that cannot be read.
    fn range<T: Copy>(
        &self,
        text: &str,
        read: &dyn Fn(&str) -> Option<T>,
    ) -> Result<Option<Range<T>>, FilterError> {
        if let Some((from, to)) = text.split_once("..") {
            if !matches!(self.operator, ":" | "=") {
                let message = format!("a range follows a colon: {}:{text}", self.field.name);
                return Err(FilterError::new(self.span, message));
            }
            let end = |text: &str| match text {
                "" => Some(None),
                text => read(text).map(|value| Some((value, true))),
            };
            return Ok(end(from).zip(end(to)).map(|(from, to)| Range::of(from, to)));
        }
        let Some(value) = read(text) else { return Ok(None) };
        Ok(Some(match self.operator {
            "<" => Range::of(None, Some((value, false))),
            "<=" => Range::of(None, Some((value, true))),
            ">" => Range::of(Some((value, false)), None),
            ">=" => Range::of(Some((value, true)), None),
            "!=" => {
                let message = format!("use not {}:{text}", self.field.name);
                return Err(FilterError::new(self.span, message));
            }
            _ => Range::of(Some((value, true)), Some((value, true))),
        }))
    }

    /// Days are taken whole: `time:2026-11-20` is that day, `time>2026-11-20` is after it.
    fn time(&self, text: &str) -> Option<Range<Time>> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let begin = |text: &str| match text {
            "" => Some(None),
            text => moment(text).map(|(begin, _)| Some((begin, true))),
        };
        let end = |text: &str| match text {
            "" => Some(None),
            text => moment(text).map(|(begin, end)| Some((end, end == begin))),
        };
        if text.contains("..") && !matches!(self.operator, ":" | "=" | "!=") {
            return None;
        }
        Some(match self.operator {
            "<" => Range::of(None, begin(to)?.map(|(at, _)| (at, false))),
            "<=" => Range::of(None, end(to)?),
            ">" => Range::of(end(from)?.map(|(at, moment)| (at, !moment)), None),
            ">=" => Range::of(begin(from)?, None),
            _ => Range::of(begin(from)?, end(to)?),
        })
    }
}

fn name_test(text: &str, quoted: bool) -> NameTest {
    match text.strip_suffix('*').filter(|_| !quoted) {
        Some(start) => NameTest::StartsWith(start.to_owned()),
        None => NameTest::Equals(text.to_owned()),
    }
}

/// A moment with itself, or a day's first moment with the next day's.
fn moment(text: &str) -> Option<(Time, Time)> {
    if let Ok(at) = text.parse() {
        return Some((at, at));
    }
    let begin: Time = format!("{text}T00:00:00Z").parse().ok()?;
    Some((begin, Time::from_day(begin.day() + 1)))
}

fn number(field: NumberField, text: &str) -> Option<f64> {
    let read = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite());
    match field {
        NumberField::Latency | NumberField::TimeToFirstToken => {
            read(text).or_else(|| duration_ms(text))
        }
        NumberField::Cost => read(text.strip_prefix('$').unwrap_or(text)).map(|usd| usd * 1e6),
        _ => read(text),
    }
}

const fn expected_number(field: NumberField) -> &'static str {
    match field {
        NumberField::Latency | NumberField::TimeToFirstToken => {
            "milliseconds or a duration such as 1.5s"
        }
        NumberField::Cost => "an amount of US dollars such as 0.01",
        _ => "a number or a range such as 40..60",
    }
}

/// A number with a unit, as milliseconds.
fn duration_ms(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 6] =
        [("ms", 1.0), ("s", 1e3), ("m", 60e3), ("h", 3_600e3), ("d", 86_400e3), ("w", 604_800e3)];
    let (number, ms) = UNITS.iter().find_map(|(unit, ms)| Some((text.strip_suffix(unit)?, ms)))?;
    let number: f64 = number.parse().ok()?;
    (0.0..=1e9).contains(&number).then_some(number * ms)
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
fn ago(now: Time, ms: f64) -> Time {
    Time::from_micros(now.micros().saturating_sub((ms * 1e3) as i64))
}
