//! `vouch logs`: lists logs by the filter language.

use vouch_domain::feedback::FeedbackTally;
use vouch_domain::filter::{FilterError, Span, parse};
use vouch_domain::id::LogId;
use vouch_domain::log::{LogSummary, Served};
use vouch_domain::{Cursor, Page};
use vouch_store::LogQuery;

use crate::cli::{LogsArgs, storage_only};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::{line, note, table, transient};
use crate::settings::Settings;

/// Logs read at once.
const PAGE: u32 = 200;
/// Characters of an input in the table.
const INPUT_CHARS: usize = 60;

/// Runs it.
pub(crate) async fn run(args: LogsArgs) -> anyhow::Result<()> {
    let settings = Settings::resolve(storage_only(args.storage))?;
    let now = vouch_domain::clock::Clock::now(&crate::clock::SystemClock);
    // Before the database is opened: a slip of the finger is told at once.
    let filter = parse(&args.filter, now).map_err(|e| refused(&args.filter, &e))?;
    let desk = Desk::open(&settings).await?;
    let mut query = LogQuery { project: desk.id(), filter, cursor: None, limit: PAGE };
    let mut left = if args.limit == 0 { u64::MAX } else { args.limit };
    let mut rows = vec![];
    loop {
        query.limit = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
        let Page { items, next_cursor, partial } = desk.store.logs(&query).await?;
        left = left.saturating_sub(u64::try_from(items.len()).unwrap_or(left));
        for log in &items {
            if args.json {
                line(serde_json::to_string(log)?)?;
            } else {
                rows.push(row(log));
            }
        }
        query.cursor = next_cursor.filter(|_| left > 0);
        let Some(cursor) = &query.cursor else { break };
        if partial {
            transient(&format!("searched back to {}", searched_to(cursor)));
        }
    }
    transient("");
    if !args.json {
        let heads =
            ["TIME (UTC)", "ID", "STATUS", "SERVED BY", "LATENCY", "TOKENS", "FEEDBACK", "INPUT"];
        if rows.is_empty() {
            note("no log fits");
        } else {
            table(&heads, &rows)?;
        }
    }
    desk.close().await;
    Ok(())
}

/// The day of the log that the search came to: an id holds its time.
fn searched_to(Cursor(id): &Cursor) -> String {
    id.parse().map(|id: LogId| id.made_at().date()).unwrap_or_default()
}

/// Why a filter cannot be read, with a mark below the place.
fn refused(filter: &str, error: &FilterError) -> Failure {
    Failure::new(format!("the filter cannot be read: {}", error.message))
        .shown(marked(filter, error.span))
        .hint("`vouch logs --help` has examples, docs/filters.md all fields")
}

/// The text on one line, its end cut off at either side where it is long, and a mark below.
fn marked(text: &str, Span { at, end }: Span) -> String {
    const AROUND: usize = 60;
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let (from, to) = (at.saturating_sub(AROUND), chars.len().min(at + AROUND));
    let before = if from > 0 { "…" } else { "" };
    let after = if to < chars.len() { "…" } else { "" };
    let shown: String = chars[from.min(to)..to].iter().collect();
    let gap = " ".repeat(at - from + before.chars().count());
    let mark = "^".repeat(end.min(to).saturating_sub(at).max(1));
    format!("  {before}{shown}{after}\n  {gap}{mark}")
}

fn row(log: &LogSummary) -> Vec<String> {
    let time: String = log.created_at.to_string().replace('T', " ").chars().take(19).collect();
    let number = |n: Option<String>| n.unwrap_or_else(|| "-".to_owned());
    let input: String = match log.input_preview.chars().count() {
        0..=INPUT_CHARS => log.input_preview.clone(),
        _ => log.input_preview.chars().take(INPUT_CHARS - 1).chain(['…']).collect(),
    };
    vec![
        time,
        log.id.to_string(),
        log.status.as_str().to_owned(),
        served_by(&log.served),
        number(log.performance.latency.map(|ms| format!("{ms:.0} ms"))),
        number(log.usage.as_ref().map(|usage| usage.total_tokens.to_string())),
        said(&log.feedback),
        // What an application sent must not steer the terminal.
        input.replace(char::is_control, " "),
    ]
}

fn served_by(served: &Served) -> String {
    let version = served.version.map(|version| format!(" v{version}")).unwrap_or_default();
    let name = match (&served.deployment, &served.provider, &served.model) {
        (Some(deployment), ..) => format!("{deployment}{version}"),
        (None, Some(provider), Some(model)) => format!("{provider}/{model}"),
        (None, _, Some(model)) => model.clone(),
        _ => "-".to_owned(),
    };
    name.replace(char::is_control, " ")
}

/// `2 up, 1 down, score 40, corrected`.
fn said(tally: &FeedbackTally) -> String {
    let parts = [
        (tally.thumbs_up > 0).then(|| format!("{} up", tally.thumbs_up)),
        (tally.thumbs_down > 0).then(|| format!("{} down", tally.thumbs_down)),
        tally.score.map(|score| format!("score {score:.0}")),
        tally.has_correction.then(|| "corrected".to_owned()),
    ];
    let said: Vec<_> = parts.into_iter().flatten().collect();
    match (said.is_empty(), tally.count) {
        (true, 0) => "-".to_owned(),
        (true, count) => format!("{count} given"),
        (false, _) => said.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_the_place() {
        let shown = |text: &str, at, end| marked(text, Span { at, end });
        assert_eq!(shown("ä score:high", 8, 12), "  ä score:high\n          ^^^^");
        assert_eq!(shown("model:", 6, 6), "  model:\n        ^");
        assert_eq!(shown("a\nb", 2, 3), "  a b\n    ^");
        let long = format!("{}WRONG{}", "x".repeat(100), "y".repeat(100));
        let (line, mark) = shown(&long, 100, 105)
            .split_once('\n')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        assert!(line.starts_with("  …x") && line.ends_with("y…"));
        let place = mark.find('^').unwrap();
        assert_eq!(line.chars().skip(place).take(mark.len() - place).collect::<String>(), "WRONG");
    }
}
