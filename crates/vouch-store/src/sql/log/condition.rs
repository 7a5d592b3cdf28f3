//! A filter as a condition on one log: its row `l` and its tally `t`.

use vouch_domain::filter::{Bound, Filter, NameField, NameTest, NumberField, Part, Range, Test};

use super::search::words;
use crate::sql::statement::Sql;
use crate::sql::value::clean;

/// Adds the condition; `shared` tells PostgreSQL from SQLite.
pub(crate) fn push(sql: &mut Sql, filter: &Filter, shared: bool) {
    match filter {
        Filter::And(parts) => push_all(sql, parts, " AND ", "1 = 1", shared),
        Filter::Or(parts) => push_all(sql, parts, " OR ", "1 = 0", shared),
        Filter::Not(part) => {
            push(sql, part, shared);
            // What is not known does not hold, and so its negation does.
            sql.push(" IS NOT TRUE");
        }
        Filter::Is(test) => {
            sql.push("(");
            push_test(sql, test, shared);
            sql.push(")");
        }
    }
}

fn push_all(
    sql: &mut Sql,
    parts: &[Filter],
    between: &'static str,
    none: &'static str,
    shared: bool,
) {
    sql.push("(");
    if parts.is_empty() {
        sql.push(none);
    }
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            sql.push(between);
        }
        // A negation has a comparison at its end.
        sql.push("(");
        push(sql, part, shared);
        sql.push(")");
    }
    sql.push(")");
}

fn push_test(sql: &mut Sql, test: &Test, shared: bool) {
    match test {
        Test::Words(phrase) if shared => {
            sql.push(
                "EXISTS (SELECT 1 FROM log_search w WHERE w.project = l.project AND w.log = l.id \
                 AND w.words @@ phraseto_tsquery('simple', ",
            );
            sql.push_bind(words(phrase)).push("))");
        }
        Test::Words(phrase) => {
            sql.push("EXISTS (SELECT 1 FROM log_search w WHERE w.rowid = l.seq AND w.words MATCH ");
            sql.push_bind(fts5_phrase(phrase)).push(")");
        }
        Test::Id(id) => {
            sql.push("l.id = ").push_bind(*id);
        }
        Test::Name(field, name) => {
            let (column, _) = name_columns(*field);
            push_name(sql, column, name);
        }
        Test::Status(status) => {
            sql.push("l.status = ").push_bind(status.as_str());
        }
        Test::Origin(origin) => {
            sql.push("l.origin = ").push_bind(origin.as_str());
        }
        Test::Number(field, Range { from, to }) => {
            let column = number_column(*field);
            sql.push(column).push(" IS NOT NULL");
            push_bounds(sql, column, *from, *to, |number, sql| {
                sql.push_bind(number);
            });
        }
        Test::Time(Range { from, to }) => {
            sql.push("1 = 1");
            push_bounds(sql, "l.created_at", *from, *to, |time, sql| {
                sql.push_bind(time);
            });
        }
        Test::Thumbs(true) => {
            sql.push("t.thumbs_up > 0");
        }
        Test::Thumbs(false) => {
            sql.push("t.thumbs_down > 0");
        }
        Test::Has(part) => push_has(sql, *part),
        Test::Meta(key, value) => {
            sql.push("EXISTS (SELECT 1 FROM log_tags g WHERE g.project = l.project AND g.key = ");
            sql.push_bind(clean(key)).push(" AND ");
            push_name(sql, "g.value", value);
            sql.push(" AND g.log = l.id)");
        }
        Test::Feedback { metric, label, days } => {
            sql.push("EXISTS (SELECT 1 FROM feedback_labels f WHERE f.project = l.project");
            sql.push(" AND f.metric = ").push_bind(clean(metric)).push(" AND f.log = l.id");
            if let Some(label) = label {
                sql.push(" AND f.label = ").push_bind(clean(label));
            }
            if let Some((from, to)) = days {
                sql.push(" AND f.day BETWEEN ").push_bind(*from);
                sql.push(" AND ").push_bind(*to);
            }
            sql.push(")");
        }
    }
}

/// A phrase as FTS5 writes it.
pub(super) fn fts5_phrase(text: &str) -> String {
    format!("\"{}\"", words(text))
}

fn push_has(sql: &mut Sql, part: Part) {
    match part {
        Part::Feedback => sql.push("t.feedback_count > 0"),
        Part::Correction => sql.push("t.corrections > 0"),
        Part::Name(field) => sql.push(name_columns(field).0).push(" IS NOT NULL"),
        Part::Number(field) => sql.push(number_column(field)).push(" IS NOT NULL"),
    };
}

fn push_name(sql: &mut Sql, column: &'static str, name: &NameTest) {
    match name {
        NameTest::Equals(name) => {
            sql.push(column).push(" = ").push_bind(clean(name));
        }
        NameTest::StartsWith(start) => {
            let start = clean(start);
            let chars = i64::try_from(start.chars().count()).unwrap_or(i64::MAX);
            sql.push("SUBSTR(").push(column).push(", 1, CAST(").push_bind(chars);
            sql.push(" AS INTEGER)) = ").push_bind(start);
        }
    }
}

/// Adds the ends of a range, each with AND before it.
pub(super) fn push_bounds<T>(
    sql: &mut Sql,
    column: &'static str,
    from: Option<Bound<T>>,
    to: Option<Bound<T>>,
    bind: impl Fn(T, &mut Sql),
) {
    if let Some(Bound { value, inclusive }) = from {
        sql.push(" AND ").push(column).push(if inclusive { " >= " } else { " > " });
        bind(value, sql);
    }
    if let Some(Bound { value, inclusive }) = to {
        sql.push(" AND ").push(column).push(if inclusive { " <= " } else { " < " });
        bind(value, sql);
    }
}

/// The column of a name in `logs`, as `l` and bare.
const fn name_columns(field: NameField) -> (&'static str, &'static str) {
    match field {
        NameField::Deployment => ("l.deployment", "deployment"),
        NameField::Variant => ("l.variant", "variant"),
        NameField::Provider => ("l.provider", "provider"),
        NameField::Model => ("l.model", "model"),
        NameField::User => ("l.user_id", "user_id"),
        NameField::Chain => ("l.chain_id", "chain_id"),
        NameField::Conversation => ("l.conversation_id", "conversation_id"),
    }
}

/// The column of a name in `logs`.
pub(super) const fn name_column(field: NameField) -> &'static str {
    name_columns(field).1
}

const fn number_column(field: NumberField) -> &'static str {
    match field {
        NumberField::Version => "l.version",
        NumberField::Score => "t.score",
        NumberField::Latency => "l.latency_ms",
        NumberField::TimeToFirstToken => "l.time_to_first_token_ms",
        NumberField::Cost => "l.cost_usd_micros",
        NumberField::Tokens => "l.total_tokens",
        NumberField::PromptTokens => "l.prompt_tokens",
        NumberField::CompletionTokens => "l.completion_tokens",
        NumberField::MeanLogprob => "l.mean_logprob",
    }
}
