//! How far a long command is: a bar on a terminal, and nothing elsewhere.

use std::time::{Duration, Instant};

use crate::output::{transient, watched};

/// How often the bar is drawn.
const EVERY: Duration = Duration::from_millis(200);

/// A bar.
pub(crate) struct Bar {
    /// What is counted, e.g. `logs`.
    unit: &'static str,
    began: Instant,
    drawn: Option<Instant>,
    /// How far it was when it was first shown: an earlier run may have done that.
    start: Option<f64>,
}

impl Bar {
    /// A bar that counts `unit`.
    pub(crate) fn new(unit: &'static str) -> Self {
        Self { unit, began: Instant::now(), drawn: None, start: None }
    }

    /// `count` are done, which is `part` of all (0 to 1), where that is known.
    pub(crate) fn show(&mut self, count: u64, part: Option<f64>) {
        let now = Instant::now();
        if !watched() || self.drawn.is_some_and(|drawn| now - drawn < EVERY) {
            return;
        }
        self.drawn = Some(now);
        let start = *self.start.get_or_insert(part.unwrap_or(0.0));
        let elapsed = now - self.began;
        transient(&line(self.unit, count, part.map(|part| (start, part)), elapsed));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if self.drawn.is_some() {
            transient("");
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "shown rounded"
)]
fn line(unit: &str, count: u64, parts: Option<(f64, f64)>, elapsed: Duration) -> String {
    const WIDTH: f64 = 30.0;
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = (count as f64 / seconds) as u64;
    let counted = format!("{} {unit}  {}/s", grouped(count), grouped(rate));
    let Some((start, part)) = parts else { return counted };
    let part = part.clamp(0.0, 1.0);
    let bar = "#".repeat((part * WIDTH) as usize);
    let mut line = format!("[{bar:<30}] {:3} %  {counted}", (part * 100.0) as u64);
    // Sooner the rest is a guess.
    if part - start > 0.005 {
        let rest = Duration::from_secs_f64(seconds * (1.0 - part) / (part - start));
        line.extend(["  ", &clock(rest.as_secs()), " left"]);
    }
    line
}

fn clock(seconds: u64) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    if minutes < 60 {
        return format!("{minutes}:{seconds:02}");
    }
    format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60)
}

/// A number with commas between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_rate_and_rest() {
        let shown = line("logs", 20_000, Some((0.0, 0.25)), Duration::from_secs(20));
        assert_eq!(
            shown,
            "[#######                       ]  25 %  20,000 logs  1,000/s  1:00 left"
        );
        let gone_on = line("logs", 20_000, Some((0.5, 0.75)), Duration::from_secs(20));
        assert!(gone_on.ends_with("  0:20 left"), "{gone_on}");
        let unknown = line("logs", 1_234_567, None, Duration::from_secs(3661));
        assert_eq!(unknown, "1,234,567 logs  337/s");
        assert_eq!(clock(3661), "1:01:01");
    }
}
