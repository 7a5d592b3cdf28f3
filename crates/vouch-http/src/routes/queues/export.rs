//! `GET /api/v1/queues/{id}/export`: all reviews as a file.

use std::collections::VecDeque;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::Value;
use vouch_domain::id::{ProjectId, QueueId, ReviewId};
use vouch_domain::review::{Review, ReviewState};
use vouch_store::StoreError;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// How many reviews are read at once.
const PAGE: u32 = 500;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Jsonl,
    Csv,
}

/// All reviews of a queue, oldest first, as they come from the database. `jsonl` has a review on
/// each line, also those that no longer count; `csv` has an answer on each line, with the columns
/// `item,reviewer,label,question` that `vouch agreement` and `vouch consensus` read, of the reviews
/// that count.
#[utoipa::path(get, path = "/api/v1/queues/{id}/export", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("format" = Option<String>, Query, description = "`jsonl` (where absent) or `csv`."),
    ),
    responses((status = 200, description = "The file.", content(
        (String = "application/x-ndjson"), (String = "text/csv")))))]
pub(crate) async fn export(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    query: Query,
) -> Result<Response, Problem> {
    let query = query.only(&["format"])?;
    let format = query.read("format", "jsonl or csv", |text| match text {
        "jsonl" => Some(Format::Jsonl),
        "csv" => Some(Format::Csv),
        _ => None,
    })?;
    let format = format.unwrap_or(Format::Jsonl);
    let queue = super::queue(&app, &caller, id).await?;
    let (media_type, ending) = match format {
        Format::Jsonl => ("application/x-ndjson", "jsonl"),
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let name = format!("attachment; filename=\"{}.{ending}\"", queue.settings.key);
    let first = match format {
        Format::Jsonl => VecDeque::new(),
        Format::Csv => VecDeque::from([Bytes::from_static(b"item,reviewer,label,question\n")]),
    };
    let file =
        File { app, project: caller.principal.project(), queue: id, format, after: None, first };
    let rows = stream::unfold(Some(file), |file| async {
        let mut file = file?;
        match file.next().await {
            Ok(Some(bytes)) => Some((Ok(bytes), Some(file))),
            Ok(None) => None,
            // The file breaks off: who reads it sees that it is not whole.
            Err(error) => Some((Err(error), None)),
        }
    });
    Response::builder()
        .header(CONTENT_TYPE, media_type)
        .header(CONTENT_DISPOSITION, name)
        .body(Body::from_stream(rows))
        .map_err(Problem::internal)
}

/// A file that is being written.
struct File {
    app: App,
    project: ProjectId,
    queue: QueueId,
    format: Format,
    after: Option<ReviewId>,
    first: VecDeque<Bytes>,
}

impl File {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        if let Some(first) = self.first.pop_front() {
            return Ok(Some(first));
        }
        let page = self.app.store.reviews_after(self.project, self.queue, self.after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = Some(last.id);
        let mut rows = String::new();
        for review in &page {
            match self.format {
                Format::Jsonl => {
                    rows.push_str(&serde_json::to_string(review).unwrap_or_default());
                    rows.push('\n');
                }
                Format::Csv => push_answers(&mut rows, review),
            }
        }
        Ok(Some(rows.into()))
    }
}

fn push_answers(rows: &mut String, review: &Review) {
    if review.state != ReviewState::Counts {
        return;
    }
    for (question, answer) in &review.answers.0 {
        let label = match answer {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (item, reviewer) = (review.task.to_string(), review.user.to_string());
        let row = [item, reviewer, quoted(&label), quoted(question)].join(",");
        rows.push_str(&row);
        rows.push('\n');
    }
}

/// A field as RFC 4180 has it.
fn quoted(field: &str) -> String {
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
