//! Removing logs with all that belongs to them. Roll-ups stay: what was counted was so.

use vouch_domain::id::{LogId, ProjectId};

use super::row::{LogRow, numbered};
use super::search;
use crate::Result;
use crate::sql::tx::Tx;

use super::insert::tag_rows;
use super::row::COLUMNS;

/// What belongs to the logs `k`, but for their own rows and their tags. What is found through
/// another of these comes before it.
const BELONGINGS: [&str; 8] = [
    "DELETE FROM feedback_labels WHERE (project, metric, log) IN (SELECT f.project, f.name, f.target \
     FROM k CROSS JOIN feedback f WHERE f.project = k.project AND f.target = k.log)",
    "DELETE FROM feedback_retractions WHERE (project, feedback) IN (SELECT f.project, f.id \
     FROM k CROSS JOIN feedback f WHERE f.project = k.project AND f.target = k.log)",
    "DELETE FROM feedback WHERE (project, id) IN (SELECT f.project, f.id \
     FROM k CROSS JOIN feedback f WHERE f.project = k.project AND f.target = k.log)",
    "DELETE FROM log_tallies WHERE (project, log) IN (SELECT project, log FROM k)",
    "DELETE FROM log_patches WHERE (project, log) IN (SELECT project, log FROM k)",
    "DELETE FROM log_bodies WHERE (project, id) IN (SELECT project, log FROM k)",
    "DELETE FROM log_spans WHERE (project, log) IN (SELECT project, log FROM k)",
    "DELETE FROM early_logs WHERE (project, log) IN (SELECT project, log FROM k)",
];

/// Removes the logs; says how many there were.
pub(crate) async fn forget(tx: &mut Tx, logs: &[(ProjectId, LogId)]) -> Result<u64> {
    for delete in BELONGINGS {
        numbered(logs).run(&mut tx.conn, delete).await?;
    }
    if tx.conn.is_shared() {
        for words in ["search_todo", "log_search"] {
            let delete =
                format!("DELETE FROM {words} WHERE (project, log) IN (SELECT project, log FROM k)");
            numbered(logs).run(&mut tx.conn, &delete).await?;
        }
    } else {
        search::note(tx, logs.iter().copied()).await?;
    }
    let body = format!(
        "SELECT {COLUMNS} FROM k CROSS JOIN logs l WHERE l.project = k.project AND l.id = k.log"
    );
    let rows = numbered(logs).all::<LogRow>(&mut tx.conn, &body).await?;
    let mut tags = tag_rows();
    let project = logs.first().map(|(project, _)| *project);
    for (project, row) in project.into_iter().flat_map(|p| rows.iter().map(move |r| (p, r))) {
        for (key, value) in row.tag_pairs()? {
            tags.push([project.into(), key.into(), value.into(), (&row.id).into()]);
        }
    }
    let delete = "DELETE FROM log_tags WHERE (project, key, value, log) IN \
                  (SELECT project, key, value, log FROM k)";
    tags.run(&mut tx.conn, delete).await?;
    let delete = "DELETE FROM logs WHERE (project, id) IN (SELECT project, log FROM k)";
    numbered(logs).run(&mut tx.conn, delete).await
}
