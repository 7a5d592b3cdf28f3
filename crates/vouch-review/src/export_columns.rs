//! The columns of exported tables, and their cells.

use serde_json::Value;
use vouch_domain::review::Rubric;
use vouch_files::table::{Cell, Kind};

use crate::export::{ExportFormat, Exported};

/// The columns of an export; of JSON lines they are not used.
pub(crate) fn columns(
    what: Exported,
    format: ExportFormat,
    rubric: &Rubric,
) -> Vec<(String, Kind)> {
    let named = |all: &[(&str, Kind)]| -> Vec<(String, Kind)> {
        all.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
    };
    match (what, format) {
        (Exported::Reviews, ExportFormat::Csv) => named(&[
            ("item", Kind::Text),
            ("reviewer", Kind::Text),
            ("label", Kind::Text),
            ("question", Kind::Text),
        ]),
        (Exported::Reviews, _) => named(&[
            ("id", Kind::Text),
            ("queue", Kind::Text),
            ("task", Kind::Text),
            ("key", Kind::Text),
            ("item", Kind::Json),
            ("user", Kind::Text),
            ("user_name", Kind::Text),
            ("user_email", Kind::Text),
            ("state", Kind::Text),
            ("answers", Kind::Json),
            ("rubric_version", Kind::Int),
            ("created_at", Kind::Time),
            ("active_ms", Kind::Int),
            ("order", Kind::Json),
            ("followed_suggestion", Kind::Text),
            ("gold_right", Kind::Text),
        ]),
        (Exported::Consensus, _) => {
            let mut columns = named(&[
                ("task", Kind::Text),
                ("key", Kind::Text),
                ("item", Kind::Json),
                ("decided_at", Kind::Time),
                ("decided_by", Kind::Text),
                ("reviews", Kind::Int),
                ("answers", Kind::Json),
            ]);
            for question in rubric.questions() {
                columns.push((format!("answer.{}", question.key), Kind::Text));
                columns.push((format!("share.{}", question.key), Kind::Real));
            }
            columns
        }
    }
}

/// A value as the text of a cell.
pub(crate) fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A value as the cell of a column; `None` where it has none.
pub(crate) fn cell(kind: Kind, value: Option<&Value>) -> Option<Cell> {
    let value = value.filter(|value| !value.is_null())?;
    match kind {
        Kind::Text => Some(Cell::Text(text(Some(value)))),
        Kind::Json => Some(Cell::Text(value.to_string())),
        Kind::Int => value.as_i64().map(Cell::Int),
        Kind::Real => value.as_f64().map(Cell::Real),
        Kind::Time => {
            let time: vouch_domain::Time = value.as_str()?.parse().ok()?;
            Some(Cell::Int(time.micros()))
        }
    }
}

/// A field as RFC 4180 has it.
pub(crate) fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(quoted("plain text"), "plain text");
        assert_eq!(quoted("a, \"b\"\nc"), "\"a, \"\"b\"\"\nc\"");
    }
}
