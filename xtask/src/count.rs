//! How many tests passed, failed and were skipped, read off what test runners print.

use std::fmt;
use std::ops::AddAssign;

/// Results of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Counts {
    /// One check, passed or failed.
    pub(crate) const fn one(passed: bool) -> Self {
        Self { passed: passed as u32, failed: !passed as u32, skipped: 0 }
    }

    /// What a runner's output says. A run that failed counts at least one failure, and so does
    /// one that succeeded without running a test.
    pub(crate) fn read(succeeded: bool, text: &str) -> Self {
        let plain = without_escapes(text);
        let readers = [closing_line, nextest, cargo_test, vitest, node_test, pytest];
        let mut counts = readers.iter().find_map(|reader| reader(&plain)).unwrap_or_default();
        if counts.failed == 0 && (!succeeded || counts.passed == 0) {
            counts.failed = 1;
        }
        counts
    }

    fn add(&mut self, number: u32, word: &str) {
        match word {
            "passed" | "pass" => self.passed += number,
            "failed" | "fail" | "error" | "errors" | "cancelled" | "timed" | "exec" => {
                self.failed += number;
            }
            "skipped" | "ignored" | "todo" | "xfailed" => self.skipped += number,
            _ => {}
        }
    }

    /// Adds all pairs of a number and a word: `2 failed, 1 passed`.
    fn add_pairs(&mut self, text: &str) {
        let words: Vec<&str> = text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            if let Ok(number) = pair[0].parse() {
                self.add(number, pair[1]);
            }
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// `12 passed, 0 failed`, alone on a line; the last one counts.
fn closing_line(text: &str) -> Option<Counts> {
    let line = text.lines().rev().find(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), [n, "passed,", m, "failed" | "failed,", ..]
            if n.parse::<u32>().is_ok() && m.parse::<u32>().is_ok())
            && (words.len() == 4 || (words.len() == 6 && words[5] == "skipped"))
    })?;
    Some(pairs([line]))
}

/// `Summary [ 0.1s] 7 tests run: 5 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
fn nextest(text: &str) -> Option<Counts> {
    let line = text.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, results) = line.split_once("run:")?;
    Some(pairs([without_parentheses(results).as_str()]))
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; ...`, one line for each binary.
fn cargo_test(text: &str) -> Option<Counts> {
    some_pairs(text.lines().filter_map(|line| line.strip_prefix("test result:")))
}

/// `Tests  1 failed | 11 passed (12)`.
fn vitest(text: &str) -> Option<Counts> {
    some_pairs(text.lines().filter_map(|line| line.trim_start().strip_prefix("Tests  ")))
}

/// `ℹ pass 3`, or `# pass 3` in TAP.
fn node_test(text: &str) -> Option<Counts> {
    let mut counts = None;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["ℹ" | "#", word @ ("pass" | "fail" | "cancelled" | "skipped" | "todo"), number] =
            words.as_slice()
            && let Ok(number) = number.parse()
        {
            counts.get_or_insert_with(Counts::default).add(number, word);
        }
    }
    counts
}

/// `2 failed, 3 passed, 1 skipped in 0.52s`, with or without `=` around it.
fn pytest(text: &str) -> Option<Counts> {
    let line = text.lines().rev().find(|line| {
        let line = line.trim_matches(|c| c == '=' || c == ' ');
        line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" in ")
    })?;
    Some(pairs([line.rsplit_once(" in ").map_or(line, |(results, _)| results)]))
}

fn pairs<'a>(lines: impl IntoIterator<Item = &'a str>) -> Counts {
    some_pairs(lines.into_iter()).unwrap_or_default()
}

fn some_pairs<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Counts> {
    let mut counts = None;
    for line in lines {
        counts.get_or_insert_with(Counts::default).add_pairs(line);
    }
    counts
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

/// The text less terminal colours (`ESC [ ... letter`).
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            plain.push(c);
        } else if chars.next() == Some('[') {
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, passed: u32, failed: u32, skipped: u32) {
        let succeeded = failed == 0;
        assert_eq!(Counts::read(succeeded, text), Counts { passed, failed, skipped });
    }

    #[test]
    fn nextest_is_read() {
        check(
            "    Starting 3 tests\n        PASS [   0.004s] (1/3) vouch-domain id::tests::a\n------------\n     Summary [   0.052s] 3 tests run: 3 passed (1 slow, 1 leaky), 2 skipped\n",
            3,
            0,
            2,
        );
        check(
            "     Summary [  61.0s] 4/9 tests run: 1 passed, 1 failed, 1 timed out, 1 exec failed, 0 skipped\n",
            1,
            3,
            0,
        );
    }

    #[test]
    fn cargo_test_is_read_over_all_binaries() {
        let text = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\ntest result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.10s\n";
        check(text, 7, 1, 1);
    }

    #[test]
    fn vitest_is_read() {
        let text = " Test Files  1 failed | 3 passed (4)\n      Tests  1 failed | 11 passed | 2 skipped (14)\n   Start at  10:00:00\n";
        check(text, 11, 1, 2);
        check(
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m11 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (11)\u{1b}[39m\n",
            11,
            0,
            0,
        );
    }

    #[test]
    fn node_test_is_read() {
        check(
            "ℹ tests 6\nℹ suites 0\nℹ pass 4\nℹ fail 0\nℹ cancelled 0\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 9\n",
            4,
            0,
            2,
        );
        check("# tests 2\n# pass 1\n# fail 1\n# cancelled 0\n# skipped 0\n", 1, 1, 0);
    }

    #[test]
    fn pytest_is_read() {
        check("..F\nFAILED x.py::y\n2 failed, 3 passed, 1 skipped, 1 error in 0.52s\n", 3, 3, 1);
        check("===== 12 passed, 4 warnings in 75.20s (0:01:15) =====\n", 12, 0, 0);
    }

    #[test]
    fn a_plain_closing_line_is_read() {
        check("browser: nothing\n7 passed, 1 failed, 2 skipped\n", 7, 1, 2);
    }

    #[test]
    fn a_run_that_failed_or_ran_nothing_counts_a_failure() {
        assert_eq!(Counts::read(false, "error: could not compile").failed, 1);
        assert_eq!(Counts::read(false, "3 passed in 0.1s").failed, 1);
        assert_eq!(Counts::read(true, "no tests ran in 0.01s").failed, 1);
        assert_eq!(Counts::read(true, "").failed, 1);
    }

    #[test]
    fn the_closing_line_has_the_agreed_form() {
        let mut counts = Counts { passed: 3, failed: 0, skipped: 0 };
        assert_eq!(counts.to_string(), "3 passed, 0 failed");
        counts += Counts { passed: 1, failed: 2, skipped: 4 };
        assert_eq!(counts.to_string(), "4 passed, 2 failed, 4 skipped");
    }
}
