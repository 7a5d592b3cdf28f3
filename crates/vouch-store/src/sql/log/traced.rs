//! Which log a span of a trace has. Whoever names a span first gives it one: the span itself
//! when it comes, or feedback on it that is earlier. What comes later finds the same log.

use std::collections::HashMap;

use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::span::SpanKey;

use crate::Result;
use crate::error::corrupt;
use crate::sql::SqlStore;
use crate::sql::conn::Conn;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;

type Known = HashMap<SpanKey, LogId>;

/// See [`crate::LogStore::span_logs`].
pub(super) async fn span_logs(
    store: &SqlStore,
    project: ProjectId,
    spans: Vec<(SpanKey, LogId)>,
) -> Result<Vec<LogId>> {
    let mut known = find(&mut store.readers.acquire().await?, project, &spans).await?;
    if spans.iter().any(|(span, _)| !known.contains_key(span)) {
        let arguments = (project, spans.clone());
        known = store.write(arguments, |arguments, tx| Box::pin(name(arguments, tx))).await?;
    }
    let log = |(span, fresh): &(SpanKey, LogId)| known.get(span).copied().unwrap_or(*fresh);
    Ok(spans.iter().map(log).collect())
}

/// Gives a log to each span that has none. In the order of the spans, so that two nodes never
/// wait for each other.
async fn name((project, spans): &(ProjectId, Vec<(SpanKey, LogId)>), tx: &mut Tx) -> Result<Known> {
    let mut sorted = spans.clone();
    sorted.sort_unstable();
    let mut rows = Rows::new(&[
        ("project", Kind::Text),
        ("trace_id", Kind::Text),
        ("span_id", Kind::Text),
        ("log", Kind::Text),
    ]);
    for (span, log) in &sorted {
        let (trace_id, span_id) = (span.trace_id(), span.span_id());
        rows.push([(*project).into(), trace_id.into(), span_id.into(), (*log).into()]);
    }
    let twice = "ON CONFLICT (project, trace_id, span_id) DO NOTHING";
    rows.insert(&mut tx.conn, "log_spans", twice).await?;
    find(&mut tx.conn, *project, spans).await
}

/// The logs of those spans that have one.
async fn find(conn: &mut Conn, project: ProjectId, spans: &[(SpanKey, LogId)]) -> Result<Known> {
    let mut rows = Rows::new(&[
        ("n", Kind::Int),
        ("project", Kind::Text),
        ("trace_id", Kind::Text),
        ("span_id", Kind::Text),
    ]);
    for (n, (span, _)) in (0i64..).zip(spans) {
        rows.push([n.into(), project.into(), span.trace_id().into(), span.span_id().into()]);
    }
    let body = "SELECT k.n, s.log FROM k CROSS JOIN log_spans s \
                WHERE s.project = k.project AND s.trace_id = k.trace_id AND s.span_id = k.span_id";
    let mut known = Known::new();
    for (n, log) in rows.all::<(i64, String)>(conn, body).await? {
        if let Some((span, _)) = usize::try_from(n).ok().and_then(|n| spans.get(n)) {
            known.insert(*span, log.parse().map_err(|e| corrupt("span", e))?);
        }
    }
    Ok(known)
}
