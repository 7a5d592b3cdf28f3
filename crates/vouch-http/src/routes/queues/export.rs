//! `GET /api/v1/queues/{id}/export`: all reviews, or what tasks came to, as a file.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use vouch_domain::id::QueueId;
use vouch_review::{Export, ExportError, ExportFormat, Exported};

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// A queue's work as a file, as it comes from the database. `what=reviews`: oldest first; `jsonl`
/// and `parquet` have a review in each row with its item, also those that no longer count; `csv`
/// has an answer in each row, with the columns `item,reviewer,label,question` that `vouch
/// agreement` and `vouch consensus` read, of the reviews that count. `what=consensus`: what each
/// complete task came to, newest first. `jsonl` and `parquet` can be imported into another queue.
#[utoipa::path(get, path = "/api/v1/queues/{id}/export", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("what" = Option<String>, Query, description = "`reviews` (where absent) or `consensus`."),
        ("format" = Option<String>, Query, description = "`jsonl` (where absent), `csv` or `parquet`."),
    ),
    responses((status = 200, description = "The file.", content(
        (String = "application/x-ndjson"), (String = "text/csv"),
        (String = "application/vnd.apache.parquet")))))]
pub(crate) async fn export(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    query: Query,
) -> Result<Response, Problem> {
    let query = query.only(&["what", "format"])?;
    let what = query.read("what", "reviews or consensus", |text| match text {
        "reviews" => Some(Exported::Reviews),
        "consensus" => Some(Exported::Consensus),
        _ => None,
    })?;
    let what = what.unwrap_or(Exported::Reviews);
    let format = query.read("format", "jsonl, csv or parquet", ExportFormat::parse)?;
    let format = format.unwrap_or(ExportFormat::Jsonl);
    let queue = super::queue(&app, &caller, id).await?;
    let project = caller.principal.project();
    let export = Export::new(app.store.as_ref(), project, &queue, (what, format)).await;
    let export = export.map_err(|error| match error {
        ExportError::Store(error) => Problem::from(error),
        other @ ExportError::Table(_) => Problem::internal(other),
    })?;
    let ending = match what {
        Exported::Reviews => format.ending().to_owned(),
        Exported::Consensus => format!("consensus.{}", format.ending()),
    };
    let name = format!("attachment; filename=\"{}.{ending}\"", queue.settings.key);
    let pieces = stream::unfold(Some((app, export)), |running| async {
        let (app, mut export) = running?;
        match export.next(app.store.as_ref()).await {
            Ok(Some(bytes)) => Some((Ok(Bytes::from(bytes)), Some((app, export)))),
            Ok(None) => None,
            // The file breaks off: who reads it sees that it is not whole.
            Err(error) => Some((Err(error), None)),
        }
    });
    Response::builder()
        .header(CONTENT_TYPE, format.media_type())
        .header(CONTENT_DISPOSITION, name)
        .body(Body::from_stream(pieces))
        .map_err(Problem::internal)
}
