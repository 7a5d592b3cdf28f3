//! Tables in Markdown, and the places in a document where they stand.

use anyhow::{Result, bail};

/// A table, whose first column is text and whose others are numbers.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these columns.
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&cell| cell.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "| {} |", self.head.join(" | "))?;
        writeln!(f, "|---{}|", "|--:".repeat(self.head.len().saturating_sub(1)))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// Puts `text` between `<!-- NAME -->` and `<!-- /NAME -->`.
pub(crate) fn replaced(document: &str, name: &str, text: &str) -> Result<String> {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let Some((before, rest)) = document.split_once(&open) else {
        bail!("the document has no `{open}`");
    };
    let Some((_, after)) = rest.split_once(&close) else {
        bail!("the document has no `{close}` after `{open}`");
    };
    Ok(format!("{before}{open}\n{}\n{close}{after}", text.trim()))
}

/// A number with three digits that tell something, e.g. `0.012`, `1.23`, `456`, `12,345`.
pub(crate) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.9995 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    if decimals > 0 { text } else { grouped(&text) }
}

/// With a comma between thousands.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.split_at(usize::from(digits.starts_with('-')));
    let mut text = String::from(sign);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `p50 / p99` in ms.
pub(crate) fn pair(p50: f64, p99: f64) -> String {
    format!("{} / {}", number(p50), number(p99))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["a", "b", "c"]);
        table.row(["x", "1", "2"]);
        assert_eq!(table.to_string(), "| a | b | c |\n|---|--:|--:|\n| x | 1 | 2 |\n");
    }

    #[test]
    fn what_stands_between_the_marks_is_replaced_and_nothing_else() {
        let document = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n";
        let once = replaced(document, "x", "new\n").unwrap();
        assert_eq!(once, "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n");
        assert_eq!(replaced(&once, "x", "new").unwrap(), once);
        assert!(replaced(document, "z", "").is_err());
        assert!(replaced("<!-- /x --> <!-- x -->", "x", "").is_err());
    }

    #[test]
    fn numbers_have_three_digits_that_tell() {
        for (value, text) in [
            (0.0123, "0.012"),
            (-0.5, "-0.500"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (99.96, "100"),
            (123.4, "123"),
            (1234.5, "1,234"),
            (-1_234_567.0, "-1,234,567"),
            (0.0, "0.000"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
